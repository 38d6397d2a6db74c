package speculate

import "math/bits"

// Habit is how often the token that Automaton guesses next is right, by how long
// the end of the text is that it goes by. The zero Habit holds what is so of
// common text.
type Habit struct {
	seen [kinds]float64
	held [kinds]float64
}

// kinds of matches: 1, 2, 3 to 4, 5 to 8, 9 to 16, 17 to 32 tokens, and longer ones.
const kinds = 7

// usual is how often guesses hold before anything is known: seldom after a word
// that stood elsewhere, mostly within a long quotation. As if usualWeight
// tokens had been seen.
var usual = [kinds]float64{0.1, 0.25, 0.45, 0.65, 0.85, 0.93, 0.95}

const (
	usualWeight = 4
	// memory is after how many tokens of a kind what was seen counts half.
	memory = 48
)

func kindOf(match int) int {
	return min(bits.Len(uint(max(match-1, 0))), kinds-1)
}

// Saw takes in whether a guess that went by match tokens was right.
func (h *Habit) Saw(match int, right bool) {
	k := kindOf(match)
	const keep = 1 - 0.6931/memory
	h.seen[k] = h.seen[k]*keep + 1
	h.held[k] *= keep
	if right {
		h.held[k]++
	}
}

// faded returns h with what was seen in earlier texts counted as a little of the
// next: a model that quotes faithfully does so again, mostly.
func (h Habit) faded() Habit {
	const most = 12
	for k := range h.seen {
		if scale := most / max(h.seen[k], most); scale < 1 {
			h.seen[k] *= scale
			h.held[k] *= scale
		}
	}
	return h
}

// Right returns how likely it is that a guess by match tokens is right.
func (h *Habit) Right(match int) float64 {
	k := kindOf(match)
	return (h.held[k] + usualWeight*usual[k]) / (h.seen[k] + usualWeight)
}

// Yield returns how many tokens a step is likely to write that verifies k guesses
// in a row, of which the first goes by match tokens: the guesses that hold, and one
// more.
func (h *Habit) Yield(match, k int) float64 {
	all, p := 1.0, 1.0
	for i := range k {
		p *= h.Right(match + i)
		all += p
	}
	return all
}
