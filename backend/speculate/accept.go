package speculate

import "math/bits"

// Habit is how often the tokens that Automaton guesses are right, by how long the
// text is that a guess goes by, and by what else is known of it. The zero Habit
// holds what is so of common text.
type Habit struct {
	seen [classes][kinds]float64
	held [classes][kinds]float64

	second second // of a second model's guesses, where there is one
}

// class is what is known of a guess beside its length.
type class int

const (
	open   class = iota // different tokens followed the same text
	sole                // only this one did
	quoted              // only this one did, and the model has quoted a little before
	classes
)

// kinds of matches: 1, 2, 3 to 4, 5 to 8, 9 to 16, 17 to 32 tokens, and longer ones.
const kinds = 7

// usual is how often guesses hold before anything is known: seldom after a word
// that stood elsewhere, mostly within a long quotation, and soon again after one
// that was left for a word. As if usualWeight tokens had been seen. Roughly as a
// small model did with passages of contracts that it was asked to quote from.
var usual = [classes][kinds]float64{
	open:   {0.08, 0.18, 0.35, 0.5, 0.75, 0.88, 0.92},
	sole:   {0.2, 0.42, 0.6, 0.75, 0.93, 0.95, 0.96},
	quoted: {0.35, 0.7, 0.8, 0.88, 0.93, 0.96, 0.97},
}

const (
	usualWeight = 4
	// memory is after how many tokens of a kind what was seen counts half.
	memory = 64
)

func kindOf(match int) int {
	return min(bits.Len(uint(max(match-1, 0))), kinds-1)
}

func classOf(g Guess, quoting bool) class {
	switch {
	case !g.Sole:
		return open
	case quoting:
		return quoted
	}
	return sole
}

// Saw takes in whether a guess was right; quoting says whether the model had
// quoted a little before.
func (h *Habit) Saw(g Guess, quoting, right bool) {
	c, k := classOf(g, quoting), kindOf(g.Match)
	const keep = 1 - 0.6931/memory
	h.seen[c][k] = h.seen[c][k]*keep + 1
	h.held[c][k] *= keep
	if right {
		h.held[c][k]++
	}
}

// faded returns h with what was seen in earlier texts counted as a little of the
// next: a model that quotes faithfully does so again, mostly.
func (h Habit) faded() Habit {
	const most = 24
	for c := range h.seen {
		for k := range h.seen[c] {
			if scale := most / max(h.seen[c][k], most); scale < 1 {
				h.seen[c][k] *= scale
				h.held[c][k] *= scale
			}
		}
	}
	if scale := most / max(h.second.seen, most); scale < 1 {
		h.second.seen *= scale
		h.second.held *= scale
	}
	return h
}

// Right returns how likely it is that a guess is right.
func (h *Habit) Right(g Guess, quoting bool) float64 {
	c, k := classOf(g, quoting), kindOf(g.Match)
	return (h.held[c][k] + usualWeight*usual[c][k]) / (h.seen[c][k] + usualWeight)
}

// Yield returns how many tokens a step is likely to write that verifies guesses
// in a row: those that hold, and one more.
func (h *Habit) Yield(guesses []Guess, quoting bool) float64 {
	all, p := 1.0, 1.0
	for i, g := range guesses {
		// Who has held to a quotation for a few words is quoting.
		p *= h.Right(g, quoting || i >= leastQuote)
		all += p
	}
	return all
}
