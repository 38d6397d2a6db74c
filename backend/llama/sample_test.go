package llama

import (
	"math"
	"testing"

	native "github.com/hybridgroup/yzma/pkg/llama"
	"pgregory.net/rapid"
)

// Where the likeliest tokens are enough, choosing among those of them that are
// allowed gives what choosing among all that are allowed gives.
func TestFewLikeliestTokensDecideAsAllWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		logits := rapid.SliceOfN(rapid.Float32Range(-20, 20), 1, 200).Draw(t, "logits")
		refused := rapid.SliceOfN(rapid.Bool(), len(logits), len(logits)).Draw(t, "refused")
		temp := rapid.SampledFrom([]float32{0, 0.3, 1, 3}).Draw(t, "temperature")
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
		if !newSampler(temp, seed).enough(among, logits[top[len(top)-1]]) {
			return
		}
		got, want := top[newSampler(temp, seed).pick(few)], newSampler(temp, seed).pick(all)
		if all[got] != all[want] {
			t.Fatalf("chose %d (%v), of all %d (%v)", got, all[got], want, all[want])
		}
	})
}
