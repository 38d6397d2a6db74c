package chunk

import (
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/letters"
)

const (
	deepest  = 4   // lines from the top, and from the bottom, that an edge may have
	longest  = 200 // bytes of a line of an edge
	lookback = 2   // pages: left and right pages may have heads of their own
)

// piece is a stretch of a page's text: an edge, or what lies between.
type piece struct {
	letters.Range
	edge bool
}

// apart returns a page's text in pieces, in order, so that edges are pieces of
// their own.
func apart(p mark.Page, edges []letters.Range) []piece {
	out := make([]piece, 0, 2*len(edges)+1)
	at := 0
	for _, e := range edges {
		if at < e.Start {
			out = append(out, piece{letters.Range{Start: at, End: e.Start}, false})
		}
		out = append(out, piece{e, true})
		at = e.End
	}
	if at < len(p.Text) {
		out = append(out, piece{letters.Range{Start: at, End: len(p.Text)}, false})
	}
	return out
}

// borderLine is a line near the top or the bottom of a page.
type borderLine struct {
	letters.Range
	key    string // the line with # for each number, small letters, single blanks
	number int    // the line's first number; -1 for none
}

// border is the lines at one side of a page, the outermost first.
type border []borderLine

// runningLines returns, by page, the stretches of its text that are lines which
// pages before have at the same edge: running heads and feet with their page
// numbers, stamps of a court or of a production. It looks back only, so that
// pages can be cut as they come; where a line stands for the first time, it is
// text like any other, but for a page's number.
func runningLines(kind mark.Kind, pages []mark.Page) map[int][]letters.Range {
	if kind != mark.KindPDF && kind != mark.KindImage {
		return nil
	}
	out := map[int][]letters.Range{}
	sides := make([][2]border, len(pages))
	for i, p := range pages {
		sides[i] = bordersOf(p.Text)
		var before [2][]border
		var apart []int
		for j := max(0, i-lookback); j < i; j++ {
			before[0], before[1] = append(before[0], sides[j][0]), append(before[1], sides[j][1])
			apart = append(apart, p.Number-pages[j].Number)
		}
		top := sides[i][0].repeated(p.Number, before[0], apart)
		bottom := sides[i][1].repeated(p.Number, before[1], apart)
		var ranges []letters.Range
		if top > 0 {
			ranges = append(ranges, letters.Range{Start: 0, End: sides[i][0][top-1].End})
		}
		if bottom > 0 {
			start := sides[i][1][bottom-1].Start
			if len(ranges) == 0 || ranges[0].End <= start {
				ranges = append(ranges, letters.Range{Start: start, End: len(p.Text)})
			}
		}
		if len(ranges) > 0 {
			out[p.Number] = ranges
		}
	}
	return out
}

// bordersOf returns the lines at the top and at the bottom of a page. Their
// ranges hold the line's end; a line is at one side only.
func bordersOf(text string) (sides [2]border) {
	var top, bottom border
	start := 0
	for len(top) < deepest && start < len(text) {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		if strings.TrimSpace(text[start:end]) != "" {
			top = append(top, newBorderLine(text, start, end))
		}
		start = end
	}
	end := len(text)
	for len(bottom) < deepest && end > start {
		from := start
		if i := strings.LastIndexByte(strings.TrimSuffix(text[start:end], "\n"), '\n'); i >= 0 {
			from = start + i + 1
		}
		if strings.TrimSpace(text[from:end]) != "" {
			bottom = append(bottom, newBorderLine(text, from, end))
		}
		end = from
	}
	// What a short page has is at both sides: its last lines are its foot.
	if len(bottom) == 0 {
		for i := len(top) - 1; i > 0 && len(bottom) < deepest; i-- {
			bottom = append(bottom, top[i])
		}
		top = top[:min(len(top), 1)]
	}
	return [2]border{top, bottom}
}

func newBorderLine(text string, start, end int) borderLine {
	l := borderLine{letters.Range{Start: start, End: end}, "", -1}
	if end-start > longest {
		return l
	}
	var b strings.Builder
	blank := true
	line := strings.TrimSpace(text[start:end])
	for i := 0; i < len(line); {
		r, n := utf8.DecodeRuneInString(line[i:])
		switch {
		case r >= '0' && r <= '9':
			number, from := 0, i
			for i < len(line) && line[i] >= '0' && line[i] <= '9' {
				number = min(number*10+int(line[i]-'0'), 1<<30)
				i++
			}
			if l.number < 0 && i-from < 7 {
				l.number = number
			}
			b.WriteByte('#')
			blank = false
			continue
		case unicode.IsSpace(r):
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
		default:
			b.WriteRune(unicode.ToLower(r))
			blank = false
		}
		i += n
	}
	l.key = b.String()
	return l
}

// repeated returns how many lines from the edge inwards run: each stands at
// that edge of one of the pages before, which are apart by so many pages.
func (b border) repeated(page int, before []border, apart []int) int {
	n := 0
	for _, l := range b {
		if !l.numbers(page) && !l.runs(before, apart) {
			break
		}
		n++
	}
	return n
}

// numbers reports whether a line is the number of its page and nothing else.
func (l borderLine) numbers(page int) bool {
	switch strings.Trim(l.key, " -–—.[]()|") {
	case "page # of #", "page #/#":
		return true
	case "#", "page #", "p. #", "page: #", "# of #", "#/#":
		return l.number == page
	}
	return false
}

func (l borderLine) runs(before []border, apart []int) bool {
	if l.key == "" {
		return false
	}
	if enumerated(l.key) || strings.HasPrefix(l.key, "#/") {
		return false // two clauses may well begin alike, and rows of one day
	}
	// A number alone, or one that comes first, is the page's only where it counts
	// with the pages; else it may stand in a table.
	counts := l.key[0] == '#' || strings.IndexFunc(l.key, unicode.IsLetter) < 0
	for i, other := range before {
		for _, o := range other {
			if o.key == l.key && (!counts || l.number >= 0 && l.number-o.number == apart[i]) {
				return true
			}
		}
	}
	return false
}

// enumerated reports whether a line begins as a clause or an item of a list
// does: "(4) ", "(h)(9) ", "12. ", "b) ".
func enumerated(key string) bool {
	mark, _, more := strings.Cut(key, " ")
	if !more || len(mark) < 2 || len(mark) > 12 {
		return false
	}
	last := mark[len(mark)-1]
	if last != ')' && last != '.' {
		return false
	}
	for _, part := range strings.FieldsFunc(mark, func(r rune) bool { return r == '(' || r == ')' || r == '.' }) {
		if len(part) > 3 {
			return false // "page.", "inc."
		}
	}
	return true
}
