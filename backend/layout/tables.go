package layout

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	mark "markai/backend"
)

// rows makes lines of what stands on one line but is drawn in pieces, as the
// cells of a table or of a form are: pieces that follow each other, and the
// figures of columns that are drawn from top to bottom.
func rows(ls []line) []line {
	return strays(pieces(figures(ls)))
}

const (
	strayWords = 6   // of a piece that is looked for a line to join
	strayFar   = 300 // points between the two
)

// strays merges single pieces that are drawn apart from their line, as the last
// cells of rows are by some programs.
func strays(ls []line) []line {
	if len(ls) > maxLines {
		return ls
	}
	gone := make([]bool, len(ls))
	for i, l := range ls {
		if len(l.words) > strayWords || leftward(l) || i > 0 && counts(ls[i-1], l) || i+1 < len(ls) && counts(l, ls[i+1]) || l.words[0].zone > 0 ||
			i > 0 && below(ls[i-1], l) || i+1 < len(ls) && below(l, ls[i+1]) {
			continue
		}
		partner, near := -1, float64(strayFar)
		for j := range ls {
			if j == i || gone[j] || leftward(ls[j]) || !beside(ls[j], l) {
				continue
			}
			if d := max(ls[j].frame.X0-l.frame.X1, l.frame.X0-ls[j].frame.X1); d < near {
				partner, near = j, d
			}
		}
		if partner >= 0 {
			ls[partner] = merge(ls[partner], l)
			gone[i] = true
		}
	}
	return remaining(ls, gone)
}

// remaining returns the lines that are not gone.
func remaining(ls []line, gone []bool) []line {
	out := make([]line, 0, len(ls))
	for i, l := range ls {
		if !gone[i] {
			out = append(out, l)
		}
	}
	return out
}

// counts reports whether b is the number after a.
func counts(a, b line) bool {
	if len(a.words) != 1 || len(b.words) != 1 {
		return false
	}
	m, err1 := strconv.Atoi(string(a.words[0].text))
	n, err2 := strconv.Atoi(string(b.words[0].text))
	return err1 == nil && err2 == nil && n == m+1
}

// below reports whether b runs on below a.
func below(a, b line) bool {
	pitch := b.base - a.base
	return a.turn == b.turn && pitch > 0 && pitch < 2.5*max(a.tall, b.tall, minTall) &&
		math.Abs(a.frame.X0-b.frame.X0) < 2*max(a.tall, b.tall, minTall)
}

// beside reports whether two lines are pieces of one.
func beside(a, b line) bool {
	if a.turn != b.turn || a.words[0].zone != b.words[0].zone || a.words[0].col != b.words[0].col {
		return false
	}
	return math.Abs(a.base-b.base) < 0.3*max(min(a.tall, b.tall), minTall) &&
		(a.frame.X1 <= b.frame.X0+1 || b.frame.X1 <= a.frame.X0+1)
}

// merge puts two pieces together from left to right, or the other way where
// the script runs so.
func merge(a, b line) line {
	out := a
	out.words = slices.Concat(a.words, b.words)
	out.frame = a.frame.Union(b.frame)
	out.tall = max(a.tall, b.tall)
	if len(b.words) > len(a.words) {
		out.base = b.base
	}
	slices.SortStableFunc(out.words, func(v, w word) int { return cmp.Compare(v.frame.X0, w.frame.X0) })
	out.mirror()
	return out
}

// pieces merges neighbours that stand beside each other.
func pieces(ls []line) []line {
	var out []line
	for _, l := range ls {
		if n := len(out); n > 0 && !leftward(out[n-1]) && !leftward(l) && beside(out[n-1], l) {
			out[n-1] = merge(out[n-1], l)
			continue
		}
		out = append(out, l)
	}
	return out
}

func leftward(l line) bool { return slices.ContainsFunc(l.words, func(w word) bool { return w.rtl }) }

const (
	minFigures  = 4   // cells below each other make a column of figures
	figureShare = 0.7 // of them are figures
	figureWords = 2   // words of such a cell at most
	maxLines    = 3000
)

// figures puts each figure of a column that is drawn from top to bottom into
// the line that it belongs to.
func figures(ls []line) []line {
	if len(ls) > maxLines {
		return ls
	}
	gone := make([]bool, len(ls))
	for from := 0; from < len(ls); {
		to := from + 1
		for to < len(ls) && narrow(ls[to-1]) && narrow(ls[to]) && ls[to].turn == ls[from].turn && ls[to].base > ls[to-1].base &&
			min(ls[to].frame.X1, ls[to-1].frame.X1) > max(ls[to].frame.X0, ls[to-1].frame.X0) {
			to++
		}
		if to-from >= minFigures && figureColumn(ls[from:to]) {
			spread(ls, gone, from, to)
		}
		from = to
	}
	return remaining(ls, gone)
}

func narrow(l line) bool { return len(l.words) <= figureWords }

// figureColumn reports whether lines are a column of a table's figures and not
// the numbers of lines.
func figureColumn(ls []line) bool {
	n, counted := 0, 0
	for i, l := range ls {
		if figure(string(l.words[0].text)) {
			n++
		}
		if i > 0 && counts(ls[i-1], l) {
			counted++
		}
	}
	return float64(n) >= figureShare*float64(len(ls)) && counted*2 < len(ls)
}

// figure reports whether a word is a number, an amount, a date or the like.
func figure(s string) bool {
	s = strings.TrimLeft(s, "$€£(-–—+")
	return s == "" || unicode.IsDigit(rune(s[0]))
}

// spread merges the lines from to to with those beside them, if most have one.
func spread(ls []line, gone []bool, from, to int) {
	partner := make([]int, to-from)
	found := 0
	for i := from; i < to; i++ {
		partner[i-from] = -1
		near := math.Inf(1)
		for j := range ls {
			if (j >= from && j < to) || gone[j] || !beside(ls[i], ls[j]) || leftward(ls[j]) {
				continue
			}
			if d := max(ls[j].frame.X0-ls[i].frame.X1, ls[i].frame.X0-ls[j].frame.X1); d < near {
				partner[i-from], near = j, d
			}
		}
		if partner[i-from] >= 0 {
			found++
		}
	}
	if float64(found) < figureShare*float64(to-from) {
		return
	}
	for i := from; i < to; i++ {
		if j := partner[i-from]; j >= 0 {
			ls[j] = merge(ls[j], ls[i])
			gone[i] = true
		}
	}
}

const (
	minRows    = 3   // of a table
	maxRows    = 150 // of what is looked at as one table
	cellGap    = 0.8 // of a letter's height between cells, at least
	maxColumns = 60  // columns of a table
)

// cells marks the words that begin the cells of tables: of lines below each
// other that white runs through, with figures on its right.
func cells(ls []line) {
	for from := 0; from < len(ls); {
		to, seps := tableFrom(ls, from)
		if to-from < minRows {
			from++
			continue
		}
		for i := from; i < to; i++ {
			cell := -1
			for k := range ls[i].words {
				w := &ls[i].words[k]
				c := cellOf(seps, w.frame)
				w.cell = k > 0 && c != cell
				cell = c
			}
		}
		from = to
	}
}

// tableFrom returns where the table that begins with line from ends, and the
// white between its columns; the end is from where none begins.
func tableFrom(ls []line, from int) (int, []strip) {
	if ls[from].turn != 0 || leftward(ls[from]) {
		return from, nil
	}
	high := max(letterHigh(ls[from]), minTall)
	seps := gaps(ls[from], cellGap*high)
	to := from + 1
	for len(seps) > 0 && to < len(ls) && to-from < maxRows && ls[to].turn == 0 && !leftward(ls[to]) && ls[to].base-ls[to-1].base < 4*high {
		next := narrowed(seps, ls[to], cellGap*high)
		if !figured(ls[from:to+1], next) {
			break
		}
		seps = next
		to++
	}
	if to-from < minRows || !figured(ls[from:to], seps) {
		return from, nil
	}
	return to, seps
}

// gaps returns the white between the words of a line.
func gaps(l line, least float64) []strip {
	var out []strip
	for k := 1; k < len(l.words) && len(out) < maxColumns; k++ {
		if a, b := l.words[k-1].frame.X1, l.words[k].frame.X0; b-a >= least {
			out = append(out, strip{x0: a, x1: b})
		}
	}
	return out
}

// narrowed returns what of the white between columns a further line leaves.
func narrowed(seps []strip, l line, least float64) []strip {
	var out []strip
	for _, s := range seps {
		x0, x1 := s.x0, s.x1
		for _, w := range l.words {
			if w.frame.X1 <= x0 || w.frame.X0 >= x1 {
				continue
			}
			// The word takes one end of the white, or splits it: the larger part remains.
			if w.frame.X0-x0 > x1-w.frame.X1 {
				x1 = w.frame.X0
			} else {
				x0 = w.frame.X1
			}
		}
		if x1-x0 >= least {
			out = append(out, strip{x0: x0, x1: x1})
		}
	}
	return out
}

// figured reports whether white makes a table of lines: most of them have more
// than one cell, and a column after the first holds figures.
func figured(ls []line, seps []strip) bool {
	if len(seps) == 0 {
		return false
	}
	filled := make([]int, len(seps)+1) // cells of each column that hold something
	numbers := make([]int, len(seps)+1)
	rows := 0
	for _, l := range ls {
		last, n := -1, 0
		for _, w := range l.words {
			c := cellOf(seps, w.frame)
			if c != last {
				filled[c]++
				n++
				if figure(string(w.text)) {
					numbers[c]++
				}
				last = c
			}
		}
		if n > 1 {
			rows++
		}
	}
	if rows*10 < len(ls)*7 {
		return false
	}
	for c := 1; c < len(filled); c++ {
		if filled[c]*2 >= len(ls) && numbers[c]*10 >= filled[c]*6 {
			return true
		}
	}
	return len(ls) < minRows // a head may stand over the figures
}

// cellOf returns the column of a table in which a box stands.
func cellOf(seps []strip, r mark.Rect) int {
	x := (r.X0 + r.X1) / 2
	n := 0
	for i, s := range seps {
		if x > s.x0 {
			n = i + 1
		}
	}
	return n
}
