package worker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	mark "markai/backend"
)

// back-off between a worker's death and its replacement.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 10 * time.Second
	// calm is how long a worker must live for its death to count as the first.
	calm = time.Minute
)

// A Keeper keeps one worker process that runs a model: it starts it when it is
// needed and replaces it when it has died, after a pause that grows while it
// keeps dying. It is safe for concurrent use; callers share the process.
type Keeper struct {
	spec Spec

	mu      sync.Mutex // guards what follows
	proc    *Process
	began   time.Time // of proc
	deaths  int       // in a row
	closed  bool
	pending chan struct{} // closed when the start under way has ended
}

// NewKeeper returns a keeper of workers of one kind. The first starts when it
// is needed.
func NewKeeper(spec Spec) *Keeper { return &Keeper{spec: spec} }

// process returns the living worker, started if need be. One caller starts it,
// the others wait.
func (k *Keeper) process(ctx context.Context) (*Process, error) {
	for {
		k.mu.Lock()
		if k.closed {
			k.mu.Unlock()
			return nil, mark.Errorf(mark.Unavailable, "The model has been switched off. Switch it on in Settings.")
		}
		if p := k.proc; p != nil {
			select {
			case <-p.Done():
				k.bury()
			default:
				k.mu.Unlock()
				return p, nil
			}
		}
		if wait := k.pending; wait != nil {
			k.mu.Unlock()
			select {
			case <-wait:
				continue
			case <-ctx.Done():
				return nil, fmt.Errorf("wait for the model: %w", ctx.Err())
			}
		}
		wait := make(chan struct{})
		k.pending = wait
		pause := pauseAfter(k.deaths)
		k.mu.Unlock()
		p, err := k.start(ctx, pause)
		k.mu.Lock()
		k.pending = nil
		close(wait)
		switch {
		case err != nil:
			if ctx.Err() == nil {
				k.deaths++
			}
		case k.closed:
			k.mu.Unlock()
			_ = p.Close() // it was never used
			return nil, mark.Errorf(mark.Unavailable, "The model has been switched off. Switch it on in Settings.")
		default:
			k.proc, k.began = p, time.Now()
		}
		k.mu.Unlock()
		return p, err
	}
}

// bury forgets the dead process. The caller holds mu.
func (k *Keeper) bury() {
	if time.Since(k.began) > calm {
		k.deaths = 0
	}
	k.deaths++
	k.proc = nil
}

func (k *Keeper) start(ctx context.Context, pause time.Duration) (*Process, error) {
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait to start the model again: %w", ctx.Err())
		}
	}
	p, err := Start(ctx, k.spec)
	if err != nil {
		return nil, fmt.Errorf("start the %s worker: %w", k.spec.Kind, err)
	}
	return p, nil
}

// pauseAfter returns how long to wait before a worker that has died so often
// in a row is started again. The first death is free.
func pauseAfter(deaths int) time.Duration {
	if deaths <= 1 {
		return 0
	}
	return min(firstPause<<min(deaths-2, 10), maxPause)
}

// Retry runs f on a living worker, and once more on a new one when the worker
// died and f says that nothing has been lost. Errors: f's, Unavailable after
// Close, those of Start.
func (k *Keeper) Retry(ctx context.Context, f func(*Process) (again bool, err error)) error {
	for attempt := 0; ; attempt++ {
		p, err := k.process(ctx)
		if err != nil {
			return err
		}
		again, err := f(p)
		if err == nil || attempt > 0 || !again || !errors.Is(err, &mark.Error{Code: mark.Crashed}) {
			return err
		}
		// The process may still be on its way out; its successor must be new.
		select {
		case <-p.Done():
		case <-ctx.Done():
			return fmt.Errorf("wait for the model: %w", ctx.Err())
		}
	}
}

// Close ends the worker. Requests under way fail with Crashed, later ones with
// Unavailable.
func (k *Keeper) Close() error {
	k.mu.Lock()
	k.closed = true
	p := k.proc
	k.proc = nil
	k.mu.Unlock()
	if p == nil {
		return nil
	}
	return p.Close()
}

// Memory returns how many bytes the worker holds, mapped files included; 0 when
// none runs or the platform does not tell.
func (k *Keeper) Memory() int64 {
	if pid := k.PID(); pid != 0 {
		return allMemory(pid)
	}
	return 0
}

// PID returns the worker's process id, or 0 when none runs.
func (k *Keeper) PID() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.proc == nil {
		return 0
	}
	return k.proc.PID()
}
