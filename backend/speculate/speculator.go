package speculate

// Cost returns what a step of so many rows takes, in any unit; 0 where that is
// not known.
type Cost func(rows int) float64

// The choices of a Speculator.
const (
	// Most is how many tokens are guessed for one step at most.
	Most = 31
	// least is by how many tokens a guess must go: a single word that stood
	// elsewhere says next to nothing.
	least = 2
	// worth is how much more than a plain step a longer one must be likely to yield
	// for its time, as costs and habits are known roughly.
	worth = 1.1
	// retry is after how many tokens without guesses a step is risked that would pay if
	// rows cost nothing: what steps cost changes with the machine's load.
	retry = 512
	// leastQuote is how many guesses in a row must be right to make a quotation, and
	// lately for how many tokens one counts: whoever has left a quotation for a word
	// of their own mostly comes back to it.
	leastQuote = 4
	lately     = 48
	// promising is how many tokens such a step must be likely to yield.
	promising = 4
)

// sizes are the rows of steps that are considered, beside the rows of others.
// Kernels work on four or eight rows at a time: the sizes between cost
// as much as the next.
var sizes = []int{2, 3, 4, 6, 8, 12, 16, 24, 32}

// Reason says why no guesses are used.
type Reason string

// The reasons.
const (
	NotAsked  Reason = "one by one was asked for"
	Recurrent Reason = "the model cannot forget the end of a text, so nothing can be tried"
	Nothing   Reason = "nothing of what was written stood in the text before"
	Seldom    Reason = "guesses held too seldom to pay on this machine"
	Costly    Reason = "a longer step costs as much on this machine as writing one by one"
)

// Stats are what became of guesses.
type Stats struct {
	Tokens   int // written
	Steps    int // in which they were written
	Tried    int // of those, steps with guesses
	Proposed int // guesses in them
	Accepted int // guesses that held
	// Gain is how many times faster the text was written than one by one would
	// have been, by the costs that were known; 1 where no guess was used.
	Gain float64
	Off  Reason // why no guesses were used; empty where some were
}

// Speculator guesses for one request. It is for one goroutine.
type Speculator struct {
	prompt []Token    // until text is made of it
	text   *Automaton // nil as long as the request waits, whose prompt may be long
	habit  Habit
	off    Reason

	ends  func([]Token) int // how many of some tokens can be written before the text ends; nil: all
	next  Guess             // what would be guessed next; of Match 0: nothing
	held  int               // guesses in a row that were right
	quote int               // tokens since as many were right as make a quotation

	stats   Stats
	gain    float64 // that the guesses of the text last made are likely to bring
	asked   bool    // a second model was asked for the guesses last made
	price   float64 // of a step with the guesses last made, relative to a plain one
	since   int     // tokens written since the last guess
	matched bool    // something was guessed at some time, used or not
	ceiling float64 // how many times faster the text would be written if all guesses held
	spent   float64 // relative cost of the steps with guesses
	won     float64 // tokens written by them
}

// New returns a speculator for the continuation of prompt, whose model has the
// given habit so far. With a reason it never guesses.
func New(prompt []Token, habit Habit, off Reason) *Speculator {
	s := &Speculator{off: off, habit: habit, quote: lately}
	if off == "" {
		s.habit, s.prompt = habit.faded(), prompt
	}
	return s
}

// read makes the automaton of the prompt, once.
func (s *Speculator) read() {
	if s.text == nil {
		s.text, s.prompt = NewAutomaton(s.prompt), nil
		s.look()
	}
}

// EndAt lets guesses end where the text would: ends says how many of the tokens
// that would follow can come before a stop string is complete, its last included.
func (s *Speculator) EndAt(ends func([]Token) int) { s.ends = ends }

// look finds out what would be guessed next.
func (s *Speculator) look() {
	s.next = Guess{}
	if next := s.text.Continue(1, least); len(next) > 0 {
		s.next, s.matched = next[0], true
	}
}

// quoting reports whether the model has quoted a little before.
func (s *Speculator) quoting() bool { return s.quote < lately }

// saw takes in a token: was it what would have been guessed?
func (s *Speculator) saw(t Token) {
	s.quote++
	if s.next.Match == 0 {
		s.held = 0
		return
	}
	right := t == s.next.Token
	s.habit.Saw(s.next, s.quoting(), right)
	if !right {
		s.held = 0
		return
	}
	if s.held++; s.held >= leastQuote {
		s.quote = 0
	}
}

// Wrote takes in the tokens that a step wrote which verified so many of the
// guesses last made.
func (s *Speculator) Wrote(tokens []Token, guesses int) {
	s.stats.Tokens += len(tokens)
	s.stats.Steps++
	if guesses > 0 {
		s.stats.Tried++
		s.stats.Proposed += guesses
		s.stats.Accepted += max(len(tokens)-1, 0)
		s.won += float64(len(tokens))
		s.spent += s.price
		s.since = 0
		if s.asked {
			s.habit.second.saw(guesses, max(len(tokens)-1, 0))
		}
	} else {
		s.since += len(tokens)
	}
	s.asked = false
	if s.off != "" {
		return
	}
	s.read()
	for _, t := range tokens {
		s.saw(t)
		s.text.Add(t)
		s.look()
	}
}

// Draft returns guesses at what follows, at most room, for a step that computes the
// rows of others too. It returns none where one by one is likely to be
// faster.
func (s *Speculator) Draft(cost Cost, others, room int) []Token {
	if s.off != "" || room < 1 {
		return nil
	}
	if s.read(); s.next.Match == 0 {
		return nil
	}
	guesses := s.text.Continue(min(room, Most), least)
	draft := make([]Token, len(guesses))
	for i, g := range guesses {
		draft[i] = g.Token
	}
	if s.ends != nil {
		n := s.ends(draft)
		guesses, draft = guesses[:n], draft[:n]
	}
	k, gain := s.size(cost, others, guesses)
	if k == 0 || gain < worth && s.since < retry {
		return nil
	}
	s.gain, s.price = gain, cost(others+1+k)/cost(others+1)
	return draft[:k]
}

// size returns how many guesses are worth verifying, and how much faster the step is
// then likely to write than a plain one.
func (s *Speculator) size(cost Cost, others int, guesses []Guess) (k int, gain float64) {
	one := cost(others + 1)
	if one <= 0 {
		return 0, 0
	}
	promise := 0
	for _, n := range sizes {
		n = min(n, len(guesses)+1)
		step := cost(others + n)
		if step <= 0 {
			continue
		}
		yield := s.habit.Yield(guesses[:n-1], s.quoting())
		scale := one / step / float64(others+1)
		s.ceiling = max(s.ceiling, float64(others+n)*scale)
		if g := (float64(others) + yield) * scale; g > gain {
			k, gain = n-1, g
		}
		if yield >= promising && promise == 0 {
			promise = n - 1
		}
		if n == len(guesses)+1 {
			break
		}
	}
	if gain < worth {
		k = promise
	}
	return k, gain
}

// Free reports whether guesses may be used at all.
func (s *Speculator) Free() bool { return s.off == "" }

// Habit is what was learned, for the model's next request.
func (s *Speculator) Habit() Habit { return s.habit }

// Stats returns what became of the guesses so far.
func (s *Speculator) Stats() Stats {
	out := s.stats
	out.Gain = 1
	plain := float64(out.Steps - out.Tried)
	if all := plain + s.spent; all > 0 && s.spent > 0 {
		out.Gain = (plain + s.won) / all
	}
	switch {
	case s.off != "":
		out.Off = s.off
	case out.Tried > 0:
	case !s.matched:
		out.Off = Nothing
	case s.ceiling < worth:
		out.Off = Costly
	default:
		out.Off = Seldom
	}
	return out
}
