package ingest_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/chunk"
	"markai/backend/ingest"
	"markai/backend/mail"
	"markai/backend/ooxml"
	txt "markai/backend/text"
)

func TestScratch(t *testing.T) {
	dir := os.Getenv("SCRATCH")
	if dir == "" {
		t.Skip()
	}
	b := start(t, nil, ingest.Config{Parsers: []mark.Parser{txt.Parser{}, ooxml.Parser{}, mail.Parser{}}, Chunker: chunk.Pages, Embedder: &embedder{}})
	began := time.Now()
	a, err := b.s.Add(t.Context(), matterID, b.store, []string{dir})
	t.Logf("added %d known %d rejected %v in %v, %v", len(a.Jobs), len(a.Known), a.Rejected, time.Since(began), err)
	b.idle()
	c, _ := b.store.Counts(t.Context())
	t.Logf("%+v in %v", c, time.Since(began))
	docs, _ := b.store.Documents(t.Context())
	for _, d := range docs {
		if os.Getenv("SHOW") != "" {
			t.Logf("%-50s %-10s %4d pages %s | %q | %q", filepath.Base(d.Name), d.Status, d.Pages, d.Problem, d.Title, d.Notes)
		}
	}
}
