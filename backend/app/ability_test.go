package app

import (
	"context"
	"iter"
	"testing"
	"time"

	mark "markai/backend"
)

// silent is a model that always says that the passages do not answer.
type silent struct{ asked int }

func (s *silent) Generate(context.Context, mark.Prompt) iter.Seq2[mark.Delta, error] {
	s.asked++
	return func(yield func(mark.Delta, error) bool) { yield(mark.Delta{Text: "NOT IN THE PASSAGES"}, nil) }
}

func (*silent) CountTokens(context.Context, string) (int, error) { return 1, nil }

func TestAbilityOfAModelIsMeasuredOnceAndKept(t *testing.T) {
	home := t.TempDir()
	a := readAbilities(home)
	if a.of("small 1") != nil || a.of("small 1") != nil {
		t.Fatal("something is known of a model that was not measured")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	m := &silent{}
	go func() {
		defer close(done)
		a.run(ctx, m)
	}()
	for a.of("small 1") == nil {
		if ctx.Err() != nil {
			t.Fatal("it was never measured")
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-done
	asked := m.asked
	if len(a.wanted) != 0 || asked == 0 {
		t.Errorf("asked %d times, %d still wanted", asked, len(a.wanted))
	}
	again := readAbilities(home)
	k := again.of("small 1")
	if k == nil || k.Stays != 1 || k.Answers != 0 || k.Writes() {
		t.Errorf("kept %+v", k)
	}
	if again.of("small 2") != nil {
		t.Error("another file of the same name is taken for measured")
	}
}
