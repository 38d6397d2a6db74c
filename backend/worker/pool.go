package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	mark "markai/backend"
)

// PoolOptions say when a pool replaces and ends its processes.
type PoolOptions struct {
	MaxUses int           // a process is replaced after so many uses; 0: never
	Idle    time.Duration // a process without work ends after this; 0: two minutes
	Keep    int64         // bytes of its own memory above which a process is ended once nothing in it is needed; 0: never
	Need    int64         // bytes that a process is expected to hold at work
	Budget  *Budget       // which the processes share with those of other pools; nil: none
	Backoff time.Duration // wait before a dead process' successor starts, doubled by each death in a row; 0: 50 ms
}

const maxBackoff = 5 * time.Second

// Pool keeps up to size processes of one kind. They start when they are needed.
// It is safe for concurrent use.
type Pool struct {
	spec  Spec
	opts  PoolOptions
	slots chan struct{} // one token per process that may be in use

	mu     sync.Mutex // guards what follows
	idle   []*member
	all    map[*Process]struct{}
	deaths int // in a row
	closed bool

	users sync.WaitGroup // of Do
}

type member struct {
	p     *Process
	uses  int
	timer *time.Timer
}

// NewPool makes a pool of up to size processes; it starts none.
func NewPool(spec Spec, size int, opts PoolOptions) *Pool {
	if opts.Idle <= 0 {
		opts.Idle = 2 * time.Minute
	}
	if opts.Backoff <= 0 {
		opts.Backoff = 50 * time.Millisecond
	}
	spec.Env = append(slices.Clone(thrift), spec.Env...)
	l := &Pool{spec: spec, opts: opts, slots: make(chan struct{}, max(size, 1)), all: map[*Process]struct{}{}}
	opts.Budget.join(l)
	return l
}

// Size is how many processes may work at once.
func (l *Pool) Size() int { return cap(l.slots) }

// Do runs f with a process that nobody else uses. It waits for one as long as
// ctx allows. f's error is returned as it is; nothing is tried again.
func (l *Pool) Do(ctx context.Context, f func(*Process) error) error {
	return l.do(ctx, nil, l.opts.Need, false, f)
}

// DoAlone is Do for work at which a process is expected to hold need bytes and
// which leaves nothing in it for later: a process that holds more than
// PoolOptions.Keep afterwards is ended.
func (l *Pool) DoAlone(ctx context.Context, need int64, f func(*Process) error) error {
	return l.do(ctx, nil, need, true, f)
}

// DoWith is Do that takes the process want when it is alive and free, so that
// what was opened in it can be used on.
func (l *Pool) DoWith(ctx context.Context, want *Process, f func(*Process) error) error {
	return l.do(ctx, want, l.opts.Need, false, f)
}

func (l *Pool) do(ctx context.Context, want *Process, need int64, alone bool, f func(*Process) error) error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return errUnavailable
	}
	l.users.Add(1)
	l.mu.Unlock()
	defer l.users.Done()
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("wait for a worker: %w", ctx.Err())
	}
	defer func() { <-l.slots }()
	m, err := l.take(ctx, want)
	if err != nil {
		return err
	}
	defer func() { l.put(m, alone && l.large(m.p)) }()
	if err := l.opts.Budget.claim(ctx, m.p, need); err != nil {
		return err
	}
	defer l.opts.Budget.release(m.p)
	return f(m.p)
}

// take returns an idle process or starts one.
func (l *Pool) take(ctx context.Context, want *Process) (*member, error) {
	l.mu.Lock()
	for i, m := range l.idle {
		if m.p == want {
			l.idle = append(l.idle[:i], l.idle[i+1:]...)
			l.idle = append(l.idle, m) // taken next
			break
		}
	}
	for len(l.idle) > 0 {
		m := l.idle[len(l.idle)-1]
		l.idle = l.idle[:len(l.idle)-1]
		m.timer.Stop()
		if m.p.alive() {
			l.mu.Unlock()
			return m, nil
		}
		delete(l.all, m.p)
		l.deaths++
	}
	wait := time.Duration(0)
	if l.deaths > 0 {
		wait = min(l.opts.Backoff<<min(l.deaths-1, 10), maxBackoff)
	}
	l.mu.Unlock()
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for a worker: %w", ctx.Err())
		}
	}
	p, err := Start(ctx, l.spec)
	if err != nil {
		if ctx.Err() == nil {
			l.mu.Lock()
			l.deaths++
			l.mu.Unlock()
		}
		return nil, err
	}
	l.mu.Lock()
	closed := l.closed
	if !closed {
		l.all[p] = struct{}{}
	}
	l.mu.Unlock()
	if closed {
		p.Close() //nolint:errcheck // never fails
		return nil, errUnavailable
	}
	return &member{p: p}, nil
}

// large reports whether p holds more than a process is to keep.
func (l *Pool) large(p *Process) bool { return l.opts.Keep > 0 && own(p) > l.opts.Keep }

// put takes a process back, and ends it when it is dead, large or worn.
func (l *Pool) put(m *member, large bool) {
	m.uses++
	l.mu.Lock()
	worn := large || l.opts.MaxUses > 0 && m.uses >= l.opts.MaxUses
	if !m.p.alive() || worn || l.closed {
		if m.p.alive() {
			l.deaths = 0
		} else {
			l.deaths++
		}
		delete(l.all, m.p)
		l.mu.Unlock()
		m.p.Close() //nolint:errcheck // never fails
		return
	}
	l.deaths = 0
	m.timer = time.AfterFunc(l.opts.Idle, func() { l.retire(m) })
	l.idle = append(l.idle, m)
	l.mu.Unlock()
}

// left is told that nothing is left in p that its user needs: where it is idle
// and large, it is ended.
func (l *Pool) left(p *Process) {
	if !l.large(p) {
		return
	}
	l.mu.Lock()
	i := slices.IndexFunc(l.idle, func(m *member) bool { return m.p == p })
	var m *member
	if i >= 0 {
		m = l.idle[i]
	}
	l.mu.Unlock()
	if m != nil {
		l.retire(m)
	}
}

// retire ends a process if it is idle.
func (l *Pool) retire(m *member) {
	l.mu.Lock()
	for i, x := range l.idle {
		if x == m {
			l.idle = append(l.idle[:i], l.idle[i+1:]...)
			delete(l.all, m.p)
			l.mu.Unlock()
			m.timer.Stop()
			m.p.Close() //nolint:errcheck // never fails
			return
		}
	}
	l.mu.Unlock()
}

// PIDs are the process ids of the pool's processes, for measuring.
func (l *Pool) PIDs() []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]int, 0, len(l.all))
	for p := range l.all {
		out = append(out, p.PID())
	}
	return out
}

// Close kills the processes at work, so that their calls end with Crashed, and
// returns when all are gone.
func (l *Pool) Close() error {
	l.mu.Lock()
	l.closed = true
	idle := l.idle
	l.idle = nil
	busy := make([]*Process, 0, len(l.all))
	for p := range l.all {
		busy = append(busy, p)
	}
	l.mu.Unlock()
	for _, m := range idle {
		m.timer.Stop()
	}
	var wg sync.WaitGroup
	for _, p := range busy {
		wg.Go(func() {
			if !isIdle(idle, p) {
				p.Kill(errClosing)
			}
			p.Close() //nolint:errcheck // never fails
		})
	}
	wg.Wait()
	l.users.Wait()
	return nil
}

var (
	errClosing     = errors.New("the pool is closing")
	errUnavailable = mark.Errorf(mark.Unavailable, "The program is closing. Start it again to go on.")
)

func isIdle(idle []*member, p *Process) bool {
	for _, m := range idle {
		if m.p == p {
			return true
		}
	}
	return false
}
