package infer_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	mark "markai/backend"
	"markai/backend/infer"
)

// engine writes one word a second.
type engine struct {
	words  []string
	fail   error // after the words
	prompt int
	cached int
	closed atomic.Bool
	busy   atomic.Int32
	most   atomic.Int32 // requests at once
}

func (e *engine) Generate(ctx context.Context, p mark.Prompt) iter.Seq2[mark.Delta, error] {
	return func(yield func(mark.Delta, error) bool) {
		n := e.busy.Add(1)
		defer e.busy.Add(-1)
		e.most.Store(max(n, e.most.Load()))
		for i, w := range append([]string{p.User}, e.words...) {
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
				yield(mark.Delta{}, ctx.Err())
				return
			}
			d := mark.Delta{Text: w, Tokens: 1}
			if i == 0 {
				d.Prompt, d.Cached = e.prompt, e.cached
			}
			if i == len(e.words) && e.fail == nil {
				d.Stop, d.Guessed, d.Held = "end", 4, 3
			}
			if !yield(d, nil) {
				return
			}
		}
		if e.fail != nil {
			yield(mark.Delta{}, e.fail)
		}
	}
}

func (e *engine) CountTokens(context.Context, string) (int, error) { return 7, nil }

func (e *engine) Close() error {
	if e.closed.Swap(true) {
		return errors.New("closed twice")
	}
	return nil
}

func open(e *engine) func(context.Context) (infer.Engine, error) {
	return func(context.Context) (infer.Engine, error) {
		time.Sleep(3 * time.Second)
		return e, nil
	}
}

func text(t *testing.T, ctx context.Context, s *infer.Service, user string) (string, error) {
	t.Helper()
	var b strings.Builder
	for d, err := range s.Generate(ctx, mark.Prompt{User: user}) {
		if err != nil {
			return b.String(), err
		}
		b.WriteString(d.Text)
	}
	return b.String(), nil
}

func TestRequestsAreServedOneByOneInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{words: []string{"."}}
		s := infer.New(infer.Config{Open: open(e)})
		var order []string
		var mu sync.Mutex
		var wg sync.WaitGroup
		for _, name := range []string{"a", "b", "c", "d"} {
			wg.Go(func() {
				got, err := text(t, t.Context(), s, name)
				if err != nil || got != name+"." {
					t.Errorf("%s: got %q, %v", name, got, err)
				}
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
			})
			synctest.Wait()
		}
		wg.Wait()
		if got := strings.Join(order, ""); got != "abcd" || e.most.Load() != 1 {
			t.Errorf("served %s, %d at once", got, e.most.Load())
		}
		if st := s.Stats(); st.Requests != 4 || st.Tokens != 8 || st.Last.FirstToken != time.Second || st.Last.PerSecond() != 1 {
			t.Errorf("measured %+v", st)
		}
	})
}

func TestSeveralRequestsGoTogetherWhereTheEngineTakesThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{words: []string{"b", "c"}, prompt: 100, cached: 20}
		s := infer.New(infer.Config{Open: open(e), Parallel: 3, Queue: 2})
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if _, err := text(t, t.Context(), s, "a"); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(4500 * time.Millisecond) // three seconds to load
		if st := s.Stats(); st.Running != 3 || st.Waiting != 2 {
			t.Errorf("%d run and %d wait", st.Running, st.Waiting)
		}
		wg.Wait()
		st := s.Stats()
		if e.most.Load() != 3 || st.Requests != 5 || st.Running != 0 {
			t.Errorf("%d at once, %+v", e.most.Load(), st)
		}
		if st.Prompt != 500 || st.Cached != 100 || st.Guessed != 20 || st.Held != 15 || st.Between.N != 10 || st.Between.Mean() != 1000 || st.Reading.Mean() != 80 {
			t.Errorf("measured %+v", st)
		}
		if got := st.Between.Quantile(0.95); got != 1024 {
			t.Errorf("95 of 100 tokens come within %v ms", got)
		}
	})
}

// keeper is an engine that keeps conversations.
type keeper struct {
	engine
	state []byte
}

func (k *keeper) SaveState(context.Context, mark.Prompt, int) ([]byte, error) {
	return []byte("kept"), nil
}

func (k *keeper) RestoreState(_ context.Context, state []byte) error {
	k.state = state
	return nil
}

func TestStateGoesToTheEngineThatKeepsConversations(t *testing.T) {
	k := &keeper{}
	var e infer.Engine = k
	s := infer.New(infer.Config{Open: func(context.Context) (infer.Engine, error) { return e, nil }})
	if _, err := s.SaveState(t.Context(), mark.Prompt{}, 10); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("of a model that rests: %v", err)
	}
	if err := s.RestoreState(t.Context(), []byte("before")); err != nil || string(k.state) != "before" {
		t.Errorf("restored %q, %v", k.state, err)
	}
	if state, err := s.SaveState(t.Context(), mark.Prompt{}, 10); err != nil || string(state) != "kept" {
		t.Errorf("saved %q, %v", state, err)
	}
	if st := s.Stats(); st.Running != 0 {
		t.Errorf("%d users are left", st.Running)
	}
	if err := s.Unload(); err != nil {
		t.Fatal(err)
	}
	e = &engine{}
	if err := s.RestoreState(t.Context(), nil); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("by an engine that keeps nothing: %v", err)
	}
	if _, err := s.SaveState(t.Context(), mark.Prompt{}, 10); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("by an engine that keeps nothing: %v", err)
	}
}

func TestFullQueueRefusesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := infer.New(infer.Config{Open: open(&engine{}), Queue: 1})
		var wg sync.WaitGroup
		for range 2 { // one served, one waiting
			wg.Go(func() {
				if _, err := text(t, t.Context(), s, "x"); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		began := time.Now()
		if _, err := text(t, t.Context(), s, "y"); mark.CodeOf(err) != mark.TooBusy || time.Since(began) != 0 {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
		wg.Wait()
		if _, err := text(t, t.Context(), s, "z"); err != nil {
			t.Errorf("after the rush: %v", err)
		}
		if s.Stats().Refused != 1 {
			t.Errorf("counted %d refusals", s.Stats().Refused)
		}
	})
}

func TestCallerWhoLeavesFreesTheTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := infer.New(infer.Config{Open: open(&engine{words: []string{"b", "c", "d"}})})
		for range s.Generate(t.Context(), mark.Prompt{User: "a"}) {
			break
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		if _, err := text(t, ctx, s, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if got, err := text(t, t.Context(), s, "a"); got != "abcd" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		if st := s.Stats(); st.Cancelled != 2 || st.Failed != 0 {
			t.Errorf("measured %+v", st)
		}
	})
}

func TestModelLoadsOnceForAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loads := 0
		var seen []infer.State
		s := infer.New(infer.Config{
			Open:   func(ctx context.Context) (infer.Engine, error) { loads++; return open(&engine{})(ctx) },
			Notify: func(st infer.Status) { seen = append(seen, st.State) },
		})
		if s.Status().State != infer.Resting {
			t.Errorf("begins %v", s.Status())
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if n, err := s.CountTokens(t.Context(), "x"); n != 7 || err != nil {
					t.Errorf("got %d, %v", n, err)
				}
			})
		}
		wg.Wait()
		if loads != 1 || len(seen) != 2 || seen[0] != infer.Loading || seen[1] != infer.Ready {
			t.Errorf("%d loads, states %v", loads, seen)
		}
	})
}

func TestStateSaysWhatIsWrongWithTheModel(t *testing.T) {
	for _, c := range []struct {
		err  error
		want infer.State
	}{
		{mark.Errorf(mark.Unavailable, "It is not installed."), infer.Missing},
		{mark.Errorf(mark.NotFound, "It is gone."), infer.Missing},
		{mark.Errorf(mark.TooBig, "It is too big."), infer.Failed},
		{mark.Errorf(mark.Damaged, "It is damaged."), infer.Failed},
		{context.Canceled, infer.Resting},
	} {
		s := infer.New(infer.Config{Open: func(context.Context) (infer.Engine, error) { return nil, c.err }})
		if err := s.Load(t.Context()); !errors.Is(err, c.err) {
			t.Errorf("got %v, want %v", err, c.err)
		}
		got := s.Status()
		if got.State != c.want || c.want != infer.Resting && got.Problem != c.err.Error() {
			t.Errorf("%v: %+v", c.err, got)
		}
	}
}

func TestCrashIsShownUntilTheNextSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{fail: mark.Errorf(mark.Crashed, "It died.")}
		s := infer.New(infer.Config{Open: open(e)})
		if _, err := text(t, t.Context(), s, "x"); mark.CodeOf(err) != mark.Crashed {
			t.Fatalf("got %v", err)
		}
		if st := s.Status(); st.State != infer.Failed || st.Problem != "It died." {
			t.Errorf("state %+v", st)
		}
		e.fail = nil
		if _, err := text(t, t.Context(), s, "x"); err != nil {
			t.Fatal(err)
		}
		if st := s.Status(); st.State != infer.Ready {
			t.Errorf("state %+v", st)
		}
	})
}

func TestRestingModelIsLetGoAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var engines []*engine
		s := infer.New(infer.Config{Idle: time.Minute, Open: func(context.Context) (infer.Engine, error) {
			engines = append(engines, &engine{words: make([]string, 200)})
			return engines[len(engines)-1], nil
		}})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		if _, err := text(t, ctx, s, "longer than the idle time"); err != nil {
			t.Fatal(err)
		}
		if engines[0].closed.Load() {
			t.Error("let go while it was used")
		}
		time.Sleep(2 * time.Minute)
		if !engines[0].closed.Load() || s.Status().State != infer.Resting {
			t.Errorf("still there after its rest: %v", s.Status())
		}
		if _, err := text(t, ctx, s, "x"); err != nil || len(engines) != 2 {
			t.Errorf("got %v, %d loads", err, len(engines))
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestUnloadLetsTheRunningRequestFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{words: []string{"b", "c"}}
		s := infer.New(infer.Config{Open: open(e)})
		got := ""
		for d, err := range s.Generate(t.Context(), mark.Prompt{User: "a"}) {
			if err != nil {
				t.Fatal(err)
			}
			if got == "" {
				if err := s.Unload(); err != nil || e.closed.Load() {
					t.Errorf("unload: %v, closed %v", err, e.closed.Load())
				}
			}
			got += d.Text
		}
		if got != "abc" || !e.closed.Load() {
			t.Errorf("got %q, closed %v", got, e.closed.Load())
		}
	})
}

func TestClosedServiceLoadsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{}
		s := infer.New(infer.Config{Open: open(e)})
		loaded := make(chan error, 1)
		go func() { loaded <- s.Load(t.Context()) }()
		synctest.Wait()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-loaded; mark.CodeOf(err) != mark.Unavailable || !e.closed.Load() {
			t.Errorf("got %v, closed %v", err, e.closed.Load())
		}
		if err := s.Load(t.Context()); mark.CodeOf(err) != mark.Unavailable {
			t.Errorf("got %v", err)
		}
	})
}

func TestSettingsThatChangeWhileAModelIsLoadedLoadItAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old, young := &engine{words: []string{" old"}}, &engine{words: []string{" young"}}
		var opened atomic.Int32
		s := infer.New(infer.Config{Parallel: 2, Open: func(context.Context) (infer.Engine, error) {
			first := opened.Add(1) == 1
			time.Sleep(3 * time.Second)
			if first {
				return old, nil
			}
			return young, nil
		}})
		var got string
		var wg sync.WaitGroup
		wg.Go(func() { got, _ = text(t, t.Context(), s, "hello") })
		time.Sleep(time.Second)
		if err := s.Unload(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if got != "hello young" || !old.closed.Load() || young.closed.Load() {
			t.Errorf("it says %q; the old engine is closed: %v, the new: %v", got, old.closed.Load(), young.closed.Load())
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
