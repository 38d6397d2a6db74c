package ingest_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/ingest"
	"markai/backend/marktest"
)

// tiny is a store on a disk that is full while full is set: what was stored can
// be read, and every write fails.
type tiny struct {
	mark.MatterStore
	full atomic.Bool
}

func (t *tiny) write() error {
	if t.full.Load() {
		return mark.Errorf(mark.DiskFull, "The disk is full.")
	}
	return nil
}

func (t *tiny) PutDocument(ctx context.Context, d mark.Document) error {
	if err := t.write(); err != nil {
		return err
	}
	return t.MatterStore.PutDocument(ctx, d)
}

func (t *tiny) PutOriginal(ctx context.Context, id mark.DocumentID, r io.Reader) error {
	if err := t.MatterStore.PutOriginal(ctx, id, r); err != nil {
		return err
	}
	return t.write()
}

func (t *tiny) ChangeDocument(ctx context.Context, id mark.DocumentID, change func(*mark.Document)) (mark.Document, error) {
	if err := t.write(); err != nil {
		return mark.Document{}, err
	}
	return t.MatterStore.ChangeDocument(ctx, id, change)
}

func (t *tiny) PutPages(ctx context.Context, id mark.DocumentID, p []mark.Page, c []mark.Chunk) error {
	if err := t.write(); err != nil {
		return err
	}
	return t.MatterStore.PutPages(ctx, id, p, c)
}

func (t *tiny) PutJob(ctx context.Context, j mark.Job) error {
	if err := t.write(); err != nil {
		return err
	}
	return t.MatterStore.PutJob(ctx, j)
}

func (t *tiny) NextJob(ctx context.Context) (mark.Job, error) {
	if err := t.write(); err != nil {
		return mark.Job{}, err
	}
	return t.MatterStore.NextJob(ctx)
}

func (t *tiny) RequeueRunning(ctx context.Context) (int, error) {
	if err := t.write(); err != nil {
		return 0, err
	}
	return t.MatterStore.RequeueRunning(ctx)
}

func (t *tiny) DeleteDocument(ctx context.Context, id mark.DocumentID) error {
	if err := t.write(); err != nil {
		return err
	}
	return t.MatterStore.DeleteDocument(ctx, id)
}

// heard keeps what Notify was told last of each job.
type heard struct {
	mu   sync.Mutex // guards last
	last map[mark.JobID]mark.Job
}

func (h *heard) notify(_ mark.MatterID, j mark.Job, _ mark.Document) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last == nil {
		h.last = map[mark.JobID]mark.Job{}
	}
	h.last[j.ID] = j
}

func (h *heard) of(id mark.JobID) mark.Job {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last[id]
}

func TestFullDiskPausesReadingWithItsReasonUntilThereIsSpace(t *testing.T) {
	store := &tiny{MatterStore: marktest.OpenMatter(t)}
	h := &heard{}
	reader := &book{gate: make(chan struct{})}
	b := start(t, store, ingest.Config{Parsers: []mark.Parser{reader}, Notify: h.notify, Probe: 20 * time.Millisecond, Embedder: &embedder{}})
	job := b.add("a.book", "one\ftwo\fthree")
	reader.gate <- struct{}{}
	wait(t, func() bool { return h.of(job.ID).Done == 1 }, func() string { return "the first page is not stored" })
	store.full.Store(true)
	close(reader.gate)
	wait(t, func() bool {
		j := h.of(job.ID)
		return j.Code == mark.DiskFull && j.State == mark.JobQueued && strings.Contains(j.Problem, "disk is full")
	}, func() string { return "nobody was told" })
	if p, err := store.Page(t.Context(), job.Document, 1); err != nil || p.Text != "one" {
		t.Errorf("what was read before: %+v, %v", p, err)
	}
	added, err := b.s.AddReader(t.Context(), matterID, store, "b.book", strings.NewReader("four"))
	if mark.CodeOf(err) != mark.DiskFull {
		t.Errorf("adding gave %+v, %v", added, err)
	}
	store.full.Store(false)
	if j, _ := b.until(job.ID, mark.JobDone); j.Code != "" || j.Problem != "" {
		t.Errorf("the job ended as %+v", j)
	}
	if got := text(t, store, job.Document); got != "one\ftwo\fthree" {
		t.Errorf("text %q", got)
	}
	// What could not be undone is not taken for a known document.
	b.until(b.add("b.book", "four").ID, mark.JobDone)
}

func TestFullDiskAtTheStartKeepsNothingClosed(t *testing.T) {
	store := &tiny{MatterStore: marktest.OpenMatter(t)}
	first := start(t, store, ingest.Config{})
	first.stop()
	job := first.add("a.book", "one")
	store.full.Store(true)
	b := start(t, store, ingest.Config{Probe: 20 * time.Millisecond}) // fails where Attach does
	time.Sleep(50 * time.Millisecond)
	store.full.Store(false)
	b.until(job.ID, mark.JobDone)
}

func TestFilesOfOneDropAreKeptUntilTheDiskIsFull(t *testing.T) {
	store := &tiny{MatterStore: marktest.OpenMatter(t)}
	dir := t.TempDir()
	write(t, dir, "a.book", "one")
	write(t, dir, "b.book", "two")
	s := ingest.New(ingest.Config{Parsers: []mark.Parser{&book{}}, Notify: func(mark.MatterID, mark.Job, mark.Document) { store.full.Store(true) }})
	added, err := s.Add(t.Context(), matterID, store, []string{dir})
	if err != nil || len(added.Jobs) != 1 || len(added.Rejected) != 1 || mark.CodeOf(added.Rejected[0].Err) != mark.DiskFull || added.Rejected[0].Name != "b.book" {
		t.Errorf("%+v, %v", added, err)
	}
}

func TestJobThatBreaksDownIsTriedAgainAndThenPutAside(t *testing.T) {
	for _, c := range []struct {
		what  string
		fails int // embeddings before one goes well
		want  mark.JobState
	}{{"twice", 2, mark.JobDone}, {"always", 1000, mark.JobFailed}} {
		e := &failing{left: c.fails}
		b := start(t, nil, ingest.Config{Embedder: e, Waits: []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}})
		j, doc := b.until(b.add("a.book", "one").ID, mark.JobDone, mark.JobFailed)
		if j.State != c.want || c.want == mark.JobFailed && (j.Code != mark.Unavailable || j.Attempts != 3) {
			t.Errorf("%s: job %+v", c.what, j)
		}
		if doc.Status == mark.DocumentNeedsYou {
			t.Errorf("%s: a document that is read needs nobody: %s", c.what, doc.Problem)
		}
	}
}

// failing is an embedder that is not there for some calls.
type failing struct {
	embedder
	left int
}

func (f *failing) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	f.mu.Lock()
	f.left--
	missing := f.left >= 0
	f.mu.Unlock()
	if missing {
		return nil, mark.Errorf(mark.Unavailable, "The model is not loaded.")
	}
	return f.embedder.Embed(ctx, texts)
}

func TestDocumentThatIsLookedAtComesFirst(t *testing.T) {
	reader := &book{gate: make(chan struct{})}
	b := start(t, nil, ingest.Config{Parsers: []mark.Parser{reader}, Workers: 1})
	b.add("a.book", "one")
	wait(t, func() bool {
		c, err := b.store.JobCounts(t.Context())
		return err == nil && c[mark.JobRunning] == 1
	}, func() string { return "nothing is read" })
	second, third := b.add("b.book", "two"), b.add("c.book", "three")
	if err := b.s.Prefer(t.Context(), matterID, third.Document); err != nil {
		t.Fatal(err)
	}
	reader.gate <- struct{}{}
	reader.gate <- struct{}{}
	b.until(third.ID, mark.JobDone)
	if j, err := b.store.Job(t.Context(), second.ID); err != nil || j.State == mark.JobDone {
		t.Errorf("the one before is %s, %v", j.State, err)
	}
	close(reader.gate)
	b.until(second.ID, mark.JobDone)
	if w := b.s.Stats()[ingest.StagePages]; w.Done != 3 || w.Bytes != 11 {
		t.Errorf("stats %+v", w)
	}
}

func TestEveryProblemHasARemedy(t *testing.T) {
	for _, c := range []mark.Code{mark.Internal, mark.Invalid, mark.NotFound, mark.Forbidden, mark.Damaged, mark.NeedsPassword, mark.WrongKey,
		mark.Unsupported, mark.TooBig, mark.TooBusy, mark.Unavailable, mark.Crashed, mark.DiskFull, mark.Canceled} {
		if len(ingest.Remedies(mark.Job{Code: c})) == 0 {
			t.Errorf("%s has none", c)
		}
	}
	if got := ingest.Remedies(mark.Job{Code: mark.NeedsPassword})[0]; got != ingest.RemedyPassword {
		t.Errorf("a locked document is offered %s first", got)
	}
	if len(ingest.Remedies(mark.Job{})) != 0 {
		t.Error("a document without a problem has remedies")
	}
	for j, want := range map[mark.Job]bool{
		{Code: mark.Damaged, Name: "a.pdf", Total: 3}: true,
		{Code: mark.Damaged, Name: "a.pdf"}:           false, // it could not even be opened
		{Code: mark.Damaged, Name: "a.eml", Total: 1}: false,
		{Code: mark.NeedsPassword, Name: "a.pdf"}:     false,
	} {
		if got := slices.Contains(ingest.Remedies(j), ingest.RemedyReread); got != want {
			t.Errorf("%s with %s and %d pages: read from pictures %v", j.Name, j.Code, j.Total, got)
		}
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
