package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	mark "markai/backend"
	"markai/backend/device"
	"markai/backend/eval"
	"markai/backend/wire"
)

// selfChecks checks this installation: it asks the bundled questions about the
// sample documents, which are public, and keeps what came of it in a file of the
// data folder. At most one check runs, in Run's goroutine.
type selfChecks struct {
	check   func(ctx context.Context, progress func(done, total int)) (wire.SelfCheck, error)
	path    string
	can     bool
	changed func()
	wake    chan struct{} // holds one wish for a check

	mu       sync.Mutex // guards the fields below
	running  bool
	progress wire.Progress
	problem  string
	stop     context.CancelFunc // of the running check
}

func newSelfChecks(home string, can bool, check func(context.Context, func(int, int)) (wire.SelfCheck, error), changed func()) *selfChecks {
	return &selfChecks{check: check, path: filepath.Join(home, "selfcheck.json"), can: can, changed: changed, wake: make(chan struct{}, 1)}
}

// Start wishes for a check.
func (s *selfChecks) Start() error {
	if !s.can {
		return mark.Errorf(mark.Unavailable, "This build carries no questions to check the installation with.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running {
		return nil
	}
	s.running, s.progress, s.problem = true, wire.Progress{}, ""
	select {
	case s.wake <- struct{}{}:
	default: // a stopped check has not yet been taken up
	}
	return nil
}

// Stop ends the running check.
func (s *selfChecks) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = false
	if s.stop != nil {
		s.stop()
	}
}

// Checks are the kept ones, newest first, and how the running one stands.
func (s *selfChecks) Checks() (wire.SelfChecks, error) {
	kept, err := s.kept()
	if err != nil {
		return wire.SelfChecks{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.SelfChecks{Running: s.running, Progress: s.progress, Problem: s.problem, Checks: kept}, nil
}

// run makes the checks that are wished for, until ctx ends.
func (s *selfChecks) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
			s.one(ctx)
		}
	}
}

// one makes a check, unless it was stopped before it began.
func (s *selfChecks) one(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	if !s.running {
		s.mu.Unlock()
		return
	}
	s.stop = cancel
	s.mu.Unlock()
	s.changed()
	c, err := s.check(ctx, func(done, total int) {
		s.mu.Lock()
		s.progress = wire.Progress{Done: done, Total: total}
		s.mu.Unlock()
		s.changed()
	})
	if err == nil {
		err = s.keep(c)
	}
	s.mu.Lock()
	s.running, s.stop, s.problem = false, nil, ""
	if err != nil && ctx.Err() == nil {
		s.problem = mark.MessageOf(err)
	}
	s.mu.Unlock()
	s.changed()
}

const mostSelfChecks = 50

func (s *selfChecks) kept() ([]wire.SelfCheck, error) {
	out := []wire.SelfCheck{}
	data, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the earlier checks: %w", err)
	}
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, mark.Errorf(mark.Damaged, "The file of earlier checks, %s, cannot be read. Remove it; nothing else depends on it.", s.path).Because(err)
	}
	return out, nil
}

func (s *selfChecks) keep(c wire.SelfCheck) error {
	all, err := s.kept()
	if err != nil {
		return err
	}
	all = append([]wire.SelfCheck{c}, all...)
	data, err := json.MarshalIndent(all[:min(len(all), mostSelfChecks)], "", " ")
	if err != nil {
		return err
	}
	if err := replaceFile(s.path, data); err != nil {
		return mark.Errorf(mark.Unavailable, "The check is made, and its figures cannot be kept in %s.", s.path).Because(err)
	}
	return nil
}

// CheckSelf makes a check now and keeps it in the data folder home.
func (a *App) CheckSelf(ctx context.Context, home string, progress func(done, total int)) (wire.SelfCheck, error) {
	s := newSelfChecks(home, a.questions != nil, a.checkSelf, func() {})
	if !s.can {
		return wire.SelfCheck{}, s.Start()
	}
	c, err := s.check(ctx, progress)
	if err != nil {
		return c, err
	}
	return c, s.keep(c)
}

// checkSelf asks the bundled questions of the sample documents, which it unpacks
// into a folder that is removed afterwards: they are public.
func (a *App) checkSelf(ctx context.Context, progress func(done, total int)) (out wire.SelfCheck, err error) {
	dir, err := os.MkdirTemp("", "markai-check-")
	if err != nil {
		return out, mark.Errorf(mark.DiskFull, "There is no room for the sample documents. Free some space, then try again.").Because(err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.CopyFS(dir, a.questions); err != nil {
		return out, fmt.Errorf("unpack the sample documents: %w", err)
	}
	d := a.evalDeps(nil)
	d.Progress = progress
	began := time.Now()
	s, err := eval.CheckSelf(ctx, d, dir)
	if err != nil {
		return out, err
	}
	out = wire.SelfCheck{
		Taken: began.UTC().Format(time.RFC3339), Version: a.version, Processor: device.Read().Processor,
		Questions: s.Questions, MedianMS: milliseconds(s.Median), SlowMS: milliseconds(s.Slow), Failed: []wire.SelfFailure{},
	}
	if c := a.answerConfig(a.searcher); c.Model != nil && c.Model().Writes(c.LeastParameters) {
		out.Model = c.Model().Name
	}
	if e := a.engines.embedder(); e != nil {
		out.Embedding = e.Model()
	}
	for _, r := range []struct {
		name  string
		share eval.Share
	}{{"found", s.Found}, {"answered", s.Answered}, {"precision", s.Precision}, {"refused", s.Refused}, {"verbatim", s.Verbatim}} {
		least, most := r.share.Wilson()
		out.Rates = append(out.Rates, wire.Rate{Name: r.name, Right: r.share.Right, Of: r.share.Of, Least: least, Most: most})
	}
	for _, f := range s.Failed {
		out.Failed = append(out.Failed, wire.SelfFailure(f))
	}
	return out, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
