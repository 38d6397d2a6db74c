// Package typeset gives pages to text that has none: files of plain text, Word
// documents and mail. It lays the text out on letter-size paper in a
// fixed-pitch type, so that a passage of such a document has a page and boxes
// to be shown at, exactly as a passage of a PDF has.
//
// The pages are consecutive pieces of the text: joined, they are the text, byte
// for byte. The same text always gets the same pages.
package typeset

import (
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
)

// The sheet, in points. Eighty columns of ten-point type is what contracts
// typed for e-mail and for public filing registers expect.
const (
	Width  = 612.0
	Height = 792.0

	marginX  = 66.0
	marginY  = 72.0
	pitch    = 6.0  // width of one column
	leading  = 12.0 // from line to line
	glyphTop = 1.0  // of a word's box below the top of its line
	glyphEnd = 11.0

	columns = 80
	lines   = 54
	tabStop = 8
)

// Layout is a text and where its pages start.
type Layout struct {
	text   string
	starts []int // ascending; the first is 0
}

// New lays text out. A form feed ends a page that has something on it. Even an
// empty text has one page.
func New(text string) *Layout {
	l := &Layout{text: text, starts: []int{0}}
	for at := 0; ; {
		end := fill(text[at:], nil)
		at += end
		if at >= len(text) {
			return l
		}
		l.starts = append(l.starts, at)
	}
}

// Len returns the number of pages.
func (l *Layout) Len() int { return len(l.starts) }

// Text returns the text that was laid out.
func (l *Layout) Text() string { return l.text }

// Page returns page n, from 1 to Len.
func (l *Layout) Page(n int) mark.Page {
	end := len(l.text)
	if n < len(l.starts) {
		end = l.starts[n]
	}
	page := mark.Page{Number: n, Width: Width, Height: Height, Text: l.text[l.starts[n-1]:end]}
	fill(page.Text, func(w mark.Word) { page.Words = append(page.Words, w) })
	return page
}

// Pages lays text out and returns all its pages.
func Pages(text string) []mark.Page {
	l := New(text)
	pages := make([]mark.Page, l.Len())
	for i := range pages {
		pages[i] = l.Page(i + 1)
	}
	return pages
}

// fill sets one page from the start of text, gives each word of it to word
// (which may be nil) and returns where the page ends.
func fill(text string, word func(mark.Word)) int {
	at, inked := 0, false
	for line := 0; line < lines; line++ {
		l := setLine(text[at:])
		inked = inked || l.inked
		if word != nil {
			emit(text, at, at+l.end, line, word)
		}
		at += l.end
		if at >= len(text) || l.feed && inked {
			break
		}
	}
	return at
}

// set is one line as it was filled.
type set struct {
	end   int  // bytes taken, the line's end mark included
	feed  bool // a form feed ended it
	inked bool // something can be seen on it
}

// setLine takes as much of text as stands on one line. Blanks that do not fit
// hang over the right margin, so that the next line starts with a word.
func setLine(text string) set {
	var (
		l     set
		col   int
		space = 0 // where the last run of blanks ended: the place to wrap at
		last  rune
	)
	for i, r := range text {
		switch {
		case isBreak(r):
			l.end, l.feed = i+utf8.RuneLen(r), r == '\f'
			if r == '\r' && strings.HasPrefix(text[l.end:], "\n") {
				l.end++
			}
			return l
		case unicode.IsSpace(r):
			col += advance(r, col)
		default:
			if unicode.IsSpace(last) {
				space = i
			}
			w := advance(r, col)
			if w > 0 && col+w > columns && i > 0 {
				if space > 0 {
					i = space
				}
				l.end = i
				return l
			}
			col += w
			l.inked = true
		}
		last = r
	}
	l.end = len(text)
	return l
}

// emit gives the words of the line text[from:to] with their boxes.
func emit(text string, from, to, line int, word func(mark.Word)) {
	top := marginY + float64(line)*leading
	col, start, startCol := 0, -1, 0
	flush := func(end int) {
		if start >= 0 && col > startCol {
			word(mark.Word{Start: start, End: end, Confidence: 1, Box: mark.Rect{
				X0: marginX + float64(startCol)*pitch, Y0: top + glyphTop,
				X1: marginX + float64(col)*pitch, Y1: top + glyphEnd,
			}})
		}
		start = -1
	}
	for i, r := range text[from:to] {
		if unicode.IsSpace(r) {
			flush(from + i)
		} else if start < 0 {
			start, startCol = from+i, col
		}
		col += advance(r, col)
	}
	flush(to)
}

// isBreak reports whether r ends a line.
func isBreak(r rune) bool {
	switch r {
	case '\n', '\r', '\f', '\v', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

// advance returns how many columns r takes at column col.
func advance(r rune, col int) int {
	switch {
	case r == '\t':
		return tabStop - col%tabStop
	case r < 0x20 || r == 0x7f:
		return 0
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case wide(r):
		return 2
	}
	return 1
}

// wide reports whether r takes the room of two letters, as East Asian
// characters and pictographs do.
func wide(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x115f, 0x2e80 <= r && r <= 0xa4cf, 0xac00 <= r && r <= 0xd7a3,
		0xf900 <= r && r <= 0xfaff, 0xfe30 <= r && r <= 0xfe6f,
		0xff00 <= r && r <= 0xff60, 0xffe0 <= r && r <= 0xffe6,
		0x1f300 <= r && r <= 0x1f64f, 0x1f900 <= r && r <= 0x1f9ff, 0x20000 <= r && r <= 0x3fffd:
		return true
	}
	return false
}
