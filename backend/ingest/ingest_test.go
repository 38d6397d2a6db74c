package ingest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/ingest"
)

func TestADocumentIsReadAndThenEmbedded(t *testing.T) {
	e := &embedder{}
	b := start(t, nil, ingest.Config{Embedder: e, Passage: func(c mark.Chunk) string { return c.Header + ": " + c.Text }})
	job := b.add("lease.book", "one\ftwo\fthree")
	j, doc := b.until(job.ID, mark.JobDone)
	if doc.Status != mark.DocumentReady || doc.Pages != 3 || doc.PagesRead != 3 || j.Step != mark.StepEmbed {
		t.Errorf("job %+v, document %+v", j, doc)
	}
	if got := text(t, b.store, doc.ID); got != "one\ftwo\fthree" {
		t.Errorf("text %q", got)
	}
	if len(e.texts) != 3 || !strings.Contains(e.texts[0], "lease.book: one") {
		t.Errorf("embedded %q", e.texts)
	}
	hits, err := b.store.MatchWords(t.Context(), `"three"`, [2]float64{1, 1}, nil, 10)
	if err != nil || len(hits) != 1 {
		t.Errorf("hits %v, %v", hits, err)
	}
}

func TestWithoutAnEmbedderADocumentIsReadyWhenItIsRead(t *testing.T) {
	b := start(t, nil, ingest.Config{})
	if _, doc := b.until(b.add("a.book", "one").ID, mark.JobDone); doc.Status != mark.DocumentReady {
		t.Errorf("status %s", doc.Status)
	}
}

func TestPicturesAreRecognisedAndStoredInOrder(t *testing.T) {
	b := start(t, nil, ingest.Config{Recogniser: eyes{}, OCRParallel: 4})
	var pages, want []string
	for i := range 30 {
		word := strings.Repeat(string(rune('a'+i%26)), 1+i%7)
		pages, want = append(pages, "picture:"+word), append(want, word)
	}
	_, doc := b.until(b.add("scan.book", strings.Join(pages, "\f")).ID, mark.JobDone)
	if got := text(t, b.store, doc.ID); got != strings.Join(want, "\f") {
		t.Errorf("text %q", got)
	}
	if doc.OCRPages != 30 {
		t.Errorf("%d pages were recognised", doc.OCRPages)
	}
}

func TestPageThatCannotBeReadCostsOnePage(t *testing.T) {
	b := start(t, nil, ingest.Config{Recogniser: eyes{}})
	_, doc := b.until(b.add("a.book", "one\fdamaged:\fonce:x\fcrash:\fpicture:unreadable\flast").ID, mark.JobDone)
	if got := text(t, b.store, doc.ID); got != "one\f\fonce:x\f\f\flast" {
		t.Errorf("text %q", got)
	}
	want := []string{
		"Page 2 could not be read: Its content is damaged.",
		"Page 4 could not be read: The reader broke down on it.",
		"Page 5 could not be read: Recognition broke down.",
	}
	if !slices.Equal(doc.Notes, want) {
		t.Errorf("notes %q", doc.Notes)
	}
	if p, err := b.store.Page(t.Context(), doc.ID, 2); err != nil || p.Problem == "" {
		t.Errorf("page 2: %+v, %v", p, err)
	}
	for page, n := range map[string]int{"a.book/damaged:": 2, "a.book/crash:": 2, "a.book/once:x": 2, "a.book/one": 1} {
		if b.book.reads[page] != n {
			t.Errorf("%s was read %d times, want %d", page, b.book.reads[page], n)
		}
	}
}

func TestADocumentThatCannotBeReadAtAllNeedsYou(t *testing.T) {
	for _, c := range []struct {
		name, content string
		code          mark.Code
		says          string
	}{
		{"a.book", "broken", mark.Damaged, "This book is broken."},
		{"a.book", "locked:x\fone", mark.NeedsPassword, "This book needs a password."},
		{"a.book", "crash:1\fcrash:2", mark.Damaged, "No page of this document could be read. The reader broke down on it."},
		{"a.book", "off:", mark.Unavailable, "The reader is switched off."},
		{"a.book", "picture:seen", mark.Unavailable, "switched off"},
		{"a.odd", "odd", mark.Unsupported, "not a kind of file"},
	} {
		b := start(t, nil, ingest.Config{})
		j, doc := b.until(b.add(c.name, c.content).ID, mark.JobFailed)
		if j.Code != c.code || !strings.Contains(j.Problem, c.says) || doc.Status != mark.DocumentNeedsYou || doc.Problem != j.Problem || doc.Code != c.code {
			t.Errorf("%q: job %+v, document %+v", c.content, j, doc)
		}
	}
}

func TestRetryWithThePasswordReadsTheDocument(t *testing.T) {
	b := start(t, nil, ingest.Config{})
	job := b.add("a.book", "locked:secret\fone\ftwo")
	b.until(job.ID, mark.JobFailed)
	if err := b.s.Retry(t.Context(), matterID, job.ID, "wrong"); err != nil {
		t.Fatal(err)
	}
	b.until(job.ID, mark.JobFailed)
	if err := b.s.Retry(t.Context(), matterID, job.ID, "secret"); err != nil {
		t.Fatal(err)
	}
	j, doc := b.until(job.ID, mark.JobDone)
	if text(t, b.store, doc.ID) != "one\ftwo" || j.Problem != "" || doc.Problem != "" || doc.Status != mark.DocumentReady {
		t.Errorf("job %+v, document %+v", j, doc)
	}
}

func TestAJobPausesResumesAndIsCanceled(t *testing.T) {
	gate := make(chan struct{})
	b := start(t, nil, ingest.Config{Parsers: []mark.Parser{&book{gate: gate}}})
	job := b.add("a.book", "one\ftwo\fthree\ffour")
	gate <- struct{}{}
	gate <- struct{}{}
	wait(t, func() bool { return b.reads("a.book/two") == 1 }, func() string { return "page two was not read" })
	if err := b.s.Pause(t.Context(), matterID, job.ID); err != nil {
		t.Fatal(err)
	}
	j, doc := b.until(job.ID, mark.JobPaused)
	if doc.PagesRead != 2 || j.Done != 2 {
		t.Errorf("paused with %d pages, job %+v", doc.PagesRead, j)
	}
	if err := b.s.Resume(t.Context(), matterID, job.ID); err != nil {
		t.Fatal(err)
	}
	gate <- struct{}{}
	wait(t, func() bool { return b.reads("a.book/three") == 1 }, func() string { return "page three was not read" })
	if err := b.s.Cancel(t.Context(), matterID, job.ID); err != nil {
		t.Fatal(err)
	}
	if _, doc = b.until(job.ID, mark.JobCanceled); doc.Status != mark.DocumentNeedsYou || doc.Code != mark.Canceled || !strings.Contains(doc.Problem, "page 3 of 4") {
		t.Errorf("canceled: %+v", doc)
	}
	if err := b.s.Retry(t.Context(), matterID, job.ID, ""); err != nil {
		t.Fatal(err)
	}
	gate <- struct{}{}
	if _, doc = b.until(job.ID, mark.JobDone); text(t, b.store, doc.ID) != "one\ftwo\fthree\ffour" {
		t.Errorf("text %q", text(t, b.store, doc.ID))
	}
	for page, n := range b.book.reads {
		if n != 1 {
			t.Errorf("%s was read %d times", page, n)
		}
	}
	if err := b.s.Pause(t.Context(), matterID, job.ID); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("pausing what is done: %v", err)
	}
}

// reads returns how often a page was read.
func (b *bench) reads(page string) int {
	b.book.mu.Lock()
	defer b.book.mu.Unlock()
	return b.book.reads[page]
}

func TestReadingGoesBeforeEmbedding(t *testing.T) {
	e := &embedder{gate: make(chan struct{})}
	b := start(t, nil, ingest.Config{Embedder: e, Workers: 1})
	var long []string
	for i := range 40 {
		long = append(long, fmt.Sprintf("page %d", i))
	}
	first := b.add("a.book", strings.Join(long, "\f"))
	e.gate <- struct{}{} // the first batch of the first document
	second := b.add("b.book", "locked:x\fy")
	b.until(second.ID, mark.JobFailed) // read while the first waits for vectors
	close(e.gate)
	if j, _ := b.until(first.ID, mark.JobDone); j.Done != 40 || j.Total != 40 {
		t.Errorf("job %+v", j)
	}
	if len(e.texts) != 40 {
		t.Errorf("%d passages were embedded for 40", len(e.texts))
	}
}

func TestAJobThatCannotBeEmbeddedLeavesItsDocumentSearchable(t *testing.T) {
	e := &embedder{err: mark.Errorf(mark.Unavailable, "The model is missing.")}
	b := start(t, nil, ingest.Config{Embedder: e, Waits: []time.Duration{time.Millisecond}})
	job := b.add("a.book", "one")
	j, doc := b.until(job.ID, mark.JobFailed)
	if j.Code != mark.Unavailable || j.Step != mark.StepEmbed || doc.Status != mark.DocumentSearchable {
		t.Errorf("job %+v, document %+v", j, doc)
	}
	e.mu.Lock()
	e.err = nil
	e.mu.Unlock()
	if err := b.s.Retry(t.Context(), matterID, job.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, doc = b.until(job.ID, mark.JobDone); doc.Status != mark.DocumentReady {
		t.Errorf("document %+v", doc)
	}
}

func TestDocumentsReadWithoutAnEmbedderAreEmbeddedWhenThereIsOne(t *testing.T) {
	b := start(t, nil, ingest.Config{})
	_, doc := b.until(b.add("a.book", "one\ftwo").ID, mark.JobDone)
	b.stop()
	e := &embedder{}
	b = start(t, b.store, ingest.Config{Embedder: e})
	wait(t, func() bool {
		left, err := b.store.Unembedded(context.Background(), doc.ID, "fake", 10)
		return err == nil && len(left) == 0
	}, func() string { return "passages without vectors" })
}

func TestAJobThatWaitsForVectorsEndsWhenTheEmbedderIsSwitchedOff(t *testing.T) {
	b := start(t, nil, ingest.Config{Embedder: &embedder{gate: make(chan struct{})}})
	job := b.add("a.book", "one\ftwo")
	wait(t, func() bool {
		j, err := b.store.Job(context.Background(), job.ID)
		return err == nil && j.Step == mark.StepEmbed
	}, func() string { return "the document was not read" })
	b.stop()
	b = start(t, b.store, ingest.Config{})
	if _, doc := b.until(job.ID, mark.JobDone); doc.Status != mark.DocumentReady {
		t.Errorf("document %+v", doc)
	}
	b.stop()
	e := &embedder{}
	b = start(t, b.store, ingest.Config{Embedder: e})
	b.idle()
	if left, err := b.store.Unembedded(t.Context(), job.Document, "fake", 10); err != nil || len(left) != 0 {
		t.Errorf("%d passages without vectors, %v", len(left), err)
	}
}

func TestAttachmentsBecomeDocumentsOfTheirOwn(t *testing.T) {
	b := start(t, nil, ingest.Config{})
	top := b.add("mail.book", "text\ffile:x.book=one&y.book=two&copy.book=one&empty.book=")
	b.add("x.book", "one") // the same bytes outside the mail are a document of their own
	b.idle()
	docs, err := b.store.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var inside []string
	for _, d := range docs {
		if d.Status != mark.DocumentReady {
			t.Errorf("%s is %s: %s", d.Name, d.Status, d.Problem)
		}
		if d.Parent == top.Document {
			inside = append(inside, d.Name+" from "+d.Source)
		}
	}
	if want := []string{"x.book from mail.book", "y.book from mail.book"}; !slices.Equal(inside, want) || len(docs) != 4 {
		t.Errorf("%d documents, inside %q", len(docs), inside)
	}
	parent, err := b.store.Document(t.Context(), top.Document)
	if err != nil || !slices.Contains(parent.Notes, "The attachment empty.book could not be added. It is empty.") {
		t.Errorf("notes %q, %v", parent.Notes, err)
	}
}

func TestFilesInsideFilesEndSomewhere(t *testing.T) {
	content := "deepest"
	for range 10 {
		content = "text\ffile:in.book=" + strings.ReplaceAll(content, "\f", "|")
	}
	// Only the outermost level is written with form feeds.
	b := start(t, nil, ingest.Config{})
	b.add("a.book", content)
	b.idle()
	docs, err := b.store.Documents(t.Context())
	if err != nil || len(docs) < 2 || len(docs) > 7 {
		t.Errorf("%d documents, %v", len(docs), err)
	}
}

// idle waits until no job is queued or running.
func (b *bench) idle() {
	b.t.Helper()
	wait(b.t, func() bool {
		jobs, err := b.store.Jobs(context.Background())
		if err != nil {
			b.t.Fatal(err)
		}
		return !slices.ContainsFunc(jobs, func(j mark.Job) bool { return j.State == mark.JobQueued || j.State == mark.JobRunning })
	}, func() string { return "jobs are left" })
}

func TestWhoIsToldMayAskBack(t *testing.T) {
	var s *ingest.Service
	var mu sync.Mutex // guards steps
	var steps []string
	ready := make(chan struct{})
	b := start(t, nil, ingest.Config{Embedder: &embedder{}, Notify: func(m mark.MatterID, j mark.Job, d mark.Document) {
		<-ready
		s.Progress(m, j.ID)
		mu.Lock()
		defer mu.Unlock()
		if step := string(j.State) + "/" + string(d.Status); len(steps) == 0 || steps[len(steps)-1] != step {
			steps = append(steps, step)
		}
	}})
	s = b.s
	close(ready)
	b.until(b.add("a.book", "one\ftwo").ID, mark.JobDone)
	b.stop()
	want := []string{"queued/queued", "running/queued", "running/reading", "running/searchable", "done/ready"}
	if !slices.Equal(slices.DeleteFunc(steps, func(s string) bool { return s == "queued/queued" }), want[1:]) {
		t.Errorf("told %q, want %q", steps, want)
	}
}

func TestDetachLeavesTheJobQueued(t *testing.T) {
	gate := make(chan struct{}, 1)
	b := start(t, nil, ingest.Config{Parsers: []mark.Parser{&book{gate: gate}}})
	job := b.add("a.book", "one\ftwo")
	gate <- struct{}{}
	wait(t, func() bool { return b.reads("a.book/one") == 1 }, func() string { return "page one was not read" })
	b.s.Detach(matterID)
	if j, doc := b.until(job.ID, mark.JobQueued); doc.PagesRead != 1 {
		t.Errorf("job %+v, document %+v", j, doc)
	}
	if err := b.s.Pause(t.Context(), matterID, job.ID); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("pausing in a closed matter: %v", err)
	}
	if err := b.s.Attach(t.Context(), matterID, b.store); err != nil {
		t.Fatal(err)
	}
	close(gate)
	b.until(job.ID, mark.JobDone)
}

func TestADeletedDocumentDoesNotComeBack(t *testing.T) {
	gate := make(chan struct{})
	b := start(t, nil, ingest.Config{Parsers: []mark.Parser{&book{gate: gate}}})
	job := b.add("a.book", "one\ftwo")
	gate <- struct{}{}
	if err := b.store.DeleteDocument(t.Context(), job.Document); err != nil {
		t.Fatal(err)
	}
	close(gate)
	time.Sleep(20 * time.Millisecond)
	b.stop()
	if docs, err := b.store.Documents(t.Context()); err != nil || len(docs) != 0 {
		t.Errorf("documents %+v, %v", docs, err)
	}
}

func TestAJobThatWaitsForVectorsSaysHowMany(t *testing.T) {
	e := &embedder{gate: make(chan struct{})}
	b := start(t, nil, ingest.Config{Embedder: e, Workers: 1})
	first := b.add("a.book", "one")
	second := b.add("b.book", "x\fy\fz")
	var j mark.Job
	wait(t, func() bool {
		var err error
		j, err = b.store.Job(t.Context(), second.ID)
		return err == nil && j.Step == mark.StepEmbed
	}, func() string { return fmt.Sprintf("%+v", j) })
	if j.Done != 0 || j.Total != 3 {
		t.Errorf("%d of %d, want 0 of 3", j.Done, j.Total)
	}
	close(e.gate)
	for _, id := range []mark.JobID{first.ID, second.ID} {
		b.until(id, mark.JobDone)
	}
}

func TestACanceledJobIsNotTakenUpInTheSameMoment(t *testing.T) {
	b := start(t, nil, ingest.Config{Workers: 2})
	var canceled []mark.JobID
	for i := range 60 {
		job := b.add(fmt.Sprintf("%d.book", i), fmt.Sprintf("text %d", i))
		if err := b.s.Cancel(t.Context(), matterID, job.ID); err != nil {
			continue // it was done already
		}
		if j, err := b.store.Job(t.Context(), job.ID); err == nil && j.State == mark.JobCanceled {
			canceled = append(canceled, job.ID)
		}
	}
	b.idle()
	for _, id := range canceled {
		if j, err := b.store.Job(t.Context(), id); err != nil || j.State != mark.JobCanceled {
			t.Errorf("a canceled job is %s, %v", j.State, err)
		}
	}
}
