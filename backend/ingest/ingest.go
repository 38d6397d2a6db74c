// Package ingest reads documents into matters: it seals originals, turns them
// into searchable pages one by one, and gives their passages vectors when all
// reading is done.
//
// Every document has one durable job. A job that was interrupted, by a pause,
// a closed matter or the death of the process, goes on after the last stored
// page. Text can be searched as soon as its page is stored; vectors come last.
package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	mark "markai/backend"
	"markai/backend/chunk"
	"markai/backend/legal"
)

// Config is what ingestion works with. Only Parsers is needed.
type Config struct {
	Parsers    []mark.Parser
	Recogniser mark.Recogniser // nil: pages without text stay without
	Embedder   mark.Embedder   // nil: documents are ready when they are read
	Passwords  Passwords       // nil: a password is for one document

	// Chunker cuts passages as chunk.Pages does, which is the default.
	Chunker func(doc mark.Document, from mark.Pos, pages []mark.Page, final bool) (chunks []mark.Chunk, next mark.Pos)
	// Tidy sets title and parties from a document's first pages; by default
	// with legal.Identify.
	Tidy func(doc *mark.Document, pages []mark.Page)
	// Passage returns what is embedded of a passage; by default chunk.Passage.
	Passage func(mark.Chunk) string
	// Notify hears of every change of a job; calls come from many goroutines
	// and must return soon. It may be nil.
	Notify func(mark.MatterID, mark.Job, mark.Document)

	Workers     int   // documents read at the same time; 0: two, or one on one core
	OCRParallel int   // pages recognised at the same time; 0: one for each core
	OCRDPI      int   // 0: 300
	MaxBytes    int64 // of one original; 0: 8 GiB

	// Waits are how long a job that broke down waits before each further try;
	// nil: one, five and twenty seconds.
	Waits []time.Duration
	Probe time.Duration // between looks whether a full disk has space again; 0: three seconds

	// Busy reports that a person waits for the processor: vectors then wait. It
	// may be nil.
	Busy func() bool
}

// Service reads documents. Its methods are safe for concurrent use.
type Service struct {
	c       Config
	reader  Reader
	changed signal
	reading atomic.Int32 // documents being read
	stats   stats

	mu      sync.Mutex // guards what follows
	matters map[mark.MatterID]*matter
	adding  map[mark.MatterID]*sync.Mutex
	probe   time.Time // when to look whether the disk has space again; zero: it has
	left    []leftover
}

// New returns a service that reads nothing until Run.
func New(c Config) *Service {
	cores := runtime.NumCPU()
	c.Workers = orElse(c.Workers, min(2, cores))
	c.OCRParallel = orElse(c.OCRParallel, cores)
	c.OCRDPI = orElse(c.OCRDPI, 300)
	c.MaxBytes = orElse(c.MaxBytes, 8<<30)
	if c.Waits == nil {
		c.Waits = waits
	}
	if c.Probe <= 0 {
		c.Probe = 3 * time.Second
	}
	if c.Chunker == nil {
		c.Chunker = chunk.Pages
	}
	if c.Passage == nil {
		c.Passage = chunk.Passage
	}
	if c.Tidy == nil {
		c.Tidy = identify
	}
	if c.Notify == nil {
		c.Notify = func(mark.MatterID, mark.Job, mark.Document) {}
	}
	if c.Busy == nil {
		c.Busy = func() bool { return false }
	}
	return &Service{
		c:       c,
		reader:  NewReader(c.Parsers, c.Recogniser, c.OCRParallel, c.OCRDPI),
		matters: map[mark.MatterID]*matter{}, adding: map[mark.MatterID]*sync.Mutex{},
	}
}

func orElse[T int | int64](n, otherwise T) T {
	if n > 0 {
		return n
	}
	return otherwise
}

// identify is Tidy where nothing else is given. A title from the file's own
// properties stands only where the text shows none.
func identify(doc *mark.Document, pages []mark.Page) {
	title, parties := legal.Identify(doc.Name, pages)
	// The subject of a message and the title in a load file stand.
	given := doc.Title != "" && (doc.Kind == mark.KindMail || doc.Meta.BatesFirst != "")
	if title != "" && !given {
		doc.Title = title
	}
	if len(parties) > 0 {
		doc.Parties = parties
	}
}

// matter is an attached matter.
type matter struct {
	id    mark.MatterID
	store mark.MatterStore

	mu        sync.Mutex // held while a job changes hands; guards what follows
	detached  bool
	running   map[mark.JobID]*run
	embed     []mark.Job // read, and waiting for vectors; running in the store
	passwords map[mark.JobID]string

	paces paces

	unsaved    []unsaved // ends of runs that a full disk did not take
	unrepaired bool      // a full disk kept the queue from being made whole
}

// run is a job while somebody works on it.
type run struct {
	m      *matter
	job    mark.Job
	reads  bool // it holds its document's row, which nobody else writes meanwhile
	meter  meter
	cancel context.CancelCauseFunc
	seen   atomic.Pointer[mark.Job] // as others last saw it
	done   chan struct{}            // closed when the job has changed hands again
	told   time.Time                // when Notify was last called
	saved  time.Time                // when the job was last stored
}

// Why a run was ended from outside.
var (
	errPaused   = errors.New("paused")
	errCanceled = errors.New("canceled")
	errDetached = errors.New("the matter was closed")
)

// Attach serves the queue of a matter until Detach. Jobs that a dead process
// left running are queued again, what it left half added is removed, and
// documents without vectors of the present model get a job.
func (s *Service) Attach(ctx context.Context, id mark.MatterID, store mark.MatterStore) error {
	add := s.lockAdding(id)
	defer add.Unlock()
	s.mu.Lock()
	_, there := s.matters[id]
	s.mu.Unlock()
	if there {
		return nil
	}
	m := &matter{id: id, store: store, running: map[mark.JobID]*run{}, passwords: map[mark.JobID]string{}}
	switch err := s.repair(ctx, store); {
	case mark.CodeOf(err) == mark.DiskFull: // what is read can be searched all the same
		m.unrepaired = true
		s.halt(ctx)
	case err != nil:
		return fmt.Errorf("attach a matter: %w", err)
	}
	s.mu.Lock()
	s.matters[id] = m
	s.mu.Unlock()
	s.changed.broadcast()
	return nil
}

// repair makes the queue whole after the death of a process.
func (s *Service) repair(ctx context.Context, store mark.MatterStore) error {
	if _, err := store.RequeueRunning(ctx); err != nil {
		return err
	}
	docs, err := store.Documents(ctx)
	if err != nil {
		return err
	}
	jobs, err := store.Jobs(ctx)
	if err != nil {
		return err
	}
	has, active := map[mark.DocumentID]bool{}, map[mark.DocumentID]bool{}
	renewals := map[mark.DocumentID]mark.Job{} // that came to nothing
	for _, j := range jobs {
		has[j.Document] = true
		if j.Step == mark.StepRenew {
			renewals[j.Document] = j
		}
		active[j.Document] = active[j.Document] || j.State == mark.JobQueued || j.State == mark.JobPaused
	}
	missing := false
	if s.c.Embedder != nil {
		some, err := store.Unembedded(ctx, "", s.c.Embedder.Model(), 1)
		if err != nil {
			return err
		}
		missing = len(some) > 0
	}
	for _, d := range docs {
		switch {
		case d.Status == mark.DocumentQueued && !has[d.ID]:
			// Add had not returned: nobody was promised this document.
			if err := store.DeleteDocument(ctx, d.ID); err != nil {
				return err
			}
		case !active[d.ID] && outdated(d):
			j, again := renewals[d.ID] // one job, however often it is in vain
			if !again {
				j = renewal(d.ID)
			}
			j.State, j.Problem, j.Code, j.Attempts, j.NotBefore = mark.JobQueued, "", "", 0, time.Time{}
			if err := store.PutJob(ctx, j); err != nil {
				return err
			}
		case missing && !active[d.ID] && (d.Status == mark.DocumentSearchable || d.Status == mark.DocumentReady):
			some, err := store.Unembedded(ctx, d.ID, s.c.Embedder.Model(), 1)
			if err != nil {
				return err
			}
			if len(some) > 0 {
				if err := store.PutJob(ctx, newJob(d.ID, mark.StepEmbed)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// interrupt ends what is worked on for a reason, and returns whom to wait for.
// The caller holds m.mu.
func (m *matter) interrupt(why error) []*run {
	ends := make([]*run, 0, len(m.running))
	for _, r := range m.running {
		r.cancel(why)
		ends = append(ends, r)
	}
	return ends
}

// Detach ends the work on a matter and returns when its store is no longer
// used. The jobs stay queued in the store.
func (s *Service) Detach(id mark.MatterID) {
	s.mu.Lock()
	m := s.matters[id]
	delete(s.matters, id)
	s.mu.Unlock()
	if m == nil {
		return
	}
	m.mu.Lock()
	m.detached = true
	m.embed = nil // still running in the store: queued again at the next Attach
	ends := m.interrupt(errDetached)
	m.mu.Unlock()
	for _, r := range ends {
		<-r.done
	}
	s.changed.broadcast()
}

// Run works on the attached matters until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for range s.c.Workers {
		wg.Go(func() { s.loop(ctx, s.readNext) })
	}
	if s.c.Embedder != nil {
		wg.Go(func() { s.loop(ctx, s.embedNext) })
	}
	wg.Wait()
	return nil
}

// loop calls step until ctx ends. When step finds nothing to do it waits for a
// change; the tick covers what changes without a word, such as Busy.
func (s *Service) loop(ctx context.Context, step func(context.Context) bool) {
	for ctx.Err() == nil {
		changed := s.changed.wait()
		if step(ctx) {
			continue
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-time.After(time.Second):
		}
	}
}

// attached returns the matters in a steady order.
func (s *Service) attached() []*matter {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*matter, 0, len(s.matters))
	for _, m := range s.matters {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b *matter) int { return cmp.Compare(a.id, b.id) })
	return out
}

// matter returns an attached matter, or NotFound.
func (s *Service) matter(id mark.MatterID) (*matter, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.matters[id]; m != nil {
		return m, nil
	}
	return nil, mark.Errorf(mark.NotFound, "This matter is not open. Open it and try again.")
}

// lockAdding waits until nobody else adds to the matter.
func (s *Service) lockAdding(id mark.MatterID) *sync.Mutex {
	s.mu.Lock()
	l := s.adding[id]
	if l == nil {
		l = &sync.Mutex{}
		s.adding[id] = l
	}
	s.mu.Unlock()
	l.Lock()
	return l
}

// newJob returns a queued job for a document.
func newJob(doc mark.DocumentID, step mark.JobStep) mark.Job {
	now := time.Now().UTC()
	return mark.Job{ID: mark.JobID(mark.NewID()), Document: doc, State: mark.JobQueued, Step: step, Created: now, Updated: now}
}

// tell reports a job. Steps of the same job are told ten times a second at most.
func (s *Service) tell(r *run, doc mark.Document, always bool) {
	shown := r.job
	shown.Name = doc.Name
	r.seen.Store(&shown)
	if now := time.Now(); always || now.Sub(r.told) >= 100*time.Millisecond {
		r.told = now
		s.c.Notify(r.m.id, r.job, doc)
	}
}

// save stores a job that moved on, twice a second at most.
func (s *Service) save(ctx context.Context, r *run, always bool) error {
	now := time.Now()
	if !always && now.Sub(r.saved) < 500*time.Millisecond {
		return nil
	}
	r.saved = now
	r.job.Updated = now.UTC()
	return r.m.store.PutJob(ctx, r.job)
}

// warn logs what went wrong with a job, without its text.
func warn(ctx context.Context, r *run, err error) {
	slog.WarnContext(ctx, "job ended", "matter", r.m.id, "job", r.job.ID, "document", r.job.Document,
		"step", r.job.Step, "code", mark.CodeOf(err))
}

// signal wakes all who wait for the next change.
type signal struct {
	mu sync.Mutex // guards ch
	ch chan struct{}
}

// wait returns a channel that is closed at the next broadcast.
func (s *signal) wait() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

// broadcast wakes everybody.
func (s *signal) broadcast() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}
