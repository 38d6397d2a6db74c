package ingest_test

import (
	"context"
	"slices"
	"testing"

	mark "markai/backend"
	"markai/backend/ingest"
)

// aged makes a document one that was read by older rules: other passages, and
// of its features only what is given.
func aged(t *testing.T, store mark.MatterStore, id mark.DocumentID, features ...mark.Feature) {
	t.Helper()
	doc, err := store.Document(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	doc.Rules = 0
	if err := store.PutDocument(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
	chunks, err := store.ChunksOf(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	last := chunks[len(chunks)-1]
	last.Text, last.Header = "an old cut", "an old header"
	if err := store.ReplacePassages(t.Context(), id, append(chunks[:len(chunks)-1], last)); err != nil {
		t.Fatal(err)
	}
	if err := store.PutFeatures(t.Context(), id, features); err != nil {
		t.Fatal(err)
	}
}

func TestADocumentReadByOlderRulesIsMadeAnewFromItsPages(t *testing.T) {
	p := &book{}
	b := start(t, nil, ingest.Config{Embedder: &embedder{}, Parsers: []mark.Parser{p}})
	_, doc := b.until(b.add("a.book", "noted:one\ftwo\fDated March 1, 2019").ID, mark.JobDone)
	want, err := b.store.Features(t.Context(), doc.ID)
	if err != nil || doc.Rules != ingest.Rules {
		t.Fatalf("read by rules %d, %v", doc.Rules, err)
	}
	chunks, err := b.store.ChunksOf(t.Context(), doc.ID)
	if err != nil {
		t.Fatal(err)
	}
	b.stop()
	comment := mark.Feature{Kind: mark.FeatureComment, Page: 1, Start: 0, End: 9, Text: "Why noted:one?", Value: "Mary"}
	aged(t, b.store, doc.ID, comment, mark.Feature{Kind: mark.FeatureParty, Page: 2, Start: 0, End: 3, Text: "two"})
	e := &embedder{}
	b = start(t, b.store, ingest.Config{Embedder: e, Parsers: []mark.Parser{p}})
	wait(t, func() bool {
		d, err := b.store.Document(context.Background(), doc.ID)
		left, _ := b.store.Unembedded(context.Background(), doc.ID, "fake", 10)
		return err == nil && d.Rules == ingest.Rules && len(left) == 0
	}, func() string { return "the document stays as old rules made it" })
	b.idle()
	got, err := b.store.Features(t.Context(), doc.ID)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("features %+v, want %+v, %v", got, want, err)
	}
	now, err := b.store.ChunksOf(t.Context(), doc.ID)
	if err != nil || len(now) != len(chunks) {
		t.Fatalf("%d passages, want %d, %v", len(now), len(chunks), err)
	}
	for i := range now {
		if now[i].Text != chunks[i].Text || now[i].Header != chunks[i].Header || now[i].From != chunks[i].From {
			t.Errorf("passage %d is %+v, want %+v", i, now[i], chunks[i])
		}
	}
	if now[0].ID != chunks[0].ID {
		t.Error("a passage that stays the same was made anew")
	}
	if len(e.texts) != 1 {
		t.Errorf("%d passages were embedded again, want the one that changed", len(e.texts))
	}
	if n := p.reads["a.book/two"]; n != 1 {
		t.Errorf("a page was read from its file %d times", n)
	}
	d, err := b.store.Document(t.Context(), doc.ID)
	if err != nil || d.Status != mark.DocumentReady {
		t.Errorf("document %+v, %v", d, err)
	}
}

func TestARenewalThatIsStoppedLeavesItsDocumentSearchable(t *testing.T) {
	b := start(t, nil, ingest.Config{})
	_, doc := b.until(b.add("a.book", "one\ftwo").ID, mark.JobDone)
	b.stop()
	aged(t, b.store, doc.ID)
	service := ingest.New(ingest.Config{}) // never runs
	if err := service.Attach(t.Context(), matterID, b.store); err != nil {
		t.Fatal(err)
	}
	jobs, err := b.store.JobsIn(t.Context(), mark.JobQueued, 10)
	if err != nil || len(jobs) != 1 || jobs[0].Step != mark.StepRenew || jobs[0].Priority >= 0 {
		t.Fatalf("jobs %+v, %v", jobs, err)
	}
	if err := service.Cancel(t.Context(), matterID, jobs[0].ID); err != nil {
		t.Fatal(err)
	}
	d, err := b.store.Document(t.Context(), doc.ID)
	if err != nil || d.Status != mark.DocumentReady {
		t.Errorf("document %+v, %v", d, err)
	}
	if err := service.Retry(t.Context(), matterID, jobs[0].ID, ""); err != nil {
		t.Fatal(err)
	}
	if d, err = b.store.Document(t.Context(), doc.ID); err != nil || d.Status != mark.DocumentReady {
		t.Errorf("document %+v, %v", d, err)
	}
}

func TestARenewalThatCameToNothingIsTriedAgainAsTheSameJob(t *testing.T) {
	b := start(t, nil, ingest.Config{})
	_, doc := b.until(b.add("a.book", "one\ftwo").ID, mark.JobDone)
	b.stop()
	aged(t, b.store, doc.ID)
	for range 3 { // the matter is opened
		service := ingest.New(ingest.Config{}) // never runs
		if err := service.Attach(t.Context(), matterID, b.store); err != nil {
			t.Fatal(err)
		}
		queued, err := b.store.JobsIn(t.Context(), mark.JobQueued, 10)
		if err != nil || len(queued) != 1 || queued[0].Step != mark.StepRenew || queued[0].Problem != "" {
			t.Fatalf("jobs %+v, %v", queued, err)
		}
		service.Detach(matterID)
		queued[0].State, queued[0].Code, queued[0].Problem = mark.JobFailed, mark.Internal, "It broke."
		if err := b.store.PutJob(t.Context(), queued[0]); err != nil {
			t.Fatal(err)
		}
	}
	if jobs, err := b.store.Jobs(t.Context()); err != nil || len(jobs) != 2 {
		t.Errorf("%d jobs, %v", len(jobs), err)
	}
}
