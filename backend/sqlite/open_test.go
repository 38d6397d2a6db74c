//go:build libsqlite3 && cgo

package sqlite_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/sqlite"
)

// newStore makes a matter of some passages and returns its path and key. It
// is closed, so the file is complete.
func newStore(t *testing.T) (path string, key []byte) {
	t.Helper()
	path, key = filepath.Join(t.TempDir(), "m.db"), marktest.Key()
	m := must[mark.MatterStore](t)(sqlite.New().OpenMatter(t.Context(), path, key))
	var pages []string
	for i := range 250 {
		pages = append(pages, strings.Repeat(fmt.Sprintf("page %d speaks of rent. ", i), 40))
	}
	marktest.AddText(t, m, "a.txt", pages...)
	check(t, m.Close())
	return path, key
}

func TestStoreOpensWithItsKeyOnly(t *testing.T) {
	path, key := newStore(t)
	for name, wrong := range map[string][]byte{
		"another key":   marktest.Key(),
		"one bit off":   append(slices.Clone(key[:31]), key[31]^1),
		"too short":     key[:31],
		"no key at all": nil,
	} {
		_, err := sqlite.New().OpenMatter(t.Context(), path, wrong)
		if mark.CodeOf(err) != mark.WrongKey {
			t.Errorf("%s: got %v, want wrong key", name, err)
		}
	}
	m := must[mark.MatterStore](t)(sqlite.New().OpenMatter(t.Context(), path, key))
	defer m.Close()
	if d := must[[]mark.Document](t)(m.Documents(t.Context())); len(d) != 1 {
		t.Errorf("got %v", d)
	}
	// A wrong attempt beside it disturbs nothing.
	_, err := sqlite.New().OpenMatter(t.Context(), path, marktest.Key())
	wantCode(t, err, mark.WrongKey)
	must[[]mark.Document](t)(m.Documents(t.Context()))
}

func TestPlainFileIsRefusedAndLeftAsItIs(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain.db")
	db := must[*sql.DB](t)(sql.Open("sqlite3", plain)) // unkeyed: the driver is a plain one then
	_, err := db.Exec("CREATE TABLE t (x); INSERT INTO t VALUES ('secret')")
	check(t, err)
	check(t, db.Close())
	before := must[[]byte](t)(os.ReadFile(plain))
	if !bytes.HasPrefix(before, []byte("SQLite format 3\x00")) {
		t.Fatal("the file is not plain: the test tests nothing")
	}
	_, err = sqlite.New().OpenMatter(t.Context(), plain, marktest.Key())
	wantCode(t, err, mark.Damaged)
	_, err = sqlite.New().OpenRegistry(t.Context(), plain, marktest.Key())
	wantCode(t, err, mark.Damaged)
	if after := must[[]byte](t)(os.ReadFile(plain)); !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
	for _, content := range []string{"x", "%PDF-1.7 and so on, longer than a header"} {
		other := filepath.Join(t.TempDir(), "other.db")
		check(t, os.WriteFile(other, []byte(content), 0o600))
		_, err = sqlite.New().OpenMatter(t.Context(), other, marktest.Key())
		wantCode(t, err, mark.Damaged)
	}
}

func TestRegistryIsNotOpenedAsAMatter(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "r.db"), marktest.Key()
	r := must[mark.Registry](t)(sqlite.New().OpenRegistry(t.Context(), path, key))
	check(t, r.Close())
	_, err := sqlite.New().OpenMatter(t.Context(), path, key)
	wantCode(t, err, mark.Damaged)
}

// A flipped bit anywhere in the file is noticed when the page that holds it is
// read: never are other words shown than were stored.
func TestFlippedBitIsNoticed(t *testing.T) {
	path, key := newStore(t)
	whole := must[[]byte](t)(os.ReadFile(path))
	r := rand.New(rand.NewPCG(1, 2))
	noticed := 0
	for range 40 {
		broken := slices.Clone(whole)
		broken[r.IntN(len(broken))] ^= 1 << r.IntN(8)
		check(t, os.WriteFile(path, broken, 0o600))
		err := readAll(t, path, key)
		if err == nil {
			continue // a free page, or one that no question reads
		}
		noticed++
		if code := mark.CodeOf(err); code != mark.Damaged && code != mark.WrongKey {
			t.Errorf("got %v (%s), want damaged or wrong key", err, code)
		}
	}
	if noticed < 30 {
		t.Errorf("only %d of 40 flipped bits were noticed", noticed)
	}
}

// readAll reads a store's passages and pages and compares their words.
func readAll(t *testing.T, path string, key []byte) error {
	m, err := sqlite.New().OpenMatter(t.Context(), path, key)
	if err != nil {
		return err
	}
	defer m.Close()
	documents, err := m.Documents(t.Context())
	if err != nil {
		return err
	}
	for _, d := range documents {
		pages, err := m.PagesFrom(t.Context(), d.ID, 1, 1000)
		if err != nil {
			return err
		}
		chunks, err := m.ChunksOf(t.Context(), d.ID)
		if err != nil {
			return err
		}
		for i := range 150 {
			want := strings.Repeat(fmt.Sprintf("page %d speaks of rent. ", i), 40)
			if pages[i].Text != want || chunks[i].Text != want {
				t.Fatalf("page %d came back with other words", i+1)
			}
		}
	}
	if _, err := m.MatchWords(t.Context(), "rent", [2]float64{1, 1}, nil, 100); err != nil {
		return err
	}
	_, err = m.MatchSubstring(t.Context(), "speaks of", nil, 100)
	return err
}

func TestReadersGoOnWhileSomebodyWrites(t *testing.T) {
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "first", "the lessee pays rent")
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var slowest [4]time.Duration
	for i := range slowest {
		wg.Go(func() {
			for n := 1; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				began := time.Now()
				hits, err := m.MatchWords(t.Context(), "rent", [2]float64{1, 1}, nil, 5)
				if err != nil || len(hits) == 0 {
					t.Errorf("reader %d: %v, %v", i, hits, err)
					return
				}
				slowest[i] = max(slowest[i], time.Since(began))
			}
		})
	}
	text := strings.Repeat("more about rent and its payment. ", 40)
	for i := range 40 {
		marktest.AddText(t, m, fmt.Sprintf("d%d", i), text, text, text)
	}
	close(stop)
	wg.Wait()
	if worst := slices.Max(slowest[:]); worst > 5*time.Second {
		t.Errorf("a reader waited %v", worst)
	}
}

func TestManyWritersTakeTurns(t *testing.T) {
	m := marktest.OpenMatter(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 10 {
				err := m.PutDocument(t.Context(), mark.Document{ID: mark.DocumentID(fmt.Sprint(i, "-", j))})
				if err != nil {
					t.Errorf("writer %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	if got := must[mark.Counts](t)(m.Counts(t.Context())); got.Documents != 80 {
		t.Errorf("got %d documents, want 80", got.Documents)
	}
}

func TestAuditTrailIsNumberedAndChained(t *testing.T) {
	r := marktest.OpenRegistry(t)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 5 {
				if err := r.Audit(t.Context(), mark.AuditEntry{User: "u", Action: "ask", Object: fmt.Sprint(i), Seq: 99, Hash: "forged"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	trail := must[[]mark.AuditEntry](t)(r.AuditTrail(t.Context(), 0, 100))
	seen := map[string]bool{}
	for i, e := range trail {
		if e.Seq != int64(i+1) || len(e.Hash) != 64 || seen[e.Hash] || e.Time.IsZero() {
			t.Errorf("entry %d: %+v", i, e)
		}
		seen[e.Hash] = true
	}
	if len(trail) != 20 {
		t.Errorf("got %d entries, want 20", len(trail))
	}
}

func TestRegistryKeepsMattersAndSettings(t *testing.T) {
	r := marktest.OpenRegistry(t)
	a := mark.Matter{ID: "a", Name: "Meyer", Created: time.Unix(1_700_000_000, 0).UTC()}
	check(t, r.PutMatter(t.Context(), a, []byte("wrapped")))
	check(t, r.PutMatter(t.Context(), mark.Matter{ID: "b", Name: "acme"}, []byte("other")))
	all := must[[]mark.Matter](t)(r.Matters(t.Context()))
	if len(all) != 2 || all[0].ID != "b" || all[1] != a {
		t.Errorf("matters: %+v", all)
	}
	if k := must[[]byte](t)(r.MatterKey(t.Context(), "a")); string(k) != "wrapped" {
		t.Errorf("key %q", k)
	}
	check(t, r.EraseMatter(t.Context(), "a"))
	wantCode(t, r.EraseMatter(t.Context(), "a"), mark.NotFound)
	_, err := r.MatterKey(t.Context(), "a")
	wantCode(t, err, mark.NotFound)

	if v := must[string](t)(r.Setting(t.Context(), "theme")); v != "" {
		t.Errorf("unset setting is %q", v)
	}
	check(t, r.PutSetting(t.Context(), "theme", "dark"))
	check(t, r.PutSetting(t.Context(), "theme", "light"))
	if v := must[string](t)(r.Setting(t.Context(), "theme")); v != "light" {
		t.Errorf("setting is %q, want light", v)
	}
}
