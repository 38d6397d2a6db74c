package structure

import (
	"math"
	"sort"
	"strconv"
	"strings"

	mark "markai/backend"
)

// page is a page in lines.
type page struct {
	mark.Page
	lines    []line // those that hold text, top to bottom
	numbered bool   // the lines carry numbers, as on pleading paper and in transcripts
}

// line is a line of a page without the white space around it and without its
// number.
type line struct {
	start, end int
	number     int  // on numbered paper; 0 for none
	gap        bool // an empty line stands before it, or it is the first
	column     bool // it is one of the numbers in the margin, standing apart from their lines
}

func (g *page) of(l line) string { return g.Text[l.start:l.end] }

// minNumbered is how many lines in order make numbered paper.
const minNumbered = 10

// maxNumbered is the highest number of a line on a page.
const maxNumbered = 60

func newPage(p mark.Page) *page {
	g := &page{Page: p}
	gap := true
	for at := 0; at < len(p.Text); {
		end := strings.IndexByte(p.Text[at:], '\n')
		if end < 0 {
			end = len(p.Text)
		} else {
			end += at
		}
		start, stop := at, end
		for start < stop && space(p.Text, start) > 0 {
			start += space(p.Text, start)
		}
		for stop > start && blank(p.Text[stop-1]) {
			stop--
		}
		if start < stop {
			g.lines = append(g.lines, line{start: start, end: stop, gap: gap})
		}
		gap = start == stop
		at = end + 1
	}
	if !g.findColumn() {
		g.findNumbers()
	}
	return g
}

// findColumn looks for the numbers of numbered paper where they stand apart
// from their lines, one below the other, and gives each to the line beside it.
func (g *page) findColumn() bool {
	for i := 0; i+minNumbered <= len(g.lines); i++ {
		if g.of(g.lines[i]) != "1" {
			continue
		}
		n := 1
		for i+n < len(g.lines) && g.of(g.lines[i+n]) == strconv.Itoa(n+1) {
			n++
		}
		if n < minNumbered || n > maxNumbered {
			i += n - 1
			continue
		}
		g.numbered = true
		for k := range n {
			g.lines[i+k].column = true
		}
		g.pair(g.lines[i : i+n])
		return true
	}
	return false
}

// pair gives each line the number of a column that stands nearest to its
// height. Lines set closer than the numbers share one.
func (g *page) pair(column []line) {
	middles := make([]float64, len(column))
	for k, c := range column {
		w, ok := g.wordAt(c.start)
		if !ok {
			return
		}
		middles[k] = (w.Box.Y0 + w.Box.Y1) / 2
	}
	pitch := math.Abs(middles[len(middles)-1]-middles[0]) / float64(len(middles)-1)
	for j := range g.lines {
		l := &g.lines[j]
		w, ok := g.wordAt(l.start)
		if !ok || l.column {
			continue
		}
		middle := (w.Box.Y0 + w.Box.Y1) / 2
		best := 0
		for k := range middles {
			if math.Abs(middles[k]-middle) < math.Abs(middles[best]-middle) {
				best = k
			}
		}
		if math.Abs(middles[best]-middle) <= 0.55*pitch {
			l.number = best + 1
		}
	}
}

// wordAt returns the word that begins at a byte of the page's text.
func (g *page) wordAt(start int) (mark.Word, bool) {
	i := sort.Search(len(g.Words), func(i int) bool { return g.Words[i].End > start })
	if i == len(g.Words) || g.Words[i].Start > start {
		return mark.Word{}, false
	}
	return g.Words[i], true
}

// findNumbers looks for numbers at the beginnings of the lines themselves and
// takes them off.
func (g *page) findNumbers() {
	next, run := 0, 0
	for _, l := range g.lines {
		n, _ := leadingNumber(g.of(l))
		switch {
		case n > 0 && (n == next+1 || run == 0): // a piece may begin in the middle
			run++
			next = n
		case n == 1:
			next = 1
			run = max(run, 1)
		}
	}
	if run < minNumbered || run*10 < len(g.lines)*6 || next > maxNumbered {
		return
	}
	g.numbered = true
	next = 0
	for i := range g.lines {
		l := &g.lines[i]
		n, rest := leadingNumber(g.of(*l))
		if n == 0 || n != next+1 && n != 1 && next != 0 {
			continue
		}
		next = n
		if l.start+rest == l.end { // the line holds nothing else
			l.column = true
			continue
		}
		l.number = n
		l.start += rest
	}
}

// leadingNumber returns the line number that begins a line, and where what it
// numbers begins.
func leadingNumber(s string) (n, rest int) {
	for rest < len(s) && rest < 3 && digit(s[rest]) {
		n = n*10 + int(s[rest]-'0')
		rest++
	}
	if rest == 0 || rest > 2 || rest < len(s) && space(s, rest) == 0 {
		return 0, 0
	}
	for rest < len(s) && space(s, rest) > 0 {
		rest += space(s, rest)
	}
	return n, rest
}

// space returns how many bytes of white space stand at i. Reporters' programs
// write it as middle dots.
func space(s string, i int) int {
	switch {
	case blank(s[i]):
		return 1
	case strings.HasPrefix(s[i:], "·"), strings.HasPrefix(s[i:], "\u00a0"):
		return 2
	}
	return 0
}

// readLineNumbers adds the lines of numbered paper.
func (s *Scanner) readLineNumbers(g *page) {
	if !g.numbered {
		return
	}
	for _, l := range g.lines {
		if l.number > 0 {
			s.add(g, mark.FeatureLine, l.start, l.end, strconv.Itoa(l.number), 0)
		}
	}
}
