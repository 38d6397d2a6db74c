package infer_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	mark "markai/backend"
	"markai/backend/infer"

	"pgregory.net/rapid"
)

// machine is a machine with so much memory, and what is loaded on it.
type machine struct {
	memory int64
	needs  map[string]int64

	mu     sync.Mutex
	loaded map[string]*engine
	most   int64
}

func (m *machine) open(_ context.Context, id string) (infer.Engine, error) {
	time.Sleep(time.Second)
	m.mu.Lock()
	defer m.mu.Unlock()
	e := &engine{words: []string{" by " + id}}
	m.loaded[id] = e
	m.most = max(m.most, m.memory-m.free())
	return e, nil
}

// free is called with mu held.
func (m *machine) free() int64 {
	n := m.memory
	for id, e := range m.loaded {
		if !e.closed.Load() {
			n -= m.needs[id]
		}
	}
	return n
}

func (m *machine) pool(budget int64, idle time.Duration) *infer.Pool {
	m.loaded = map[string]*engine{}
	return infer.NewPool(infer.PoolConfig{
		Default: "small", Open: m.open, Budget: budget, Each: infer.Config{Parallel: 4, Idle: idle},
		Needs: func(id string) (int64, error) {
			n, ok := m.needs[id]
			if !ok {
				return 0, mark.Errorf(mark.NotFound, "There is no model named %q.", id)
			}
			return n, nil
		},
		Free: func() int64 {
			m.mu.Lock()
			defer m.mu.Unlock()
			return m.free()
		},
	})
}

func (m *machine) there() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for id, e := range m.loaded {
		if !e.closed.Load() {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

func say(ctx context.Context, p *infer.Pool, model string) (string, error) {
	var b strings.Builder
	for d, err := range p.Generate(ctx, mark.Prompt{Model: model, User: "hello"}) {
		if err != nil {
			return b.String(), err
		}
		b.WriteString(d.Text)
	}
	return b.String(), nil
}

func TestModelUsedLongestAgoGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &machine{memory: 10, needs: map[string]int64{"small": 3, "middle": 4, "large": 6}}
		p := m.pool(0, 0)
		defer p.Close()
		for _, step := range []struct {
			model string
			want  []string
		}{
			{"", []string{"small"}},
			{"middle", []string{"middle", "small"}},
			{"small", []string{"middle", "small"}},
			{"large", []string{"large", "small"}}, // middle was used before small
			{"middle", []string{"large", "middle"}},
		} {
			got, err := say(t.Context(), p, step.model)
			if err != nil || step.model != "" && got != "hello by "+step.model {
				t.Fatalf("%q says %q, %v", step.model, got, err)
			}
			if got := m.there(); !slices.Equal(got, step.want) {
				t.Errorf("after %q there are %v, want %v", step.model, got, step.want)
			}
		}
	})
}

func TestModelAtWorkDoesNotGiveWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &machine{memory: 8, needs: map[string]int64{"small": 3, "large": 6, "huge": 9}}
		p := m.pool(0, 0)
		defer p.Close()
		for _, err := range p.Generate(t.Context(), mark.Prompt{User: "hello"}) {
			if err != nil {
				t.Fatal(err)
			}
			if _, err := say(t.Context(), p, "large"); mark.CodeOf(err) != mark.TooBusy {
				t.Errorf("beside a model at work: %v, want %s", err, mark.TooBusy)
			}
		}
		if _, err := say(t.Context(), p, "large"); err != nil {
			t.Errorf("when it has finished: %v", err)
		}
		if _, err := say(t.Context(), p, "huge"); mark.CodeOf(err) != mark.TooBig || !strings.Contains(mark.MessageOf(err), "free for models") {
			t.Errorf("larger than the machine: %v, want %s", err, mark.TooBig)
		}
		if _, err := say(t.Context(), p, "nobody"); mark.CodeOf(err) != mark.NotFound {
			t.Errorf("a model that is not there: %v, want %s", err, mark.NotFound)
		}
		if s, err := p.Model("huge"); err != nil || s.Failing(time.Minute) == "" {
			t.Errorf("that it does not fit is not known afterwards: %v", err)
		}
	})
}

func TestModelsThatRestAreLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &machine{memory: 100, needs: map[string]int64{"small": 3, "large": 6}}
		p := m.pool(0, time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		if _, err := say(ctx, p, "small"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Second)
		if _, err := say(ctx, p, "large"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Second)
		if got := m.there(); !slices.Equal(got, []string{"large"}) {
			t.Errorf("after a minute of rest there are %v", got)
		}
		if err := p.Unload("large"); err != nil || len(m.there()) > 0 {
			t.Errorf("after Unload there are %v, %v", m.there(), err)
		}
		cancel()
		if err := errors.Join(<-done, p.Close()); err != nil {
			t.Error(err)
		}
		if _, err := say(t.Context(), p, "small"); mark.CodeOf(err) != mark.Unavailable {
			t.Errorf("after the end: %v", err)
		}
	})
}

// Whoever asks which model when, no more is loaded than the budget allows,
// every request ends, and none of the engines is left behind.
func TestPoolKeepsToItsBudget(t *testing.T) {
	whole := t
	rapid.Check(t, func(t *rapid.T) {
		needs := map[string]int64{"small": 1, "middle": rapid.Int64Range(1, 6).Draw(t, "middle"), "large": rapid.Int64Range(1, 6).Draw(t, "large")}
		budget := rapid.Int64Range(6, 12).Draw(t, "budget")
		asked := rapid.SliceOfN(rapid.SampledFrom([]string{"small", "middle", "large"}), 1, 12).Draw(t, "asked")
		gaps := rapid.SliceOfN(rapid.IntRange(0, 5), len(asked), len(asked)).Draw(t, "gaps")
		m := &machine{memory: 1000, needs: needs}
		synctest.Test(whole, func(*testing.T) {
			p := m.pool(budget, 0)
			var wg sync.WaitGroup
			for i, model := range asked {
				time.Sleep(time.Duration(gaps[i]) * time.Second)
				wg.Go(func() {
					if got, err := say(context.Background(), p, model); err == nil && got != "hello by "+model || err != nil && mark.CodeOf(err) != mark.TooBusy {
						t.Errorf("%s says %q, %v", model, got, err)
					}
				})
			}
			wg.Wait()
			if err := p.Close(); err != nil || len(m.there()) > 0 {
				t.Errorf("%v are left, %v", m.there(), err)
			}
		})
		if m.most > budget {
			t.Errorf("%d were loaded together, the budget is %d", m.most, budget)
		}
	})
}
