// Package infer stands in front of the chat model: it loads it when it is
// first needed and lets it go when it rests, lines requests up and says how it
// is doing.
package infer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	mark "markai/backend"
)

// Engine is a loaded model.
type Engine interface {
	mark.Generator
	Close() error
}

// Config says what to serve and how.
type Config struct {
	// Open finds, checks and loads the model. Its error is shown: Unavailable
	// or NotFound where there is none.
	Open func(ctx context.Context) (Engine, error)
	// Parallel is how many requests the engine gets at once; 0 means 1. An
	// engine that computes several together decides itself whose turn it is.
	Parallel int
	// Queue is how many more requests may wait; one more is TooBusy. 0 means 8.
	Queue int
	// Idle is how long an unused model stays loaded; 0 means for ever.
	Idle time.Duration
	// Notify is called after each change of state; may be nil. It must not block.
	Notify func(Status)
}

// State is how the model stands.
type State string

// The states.
const (
	Resting State = "resting" // not loaded; the next request loads it
	Loading State = "loading"
	Ready   State = "ready"
	Missing State = "missing" // there is no model
	Failed  State = "failed"  // it could not be loaded or has died; the next request tries again
)

// Status is the state and, where something is wrong, a sentence about it.
type Status struct {
	State   State
	Problem string
}

// Service implements mark.Generator in front of an Engine. Requests go to it
// in the order in which they came, Config.Parallel at a time.
type Service struct {
	cfg  Config
	turn chan struct{} // holds a token per request that may go; waiting receivers get one first come, first served

	mu      sync.Mutex // guards what follows
	engine  *held
	loading chan struct{} // closed when the load under way ends
	stale   bool          // the settings changed since that load began
	status  Status
	since   time.Time // when the status was last set
	stats   Stats
	waiting int
	closed  bool
}

// held is a loaded engine and who uses it. The service's mutex guards it.
type held struct {
	Engine
	users  int       // requests that use it
	used   time.Time // when one last gave it back
	doomed bool      // the last user closes it
}

// New returns a service. Nothing is loaded yet.
func New(cfg Config) *Service {
	if cfg.Queue <= 0 {
		cfg.Queue = 8
	}
	cfg.Parallel = max(cfg.Parallel, 1)
	s := &Service{cfg: cfg, turn: make(chan struct{}, cfg.Parallel), status: Status{State: Resting}}
	for range cfg.Parallel {
		s.turn <- struct{}{}
	}
	return s
}

// Status returns how the model stands now.
func (s *Service) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// Stats returns what has been measured since the start.
func (s *Service) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Waiting = s.waiting
	if s.engine != nil {
		st.Running = s.engine.users
	}
	return st
}

// Generate waits for its turn, then continues p. Errors besides the engine's:
// TooBusy, when too many wait already.
func (s *Service) Generate(ctx context.Context, p mark.Prompt) iter.Seq2[mark.Delta, error] {
	return func(yield func(mark.Delta, error) bool) {
		leave, err := s.enter(ctx, p.Wait)
		if err != nil {
			yield(mark.Delta{}, err)
			return
		}
		defer leave()
		e, release, err := s.acquire(ctx)
		if err != nil {
			yield(mark.Delta{}, err)
			return
		}
		defer release()
		run := newRun(time.Now())
		defer func() { s.record(run) }()
		for d, err := range e.Generate(ctx, p) {
			run.step(d, err, time.Now())
			s.count(d)
			s.note(err)
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}

// CountTokens returns how many tokens text takes. It does not queue.
func (s *Service) CountTokens(ctx context.Context, text string) (int, error) {
	e, release, err := s.acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer release()
	n, err := e.CountTokens(ctx, text)
	s.note(err)
	return n, err
}

// Load loads the model now, so that the first request need not wait for it.
func (s *Service) Load(ctx context.Context) error {
	_, release, err := s.acquire(ctx)
	if err == nil {
		release()
	}
	return err
}

// enter waits for the turn, at most so long (0: as long as ctx allows), and
// returns the function that passes it on.
func (s *Service) enter(ctx context.Context, most time.Duration) (leave func(), err error) {
	leave = func() { s.turn <- struct{}{} }
	s.mu.Lock()
	if s.waiting >= s.cfg.Queue {
		s.stats.Refused++
		s.mu.Unlock()
		return nil, mark.Errorf(mark.TooBusy, "The model is busy and %d requests wait already. Try again in a moment.", s.cfg.Queue)
	}
	s.waiting++
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.waiting--
		s.mu.Unlock()
	}()
	var late <-chan time.Time
	if most > 0 {
		timer := time.NewTimer(most)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-s.turn:
		return leave, nil
	case <-late:
		return nil, mark.Errorf(mark.TooBusy, "The model was busy for longer than this request may wait. Try again in a moment.")
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the model: %w", ctx.Err())
	}
}

// acquire returns the engine, loaded if need be, and the function that gives it
// back. One caller loads, the others wait.
func (s *Service) acquire(ctx context.Context) (Engine, func(), error) {
	for {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return nil, nil, errClosing
		}
		if s.engine != nil {
			h := s.engine
			h.users++
			s.mu.Unlock()
			return h, func() { s.release(h) }, nil
		}
		if wait := s.loading; wait != nil {
			s.mu.Unlock()
			select {
			case <-wait:
				continue
			case <-ctx.Done():
				return nil, nil, fmt.Errorf("wait for the model: %w", ctx.Err())
			}
		}
		done := make(chan struct{})
		s.loading = done
		s.mu.Unlock()
		s.set(Status{State: Loading})
		e, err := s.cfg.Open(ctx)
		s.mu.Lock()
		s.loading = nil
		stale := s.stale
		s.stale = false
		if err == nil && s.closed {
			err = errors.Join(errClosing, e.Close())
		}
		if err == nil && stale {
			s.mu.Unlock()
			close(done)
			if err := e.Close(); err != nil {
				return nil, nil, fmt.Errorf("let the model go: %w", err)
			}
			continue // by the new settings
		}
		if err == nil {
			s.engine = &held{Engine: e, used: time.Now()}
		}
		s.mu.Unlock()
		close(done)
		s.set(statusOf(err))
		if err != nil {
			return nil, nil, err
		}
	}
}

func (s *Service) release(h *held) {
	s.mu.Lock()
	h.users--
	h.used = time.Now()
	last := h.doomed && h.users == 0
	s.mu.Unlock()
	if last {
		_ = h.Close() // a worker that has been told to leave leaves
	}
}

// statusOf says how the model stands after a load that ended with err.
func statusOf(err error) Status {
	switch {
	case err == nil:
		return Status{State: Ready}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Status{State: Resting}
	}
	switch mark.CodeOf(err) {
	case mark.NotFound, mark.Unavailable:
		return Status{Missing, mark.MessageOf(err)}
	}
	return Status{Failed, mark.MessageOf(err)}
}

// note keeps how the model did. A request that was too large or was cancelled
// says nothing about it.
func (s *Service) note(err error) {
	if err == nil {
		s.set(Status{State: Ready})
		return
	}
	switch mark.CodeOf(err) {
	case mark.Crashed, mark.Unavailable, mark.Unsupported, mark.Damaged:
		s.set(statusOf(err))
	}
}

// set changes the status and tells who wants to know.
func (s *Service) set(status Status) {
	s.mu.Lock()
	changed := s.status != status
	s.status, s.since = status, time.Now()
	s.mu.Unlock()
	if changed && s.cfg.Notify != nil {
		s.cfg.Notify(status)
	}
}

// Run lets the model go whenever it has rested for Config.Idle, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	if s.cfg.Idle <= 0 {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(max(s.cfg.Idle/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			if err := s.rest(now); err != nil {
				return err
			}
		}
	}
}

// rest closes an engine that nobody has used for Config.Idle.
func (s *Service) rest(now time.Time) error {
	s.mu.Lock()
	h := s.engine
	early := h == nil || now.Sub(h.used) < s.cfg.Idle
	s.mu.Unlock()
	if early {
		return nil
	}
	if _, err := s.evict(); err != nil {
		return fmt.Errorf("let the model go: %w", err)
	}
	return nil
}

// resting says when an engine that is there was last used, and whether nobody
// uses it now.
func (s *Service) resting() (used time.Time, idle, there bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.engine == nil {
		return time.Time{}, false, false
	}
	return s.engine.used, s.engine.users == 0, true
}

// evict closes the engine unless somebody uses it, and reports whether it did.
func (s *Service) evict() (bool, error) {
	s.mu.Lock()
	h := s.engine
	if h == nil || h.users > 0 {
		s.mu.Unlock()
		return false, nil
	}
	s.engine = nil
	s.mu.Unlock()
	s.set(Status{State: Resting})
	return true, h.Close()
}

// Failing returns why the model failed less than so long ago, or "".
func (s *Service) Failing(within time.Duration) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if (s.status.State == Failed || s.status.State == Missing) && time.Since(s.since) < within {
		return s.status.Problem
	}
	return ""
}

// Memory returns how many bytes the engine's process holds; 0 when there is
// none or it does not know.
func (s *Service) Memory() int64 {
	s.mu.Lock()
	h := s.engine
	s.mu.Unlock()
	if h == nil {
		return 0
	}
	if m, ok := h.Engine.(interface{ Memory() int64 }); ok {
		return m.Memory()
	}
	return 0
}

// Unload lets the model go, at once or when its last user has finished; one that
// is just being loaded is loaded anew. The next request opens another: call it
// when the settings have changed.
func (s *Service) Unload() error {
	s.mu.Lock()
	h := s.engine
	s.engine = nil
	s.stale = s.loading != nil
	busy := h != nil && h.users > 0
	if busy {
		h.doomed = true
	}
	s.mu.Unlock()
	s.set(Status{State: Resting})
	if h == nil || busy {
		return nil
	}
	return h.Close()
}

// Close ends the model; requests under way fail.
func (s *Service) Close() error {
	s.mu.Lock()
	s.closed = true
	h := s.engine
	s.engine = nil
	s.mu.Unlock()
	if h == nil {
		return nil
	}
	return h.Close()
}
