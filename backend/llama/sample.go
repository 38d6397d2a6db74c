package llama

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
)

// What a temperature above zero chooses from where nothing is said: the
// likeliest tokens that together have this much of the probability, none far
// below the first.
const (
	topProbability = 0.95
	minRelative    = 0.05
	maxCandidates  = 64
	// window is how many of the last tokens a penalty for repeating counts.
	window = 64
)

// sampler picks tokens: the likeliest at temperature 0, else by chance.
type sampler struct {
	temp   float32
	topK   int
	topP   float64
	minP   float64 // 0: none is too unlikely
	repeat float32 // 1: nothing is penalised
	random *rand.Rand
	recent []native.Token // the last written, where repeating is penalised
}

// newSampler returns the sampler that p asks for. Errors: Invalid.
func newSampler(p prompt) (*sampler, error) {
	q := p.Sampling
	s := &sampler{
		temp: p.Temp, topK: q.TopK, topP: float64(q.TopP), minP: float64(q.MinP), repeat: q.Repeat,
		random: rand.New(rand.NewPCG(uint64(p.Seed), 0x6d61726b)),
	}
	// Comparisons with what is no number are false: it is refused too.
	within := func(x float32, low, high float32) bool { return x >= low && x <= high }
	if !within(s.temp, 0, 100) || q.TopK < 0 || q.TopK > mark.MaxTopK || !within(q.TopP, 0, 1) || !within(q.MinP, -1, 1) || !within(q.Repeat, 0, 10) {
		return nil, mark.Errorf(mark.Invalid, "How the model is to choose its words makes no sense: the temperature is from 0 to 100, top-k from 0 to %d, top-p from 0 to 1, min-p at most 1 and the repeat penalty from 0 to 10.", mark.MaxTopK)
	}
	if s.topK == 0 {
		s.topK = maxCandidates
	}
	if s.topP == 0 {
		s.topP = topProbability
	}
	switch {
	case s.minP == 0:
		s.minP = minRelative
	case s.minP < 0:
		s.minP = 0
	}
	if s.repeat == 0 {
		s.repeat = 1
	}
	return s, nil
}

// penalise makes what was written lately less likely, in place.
func (s *sampler) penalise(logits []float32) {
	if s.repeat == 1 {
		return
	}
	for i, t := range s.recent {
		switch {
		case slices.Contains(s.recent[:i], t) || int(t) >= len(logits): // once is enough
		case logits[t] > 0:
			logits[t] /= s.repeat
		default:
			logits[t] *= s.repeat
		}
	}
}

// wrote takes in a token that was chosen.
func (s *sampler) wrote(t native.Token) {
	if s.repeat == 1 {
		return
	}
	if s.recent = append(s.recent, t); len(s.recent) > window {
		s.recent = slices.Delete(s.recent, 0, len(s.recent)-window)
	}
}

// pick returns the index of the chosen logit. Those at minus infinity, and what
// is no number, are never chosen while there is another.
func (s *sampler) pick(logits []float32) int {
	if s.temp <= 0 {
		return argmax(logits)
	}
	top := candidates(logits, s.topK)
	if len(top) == 0 {
		return 0
	}
	weights := make([]float64, len(top))
	total := 0.0
	for i, at := range top {
		w := math.Exp(float64((logits[at] - logits[top[0]]) / s.temp))
		if i > 0 && w < s.minP {
			weights, top = weights[:i], top[:i]
			break
		}
		weights[i] = w
		total += w
	}
	kept, n := 0.0, 0
	for n < len(weights) && (n == 0 || kept < s.topP*total) {
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
	return allowed >= s.topK || allowed > 0 && math.Exp(float64((rest-best)/s.temp)) < s.minP
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
