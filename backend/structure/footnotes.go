package structure

import (
	"strconv"

	mark "markai/backend"
)

const (
	// maxNotes bounds the lines of a page that are looked at as notes.
	maxNotes = 100
	// maxMissed is how many notes in a row may have been overlooked.
	maxMissed = 60
	// anchorBytes is how far above a note its number is looked for.
	anchorBytes = 12_000
)

// footnotes counts the notes of a document.
type footnotes struct{ last int }

// readFootnotes adds the notes at the foot of a page: lines that begin with
// a further number, after the text, whose number also stands above, raised or
// glued to a word.
func (s *Scanner) readFootnotes(g *page) {
	if !s.paged || g.numbered {
		return
	}
	var starts []int // lines that begin notes
	var marks []int
	next := s.notes.last + 1
	looks := 0
	for i, l := range g.lines {
		if i == 0 || l.column {
			continue
		}
		n, rest := noteNumber(g.of(l))
		if n == 0 || (n < next || n > next+maxMissed) && !(len(starts) == 0 && n == 1) {
			continue
		}
		if looks++; rest == 0 || looks > maxNotes ||
			!raised(g, l.start, n) && (n > next+8 || s.notes.last == 0 && n > 3 || !anchored(last(g.Text[:l.start], anchorBytes), n)) {
			continue
		}
		starts, marks = append(starts, i), append(marks, n)
		next = n + 1
	}
	if len(starts) == 0 {
		return
	}
	// Notes stand in the lower part of the page.
	if g.lines[starts[0]].start*3 < len(g.Text) && len(starts) < 3 {
		return
	}
	s.notes.last = marks[len(marks)-1]
	for k, i := range starts {
		last := len(g.lines) - 1
		if k+1 < len(starts) {
			last = starts[k+1] - 1
		}
		for j := i + 1; j <= last; j++ {
			// A gap ends a note, unless its sentence goes on below.
			if g.lines[j].column || g.lines[j].gap && (boundary(g.of(g.lines[j-1])) || len(g.of(g.lines[j])) < 40) {
				last = j - 1
			}
		}
		s.add(g, mark.FeatureFootnote, g.lines[i].start, g.lines[last].end, strconv.Itoa(marks[k]), 0)
	}
}

// noteNumber returns the number that begins a note, and where its text begins.
func noteNumber(line string) (n, rest int) {
	n, rest = number(line, 0, 3)
	if rest == 0 || rest == len(line) || n == 0 {
		return 0, 0
	}
	at := rest
	for at < len(line) && line[at] == ' ' {
		at++
	}
	if at-rest > 2 || at+3 >= len(line) || !upper(line[at]) && line[at] != '"' && line[at] < 0x80 && line[at] != '(' || len(line) < 12 {
		return 0, 0
	}
	return n, at
}

// raised reports whether the number n stands above the page's text before a
// place as a small figure.
func raised(g *page, before, n int) bool {
	want := strconv.Itoa(n)
	for i := 1; i < len(g.Words) && g.Words[i].Start < before; i++ {
		w, prev := g.Words[i], g.Words[i-1]
		if w.End-w.Start == len(want) && w.End <= len(g.Text) && g.Text[w.Start:w.End] == want &&
			w.Box.Y1-w.Box.Y0 < 0.75*(prev.Box.Y1-prev.Box.Y0) && w.Box.Y1 < prev.Box.Y1-1 {
			return true
		}
	}
	return false
}

// anchored reports whether text calls the note n: the number stands glued to
// the end of a word or of a sentence.
func anchored(text string, n int) bool {
	want := strconv.Itoa(n)
	for i := 1; i+len(want) <= len(text); i++ {
		if text[i] != want[0] || text[i:i+len(want)] != want {
			continue
		}
		if end := i + len(want); end < len(text) && !blank(text[end]) && text[end] != '.' && text[end] != ',' && text[end] != ')' {
			continue
		}
		before := text[i-1]
		switch {
		case lower(before), before >= 0x80, before == ')', before == '"', before == '\'':
			return true
		case (before == '.' || before == ',' || before == ';' || before == ':') && i > 1 && (lower(text[i-2]) || text[i-2] == ')' || text[i-2] >= 0x80 || text[i-2] == '"'):
			return true
		}
	}
	return false
}
