package worker_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/worker"
)

func pool(t *testing.T, size int, o worker.PoolOptions) *worker.Pool {
	t.Helper()
	p := worker.NewPool(worker.Spec{Kind: "test"}, size, o)
	t.Cleanup(func() { p.Close() })
	return p
}

// use makes one call in the pool and returns who answered.
func use(t *testing.T, p *worker.Pool, method string) (*worker.Process, error) {
	t.Helper()
	var who *worker.Process
	err := p.Do(t.Context(), func(w *worker.Process) error {
		who = w
		_, err := w.Call(t.Context(), method, nil, nil, nil)
		return err
	})
	return who, err
}

func TestPoolUsesOneProcessAgain(t *testing.T) {
	p := pool(t, 2, worker.PoolOptions{})
	a, err := use(t, p, "silent")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := use(t, p, "silent"); err != nil || a != b || len(p.PIDs()) != 1 {
		t.Fatal(b, err, p.PIDs())
	}
}

func TestPoolReplacesDeadAndWornProcesses(t *testing.T) {
	p := pool(t, 1, worker.PoolOptions{MaxUses: 3})
	a, err := use(t, p, "exit")
	if mark.CodeOf(err) != mark.Crashed {
		t.Fatal(err)
	}
	b, err := use(t, p, "silent")
	if err != nil || a == b {
		t.Fatal("the dead one came back", err)
	}
	use(t, p, "silent")
	use(t, p, "silent") // the third use
	if c, err := use(t, p, "silent"); err != nil || c == b {
		t.Fatal("the worn one came back", err)
	}
}

func TestPoolEndsIdleProcesses(t *testing.T) {
	p := pool(t, 1, worker.PoolOptions{Idle: 20 * time.Millisecond})
	a, err := use(t, p, "silent")
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-a.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("it lives on")
	}
}

func TestPoolRunsNoMoreThanItsSizeAtOnce(t *testing.T) {
	p := pool(t, 2, worker.PoolOptions{})
	var mu sync.Mutex
	now, most := 0, 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			err := p.Do(t.Context(), func(*worker.Process) error {
				mu.Lock()
				now++
				most = max(most, now)
				mu.Unlock()
				time.Sleep(20 * time.Millisecond)
				mu.Lock()
				now--
				mu.Unlock()
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most != 2 {
		t.Fatal(most, "at once")
	}
}

func TestWaitingForPoolEndsWithContext(t *testing.T) {
	p := pool(t, 1, worker.PoolOptions{})
	err := p.Do(t.Context(), func(*worker.Process) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		return p.Do(ctx, func(*worker.Process) error { return nil })
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

func TestClosedPoolEndsWorkAndTakesNone(t *testing.T) {
	p := pool(t, 1, worker.PoolOptions{})
	done := make(chan error, 1)
	at := make(chan struct{})
	go func() {
		done <- p.Do(context.Background(), func(w *worker.Process) error {
			close(at)
			_, err := w.Call(context.Background(), "hang", nil, nil, nil)
			return err
		})
	}()
	<-at
	p.Close()
	if err := <-done; mark.CodeOf(err) != mark.Crashed {
		t.Fatal(err)
	}
	if err := p.Do(t.Context(), func(*worker.Process) error { return nil }); mark.CodeOf(err) != mark.Unavailable {
		t.Fatal(err)
	}
}
