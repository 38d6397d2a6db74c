package llama

import (
	"fmt"
	"math"
	"strings"
	"testing"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
)

// cached returns a generator whose key-value cache holds numbers of a kind.
func cached(t testing.TB, kind string) *Generator {
	t.Helper()
	s := chatModel(t)
	g, err := NewGenerator(Config{Runtime: s.Runtime, Model: s.Model, Context: 2048, Cells: 4096, Cache: kind})
	if err != nil {
		t.Fatal(err)
	}
	g.SetThreads(1, 1)
	t.Cleanup(func() { _ = g.Close() })
	return g
}

func TestSmallerCacheHoldsLessAndReadsTheSame(t *testing.T) {
	p := mark.Prompt{User: strings.Join(readPassages(t)[:2], " ") + " Who are the parties?", MaxTokens: 2, Scores: 5}
	sizes := map[string]int{}
	likeliest := map[string]mark.TokenScores{}
	var usual []byte
	for _, kind := range []string{"", "q8_0", "q4_0"} {
		g := cached(t, kind)
		for d, err := range g.Generate(t.Context(), p) {
			if err != nil {
				t.Fatal(err)
			}
			if len(likeliest[kind].Top) == 0 && len(d.Scores) > 0 {
				likeliest[kind] = d.Scores[0]
			}
		}
		state, err := g.SaveState(t.Context(), p, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		sizes[kind] = len(state)
		if kind == "" {
			usual = state
			continue
		}
		if err := g.RestoreState(t.Context(), usual); mark.CodeOf(err) != mark.Unsupported {
			t.Errorf("%s took the state of another kind of cache: %v", kind, err)
		}
		// Of the first word after the passages the odds stay about what they were.
		if off := math.Abs(likeliest[kind].Top[0].Logprob - likeliest[""].Top[0].Logprob); off > 1 {
			t.Errorf("%s: the odds of the likeliest word are %.2f off", kind, off)
		}
	}
	if sizes["q8_0"] > sizes[""]*6/10 || sizes["q4_0"] > sizes[""]*35/100 {
		t.Errorf("bytes kept: %v", sizes)
	}
}

func TestUnknownCacheIsRefused(t *testing.T) {
	var params native.ContextParams
	if _, err := cacheType("q3", &params); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("got %v", err)
	}
}

// caches compares the kinds of key-value caches: what they hold, their speed, and
// how well the model foretells passages that it is made to write word for word.
func (b *table) caches(t *testing.T) {
	passages := readPassages(t)
	context := words(1200, 900)
	usual := map[string]string{} // the likeliest token, with f16, after each beginning of a passage
	var base [2]float64
	for _, kind := range []string{"f16", "q8_0", "q4_0"} {
		g := cached(t, kind)
		whole(t, g, mark.Prompt{User: "Hi", MaxTokens: 1})
		began := workerTime(t, g.PID())
		long := mark.Prompt{System: context, User: "Go on at length.", MaxTokens: 1, Deterministic: true}
		n := 0
		for d, err := range g.Generate(t.Context(), long) {
			if err != nil {
				t.Fatal(err)
			}
			n += d.Prompt
		}
		read := float64(n) / (workerTime(t, g.PID()) - began).Seconds()
		state, err := g.SaveState(t.Context(), long, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		long.MaxTokens, began = 100, workerTime(t, g.PID())
		write := float64(whole(t, g, long).Tokens) / (workerTime(t, g.PID()) - began).Seconds()
		sum, tokens, same, of := 0.0, 0, 0, 0
		for _, passage := range passages[:5] {
			p := mark.Prompt{System: context[:len(context)/3], User: "Write a clause.", Form: mark.Form{Choice: []string{passage}}, MaxTokens: 300, Scores: 1, Deterministic: true}
			text := ""
			for d, err := range g.Generate(t.Context(), p) {
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range d.Scores {
					sum += s.Logprob
					tokens++
					likeliest := string(s.Top[0].Piece)
					if kind == "f16" {
						usual[text] = likeliest
					}
					if was, ok := usual[text]; ok {
						of++
						if was == likeliest {
							same++
						}
					}
					text += string(s.Piece)
				}
			}
		}
		if kind == "f16" {
			base = [2]float64{read, write}
		}
		b.row(t, "key-value cache of "+kind, fmt.Sprintf("%.1f KB a token; reads %.0f, writes %.0f tokens a processor second after 1,200 tokens", float64(len(state))/1024/float64(n), read, write),
			fmt.Sprintf("perplexity %.2f of %d tokens, the same likeliest token in %.1f %%", math.Exp(-sum/float64(tokens)), tokens, 100*float64(same)/float64(of)),
			fmt.Sprintf("reads %.2f, writes %.2f", read/base[0], write/base[1]), "")
	}
}
