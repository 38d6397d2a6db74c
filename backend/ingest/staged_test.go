package ingest_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/archive"
	"markai/backend/chunk"
	"markai/backend/ingest"
	"markai/backend/marktest"
)

// zipped returns files as a ZIP archive.
func zipped(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func inside(t *testing.T, b *bench, id mark.DocumentID) map[string]mark.Document {
	t.Helper()
	list, err := b.store.QueryDocuments(t.Context(), mark.DocumentQuery{Family: id})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]mark.Document{}
	for _, d := range list.Documents {
		if d.ID != id {
			out[d.Name] = d
		}
	}
	return out
}

func TestAProductionInAnArchiveBecomesTheDocumentsThatItDescribes(t *testing.T) {
	parsers := append([]mark.Parser{archive.Parser{}}, pageParsers...)
	b := start(t, nil, ingest.Config{Parsers: parsers, Chunker: chunk.Pages})
	job, doc := b.until(b.add("volume 1.zip", zipped(t, produced())).ID, mark.JobDone)
	b.idle()
	got := inside(t, b, doc.ID)
	if mail := got["The lease.eml"]; mail.Meta.BatesFirst != "ABC001" || mail.Meta.Custodian != "Doe, Jane" || mail.Parent != doc.ID || mail.Status != mark.DocumentReady {
		t.Errorf("the message: %+v", mail)
	}
	if plan := got["ABC002"]; plan.Parent != got["The lease.eml"].ID || plan.Pages != 2 || text(t, b.store, plan.ID) != "page two\fpage three" {
		t.Errorf("its attachment: %q in %s, the message is %s", text(t, b.store, plan.ID), plan.Parent, got["The lease.eml"].ID)
	}
	if _, there := got["readme.txt"]; !there || got["prod.dat"].ID != "" || got["ABC002.tif"].ID != "" {
		t.Errorf("documents: %v", slices.Sorted(maps.Keys(got)))
	}
	notes := strings.Join(doc.Notes, "\n")
	if !strings.Contains(notes, "is a production") || !strings.Contains(notes, "leads out of the folder") {
		t.Errorf("notes: %s", notes)
	}
	// Read again from its beginning, it is the same.
	if err := b.store.PutJob(t.Context(), mark.Job{ID: job.ID, Document: doc.ID, State: mark.JobQueued, Step: mark.StepRead, Created: job.Created}); err != nil {
		t.Fatal(err)
	}
	b.stop()
	b = start(t, b.store, ingest.Config{Parsers: parsers, Chunker: chunk.Pages})
	b.until(job.ID, mark.JobDone)
	b.idle()
	if again := inside(t, b, doc.ID); !slices.Equal(slices.Sorted(maps.Keys(again)), slices.Sorted(maps.Keys(got))) {
		t.Errorf("read again: %v, before %v", slices.Sorted(maps.Keys(again)), slices.Sorted(maps.Keys(got)))
	}
}

func TestAnArchiveWithATableIsNoProduction(t *testing.T) {
	b := start(t, nil, ingest.Config{Parsers: append([]mark.Parser{archive.Parser{}}, pageParsers...), Chunker: chunk.Pages})
	_, doc := b.until(b.add("tables.zip", zipped(t, map[string]string{"fees/fees.csv": "Item,Price\npump,4\n", "a.txt": "text", "copy of a.txt": "text"})).ID, mark.JobDone)
	b.idle()
	got := inside(t, b, doc.ID)
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, []string{"a.txt", "fees.csv"}) {
		t.Errorf("documents: %v", names)
	}
	for name, d := range got {
		if d.Status != mark.DocumentReady || d.Meta.BatesFirst != "" {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if notes := strings.Join(doc.Notes, " "); strings.Contains(notes, "production") {
		t.Errorf("notes: %s", notes)
	}
}

// brittle is a store in which one write of many fails, as when the program
// breaks down over it.
type brittle struct {
	mark.MatterStore
	left atomic.Int32 // writes until the one that fails
}

func (b *brittle) write() error {
	if b.left.Add(-1) == 0 {
		return mark.Errorf(mark.Crashed, "Something broke down.")
	}
	return nil
}

func (b *brittle) PutOriginal(ctx context.Context, id mark.DocumentID, r io.Reader) error {
	if err := b.write(); err != nil {
		return err
	}
	return b.MatterStore.PutOriginal(ctx, id, r)
}

func (b *brittle) PutJob(ctx context.Context, j mark.Job) error {
	if j.State == mark.JobQueued && j.Attempts == 0 { // a new one
		if err := b.write(); err != nil {
			return err
		}
	}
	return b.MatterStore.PutJob(ctx, j)
}

func TestWhereverTheFilesOfAnArchiveBreakOffAllOfThemAreReadInTheEnd(t *testing.T) {
	parsers := append([]mark.Parser{archive.Parser{}}, pageParsers...)
	content := zipped(t, map[string]string{
		"prod.dat": line("BEGBATES", "ENDBATES", "BEGATTACH", "ENDATTACH", "NATIVELINK", "TEXTLINK") +
			line("A1", "A1", "A1", "A2", "a1.eml", "") + line("A2", "A2", "A1", "A2", "a2.txt", "") + line("A3", "A3", "", "", "", "a3.txt"),
		"a1.eml": message, "a2.txt": "The rider.", "a3.txt": "Text alone.", "readme.txt": "Produced on 1 June 2026.",
	})
	var want []string
	for at := int32(0); ; at++ {
		store := &brittle{MatterStore: marktest.OpenMatter(t)}
		b := start(t, store, ingest.Config{Parsers: parsers, Chunker: chunk.Pages, Waits: []time.Duration{time.Millisecond}})
		store.left.Store(at + 3) // behind those of the archive itself
		_, doc := b.until(b.add("volume 1.zip", content).ID, mark.JobDone)
		b.idle()
		whole := store.left.Load() > 0
		var got []string
		for name, d := range inside(t, b, doc.ID) {
			got = append(got, name)
			if d.Status != mark.DocumentReady {
				t.Errorf("broken off at write %d: %s is %s", at, name, d.Status)
			}
		}
		slices.Sort(got)
		b.stop()
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) || len(got) != 4 {
			t.Errorf("broken off at write %d: %v, otherwise %v", at, got, want)
		}
		if whole {
			if at < 10 {
				t.Errorf("only %d writes", at)
			}
			return
		}
	}
}
