package speculate

// Token is a word of a model's vocabulary.
type Token = int32

// Automaton is the suffix automaton of a growing text (Blumer et al., 1985): it
// knows every stretch of the text, and which tokens followed it how often. It
// takes some 100 bytes a token.
type Automaton struct {
	states []state
	start  map[Token]int32 // transitions of state 0, which are many
	last   int32           // the state of the whole text
	size   int32           // tokens of the text
}

// state stands for stretches of the text that end at the same places.
type state struct {
	next   []edge
	link   int32 // the state of the longest end that also ends elsewhere
	length int32 // of the longest stretch
	ends   int32 // places where the stretches end; those of late text are counted up to climb links
	recent int32 // the last of these places
	twin   bool  // split off from another state
}

type edge struct {
	token Token
	to    int32
}

// climb bounds how many states learn of a further place where they end. Text of
// one repeated token has a chain as long as itself; the counts that are
// missed are those of its shortest stretches.
const climb = 32

// NewAutomaton returns the automaton of a text.
func NewAutomaton(text []Token) *Automaton {
	a := &Automaton{states: make([]state, 1, 2*len(text)+2), start: make(map[Token]int32, len(text)/2)}
	a.states[0].link = -1
	for _, t := range text {
		a.grow(t)
	}
	a.count()
	return a
}

// Add appends a token to the text.
func (a *Automaton) Add(t Token) {
	a.grow(t)
	s := a.last
	for range climb {
		if s <= 0 {
			return
		}
		a.states[s].ends++
		a.states[s].recent = a.size
		s = a.states[s].link
	}
}

// Len returns how many tokens the text has.
func (a *Automaton) Len() int { return int(a.size) }

func (a *Automaton) follow(s int32, t Token) (to int32, ok bool) {
	if s == 0 {
		to, ok = a.start[t]
		return to, ok
	}
	for _, e := range a.states[s].next {
		if e.token == t {
			return e.to, true
		}
	}
	return 0, false
}

func (a *Automaton) lead(s int32, t Token, to int32) {
	if s == 0 {
		a.start[t] = to
		return
	}
	next := a.states[s].next
	for i := range next {
		if next[i].token == t {
			next[i].to = to
			return
		}
	}
	a.states[s].next = append(next, edge{t, to})
}

// grow makes the states of the text with t at its end, without their counts.
func (a *Automaton) grow(t Token) {
	a.size++
	now := a.add(state{length: a.size})
	s := a.last
	a.last = now
	var q int32
	for ; ; s = a.states[s].link {
		if s < 0 {
			return // t is new: its longest end elsewhere is the empty one
		}
		var ok bool
		if q, ok = a.follow(s, t); ok {
			break
		}
		a.lead(s, t, now)
	}
	if a.states[s].length+1 == a.states[q].length {
		a.states[now].link = q
		return
	}
	// The shorter stretches of q end here too, the longer ones do not.
	twin := a.states[q]
	twin.length, twin.twin = a.states[s].length+1, true
	twin.next = append([]edge(nil), twin.next...)
	short := a.add(twin)
	for ; s >= 0; s = a.states[s].link {
		if to, ok := a.follow(s, t); !ok || to != q {
			break
		}
		a.lead(s, t, short)
	}
	a.states[q].link = short
	a.states[now].link = short
}

func (a *Automaton) add(s state) int32 {
	a.states = append(a.states, s)
	return int32(len(a.states) - 1)
}

// count finds out where every stretch of the text ends.
func (a *Automaton) count() {
	at := make([]int32, a.size+2) // states by length, longest first: where each length begins
	for i := range a.states {
		s := &a.states[i]
		s.ends, s.recent = 0, 0
		if !s.twin && i > 0 { // a beginning of the text: it ends where it is long
			s.ends, s.recent = 1, s.length
		}
		at[a.size-s.length+1]++
	}
	for i := range at[1:] {
		at[i+1] += at[i]
	}
	order := make([]int32, len(a.states))
	for i, s := range a.states {
		order[at[a.size-s.length]] = int32(i)
		at[a.size-s.length]++
	}
	for _, i := range order {
		if s := a.states[i]; s.link > 0 {
			up := &a.states[s.link]
			up.ends += s.ends
			up.recent = max(up.recent, s.recent)
		}
	}
}

// Match returns how long the longest end of the text is that stood in it before.
func (a *Automaton) Match() int {
	if a.size == 0 {
		return 0
	}
	return int(a.states[max(a.states[a.last].link, 0)].length)
}

// Guess is a token that is likely to follow.
type Guess struct {
	Token Token
	Match int  // by how many tokens it goes, of the text or of guesses before it
	Sole  bool // nothing else ever followed these
}

// Continue returns up to k guesses at what follows, by what followed the longest
// end of the text where it stood before: the most frequent token, of equals the
// one seen last, again and again. It goes on from ever shorter ends where one
// leads nowhere, and stops below least tokens.
func (a *Automaton) Continue(k, least int) []Guess {
	if a.size == 0 {
		return nil
	}
	var out []Guess
	s, match := a.states[a.last].link, 0
	if s > 0 {
		match = int(a.states[s].length)
	}
	for len(out) < k && s > 0 && match >= least {
		best, t := int32(-1), Token(0)
		for _, e := range a.states[s].next {
			if best < 0 || a.likelier(e.to, best) {
				best, t = e.to, e.token
			}
		}
		if best < 0 {
			if s = a.states[s].link; s > 0 {
				match = int(a.states[s].length)
			}
			continue
		}
		out = append(out, Guess{t, match, len(a.states[s].next) == 1})
		s, match = best, match+1
	}
	return out
}

func (a *Automaton) likelier(x, y int32) bool {
	p, q := a.states[x], a.states[y]
	if p.ends != q.ends {
		return p.ends > q.ends
	}
	return p.recent > q.recent
}
