package ingest_test

import (
	"testing"

	mark "markai/backend"
	"markai/backend/ingest"
)

func TestAllJobsPauseAndGoOnTogether(t *testing.T) {
	// One document waits for vectors, one is being read, one waits to be read.
	e := &embedder{gate: make(chan struct{})}
	p := &book{gate: make(chan struct{})}
	b := start(t, nil, ingest.Config{Parsers: []mark.Parser{p}, Embedder: e, Workers: 1})
	var jobs []mark.Job
	for _, name := range []string{"a.book", "b.book", "c.book"} {
		jobs = append(jobs, b.add(name, name+" one\f"+name+" two"))
	}
	for range 3 { // two pages of the first, one of the second
		p.gate <- struct{}{}
	}
	if err := b.s.PauseAll(t.Context(), matterID); err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs {
		if got, err := b.store.Job(t.Context(), j.ID); err != nil || got.State != mark.JobPaused {
			t.Errorf("job %+v, %v", got, err)
		}
	}
	if counts, err := b.store.JobCounts(t.Context()); err != nil || counts[mark.JobPaused] != 3 {
		t.Errorf("counts %v, %v", counts, err)
	}
	close(p.gate)
	close(e.gate)
	if err := b.s.ResumeAll(t.Context(), matterID); err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs {
		if _, doc := b.until(j.ID, mark.JobDone); doc.Status != mark.DocumentReady || doc.PagesRead != 2 {
			t.Errorf("document %+v", doc)
		}
	}
	for page, n := range p.reads {
		if n > 2 { // the page that was under way may be read twice
			t.Errorf("%s was read %d times", page, n)
		}
	}
}

func TestJobsOfAMatterThatIsNotOpenCannotBePaused(t *testing.T) {
	s := ingest.New(ingest.Config{})
	if err := s.PauseAll(t.Context(), "gone"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("pause: %v", err)
	}
	if err := s.ResumeAll(t.Context(), "gone"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("resume: %v", err)
	}
}
