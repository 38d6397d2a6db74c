package wordpiece

import "sync"

// An entry says what is done with a character: a kind above 21 bits for the
// character that takes its place, 0 where it stays.
type entry uint32

// The kinds.
const (
	letter    = iota
	space     // ends the word
	alone     // is a word
	gone      // leaves no trace
	barrier   // leaves nothing but that combining characters do not cross it
	combining // a letter that has a combining class
	many      // char is an index of several
	syllable  // of Hangul, falls into its letters
)

const kindShift = 21

func made(kind uint32, char rune) entry { return entry(kind<<kindShift | uint32(char)) }

func (e entry) kind() uint32 { return uint32(e) >> kindShift }
func (e entry) char() rune   { return rune(e & (1<<kindShift - 1)) }

// of returns what takes the place of r, whose entry e is.
func (e entry) of(r rune) rune {
	if c := e.char(); c != 0 {
		return c
	}
	return r
}

type page [256]entry

// chars holds the entries of all characters. Pages that are equal are one.
type chars struct {
	index   [0x1100]uint16
	pages   []page
	several [][]entry
}

func (c *chars) of(r rune) entry { return c.pages[c.index[r>>8]][r&255] }

// charsFor returns the table for o, made at the first call.
func charsFor(o Options) *chars { return tables[o]() }

var tables = map[Options]func() *chars{}

func init() {
	for _, cased := range []bool{false, true} {
		for _, accents := range []bool{false, true} {
			o := Options{cased, accents}
			tables[o] = sync.OnceValue(func() *chars { return newChars(o) })
		}
	}
}

// Tables of tables.go are made of these.
type (
	// span is the characters first to last.
	span struct{ first, last rune }
	// run says that the n characters from, from+step, … become to, to+toStep, …
	run struct{ from, to, n, step, toStep rune }
)

// newChars works out what the reference does one step after another: clean,
// set ideographs apart, decompose and strip, make small, split.
func newChars(o Options) *chars {
	const end = 0x110000
	kinds, becomes := make([]uint8, end), make([]rune, end)
	set := func(spans []span, kind uint8) {
		for _, s := range spans {
			for r := s.first; r <= s.last; r++ {
				kinds[r] = kind
			}
		}
	}
	apply := func(runs []run) {
		for _, u := range runs {
			for i := range u.n {
				becomes[u.from+i*u.step] = u.to + i*u.toStep
			}
		}
	}
	set(punctuation, alone)
	small := make([]rune, end) // of what an accent was taken from
	if !o.Cased {
		apply(smalls)
		copy(small, becomes)
	}
	if !o.Accents {
		apply(bases)
		set([]span{{0xac00, 0xd7a3}}, syllable)
		set(marks, gone)
		set(barriers, barrier)
		for r := range class {
			kinds[r] = combining
		}
	}
	// simple is the entry of a character that is one after decomposition.
	simple := func(r rune) entry {
		s := r
		if small[r] != 0 {
			s = small[r]
		}
		return made(uint32(kinds[s]), s)
	}
	c := &chars{}
	expand := func(s string) entry {
		var parts []entry
		for _, r := range s {
			parts = append(parts, simple(r))
		}
		c.several = append(c.several, parts)
		return made(many, rune(len(c.several)-1))
	}
	entries := make([]entry, end)
	for r := range rune(end) {
		entries[r] = made(uint32(kinds[r]), 0)
		if b := becomes[r]; b != 0 {
			entries[r] = simple(b)
		}
	}
	if o.Accents && !o.Cased {
		entries['İ'] = expand("i\u0307")
	}
	if !o.Accents {
		for r, s := range several {
			entries[r] = expand(s)
		}
	}
	for _, s := range apart {
		for r := s.first; r <= s.last; r++ {
			entries[r] = made(alone, entries[r].char())
		}
	}
	for _, s := range spaces {
		for r := s.first; r <= s.last; r++ {
			entries[r] = made(space, 0)
		}
	}
	for _, s := range dropped {
		for r := s.first; r <= s.last; r++ {
			entries[r] = made(gone, 0)
		}
	}
	c.fold(entries)
	return c
}

// fold lays entries out in pages.
func (c *chars) fold(entries []entry) {
	known := map[page]uint16{}
	for i := range c.index {
		p := page(entries[i*256:])
		n, ok := known[p]
		if !ok {
			n = uint16(len(c.pages))
			known[p] = n
			c.pages = append(c.pages, p)
		}
		c.index[i] = n
	}
}
