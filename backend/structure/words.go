package structure

import (
	"strings"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/authority"
)

// span is text[start:end] of a page.
type span struct{ start, end int }

// readCitations adds the authorities cited on a page and returns where they
// stand: what looks like a date in them is the year of a decision.
func (s *Scanner) readCitations(g *page) []span {
	var out []span
	found := len(s.features)
	for _, c := range authority.Find(g.Text) {
		switch c.Kind {
		case authority.FullCase, authority.ShortCase, authority.Law, authority.Journal:
		default:
			continue
		}
		s.add(g, mark.FeatureCitation, c.FullStart, c.FullEnd, corrected(g.Text, c), 0)
		out = append(out, span{c.FullStart, c.FullEnd})
	}
	return append(out, s.readLaws(g, found)...)
}

// corrected returns a citation as it is usually written.
func corrected(text string, c authority.Citation) string {
	written := strings.Join(strings.Fields(text[c.Start:c.End]), " ")
	if c.Canonical == "" || c.Canonical == c.Reporter {
		return written
	}
	return strings.Replace(written, strings.Join(strings.Fields(c.Reporter), " "), c.Canonical, 1)
}

// readWords walks over a page once and looks for what begins at a word or a
// sign: dates, sums, defined terms and exhibits.
func (s *Scanner) readWords(g *page, cited []span) {
	text := g.Text
	free := 0 // dates and sums before it are taken
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case digit(c) || letter(c) && !quoteAt(text, i) && !signAt(text, i):
			end := i + 1
			for end < len(text) && alnum(text[end]) && !(text[end] >= utf8.RuneSelf && (quoteAt(text, end) || signAt(text, end))) {
				end++
			}
			free = s.readWord(g, i, end, free, cited)
			i = end
		case c == '"' || c >= utf8.RuneSelf && quoteAt(text, i):
			_, size := utf8.DecodeRuneInString(text[i:])
			s.readTerm(g, i)
			i += size
		case c == '$' || c >= utf8.RuneSelf && signAt(text, i):
			_, size := utf8.DecodeRuneInString(text[i:])
			if a, ok := amountAtSign(text, i); ok && a.start >= free {
				s.add(g, mark.FeatureAmount, a.start, a.end, a.value, 0)
				free = a.end
			}
			i += size
		default:
			i++
		}
	}
}

// readWord looks at the word text[start:end] and returns up to where what it
// found reaches.
func (s *Scanner) readWord(g *page, start, end, free int, cited []span) int {
	text := g.Text
	if start < free {
		return free
	}
	if digit(text[start]) {
		if d, ok := dateInDigits(text, start); ok {
			return s.addDate(g, d, free, cited)
		}
		// "5 de enero" is found at the month's name.
		if a, ok := amountBefore(text, start); ok {
			s.add(g, mark.FeatureAmount, a.start, a.end, a.value, 0)
			return a.end
		}
		return free
	}
	n := end - start
	if n < 2 || n > 12 {
		return free
	}
	switch text[start] | 0x20 {
	case 'j', 'f', 'm', 'a', 's', 'o', 'n', 'd', 'e', 'g', 'k', 'l', 'c', 'w', 'p':
		if n >= 3 {
			if d, ok := dateAtMonth(text, start, end); ok {
				return s.addDate(g, d, free, cited)
			}
		}
	}
	if n == 3 && upper(text[start]) {
		if a, ok := amountAtCode(text, start, end); ok {
			s.add(g, mark.FeatureAmount, a.start, a.end, a.value, 0)
			return a.end
		}
	}
	if upper(text[start]) {
		s.readExhibit(g, start, end)
	}
	return free
}

func (s *Scanner) addDate(g *page, d date, free int, cited []span) int {
	if d.start < free {
		return free
	}
	for _, c := range cited {
		if c.start <= d.start && d.end <= c.end {
			return free
		}
	}
	s.add(g, mark.FeatureDate, d.start, d.end, d.String(), 0)
	return d.end
}

// quoteAt reports whether a curly quotation mark stands at i.
func quoteAt(text string, i int) bool {
	return strings.HasPrefix(text[i:], "“") || strings.HasPrefix(text[i:], "”") || strings.HasPrefix(text[i:], "„")
}

// signAt reports whether a currency's sign stands at i.
func signAt(text string, i int) bool {
	for _, s := range signs {
		if strings.HasPrefix(text[i:], s.sign) {
			return true
		}
	}
	return false
}
