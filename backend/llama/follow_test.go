package llama

import (
	"errors"
	"math"
	"slices"
	"testing"

	mark "markai/backend"
	"markai/backend/schedule"
)

// chiSquare compares how often each pair of first and second tokens came with how
// often it should.
func chiSquare(counts [][]int, first []float64, second [][]float64) float64 {
	all, chi := 0, 0.0
	for _, row := range counts {
		for _, n := range row {
			all += n
		}
	}
	for a, row := range counts {
		for b, n := range row {
			want := float64(all) * first[a] * second[a][b]
			chi += math.Pow(float64(n)-want, 2) / want
		}
	}
	return chi
}

// Text that chance decides is distributed as the model says, whatever is guessed
// ahead: chi-square of all pairs of tokens. A step that believed its drafts would be
// noticed.
func TestChanceDecidesTheTextWhateverIsGuessed(t *testing.T) {
	const rounds = 40_000
	first := []float64{0.4, 0.3, 0.2, 0.1}
	second := [][]float64{{0.1, 0.2, 0.3, 0.4}, {0.25, 0.25, 0.25, 0.25}, {0.7, 0.1, 0.1, 0.1}, {0.1, 0.1, 0.4, 0.4}}
	logits := func(p []float64) []float32 {
		var out []float32
		for _, x := range p {
			out = append(out, float32(math.Log(x)))
		}
		return out
	}
	run := func(drafts []schedule.Token, believing bool) float64 {
		pick := samplerOf(t, 1, 9, mark.Sampling{TopP: 1, MinP: -1})
		counts := make([][]int, len(first))
		for i := range counts {
			counts[i] = make([]int, len(first))
		}
		for range rounds {
			var text []schedule.Token
			for len(text) < 2 {
				r, err := follow(drafts[min(len(text), len(drafts)):], func(i int) (schedule.Token, error) {
					if believing && i < len(drafts) {
						return drafts[i], nil
					}
					p := first
					if len(text) > 0 {
						p = second[text[len(text)-1]]
					}
					return schedule.Token(pick.pick(logits(p))), nil
				}, func(tok schedule.Token, _ bool) bool {
					text = append(text, tok)
					return len(text) == 2
				})
				if err != nil || len(r.Tokens) == 0 {
					t.Fatal(r, err)
				}
			}
			counts[text[0]][text[1]]++
		}
		return chiSquare(counts, first, second)
	}
	// 15 degrees of freedom: above 37.7 in one run of a thousand.
	for _, drafts := range [][]schedule.Token{nil, {0}, {3, 1}, {0, 3}, {2, 2}} {
		if chi := run(drafts, false); chi > 37.7 {
			t.Errorf("with the guesses %v: chi-square is %.1f", drafts, chi)
		}
	}
	if chi := run([]schedule.Token{0, 3}, true); chi < 1000 {
		t.Errorf("a step that believes its drafts goes unnoticed: chi-square is %.1f", chi)
	}
}

func TestStepWritesTheDraftsThatHoldAndOneMore(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name           string
		drafts, chosen []schedule.Token // -1: an error
		last           schedule.Token   // that ends the text
		want           []schedule.Token
		end            bool
	}{
		{"no drafts", nil, []schedule.Token{5}, 0, []schedule.Token{5}, false},
		{"all hold", []schedule.Token{5, 6}, []schedule.Token{5, 6, 7}, 0, []schedule.Token{5, 6, 7}, false},
		{"the second does not", []schedule.Token{5, 6, 7}, []schedule.Token{5, 9, 8}, 0, []schedule.Token{5, 9}, false},
		{"the text ends within", []schedule.Token{5, 6, 7}, []schedule.Token{5, 6, 7}, 6, []schedule.Token{5, 6}, true},
		{"an error", []schedule.Token{5, 6}, []schedule.Token{5, -1}, 0, []schedule.Token{5}, true},
	} {
		r, err := follow(tt.drafts, func(i int) (schedule.Token, error) {
			if tt.chosen[i] < 0 {
				return 0, broken
			}
			return tt.chosen[i], nil
		}, func(tok schedule.Token, _ bool) bool { return tok == tt.last })
		if !slices.Equal(r.Tokens, tt.want) || r.End != tt.end || (err != nil) != slices.Contains(tt.chosen, -1) {
			t.Errorf("%s: %+v, %v", tt.name, r, err)
		}
	}
}
