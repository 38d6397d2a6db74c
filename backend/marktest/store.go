package marktest

import (
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/sqlite"
)

// Key returns a random key for a store.
func Key() []byte {
	key := make([]byte, sqlite.KeySize)
	rand.Read(key) // never fails since Go 1.24
	return key
}

// OpenMatter opens a new, empty, encrypted matter in a temporary folder and
// closes it when the test ends.
func OpenMatter(t testing.TB) mark.MatterStore {
	t.Helper()
	m, err := sqlite.New().OpenMatter(t.Context(), filepath.Join(t.TempDir(), "matter.db"), Key())
	if err != nil {
		t.Fatalf("open a matter: %v", err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Errorf("close the matter: %v", err)
		}
	})
	return m
}

// OpenRegistry opens a new, empty, encrypted registry in a temporary folder
// and closes it when the test ends.
func OpenRegistry(t testing.TB) mark.Registry {
	t.Helper()
	r, err := sqlite.New().OpenRegistry(t.Context(), filepath.Join(t.TempDir(), "registry.db"), Key())
	if err != nil {
		t.Fatalf("open a registry: %v", err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close the registry: %v", err)
		}
	})
	return r
}

// AddText adds a document with one page per text, each page one passage, and
// returns its row. The passages' header is the name.
func AddText(t testing.TB, m mark.MatterStore, name string, pages ...string) mark.Document {
	t.Helper()
	d := mark.Document{
		ID: mark.DocumentID(mark.NewID()), Name: name, Kind: mark.KindText, Pages: len(pages),
		Status: mark.DocumentSearchable, Added: time.Now().UTC(),
	}
	if err := m.PutDocument(t.Context(), d); err != nil {
		t.Fatalf("put document %s: %v", name, err)
	}
	var list []mark.Page
	var chunks []mark.Chunk
	for i, text := range pages {
		list = append(list, mark.Page{Number: i + 1, Width: 612, Height: 792, Text: text})
		if text != "" {
			chunks = append(chunks, mark.Chunk{
				Document: d.ID, Header: name, Text: text,
				From: mark.Pos{Page: i + 1}, To: mark.Pos{Page: i + 1, Offset: len(text)},
			})
		}
	}
	if err := m.PutPages(t.Context(), d.ID, list, chunks); err != nil {
		t.Fatalf("put the pages of %s: %v", name, err)
	}
	d, err := m.Document(t.Context(), d.ID)
	if err != nil {
		t.Fatalf("read document %s back: %v", name, err)
	}
	return d
}
