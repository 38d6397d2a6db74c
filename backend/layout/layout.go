// Package layout turns the placed characters of a page into its text: words
// with boxes, lines, paragraphs, in reading order.
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

// Char is a character where it stands on the page as it is shown.
type Char struct {
	Rune rune
	Box  mark.Rect
	Turn int // quarter turns clockwise by which it is turned; 0 is upright
}

// minNumbers is how many numbers below each other are the line numbers of a
// pleading.
const minNumbers = 10

// lineNumbers reports whether a block is the column of numbers in a pleading's
// margin: 1, 2, 3, …
func lineNumbers(b block) bool {
	if len(b.lines) < minNumbers {
		return false
	}
	for i, l := range b.lines {
		if len(l.words) != 1 || string(l.words[0].text) != strconv.Itoa(i+1) {
			return false
		}
	}
	return true
}

// Text lays the characters of a page out. They come in the order in which the
// file draws them, which mostly is the reading order; blocks that are drawn out
// of order are put below what stands above them, and the line numbers of a
// pleading come last. Lines end with a newline, paragraphs with a blank line;
// a table's rows are lines, their cells separated by tabs.
// Words are what stands between white space; their boxes are as high as their
// line.
func Text(chars []Char) (string, []mark.Word) {
	var ordered, numbers []line
	words, beside := margin(ended(split(chars)))
	assign(words)
	for _, b := range order(group(rows(byColumn(lines(words))))) {
		if lineNumbers(b) {
			numbers = append(numbers, b.lines...)
			continue
		}
		ordered = append(ordered, b.lines...)
	}
	for _, w := range beside {
		numbers = append(numbers, lines([]word{w})...)
	}
	blocks := group(append(ordered, numbers...))
	var out writer
	for i, b := range blocks {
		cells(b.lines)
		if i > 0 {
			out.gap(!sameRow(blocks[i-1], b))
		}
		out.block(b)
	}
	return out.text.String(), out.words
}

// word, line and block hold boxes twice: as shown, and in a frame in which
// their text runs from left to right.
type word struct {
	text  []byte
	box   mark.Rect // as shown
	frame mark.Rect
	turn  int
	rtl   bool
	low   []float64 // bottoms of its characters, in the frame
	tall  float64   // of its tallest character
	last  rune      // letter or digit, 0 for none yet
	foot  float64   // where that one stands
	zone  int       // part of the page with columns; 0 for none
	col   int       // its column there
	cell  bool      // it begins a cell of a table
}

type line struct {
	words []word
	frame mark.Rect
	turn  int
	base  float64 // where the letters stand, in the frame
	tall  float64
}

type block struct {
	lines []line
	frame mark.Rect
	turn  int
	zone  int
}

// minTall is the least height in points that counts as a line's: of a line of
// dots nothing can be measured.
const minTall = 4

// toFrame turns a box back by so many quarter turns.
func toFrame(r mark.Rect, turn int) mark.Rect {
	switch turn & 3 {
	case 1:
		return mark.Rect{X0: r.Y0, Y0: -r.X1, X1: r.Y1, Y1: -r.X0}
	case 2:
		return mark.Rect{X0: -r.X1, Y0: -r.Y1, X1: -r.X0, Y1: -r.Y0}
	case 3:
		return mark.Rect{X0: -r.Y1, Y0: r.X0, X1: -r.Y0, Y1: r.X1}
	}
	return r
}

// fromFrame undoes toFrame.
func fromFrame(r mark.Rect, turn int) mark.Rect { return toFrame(r, (4-turn&3)&3) }

// split cuts the characters into words, at white space and where they stand apart.
func split(chars []Char) []word {
	// Words are many and small: they share their memory, and each has its own part.
	letters, lows := make([]byte, 0, len(chars)+len(chars)/8), make([]float64, 0, len(chars))
	out := make([]word, 0, len(chars)/5)
	var cur word
	spaced := false // white space came after cur, whose script runs leftwards
	flush := func() {
		if len(cur.text) > 0 {
			letters, cur.text = cutOff(letters, cur.text)
			lows, cur.low = cutOff(lows, cur.low)
			out = append(out, cur)
		}
		cur = word{}
		spaced = false
	}
	for i, c := range chars {
		if !finite(c.Box) {
			continue
		}
		s := spell(c.Rune)
		switch {
		case s == "":
			continue
		case s == " " && cur.rtl:
			spaced = true // some of it is only made up: where the letters stand tells
			continue
		case s == " ":
			flush()
			continue
		}
		f := toFrame(c.Box, c.Turn)
		rtl := isRTL(c.Rune)
		if spaced && !((rtl || unicode.IsPunct(c.Rune)) && f.X1 > cur.frame.X0-0.1*max(cur.tall, minTall) && f.X1 < cur.frame.X0+0.5*max(cur.tall, minTall)) {
			flush()
		}
		spaced = false
		if i > 0 && c.Rune == lam && isAlef(chars[i-1].Rune) && chars[i-1].Box == c.Box && len(cur.text) > len(string(chars[i-1].Rune)) {
			// A ligature's letters come in the order in which they are seen.
			cut := len(cur.text) - len(string(chars[i-1].Rune))
			cur.text = append(cur.text[:cut], string(lam)+string(cur.text[cut:])...)
			continue
		}
		if len(cur.text) > 0 && (cur.turn != c.Turn&3 || !unicode.Is(unicode.Mn, c.Rune) && apart(cur, f, c.Rune, rtl)) {
			flush()
		}
		if len(cur.text) == 0 {
			cur = word{box: c.Box, frame: f, turn: c.Turn & 3, foot: f.Y1, text: letters[len(letters):], low: lows[len(lows):]}
		}
		cur.text = append(cur.text, s...)
		cur.box = cur.box.Union(c.Box)
		cur.frame = cur.frame.Union(f)
		cur.rtl = cur.rtl || rtl
		cur.low = append(cur.low, f.Y1)
		cur.tall = max(cur.tall, f.Y1-f.Y0)
		if unicode.IsLetter(c.Rune) || unicode.IsDigit(c.Rune) {
			cur.last = c.Rune
			if !strings.ContainsRune("gjpqyQJ", c.Rune) {
				cur.foot = f.Y1
			}
		}
	}
	flush()
	return out
}

// cutOff ends a part that was appended behind what all holds, in the same memory
// where there was room, so that whatever is appended to the part later moves away.
func cutOff[T any](all, part []T) (rest, own []T) {
	if n := len(all) + len(part); n <= cap(all) {
		all = all[:n]
	}
	return all, part[:len(part):len(part)]
}

// ended gives words of leftward script the marks that end them: many programs
// draw such lines from the left, so that a mark comes before its word.
func ended(words []word) []word {
	out := words[:0]
	for i := 0; i < len(words); i++ {
		w := words[i]
		if n := i + 1; n < len(words) && endMark(w) && words[n].rtl && touches(words[n], w) {
			words[n].end(w)
			continue
		}
		if n := len(out); n > 0 && endMark(w) && out[n-1].rtl && touches(out[n-1], w) {
			out[n-1].end(w)
			continue
		}
		out = append(out, w)
	}
	return out
}

func endMark(w word) bool {
	return strings.Trim(string(w.text), ".,:;!?\u060c\u061b\u061f") == ""
}

// touches reports whether a mark stands right at the left end of a word.
func touches(w, mark word) bool {
	gap := w.frame.X0 - mark.frame.X1
	return w.turn == mark.turn && gap > -2 && gap < 0.35*max(w.tall, minTall) &&
		mark.frame.Y1 > w.frame.Y0 && mark.frame.Y0 < w.frame.Y1+0.5*w.tall
}

// end puts a mark to the end of a word.
func (w *word) end(mark word) {
	w.text = append(w.text, mark.text...)
	w.box = w.box.Union(mark.box)
	w.frame = w.frame.Union(mark.frame)
	w.low = append(w.low, mark.low...)
}

// apart reports whether a character r at f is no continuation of w.
func apart(w word, f mark.Rect, r rune, rtl bool) bool {
	if rtl != w.rtl && unicode.IsLetter(r) && unicode.IsLetter(w.last) {
		return true // two directions are two words
	}
	if unicode.IsDigit(r) && unicode.IsLetter(w.last) && f.Y1 < w.foot-0.25*w.tall {
		return true // a footnote's number begins
	}
	if unicode.IsLetter(r) && unicode.IsDigit(w.last) && f.Y1 > w.foot+0.25*(f.Y1-f.Y0) && !strings.ContainsRune("gjpqyQJ", r) {
		return true // a footnote's number ends
	}
	if unicode.IsDigit(r) && unicode.IsDigit(w.last) && f.Y1 > w.foot+0.4*(f.Y1-f.Y0) && f.Y1-f.Y0 > 1.25*w.tall {
		return true // a number follows it (old-style figures hang, but less)
	}
	h := max(w.tall, f.Y1-f.Y0, minTall)
	gap := f.X0 - w.frame.X1
	if off := max(w.frame.Y0, f.Y0) - min(w.frame.Y1, f.Y1); off > 0.6*h || off > 0 && gap < -0.3*h && !rtl && !w.rtl {
		return true // an apostrophe hovers and a comma hangs, but neither goes back
	}
	if rtl || w.rtl {
		gap = min(math.Abs(gap), math.Abs(w.frame.X0-f.X1))
	}
	return gap > h || gap < -max(h, f.X1-f.X0)
}

// lines strings words together that follow each other on one line.
func lines(words []word) []line {
	var out []line
	for _, w := range words {
		if n := len(out); n > 0 && continues(out[n-1], w) {
			l := &out[n-1]
			l.words = append(l.words, w)
			l.frame = l.frame.Union(w.frame)
			l.tall = max(l.tall, w.tall)
			continue
		}
		out = append(out, line{words: []word{w}, frame: w.frame, turn: w.turn, tall: w.tall})
	}
	var low []float64
	for i := range out {
		low = low[:0]
		for k := range out[i].words {
			low = append(low, out[i].words[k].low...)
		}
		slices.Sort(low)
		out[i].base = low[len(low)/2]
		out[i].mirror()
	}
	return out
}

// mirror puts the words of a line that reads from right to left into that
// order, whichever way the file draws them; what reads from left to right
// inside it stays so.
func (l *line) mirror() {
	rtl := 0
	for _, w := range l.words {
		if w.rtl {
			rtl++
		}
	}
	if rtl*2 <= len(l.words) {
		return
	}
	slices.SortStableFunc(l.words, func(a, b word) int { return cmp.Compare(b.frame.X1, a.frame.X1) })
	for from := 0; from < len(l.words); from++ {
		to := from
		for to < len(l.words) && !l.words[to].rtl {
			to++
		}
		slices.Reverse(l.words[from:to])
		from = to
	}
}

func continues(l line, w word) bool {
	last := l.words[len(l.words)-1]
	if l.turn != w.turn || last.zone != w.zone || last.col != w.col {
		return false
	}
	h := max(last.tall, w.tall, minTall)
	overlap := min(l.frame.Y1, w.frame.Y1) - max(l.frame.Y0, w.frame.Y0)
	if overlap < 0.4*min(l.frame.Y1-l.frame.Y0, w.frame.Y1-w.frame.Y0) &&
		// a dash or a quotation mark has hardly any height of its own
		(min(last.tall, w.tall) > 0.5*h || -overlap > 0.4*h) {
		return false
	}
	if (last.rtl || w.rtl) && w.frame.X1 <= last.frame.X0+h {
		return true
	}
	return w.frame.X0 >= last.frame.X1-0.5*h
}

// group gathers lines that run on below each other.
func group(ls []line) []block {
	var out []block
	for _, l := range ls {
		if n := len(out); n > 0 {
			b := &out[n-1]
			prev := b.lines[len(b.lines)-1]
			pitch := l.base - prev.base
			across := min(prev.frame.X1, l.frame.X1) - max(prev.frame.X0, l.frame.X0)
			if prev.turn == l.turn && b.zone == l.words[0].zone && across > 0 && pitch > 0 && pitch < 4*max(prev.tall, l.tall, minTall) {
				b.lines = append(b.lines, l)
				b.frame = b.frame.Union(l.frame)
				continue
			}
		}
		out = append(out, block{lines: []line{l}, frame: l.frame, turn: l.turn, zone: l.words[0].zone})
	}
	return out
}

// maxOrdered bounds the quadratic work of order.
const maxOrdered = 1500

// order keeps the blocks as they are drawn, except that what stands above a
// block in the same column comes right before it where it would come later.
func order(blocks []block) []block {
	n := len(blocks)
	if n < 2 || n > maxOrdered {
		return blocks
	}
	out := make([]block, 0, n)
	done := make([]bool, n)
	var put func(i int)
	put = func(i int) {
		done[i] = true
		for j := range n {
			// The blocks of a zone are sorted.
			first := above(blocks[j], blocks[i])
			if blocks[i].zone > 0 && blocks[j].zone == blocks[i].zone {
				first = j < i
			}
			if !done[j] && first {
				put(j)
			}
		}
		out = append(out, blocks[i])
	}
	for i := range n {
		if !done[i] {
			put(i)
		}
	}
	return out
}

// above reports whether a stands over b: they run the same way, share a column
// and a ends before b begins. Middles decide, so that there is always a first.
func above(a, b block) bool {
	f, g := a.frame, b.frame
	across := min(f.X1, g.X1) - max(f.X0, g.X0)
	return a.turn == b.turn && across > 0.1*min(f.X1-f.X0, g.X1-g.X0) && f.Y1 <= g.Y0+2 && f.Y0+f.Y1 < g.Y0+g.Y1
}

// sameRow reports whether two blocks are pieces of one row, of a form or a
// table; columns of text beside each other are not.
func sameRow(a, b block) bool {
	overlap := min(a.frame.Y1, b.frame.Y1) - max(a.frame.Y0, b.frame.Y0)
	return a.turn == b.turn && (len(a.lines) == 1 || len(b.lines) == 1) &&
		overlap > 0.5*min(a.frame.Y1-a.frame.Y0, b.frame.Y1-b.frame.Y0)
}

// writer puts the text together.
type writer struct {
	text  strings.Builder
	words []mark.Word
}

func (o *writer) gap(paragraph bool) {
	o.text.WriteByte('\n')
	if paragraph {
		o.text.WriteByte('\n')
	}
}

func (o *writer) block(b block) {
	for i, l := range b.lines {
		if i > 0 {
			o.gap(paragraphBefore(b.lines, i))
		}
		for k, w := range l.words {
			switch {
			case w.cell:
				o.text.WriteByte('\t')
			case k > 0:
				o.text.WriteByte(' ')
			}
			start := o.text.Len()
			o.text.Write(w.text)
			o.words = append(o.words, mark.Word{Start: start, End: o.text.Len(), Box: lineHigh(l, w), Confidence: 1})
		}
	}
}

// paragraphBefore reports whether line i stands clearly further from the one
// before it than its neighbours do.
func paragraphBefore(ls []line, i int) bool {
	pitch := ls[i].base - ls[i-1].base
	usual := math.Inf(1)
	if i > 1 {
		usual = ls[i-1].base - ls[i-2].base
	}
	if i+1 < len(ls) {
		usual = min(usual, ls[i+1].base-ls[i].base)
	}
	if math.IsInf(usual, 1) {
		usual = 1.8 * max(ls[i].tall, ls[i-1].tall)
	}
	return pitch > 1.3*usual
}

// lineHigh returns the word's box, as high as its line unless the line holds
// something much taller.
func lineHigh(l line, w word) mark.Rect {
	f := w.frame
	if l.frame.Y1-l.frame.Y0 <= 2.2*max(w.tall, minTall) {
		f.Y0, f.Y1 = l.frame.Y0, l.frame.Y1
	}
	r := fromFrame(f, w.turn)
	return mark.Rect{X0: round(r.X0), Y0: round(r.Y0), X1: round(r.X1), Y1: round(r.Y1)}
}

func round(v float64) float64 { return math.Round(v*100) / 100 }

func finite(r mark.Rect) bool {
	const far = 1e6
	return math.Abs(r.X0) < far && math.Abs(r.Y0) < far && math.Abs(r.X1) < far && math.Abs(r.Y1) < far &&
		r.X0 <= r.X1 && r.Y0 <= r.Y1
}

// spell returns how a character is written in the text: a space for all white
// space, nothing for what is no character, ligatures in letters.
func spell(r rune) string {
	switch {
	case r == 2, r == 0xAD: // how PDFium marks a hyphen at the end of a line
		return "-"
	case r >= 0xFB00 && r <= 0xFB06:
		return [...]string{"ff", "fi", "fl", "ffi", "ffl", "st", "st"}[r-0xFB00]
	case r == 0xF0B7, r == 0xF0A7: // the symbol fonts' bullets
		return "•"
	case unicode.IsSpace(r), r == 0x200B:
		return " "
	case unicode.IsControl(r), r == 0xFEFF, r == 0xFFFE, r == 0xFFFF, r >= 0xD800 && r < 0xE000, r < 0, r > unicode.MaxRune,
		r >= 0x200C && r <= 0x200F, r >= 0x202A && r <= 0x202E:
		return ""
	}
	return string(r)
}

const lam rune = 0x644 // isAlef knows what it forms a ligature with

func isAlef(r rune) bool { return r == 0x622 || r == 0x623 || r == 0x625 || r == 0x627 }

func isRTL(r rune) bool {
	return r >= 0x590 && r <= 0x8FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFE
}
