package cite

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
)

// Likeness says how a quotation was found in the text.
type Likeness int

// From certain to loose.
const (
	Exact  Likeness = iota // byte for byte
	Folded                 // but for space, quotes, dashes, ligatures, hyphenation and capitals
	Near                   // with a few letters misread, as OCR does
)

// Match is a quotation found in stored text.
type Match struct {
	Spans    []mark.Span // in reading order, one per page
	Quote    string      // the stored bytes of Spans, joined
	Likeness Likeness
	Distance int // letters that differ; 0 unless Near
}

// Text is consecutive pages of one document, made ready for finding. It is
// safe for concurrent use.
type Text struct {
	doc    mark.DocumentID
	pages  []int // page numbers
	begins []int // where each page begins in raw
	raw    string
	folded func() folded // made when it is first needed
}

// NewText prepares pages, which are consecutive and in order. Pages without
// text may be among them.
func NewText(doc mark.DocumentID, pages []mark.Page) *Text {
	t := &Text{doc: doc}
	var raw strings.Builder
	for _, p := range pages {
		t.pages = append(t.pages, p.Number)
		t.begins = append(t.begins, raw.Len())
		raw.WriteString(p.Text)
	}
	t.raw = raw.String()
	t.folded = sync.OnceValue(func() folded { return foldText(t.raw, t.begins) })
	return t
}

// Find looks for the quotation: exactly, then folded, then with misread
// letters. It prefers the likest place, then the first. An empty quotation, or
// one of fewer than two letters or digits, stands nowhere.
func (t *Text) Find(quote string) (Match, bool) {
	quote = strings.TrimSpace(quote)
	needle := foldText(quote, nil).text
	if len(needle) < 2 {
		return Match{}, false
	}
	if i := strings.Index(t.raw, quote); i >= 0 {
		return t.match(i, i+len(quote), Exact, 0), true
	}
	folded := t.folded()
	if i := strings.Index(folded.text, needle); i >= 0 {
		a, b := folded.source(i, i+len(needle))
		return t.match(a, b, Folded, 0), true
	}
	if i, j, d, ok := nearest(folded.text, needle, len(needle)/nearPerLetter); ok {
		a, b := folded.source(i, j)
		return t.match(a, b, Near, d), true
	}
	return Match{}, false
}

// nearPerLetter bounds misreading: one letter in so many may differ.
const nearPerLetter = 10

// String returns the pages' texts, joined.
func (t *Text) String() string { return t.raw }

// Slice returns the bytes start to end of String as a match. Space at its ends
// is left out.
func (t *Text) Slice(start, end int) Match {
	start = max(0, min(start, len(t.raw)))
	return t.match(start, max(start, min(end, len(t.raw))), Exact, 0)
}

// Offset returns where a place stands in String. A place outside the pages is
// moved to the nearest end.
func (t *Text) Offset(p mark.Pos) int {
	for i, n := range t.pages {
		if p.Page > n {
			continue
		}
		if p.Page < n {
			return t.begins[i]
		}
		end := len(t.raw)
		if i+1 < len(t.begins) {
			end = t.begins[i+1]
		}
		return min(t.begins[i]+max(p.Offset, 0), end)
	}
	return len(t.raw)
}

// match turns bytes of the joined text into one span per page. The whole does
// not begin or end with space.
func (t *Text) match(a, b int, like Likeness, distance int) Match {
	a, b = trim(t.raw, a, max(a, b))
	m := Match{Likeness: like, Distance: distance}
	var quote strings.Builder
	for i, begin := range t.begins {
		end := len(t.raw)
		if i+1 < len(t.begins) {
			end = t.begins[i+1]
		}
		from, to := max(a, begin), min(b, end)
		if from >= to {
			continue
		}
		m.Spans = append(m.Spans, mark.Span{Document: t.doc, Page: t.pages[i], Start: from - begin, End: to - begin})
		quote.WriteString(t.raw[from:to])
	}
	m.Quote = quote.String()
	return m
}

// folded is a text in the form in which quotations are compared: lower case,
// one blank for any space, no hyphens between letters, straight marks. from and
// to give the source bytes of each byte of text.
type folded struct {
	text     string
	from, to []int
}

// source returns the source bytes of the folded bytes i to j, which are not empty.
func (f folded) source(i, j int) (int, int) { return f.from[i], f.to[j-1] }

// foldText folds s. A page that begins within s counts as a blank.
func foldText(s string, begins []int) folded {
	f := folded{from: make([]int, 0, len(s)), to: make([]int, 0, len(s))}
	var b strings.Builder
	b.Grow(len(s))
	put := func(out string, from, to int) {
		b.WriteString(out)
		for range len(out) {
			f.from, f.to = append(f.from, from), append(f.to, to)
		}
	}
	blank := true // nothing yet, or a blank was written last
	page := 0
	for i := 0; i < len(s); {
		for page < len(begins) && begins[page] <= i {
			if begins[page] > 0 && !blank {
				put(" ", i, i)
				blank = true
			}
			page++
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\u00ad' || r == '\u200b' || r == '\ufeff':
			i += n
			continue
		case unicode.IsSpace(r):
			if !blank {
				put(" ", i, i+n)
				blank = true
			}
			i += n
			continue
		case dash(r):
			if skip, ok := betweenLetters(s, i, n); ok {
				i = skip
				continue
			}
			r = '-'
		case strings.ContainsRune("“”„‟″«»", r):
			r = '"'
		case strings.ContainsRune("‘’‚‛′`", r):
			r = '\''
		}
		blank = false
		switch l, ok := ligatures[r]; {
		case ok:
			put(l, i, i+n)
		case r == utf8.RuneError:
			put("\ufffd", i, i+n)
		default:
			put(string(unicode.ToLower(r)), i, i+n)
		}
		i += n
	}
	f.text = b.String()
	if strings.HasSuffix(f.text, " ") {
		n := len(f.text) - 1
		f.text, f.from, f.to = f.text[:n], f.from[:n], f.to[:n]
	}
	return f
}

func dash(r rune) bool { return r == '-' || r >= '‐' && r <= '―' || r == '−' }

// betweenLetters reports whether the hyphen at i joins two letters, perhaps
// over a line end, and where the second letter stands.
func betweenLetters(s string, i, n int) (int, bool) {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	rest := s[i+n:]
	after := strings.TrimLeft(rest, " \t\r\n\f")
	if len(after) < len(rest) && !strings.ContainsAny(rest[:len(rest)-len(after)], "\r\n\f") {
		return 0, false // "word - word"
	}
	next, _ := utf8.DecodeRuneInString(after)
	if !unicode.IsLetter(before) || !unicode.IsLetter(next) {
		return 0, false
	}
	return len(s) - len(after), true
}

// nearest finds the place in text that differs least from needle, by at most
// limit insertions, deletions and replacements of bytes (Sellers' algorithm).
func nearest(text, needle string, limit int) (start, end, distance int, ok bool) {
	if limit < 1 || len(text) == 0 || !sharesPart(text, needle, limit) {
		return 0, 0, 0, false
	}
	m := len(needle)
	cost, from := make([]int, m+1), make([]int, m+1)
	for i := range cost {
		cost[i] = i
	}
	best := limit + 1
	for j := 0; j < len(text); j++ {
		diagonal, diagonalFrom := cost[0], from[0]
		cost[0], from[0] = 0, j+1
		for i := 1; i <= m; i++ {
			c, s := diagonal, diagonalFrom
			if i == 1 {
				s = j
			}
			if needle[i-1] != text[j] {
				c++
			}
			if cost[i]+1 < c {
				c, s = cost[i]+1, from[i]
			}
			if cost[i-1]+1 < c {
				c, s = cost[i-1]+1, from[i-1]
			}
			diagonal, diagonalFrom = cost[i], from[i]
			cost[i], from[i] = c, s
		}
		if cost[m] < best {
			best, start, end = cost[m], from[m], j+1
		}
	}
	for start < end && !utf8.RuneStart(text[start]) {
		start++
	}
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	return start, end, best, best <= limit && start < end
}

// sharesPart reports whether one of limit+1 parts of needle stands in text:
// with at most limit errors one of them must.
func sharesPart(text, needle string, limit int) bool {
	size := len(needle) / (limit + 1)
	for i := 0; i+size <= len(needle) && size > 0; i += size {
		if strings.Contains(text, needle[i:i+size]) {
			return true
		}
	}
	return false
}
