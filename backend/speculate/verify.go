package speculate

import "math/rand/v2"

// Proposal is what a drafter guesses: tokens, and for each the distribution that
// it was drawn from. Without distributions every token was certain to be
// guessed, as those of an Automaton are.
type Proposal struct {
	Tokens []Token
	From   [][]float64
}

// Best returns the proposal that is likely to write the most in a step: each
// guess of right[i] holds with that chance.
func Best(proposals []Proposal, right []float64) Proposal {
	best, most := Proposal{}, 0.0
	for i, p := range proposals {
		yield, chance := 0.0, 1.0
		for range p.Tokens {
			chance *= right[i]
			yield += chance
		}
		if yield > most {
			best, most = p, yield
		}
	}
	return best
}

// Verify returns the tokens that a step writes whose model gives the
// distribution target[i] for the token at place i, knowing the guesses before
// it: those of the proposal that hold, in order, and one more. target has one entry
// more than the proposal has tokens. Whatever is proposed, what is written is
// distributed as if the model had written token by token: a guess t drawn from q
// holds with the chance min(1, p(t)/q(t)), and one that does not is replaced from
// what p has more than q (Leviathan et al. 2023, theorem 1; Chen et al. 2023,
// algorithm 2).
func Verify(p Proposal, target [][]float64, random *rand.Rand) []Token {
	var out []Token
	for i, t := range p.Tokens {
		want, from := target[i], certain(t, len(target[i]))
		if p.From != nil {
			from = p.From[i]
		}
		if random.Float64()*from[t] < want[t] {
			out = append(out, t)
			continue
		}
		return append(out, draw(excess(want, from), random))
	}
	return append(out, draw(target[len(p.Tokens)], random))
}

// certain is the distribution that has t alone.
func certain(t Token, words int) []float64 {
	q := make([]float64, words)
	q[t] = 1
	return q
}

// excess is what p has more than q, not scaled to one. Where rounding leaves
// nothing it is p.
func excess(p, q []float64) []float64 {
	out, sum := make([]float64, len(p)), 0.0
	for i := range p {
		out[i] = max(p[i]-q[i], 0)
		sum += out[i]
	}
	if sum <= 0 {
		return p
	}
	return out
}

// draw draws from weights that need not add up to one.
func draw(weights []float64, random *rand.Rand) Token {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	at, last := random.Float64()*total, 0
	for i, w := range weights {
		if w <= 0 {
			continue
		}
		last = i
		if at -= w; at < 0 {
			break
		}
	}
	return Token(last)
}
