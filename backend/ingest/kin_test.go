package ingest_test

import (
	"fmt"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/ingest"
)

// prose is text of n words whose every so-manyth word is another.
func prose(n, every int) string {
	var b strings.Builder
	for i := range n {
		if every > 0 && i%every == 1 {
			b.WriteString("other ")
			continue
		}
		fmt.Fprintf(&b, "word%d ", i*i%4999)
	}
	return b.String()
}

func TestVersionsAndDuplicatesAreFoundWhenDocumentsAreRead(t *testing.T) {
	b := start(t, nil, ingest.Config{Workers: 1})
	read := func(name, content string) mark.Document {
		_, doc := b.until(b.add(name, content).ID, mark.JobDone)
		return doc
	}
	first := read("Lease v1.book", prose(1000, 0))
	second := read("Lease v2 FINAL.book", prose(1000, 40))
	stranger := read("Deed.book", prose(1000, 2))
	cover := read("Lease.book", "Lease")
	family := read("Letter.book", "see inside\ffile:copy.book="+prose(1000, 0))
	if second.Similar != first.ID {
		t.Errorf("the second version is similar to %q, want %q", second.Similar, first.ID)
	}
	for _, d := range []mark.Document{first, stranger, cover, family} {
		if d.Similar != "" || d.Duplicate != "" {
			t.Errorf("%s is similar to %q and a duplicate of %q", d.Name, d.Similar, d.Duplicate)
		}
	}
	wait(t, func() bool { return done(t, b.store) }, func() string { return "the attachment is not read" })
	list, err := b.store.QueryDocuments(t.Context(), mark.DocumentQuery{Family: family.ID, Sort: mark.SortAdded})
	if err != nil || list.Total != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if inside := list.Documents[1]; inside.Duplicate != first.ID {
		t.Errorf("the attachment is a duplicate of %q, want %q", inside.Duplicate, first.ID)
	}
}
