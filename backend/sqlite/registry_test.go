//go:build libsqlite3 && cgo

package sqlite

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

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
