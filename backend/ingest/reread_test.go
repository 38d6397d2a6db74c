package ingest_test

import (
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/ingest"
)

func TestADocumentIsReadAgainFromItsPictures(t *testing.T) {
	b := start(t, nil, ingest.Config{Recogniser: eyes{}})
	_, old := b.until(b.add("a.book", "layer:the page as pictured\flayer:second").ID, mark.JobDone)
	before := text(t, b.store, old.ID)
	job, fresh, err := b.s.ReadAgain(t.Context(), matterID, b.store, old.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.s.ReadAgain(t.Context(), matterID, b.store, old.ID); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("a second time: %v", err)
	}
	_, fresh = b.until(job.ID, mark.JobDone)
	if got := text(t, b.store, fresh.ID); got != "the page as pictured\fsecond" {
		t.Errorf("the new reading is %q", got)
	}
	if fresh.OCRPages != 2 || fresh.Similar != old.ID || fresh.Duplicate != "" {
		t.Errorf("the new reading: %+v", fresh)
	}
	if got := text(t, b.store, old.ID); got != before {
		t.Errorf("the old text became %q", got)
	}
	layers, err := b.store.Features(t.Context(), fresh.ID, mark.FeatureLayer)
	if err != nil || len(layers) != 2 || layers[0].Text != "layer:the page as pictured" {
		t.Errorf("what the file says: %+v, %v", layers, err)
	}
	old, err = b.store.Document(t.Context(), old.ID)
	if err != nil || old.Replaced != fresh.ID || len(old.Notes) == 0 {
		t.Errorf("the old reading: %+v, %v", old, err)
	}
	list, err := b.store.QueryDocuments(t.Context(), mark.DocumentQuery{Distinct: true})
	if err != nil || len(list.Documents) != 1 || list.Documents[0].ID != fresh.ID {
		t.Errorf("distinct documents: %+v, %v", list, err)
	}
	if err := b.store.DeleteDocument(t.Context(), fresh.ID); err != nil {
		t.Fatal(err)
	}
	if old, err = b.store.Document(t.Context(), old.ID); err != nil || old.Replaced != "" {
		t.Errorf("the old reading without the new: %+v, %v", old, err)
	}
}

func TestWhatCannotBeReadAgainSaysWhy(t *testing.T) {
	b := start(t, nil, ingest.Config{})
	_, doc := b.until(b.add("a.book", "one").ID, mark.JobDone)
	if _, _, err := b.s.ReadAgain(t.Context(), matterID, b.store, doc.ID); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("without recognition: %v", err)
	}
	b.stop()
	b = start(t, b.store, ingest.Config{Recogniser: eyes{}})
	if _, _, err := b.s.ReadAgain(t.Context(), matterID, b.store, "gone"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("a document that is gone: %v", err)
	}
	doc.Kind = mark.KindMail
	if err := b.store.PutDocument(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.s.ReadAgain(t.Context(), matterID, b.store, doc.ID); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("a message: %v", err)
	}
}

// While a document gets its vectors its file may be read again, or found
// elsewhere: the end of the one must not undo the other.
func TestTheEndOfAJobUndoesNothingThatHappenedToItsDocumentMeanwhile(t *testing.T) {
	e := &embedder{gate: make(chan struct{})}
	b := start(t, nil, ingest.Config{Recogniser: eyes{}, Embedder: e})
	job, old := b.until(b.add("a.book", "layer:the page as pictured").ID, mark.JobRunning)
	wait(t, func() bool {
		j, err := b.store.Job(t.Context(), job.ID)
		return err == nil && j.Step == mark.StepEmbed
	}, func() string { return "the document is not embedded" })
	again, _, err := b.s.ReadAgain(t.Context(), matterID, b.store, old.ID)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, func() bool {
		d, err := b.store.Document(t.Context(), old.ID)
		return err == nil && d.Replaced != ""
	}, func() string { return "the document is not read again" })
	if _, err := b.store.ChangeDocument(t.Context(), old.ID, func(d *mark.Document) { d.Source = "/moved" }); err != nil {
		t.Fatal(err)
	}
	close(e.gate)
	b.until(job.ID, mark.JobDone)
	_, fresh := b.until(again.ID, mark.JobDone)
	got, err := b.store.Document(t.Context(), old.ID)
	if err != nil || got.Replaced != fresh.ID || got.Source != "/moved" || got.Status != mark.DocumentReady || len(got.Notes) == 0 {
		t.Errorf("the old reading: %+v, %v", got, err)
	}
}

func TestADocumentThatWasPutAsideIsReadFromItsPictures(t *testing.T) {
	b := start(t, nil, ingest.Config{Waits: []time.Duration{}, Recogniser: eyes{}})
	failed, old := b.until(b.add("a.book", "crash:the page as pictured").ID, mark.JobFailed)
	job, _, err := b.s.ReadAgain(t.Context(), matterID, b.store, old.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, fresh := b.until(job.ID, mark.JobDone)
	if got := text(t, b.store, fresh.ID); got != "the page as pictured" {
		t.Errorf("read: %q", got)
	}
	old, err = b.store.Document(t.Context(), old.ID)
	if err != nil || old.Status != mark.DocumentReady || old.Problem != "" || old.Replaced != fresh.ID {
		t.Errorf("the document that was put aside: %+v, %v", old, err)
	}
	if j, err := b.store.Job(t.Context(), failed.ID); err != nil || j.State != mark.JobCanceled {
		t.Errorf("its job: %+v, %v", j, err)
	}
}
