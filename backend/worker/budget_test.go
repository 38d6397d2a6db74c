package worker_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"markai/backend/worker"
)

// measured skips where a process' memory cannot be found.
func measured(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/proc/self/statm"); err != nil {
		t.Skip("what a process holds is not known on this system")
	}
}

func TestBudgetLetsNoMoreBeginThanFits(t *testing.T) {
	b := worker.NewBudget(250 << 20)
	var now, most atomic.Int64
	var wg sync.WaitGroup
	for range 2 { // pools of two kinds
		p := pool(t, 4, worker.PoolOptions{Budget: b})
		for range 4 {
			wg.Go(func() {
				err := p.DoAlone(t.Context(), 100<<20, func(*worker.Process) error {
					n := now.Add(1)
					for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
					}
					time.Sleep(20 * time.Millisecond)
					now.Add(-1)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if n := most.Load(); n > 2 {
		t.Errorf("%d uses of 100 MiB at once in 250 MiB", n)
	}
}

func TestUseLargerThanTheBudgetRunsAlone(t *testing.T) {
	b := worker.NewBudget(10 << 20)
	p := pool(t, 2, worker.PoolOptions{Budget: b})
	err := p.DoAlone(t.Context(), 1<<30, func(*worker.Process) error {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		return p.DoAlone(ctx, 1, func(*worker.Process) error { return nil })
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal("something ran beside it:", err)
	}
	if err := p.DoAlone(t.Context(), 1, func(*worker.Process) error { return nil }); err != nil {
		t.Fatal("room did not come back:", err)
	}
}

func TestBudgetEndsIdleProcessesForOthers(t *testing.T) {
	measured(t)
	b := worker.NewBudget(200 << 20)
	idle, busy := pool(t, 1, worker.PoolOptions{Budget: b}), pool(t, 1, worker.PoolOptions{Budget: b})
	a := hold(t, idle, 100)
	if !alive(a) {
		t.Fatal("it is ended without need")
	}
	// Room for both there is not, and nobody works.
	if err := busy.DoAlone(t.Context(), 150<<20, func(*worker.Process) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if alive(a) {
		t.Error("the idle one keeps its memory")
	}
}

func TestLargeProcessIsEndedAfterWorkThatLeavesNothing(t *testing.T) {
	measured(t)
	p := pool(t, 1, worker.PoolOptions{Keep: 90 << 20})
	small, err := use(t, p, "silent")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.DoAlone(t.Context(), 0, func(*worker.Process) error { return nil }); err != nil || !alive(small) {
		t.Fatal("a small one is ended", err)
	}
	large := hold(t, p, 120) // by a use that may have left something
	if !alive(large) {
		t.Fatal("what was opened in it is lost")
	}
	if err := p.DoAlone(t.Context(), 0, func(*worker.Process) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if alive(large) {
		t.Error("it keeps its memory")
	}
}

// hold makes one of p's processes hold so many MiB from now on.
func hold(t *testing.T, p *worker.Pool, mib int) *worker.Process {
	t.Helper()
	var who *worker.Process
	err := p.Do(t.Context(), func(w *worker.Process) error {
		who = w
		_, err := w.Call(t.Context(), "hold", number{mib}, nil, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return who
}

func alive(p *worker.Process) bool {
	select {
	case <-p.Done():
		return false
	default:
		return true
	}
}
