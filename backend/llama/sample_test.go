package llama

import (
	"math"
	"testing"

	native "github.com/hybridgroup/yzma/pkg/llama"
	"pgregory.net/rapid"

	mark "markai/backend"
)

func samplerOf(t rapid.TB, temp float32, seed uint32, q mark.Sampling) *sampler {
	t.Helper()
	s, err := newSampler(prompt{Temp: temp, Seed: seed, Sampling: q})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Each way of sampling keeps what it says of four tokens, of which the first has
// half of the probability, the others 0.3, 0.15 and 0.05.
func TestSamplersKeepWhatTheySay(t *testing.T) {
	logits := []float32{float32(math.Log(0.5)), float32(math.Log(0.3)), float32(math.Log(0.15)), float32(math.Log(0.05))}
	for _, tt := range []struct {
		name string
		temp float32
		q    mark.Sampling
		want []float64 // shares
	}{
		{"all", 1, mark.Sampling{TopP: 1, MinP: -1}, []float64{0.5, 0.3, 0.15, 0.05}},
		{"top-k", 1, mark.Sampling{TopK: 2, TopP: 1, MinP: -1}, []float64{0.625, 0.375, 0, 0}},
		{"top-p", 1, mark.Sampling{TopP: 0.9, MinP: -1}, []float64{0.526, 0.316, 0.158, 0}},
		{"min-p", 1, mark.Sampling{TopP: 1, MinP: 0.55}, []float64{0.625, 0.375, 0, 0}},
		{"usual", 1, mark.Sampling{}, []float64{0.526, 0.316, 0.158, 0}},
		{"a low temperature", 0.5, mark.Sampling{TopP: 1, MinP: -1}, []float64{0.685, 0.247, 0.062, 0.007}},
		{"none", 0, mark.Sampling{TopP: 1, MinP: -1}, []float64{1, 0, 0, 0}},
	} {
		const n = 20_000
		s := samplerOf(t, tt.temp, 7, tt.q)
		shares := make([]float64, len(logits))
		for range n {
			shares[s.pick(logits)] += 1.0 / n
		}
		for i, want := range tt.want {
			if math.Abs(shares[i]-want) > 0.015 || want == 0 && shares[i] > 0 {
				t.Errorf("%s: token %d came in %.3f of cases, want %.3f", tt.name, i, shares[i], want)
			}
		}
	}
}

func TestWhatWasWrittenLatelyIsPenalised(t *testing.T) {
	s := samplerOf(t, 0, 0, mark.Sampling{Repeat: 2})
	for _, tok := range []native.Token{0, 1, 1, 9} {
		s.wrote(tok)
	}
	logits := []float32{4, -1, 3}
	s.penalise(logits)
	if logits[0] != 2 || logits[1] != -2 || logits[2] != 3 {
		t.Errorf("got %v", logits)
	}
	for range window { // the others are too long ago
		s.wrote(2)
	}
	s.penalise(logits)
	if logits[0] != 2 || logits[1] != -2 || logits[2] != 1.5 {
		t.Errorf("later %v", logits)
	}
	same := samplerOf(t, 0, 0, mark.Sampling{})
	same.wrote(0)
	if same.penalise(logits); logits[0] != 2 {
		t.Errorf("without a penalty %v", logits)
	}
}

func TestSamplingThatMakesNoSenseIsRefused(t *testing.T) {
	nan := float32(math.NaN())
	for _, p := range []prompt{
		{Temp: -1}, {Temp: nan}, {Sampling: mark.Sampling{TopK: -1}}, {Sampling: mark.Sampling{TopK: mark.MaxTopK + 1}}, {Sampling: mark.Sampling{TopP: 1.1}},
		{Sampling: mark.Sampling{TopP: nan}}, {Sampling: mark.Sampling{MinP: 2}}, {Sampling: mark.Sampling{Repeat: -1}}, {Sampling: mark.Sampling{Repeat: nan}},
	} {
		if _, err := newSampler(p); mark.CodeOf(err) != mark.Invalid {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// The probabilities of all tokens add up to one, whatever the logits.
func TestScoresAreLogarithmsOfProbabilities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		logits := rapid.SliceOfN(rapid.Float32Range(-200, 200), 1, 50).Draw(t, "logits")
		sum := 0.0
		for _, l := range logits {
			sum += math.Exp(float64(l) - logSum(logits))
		}
		if math.Abs(sum-1) > 1e-6 {
			t.Fatalf("they add up to %v", sum)
		}
	})
	inf, nan := float32(math.Inf(-1)), float32(math.NaN())
	if got := logSum([]float32{nan, inf, 0, nan}); got != 0 {
		t.Errorf("of one finite logit of zero: %v", got)
	}
	if got := logSum([]float32{inf}); !math.IsInf(got, -1) {
		t.Errorf("of nothing: %v", got)
	}
}

// Where the likeliest tokens are enough, choosing among those of them that are
// allowed gives what choosing among all that are allowed gives.
func TestFewLikeliestTokensDecideAsAllWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		logits := rapid.SliceOfN(rapid.Float32Range(-20, 20), 1, 200).Draw(t, "logits")
		refused := rapid.SliceOfN(rapid.Bool(), len(logits), len(logits)).Draw(t, "refused")
		temp := rapid.SampledFrom([]float32{0, 0.3, 1, 3}).Draw(t, "temperature")
		sampling := mark.Sampling{TopK: rapid.IntRange(0, 100).Draw(t, "top-k"), MinP: rapid.SampledFrom([]float32{-1, 0, 0.3}).Draw(t, "min-p")}
		seed := rapid.Uint32().Draw(t, "seed")
		all := make([]float32, len(logits))
		for i := range logits {
			all[i] = logits[i]
			if refused[i] {
				all[i] = float32(math.Inf(-1))
			}
		}
		top := candidates(logits, rapid.IntRange(1, 50).Draw(t, "few"))
		var among []native.TokenData
		var few []float32
		for _, i := range top {
			among = append(among, native.TokenData{Id: native.Token(i), Logit: all[i]})
			few = append(few, all[i])
		}
		if !samplerOf(t, temp, seed, sampling).enough(among, logits[top[len(top)-1]]) {
			return
		}
		got, want := top[samplerOf(t, temp, seed, sampling).pick(few)], samplerOf(t, temp, seed, sampling).pick(all)
		if all[got] != all[want] {
			t.Fatalf("chose %d (%v), of all %d (%v)", got, all[got], want, all[want])
		}
	})
}
