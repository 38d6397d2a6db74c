//go:build libsqlite3 && cgo

package sqlite

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	mark "markai/backend"
)

func TestErasedKeyIsNotLeftInALogThatIsBeingRead(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "registry.db"), make([]byte, KeySize)
	rand.Read(key)
	opened, err := New().OpenRegistry(t.Context(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	r := opened.(*registry)
	if err := r.PutMatter(t.Context(), mark.Matter{ID: "a", Name: "Meyer"}, []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.db.writer.ExecContext(t.Context(), "PRAGMA busy_timeout = 20"); err != nil {
		t.Fatal(err)
	}
	reading, err := r.db.readers.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reading.Rollback()
	if _, err := one(t.Context(), reading, scanInt, "", "SELECT count(*) FROM matter"); err != nil {
		t.Fatal(err)
	}
	if err := r.EraseMatter(t.Context(), "a"); mark.CodeOf(err) != mark.TooBusy {
		t.Errorf("erased under a reader: %v", err)
	}
	if err := reading.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := r.EraseMatter(t.Context(), "a"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("erased again: %v", err)
	}
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() != 0 {
		t.Errorf("the log holds %v, %v", info, err)
	}
}

func TestAMattersSettingsAreErasedWithIt(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "registry.db"), make([]byte, KeySize)
	rand.Read(key)
	r, err := New().OpenRegistry(t.Context(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, id := range []mark.MatterID{"a", "ab"} {
		if err := r.PutMatter(t.Context(), mark.Matter{ID: id, Name: string(id)}, []byte("wrapped")); err != nil {
			t.Fatal(err)
		}
		if err := r.PutSetting(t.Context(), mark.MatterSetting(id, "passwords"), "secret"); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.EraseMatter(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[mark.MatterID]string{"a": "", "ab": "secret"} {
		if got, err := r.Setting(t.Context(), mark.MatterSetting(id, "passwords")); err != nil || got != want {
			t.Errorf("%s: %q, %v", id, got, err)
		}
	}
}

func TestUsesOfExpertsAreKeptWithWhatReadersSaid(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "registry.db"), make([]byte, KeySize)
	rand.Read(key)
	r, err := New().OpenRegistry(t.Context(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	failed := mark.ExpertUse{Matter: "a", Conversation: "c", Time: at, Expert: "large", Kind: "fact", Failed: true}
	answered := mark.ExpertUse{Matter: "a", Conversation: "c", Time: at, Expert: "small", Kind: "fact", Model: "m", First: 1, Total: 2}
	later := mark.ExpertUse{Matter: "b", Conversation: "d", Time: at.Add(time.Second), Expert: "small", Kind: "clause", Refused: true}
	for _, u := range []mark.ExpertUse{failed, answered, later} {
		if err := r.PutExpertUse(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.SetExpertFeedback(t.Context(), "c", at, mark.FeedbackMissed); err != nil {
		t.Fatal(err)
	}
	answered.Feedback = mark.FeedbackMissed
	got, err := r.ExpertUses(t.Context(), at, 10)
	if want := []mark.ExpertUse{later, failed, answered}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if err := r.PutMatter(t.Context(), mark.Matter{ID: "a", Name: "a"}, []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	if err := r.EraseMatter(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if got, err := r.ExpertUses(t.Context(), time.Time{}, 10); err != nil || !slices.Equal(got, []mark.ExpertUse{later}) {
		t.Errorf("after its matter is gone: %+v, %v", got, err)
	}
}
