package llama

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	native "github.com/hybridgroup/yzma/pkg/llama"
)

// What a temperature above zero chooses from: the likeliest tokens that
// together have this much of the probability, none far below the first.
const (
	topProbability = 0.95
	minRelative    = 0.05
	maxCandidates  = 64
)

// sampler picks tokens: the likeliest at temperature 0, else by chance.
type sampler struct {
	temp   float32
	random *rand.Rand
}

func newSampler(temp float32, seed uint32) *sampler {
	return &sampler{temp: temp, random: rand.New(rand.NewPCG(uint64(seed), 0x6d61726b))}
}

// pick returns the index of the chosen logit. Those at minus infinity, and what
// is no number, are never chosen while there is another.
func (s *sampler) pick(logits []float32) int {
	if s.temp <= 0 {
		return argmax(logits)
	}
	top := candidates(logits, maxCandidates)
	if len(top) == 0 {
		return 0
	}
	weights := make([]float64, len(top))
	total := 0.0
	for i, at := range top {
		w := math.Exp(float64((logits[at] - logits[top[0]]) / s.temp))
		if i > 0 && w < minRelative {
			weights, top = weights[:i], top[:i]
			break
		}
		weights[i] = w
		total += w
	}
	kept, n := 0.0, 0
	for n < len(weights) && (n == 0 || kept < topProbability*total) {
		kept += weights[n]
		n++
	}
	at := s.random.Float64() * kept
	for i := range n {
		if at -= weights[i]; at < 0 {
			return top[i]
		}
	}
	return top[n-1]
}

// enough reports whether pick chooses from among as it would from the whole
// vocabulary, no other token of which has a logit above rest.
func (s *sampler) enough(among []native.TokenData, rest float32) bool {
	best, allowed := float32(math.Inf(-1)), 0
	for _, d := range among {
		if !math.IsInf(float64(d.Logit), -1) {
			best, allowed = max(best, d.Logit), allowed+1
		}
	}
	if s.temp <= 0 {
		return allowed > 0
	}
	// pick leaves out what is so much less likely than the best.
	return allowed >= maxCandidates || allowed > 0 && math.Exp(float64((rest-best)/s.temp)) < minRelative
}

// argmax returns the index of the largest number, the first of equals.
func argmax(x []float32) int {
	best, top := 0, float32(math.Inf(-1))
	for i, v := range x {
		if v > top {
			best, top = i, v
		}
	}
	return best
}

// candidates returns the indices of the n largest finite numbers, largest first.
func candidates(x []float32, n int) []int {
	top := make([]int, 0, n+1)
	for i, v := range x {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), -1) {
			continue
		}
		if len(top) == n && v <= x[top[n-1]] {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, v, func(j int, v float32) int {
			if x[j] == v {
				return -1 // the first of equals stays first
			}
			return cmp.Compare(v, x[j])
		})
		top = slices.Insert(top, at, i)
		top = top[:min(len(top), n)]
	}
	return top
}
