package speculate

import (
	"testing"

	"pgregory.net/rapid"
)

// lone writes text that never repeats, so that nothing can be guessed of it.
func lone(n int) []Token {
	out := make([]Token, n)
	for i := range out {
		out[i] = Token(1000 + i)
	}
	return out
}

func TestSecondModelIsAskedWhereThatPays(t *testing.T) {
	gpu := func(rows int) float64 { return 1 + 0.01*float64(rows-1) } // rows cost next to nothing
	cpu := func(rows int) float64 { return float64(rows) }            // every row costs as much as the first
	tests := []struct {
		name  string
		cost  Cost
		m     Second
		right float64 // of its guesses
		asks  bool
	}{
		{"cheap and mostly right", gpu, Second{Word: 0.1, Left: 400}, 0.9, true},
		{"as dear as the model itself", gpu, Second{Word: 1, Left: 400}, 0.99, false},
		{"rows cost as much as words", cpu, Second{Word: 0.1, Left: 400}, 0.99, false},
		{"cheap and mostly wrong", gpu, Second{Word: 0.3, Left: 400}, 0.05, false},
		{"it would have to read much for a few words", gpu, Second{Word: 0.1, Catch: 100, Left: 20}, 0.9, false},
		{"it would have to read much, for many words", gpu, Second{Word: 0.1, Catch: 100, Left: 2000}, 0.9, true},
		{"what it costs is not known", gpu, Second{Left: 400}, 0.9, false},
	}
	for _, tt := range tests {
		s := New(lone(4), Habit{}, "")
		asked, next := 0, Token(1)
		for range 200 {
			draft, ask := s.Propose(tt.cost, 0, 64, tt.m)
			if len(draft) > 0 {
				t.Fatalf("%s: the text is said to have %d guesses", tt.name, len(draft))
			}
			held := 0
			if ask > 0 {
				asked++
				held = int(float64(ask) * tt.right)
			}
			var wrote []Token
			for range held + 1 {
				wrote = append(wrote, next)
				next++
			}
			s.Wrote(wrote, ask)
		}
		// Who is wrong has to be tried before that is known.
		if late := asked; tt.asks != (late > 100) {
			t.Errorf("%s: asked in %d of 200 steps", tt.name, asked)
		}
		if g := s.Stats().Gain; tt.asks && g < 1.5 || !tt.asks && g < 0.9 {
			t.Errorf("%s: text is written %.2f times as fast", tt.name, g)
		}
	}
}

func TestTextGuessesWhereItIsLikelyToWriteMore(t *testing.T) {
	quote := lone(200)
	s := New(quote, Habit{}, "")
	gpu := func(rows int) float64 { return 1 + 0.01*float64(rows-1) }
	m := Second{Word: 0.15, Left: 400}
	if _, ask := s.Propose(gpu, 0, 64, m); ask == 0 {
		t.Error("before anything is written the second model is not asked")
	}
	s.Wrote(quote[10:11], 0)
	var draft []Token
	ask := 0
	for i := 11; i < 60; {
		draft, ask = s.Propose(gpu, 0, 64, m)
		n := max(len(draft), ask)
		s.Wrote(quote[i:i+n+1], n)
		i += n + 1
	}
	if len(draft) == 0 || ask > 0 {
		t.Errorf("in the middle of a quotation the text guesses %d tokens, the second model is asked for %d", len(draft), ask)
	}
}

// Whatever the costs and whatever held, what is asked for fits the room, and the
// share of guesses that hold stays a probability.
func TestProposalsFitTheRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(rapid.SliceOfN(rapid.Int32Range(1, 6), 0, 40).Draw(t, "prompt"), Habit{}, "")
		per := rapid.Float64Range(0, 1).Draw(t, "cost of a row")
		cost := func(rows int) float64 { return 1 + per*float64(rows-1) }
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			room := rapid.IntRange(0, 40).Draw(t, "room")
			m := Second{Word: rapid.Float64Range(0, 2).Draw(t, "word"), Catch: rapid.Float64Range(0, 50).Draw(t, "catch"), Left: rapid.IntRange(0, 100).Draw(t, "left")}
			draft, ask := s.Propose(cost, rapid.IntRange(0, 4).Draw(t, "others"), room, m)
			n := max(len(draft), ask)
			if len(draft) > 0 && ask > 0 || n > min(room, Most) {
				t.Fatalf("%d guesses of the text and %d of the model, in a room of %d", len(draft), ask, room)
			}
			wrote := rapid.SliceOfN(rapid.Int32Range(1, 6), 1, n+1).Draw(t, "wrote")
			s.Wrote(wrote, n)
			if p := s.habit.second.right(); p <= 0 || p >= 1 {
				t.Fatalf("the second model is right with a chance of %v", p)
			}
		}
	})
}
