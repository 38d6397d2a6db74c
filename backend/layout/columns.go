package layout

import (
	"cmp"
	"math"
	"slices"
	"unicode"

	mark "markai/backend"
)

// Columns are found as strips of white between them. A strip is looked for on
// a grid of cells that words cover, as wide and high as this, in points.
const (
	cellWide = 2.0
	cellHigh = 3.0
	maxCells = 1_000_000 // of a page's grid; larger pages are read as they are drawn
)

const (
	stripWide  = 5.0 // points; narrower white is a space
	stripLines = 6   // lines that stand beside each other on both sides of a strip
	proseWords = 3.0 // words in a line of text, on average; fewer are a table's cells
	proseFill  = 0.5 // of a column's width, filled by its median line
	maxStrips  = 16  // of a page
)

// strip is white between two columns, from y0 to y1.
type strip struct{ x0, x1, y0, y1 float64 }

// zone is a part of a page with columns beside each other. Its strips are
// sorted from left to right.
type zone struct{ strips []strip }

// column returns the column in which a box stands, from 0; ok is false where it
// stands outside the zone.
func (z zone) column(r mark.Rect) (n int, ok bool) {
	x, y := (r.X0+r.X1)/2, (r.Y0+r.Y1)/2
	for i, s := range z.strips {
		if y >= s.y0 && y <= s.y1 {
			ok = true
			if x > s.x0 {
				n = i + 1
			}
		}
	}
	return n, ok
}

// assign tells the words in which column they stand.
func assign(words []word) {
	zones := zonesOf(words)
	if len(zones) == 0 {
		return
	}
	for i := range words {
		w := &words[i]
		if w.turn != 0 {
			continue
		}
		for n, z := range zones {
			if col, ok := z.column(w.frame); ok {
				w.zone, w.col = n+1, col
				break
			}
		}
	}
}

// zonesOf finds the parts of a page that have columns of text.
func zonesOf(words []word) []zone {
	upright := make([]*word, 0, len(words))
	tall, letters := make([]float64, 0, len(words)), make([]float64, 0, len(words))
	for i := range words {
		if w := &words[i]; w.turn == 0 {
			upright = append(upright, w)
			tall = append(tall, w.tall)
			if w.last != 0 { // a rule of dashes says nothing about the letters
				letters = append(letters, w.tall)
			}
		}
	}
	if len(letters) == 0 {
		return nil
	}
	slices.SortFunc(upright, func(a, b *word) int { return cmp.Compare(a.frame.Y1, b.frame.Y1) })
	slices.Sort(tall)
	high := max(tall[len(tall)/2], minTall)
	slices.Sort(letters)
	letter := max(letters[len(letters)/2], minTall)
	var found []strip
	if len(upright) >= 4*stripLines {
		found = strips(upright, high)
	}
	zones := gather(append(found, parted(upright, letter, found)...))
	for _, z := range zones {
		z.stretch(upright)
	}
	return zones
}

// stretch lets each strip reach as far up and down as the whole zone, unless a
// word stands in its way.
func (z zone) stretch(words []*word) {
	top, bottom := math.Inf(1), math.Inf(-1)
	for _, s := range z.strips {
		top, bottom = min(top, s.y0), max(bottom, s.y1)
	}
	for i := range z.strips {
		s := &z.strips[i]
		x := (s.x0 + s.x1) / 2
		y0, y1 := top, bottom
		for _, w := range words {
			if w.frame.X0 > x || w.frame.X1 < x {
				continue
			}
			if w.frame.Y1 <= s.y0+1 {
				y0 = max(y0, w.frame.Y1)
			}
			if w.frame.Y0 >= s.y1-1 {
				y1 = min(y1, w.frame.Y0)
			}
		}
		s.y0, s.y1 = min(s.y0, y0), max(s.y1, y1)
	}
}

// gather makes zones of strips that stand beside each other.
func gather(found []strip) []zone {
	slices.SortFunc(found, func(a, b strip) int { return cmp.Or(cmp.Compare(a.y0, b.y0), cmp.Compare(a.x0, b.x0)) })
	var zones []zone
	for _, s := range found {
		placed := false
		for i := range zones {
			for _, o := range zones[i].strips {
				both := min(s.y1, o.y1) - max(s.y0, o.y0)
				if both > 0.5*min(s.y1-s.y0, o.y1-o.y0) {
					placed = true
					break
				}
			}
			if placed {
				zones[i].strips = append(zones[i].strips, s)
				break
			}
		}
		if !placed {
			zones = append(zones, zone{[]strip{s}})
		}
	}
	for _, z := range zones {
		slices.SortFunc(z.strips, func(a, b strip) int { return cmp.Compare(a.x0, b.x0) })
	}
	return zones
}

// grid says which cells of a page words cover.
type grid struct {
	x0, y0     float64
	wide, high int
	ink        []bool
}

func newGrid(words []*word) (g grid, ok bool) {
	box := words[0].frame
	for i := range words {
		box = box.Union(words[i].frame)
	}
	g = grid{x0: box.X0, y0: box.Y0, wide: int((box.X1-box.X0)/cellWide) + 1, high: int((box.Y1-box.Y0)/cellHigh) + 1}
	if g.wide <= 0 || g.high <= 0 || g.wide > maxCells || g.high > maxCells || g.wide*g.high > maxCells {
		return g, false
	}
	g.ink = make([]bool, g.wide*g.high)
	left := 20 * maxCells // words may lie over each other
	for i := range words {
		f := words[i].frame
		x0, x1, y0, y1 := g.col(f.X0), g.col(f.X1), g.row(f.Y0), g.row(f.Y1)
		if left -= (y1 - y0 + 1) * (x1 - x0 + 1); left < 0 {
			return g, false
		}
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				g.ink[y*g.wide+x] = true
			}
		}
	}
	return g, true
}

func (g grid) row(y float64) int { return min(max(int((y-g.y0)/cellHigh), 0), g.high-1) }
func (g grid) col(x float64) int { return min(max(int((x-g.x0)/cellWide), 0), g.wide-1) }

// strips finds the white strips between columns of text.
func strips(words []*word, high float64) []strip {
	g, ok := newGrid(words)
	if !ok {
		return nil
	}
	least := int(stripLines * high * 1.1 / cellHigh)
	var open, found []strip // in cells
	for x := range g.wide {
		var now []strip
		for y := 0; y < g.high; {
			if g.ink[y*g.wide+x] {
				y++
				continue
			}
			from := y
			for y < g.high && !g.ink[y*g.wide+x] {
				y++
			}
			if y-from >= least {
				now = append(now, strip{float64(x), float64(x), float64(from), float64(y)})
			}
		}
		// A strip goes on where the white of the next cells overlaps it well.
		var kept []strip
		for _, s := range now {
			for _, o := range open {
				y0, y1 := max(s.y0, o.y0), min(s.y1, o.y1)
				if y1-y0 >= float64(least) {
					kept = append(kept, strip{o.x0, s.x1, y0, y1})
				}
			}
			kept = append(kept, s)
		}
		for _, o := range open {
			if (o.x1-o.x0+1)*cellWide >= stripWide {
				found = append(found, o)
			}
		}
		open = longest(kept)
	}
	return checked(words, high, g, best(found))
}

// longest keeps, of strips that end in one column of cells, those that are not
// inside a wider one that is nearly as long, and not too many.
func longest(list []strip) []strip {
	const most = 24
	slices.SortStableFunc(list, func(a, b strip) int {
		return cmp.Compare((b.x1-b.x0+1)*(b.y1-b.y0), (a.x1-a.x0+1)*(a.y1-a.y0))
	})
	var out []strip
	for _, s := range list {
		same := slices.ContainsFunc(out, func(o strip) bool {
			return min(s.y1, o.y1)-max(s.y0, o.y0) > 0.95*(s.y1-s.y0) && o.y1-o.y0 >= s.y1-s.y0 && o.x0 <= s.x0
		})
		if !same {
			out = append(out, s)
		}
		if len(out) == most {
			break
		}
	}
	return out
}

// best keeps the largest of strips that lie over each other.
func best(found []strip) []strip {
	order := make([]valued, len(found))
	for i, s := range found {
		order[i] = valued{worth(s), i}
	}
	slices.SortFunc(order, func(a, b valued) int { return cmp.Or(cmp.Compare(b.worth, a.worth), cmp.Compare(a.at, b.at)) })
	var out []strip
	for _, v := range order {
		s := found[v.at]
		if !slices.ContainsFunc(out, func(o strip) bool {
			return min(s.x1, o.x1)-max(s.x0, o.x0) >= 0 && min(s.y1, o.y1) > max(s.y0, o.y0)
		}) {
			out = append(out, s)
		}
		if len(out) == maxStrips {
			break
		}
	}
	return out
}

// valued is what one of a list of strips is worth.
type valued struct {
	worth float64
	at    int
}

// worth prefers long strips to wide ones.
func worth(s strip) float64 { return (s.y1 - s.y0) * math.Min(s.x1-s.x0+1, 8) }

// checked turns strips into points and keeps those that have columns of text
// on both sides.
func checked(words []*word, high float64, g grid, found []strip) []strip {
	var out []strip
	for _, s := range found {
		out = append(out, strip{g.x0 + s.x0*cellWide, g.x0 + (s.x1+1)*cellWide, g.y0 + s.y0*cellHigh, g.y0 + s.y1*cellHigh})
	}
	slices.SortFunc(out, func(a, b strip) int { return cmp.Compare(a.x0, b.x0) })
	for i := range out {
		out[i] = trimmed(words, high, out[i])
	}
	type side struct{ left, right, top, bottom float64 }
	known := map[side]bool{}
	reads := func(s side) bool {
		is, ok := known[s]
		if !ok {
			is = prose(words, high, s.left, s.right, s.top, s.bottom)
			known[s] = is
		}
		return is
	}
	// The least of the strips that have no column beside them goes first: it may
	// stand between another strip and that one's column.
	for {
		least := -1
		for i, s := range out {
			left, right := beyond(out, i)
			if reads(side{left, s.x1, s.y0, s.y1}) && reads(side{s.x0, right, s.y0, s.y1}) {
				continue
			}
			if least < 0 || worth(s) < worth(out[least]) {
				least = i
			}
		}
		if least < 0 {
			return out
		}
		out = slices.Delete(out, least, least+1)
	}
}

// beyond returns where the columns beside strip i end.
func beyond(list []strip, i int) (left, right float64) {
	s := list[i]
	left, right = math.Inf(-1), math.Inf(1)
	for k, o := range list {
		if both := min(s.y1, o.y1) - max(s.y0, o.y0); k == i || both < 0.5*(s.y1-s.y0) {
			continue
		}
		if o.x1 <= s.x0 {
			left = max(left, o.x0)
		}
		if o.x0 >= s.x1 {
			right = min(right, o.x1)
		}
	}
	return left, right
}

// trimmed cuts a page's head and foot off a strip that reaches through them.
func trimmed(words []*word, high float64, s strip) strip {
	var bands [][2]float64 // with at least a line's height of white between them
	for i := range words {
		top, bottom := words[i].frame.Y0, words[i].frame.Y1
		if bottom <= s.y0 || top >= s.y1 {
			continue
		}
		if n := len(bands); n > 0 && top < bands[n-1][1]+1.2*high {
			bands[n-1][1] = max(bands[n-1][1], bottom)
			continue
		}
		bands = append(bands, [2]float64{top, bottom})
	}
	for len(bands) > 1 && bands[0][1]-bands[0][0] < 3*high {
		bands = bands[1:]
		s.y0 = bands[0][0] - 1
	}
	for n := len(bands); n > 1 && bands[n-1][1]-bands[n-1][0] < 3*high; n = len(bands) {
		bands = bands[:n-1]
		s.y1 = bands[n-2][1] + 1
	}
	return s
}

// prose reports whether a column of text, and not of a table's cells, stands
// between left and right. The words are sorted downwards.
func prose(words []*word, high, left, right, top, bottom float64) bool {
	type row struct{ y, x0, x1 float64 }
	var rows []row
	said, figures := 0, 0
	x0, x1 := math.Inf(1), math.Inf(-1)
	for i := range words {
		w := words[i]
		x, y := (w.frame.X0+w.frame.X1)/2, (w.frame.Y0+w.frame.Y1)/2
		if !(x > left && x < right && y > top && y < bottom) {
			continue
		}
		x0, x1 = min(x0, w.frame.X0), max(x1, w.frame.X1)
		said++
		if unicode.IsDigit(rune(w.text[0])) {
			figures++
		}
		if n := len(rows); n > 0 && w.frame.Y1-rows[n-1].y < 0.6*high {
			r := &rows[n-1]
			r.x0, r.x1 = min(r.x0, w.frame.X0), max(r.x1, w.frame.X1)
			continue
		}
		rows = append(rows, row{w.frame.Y1, w.frame.X0, w.frame.X1})
	}
	if len(rows) < stripLines || float64(said) < proseWords*float64(len(rows)) || figures*5 > said*2 {
		return false
	}
	wide := make([]float64, len(rows))
	for i, r := range rows {
		wide[i] = r.x1 - r.x0
	}
	slices.Sort(wide)
	return wide[len(wide)/2] >= proseFill*(x1-x0)
}

// rules finds the columns of brackets, colons and the like that part the sides
// of a court's caption. What is right of them is a column of its own.
func rules(words []*word, high float64) []strip {
	const least = 4
	byMark := map[string][]*word{}
	for _, w := range words {
		switch string(w.text) {
		case ")", "]", ":", "|", "§", "*", "}":
			byMark[string(w.text)] = append(byMark[string(w.text)], w)
		}
	}
	var out []strip
	for _, list := range byMark {
		if len(list) < least {
			continue
		}
		slices.SortFunc(list, func(a, b *word) int { return cmp.Compare(a.frame.Y0, b.frame.Y0) })
		for from := 0; from < len(list); {
			s := list[from].frame
			n, last := 1, list[from]
			rest := from + 1
			for i := from + 1; i < len(list); i++ {
				w := list[i]
				if math.Abs(w.frame.X0-last.frame.X0) > 2 || w.frame.Y0-last.frame.Y0 > 6*high { // lines may stand double
					continue
				}
				s, last, n = s.Union(w.frame), w, n+1
				rest = i + 1
			}
			if n >= least {
				out = append(out, strip{s.X1, s.X1 + 1, s.Y0 - 0.5*high, s.Y1 + 0.5*high})
				from = rest
				continue
			}
			from++
		}
	}
	return slices.DeleteFunc(out, func(s strip) bool {
		return slices.ContainsFunc(words, func(w *word) bool {
			if w.frame.Y0 >= s.y1 || w.frame.Y1 <= s.y0 {
				return false
			}
			inside := w.frame.X0 < s.x0-1 && w.frame.X1 > s.x1+1 // it stands inside a line
			box := string(w.text) == "[" && w.frame.X1 < s.x0 && w.frame.X1 > s.x0-4*high
			return inside || box
		})
	})
}
