package ingest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/chunk"
	"markai/backend/ingest"
	"markai/backend/mail"
	"markai/backend/marktest"
	"markai/backend/ooxml"
	plain "markai/backend/text"
)

// memorySafe are the parsers that need no worker.
var memorySafe = []mark.Parser{plain.Parser{}, ooxml.Parser{}, mail.Parser{}}

// TestEveryFileOfACorpusEndsReadOrWithItsReason adds the folder named by
// MARKAI_CORPUS.
func TestEveryFileOfACorpusEndsReadOrWithItsReason(t *testing.T) {
	dir := os.Getenv("MARKAI_CORPUS")
	if dir == "" {
		t.Skip("MARKAI_CORPUS names no folder of documents")
	}
	b := start(t, nil, ingest.Config{Parsers: memorySafe, Chunker: chunk.Pages, Embedder: &embedder{}})
	began := time.Now()
	a, err := b.s.Add(t.Context(), matterID, b.store, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	added := time.Since(began)
	b.idle()
	counts, err := b.store.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d added in %v, %d rejected; %+v after %v", len(a.Jobs), added, len(a.Rejected), counts, time.Since(began))
	docs, err := b.store.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		read := d.Status == mark.DocumentReady && d.Pages > 0 && d.Problem == ""
		reason := d.Status == mark.DocumentNeedsYou && strings.HasSuffix(d.Problem, ".") && d.Code != mark.Internal
		if !read && !reason {
			t.Errorf("%s: %s after %d pages: %q (%s)", d.Name, d.Status, d.Pages, d.Problem, d.Code)
		}
		t.Logf("%-60s %-9s %4d pages  %s %q", d.Name, d.Status, d.Pages, d.Problem, d.Notes)
	}
}

func BenchmarkReadingText(b *testing.B) {
	var content strings.Builder
	for i := range 5_000 {
		fmt.Fprintf(&content, "%d. The parties agree that either may terminate upon %d days' written notice.\n\n", i, i)
	}
	store := marktest.OpenMatter(b)
	run := start(b, store, ingest.Config{Parsers: memorySafe, Chunker: chunk.Pages})
	pages, n := 0, 0
	for b.Loop() {
		n++
		_, doc := run.until(run.add("a.txt", fmt.Sprintf("%d\n%s", n, content.String())).ID, mark.JobDone)
		pages += doc.Pages
	}
	b.ReportMetric(float64(pages)/b.Elapsed().Seconds(), "pages/s")
}
