package speculate

import "math"

// Second is what is known of a second, smaller model that can guess what the
// first writes next. Its costs are in the unit of Cost.
type Second struct {
	Word  float64 // of a token that it guesses
	Catch float64 // of what it has to read before it can guess
	Left  int     // tokens that may yet be written, over which Catch is spread
}

const (
	// usualRight is how often a second model's guesses hold before anything is
	// known, as if so many had been seen: those of a smaller model of the same
	// family mostly do (Leviathan et al. 2023, table 3: 0.5 to 0.9).
	usualRight  = 0.7
	usualSecond = 16
	// mayBe is how often they are given the benefit of holding when they have not
	// been tried for long.
	mayBe = 0.9
)

// second is how often the guesses of a second model held.
type second struct{ seen, held float64 }

// saw takes in how many guesses in a row were verified and how many held.
func (h *second) saw(guesses, held int) {
	tried := min(held+1, guesses) // what follows a wrong one says nothing
	keep := math.Pow(1-0.6931/memory, float64(tried))
	h.seen, h.held = h.seen*keep+float64(tried), h.held*keep+float64(held)
}

func (h *second) right() float64 {
	return (h.held + usualSecond*usualRight) / (h.seen + usualSecond)
}

// Propose is Draft for a model beside which a second one can guess. It returns
// guesses of the text, or how many tokens the second model is to be asked for,
// whichever is likely to write more for its time; neither where one by one is
// likely to be faster.
func (s *Speculator) Propose(cost Cost, others, room int, m Second) (draft []Token, ask int) {
	if s.off != "" || room < 1 {
		return nil, 0
	}
	draft = s.Draft(cost, others, room)
	k, gain, price := s.ask(cost, others, min(room, Most), m, s.habit.second.right())
	if gain < worth && s.since >= retry {
		k, gain, price = s.ask(cost, others, min(room, Most), m, mayBe)
	}
	if k == 0 || gain < worth || len(draft) > 0 && gain <= s.gain {
		return draft, 0
	}
	s.asked, s.price, s.matched = true, price, true
	return nil, k
}

// ask returns how many tokens a second model is best asked for whose guesses hold
// with the chance p, how much faster the step is then likely to write than a
// plain one, and what it costs relative to that.
func (s *Speculator) ask(cost Cost, others, room int, m Second, p float64) (k int, gain, price float64) {
	one := cost(others + 1)
	if one <= 0 || m.Word <= 0 {
		return 0, 0, 0
	}
	for _, n := range sizes {
		if n-1 > room {
			break
		}
		step := cost(others + n)
		if step <= 0 {
			continue
		}
		yield := (1 - math.Pow(p, float64(n))) / (1 - p)
		spent := step + float64(n-1)*m.Word + m.Catch*yield/float64(max(m.Left, n))
		if g := (float64(others) + yield) / float64(others+1) * one / spent; g > gain {
			k, gain, price = n-1, g, spent/one
		}
	}
	return k, gain, price
}
