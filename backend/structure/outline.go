package structure

import (
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/legal"
)

// outline is the place in the document's own numbering.
type outline struct {
	open  []clause // from the outermost clause to the one that is read
	begun place    // where the clause that is read began
}

// clause is a numbered part of a document.
type clause struct {
	style style
	last  int    // its place among its neighbours, from 1
	full  string // its number with those of the clauses around it
}

// style is a way of numbering; clauses beside each other share it.
type style int

const (
	article style = iota + 1 // ARTICLE IV
	section                  // Section 4
	count                    // 4.
	points                   // 4.2, 4.2.1: the numbers say the level
	bigRoman
	bigLetter
	inLetter  // (a), a.
	inRoman   // (i), i.
	inCount   // (1)
	inCapital // (A)
	listed    // 1)
)

type place struct {
	index int // in Scanner.features, -1 for none
}

// number is what begins a clause, as it may be read. Roman numbers may be
// letters too: there are two readings then.
type marker struct {
	style  style
	value  int
	digits string // as written, without brackets
	strong bool   // no line of running text begins so
	end    int    // of the marker, in bytes from the beginning of the line
}

// readOutline adds the headings and clauses of a page.
func (s *Scanner) readOutline(g *page) {
	o := &s.outline
	o.begun.index = -1
	if contentsPage(g) {
		return // what it lists stands elsewhere
	}
	skip := -1
	for i, l := range g.lines {
		if l.column || l.start == l.end || i <= skip {
			continue
		}
		text := g.of(l)
		prev, next := "", ""
		if k := before(g, i); k >= 0 {
			prev = g.of(g.lines[k])
		}
		if k := after(g, i); k >= 0 {
			next = g.of(g.lines[k])
		}
		if s.readLine(g, i, text, prev, next) {
			skip = after(g, i) // the heading goes on there
		}
	}
	end := 0
	for _, l := range g.lines {
		if !l.column {
			end = max(end, l.end)
		}
	}
	s.close(g, end)
}

// before and after return the neighbours of a line among those that carry text.
func before(g *page, i int) int {
	for i--; i >= 0 && g.lines[i].column; i-- {
	}
	return i
}

func after(g *page, i int) int {
	for i++; i < len(g.lines) && g.lines[i].column; i++ {
	}
	if i == len(g.lines) {
		return -1
	}
	return i
}

// readLine reads the line i, and reports whether the next one belongs to its
// heading.
func (s *Scanner) readLine(g *page, i int, text, prev, next string) (both bool) {
	l := g.lines[i]
	first, _ := utf8.DecodeRuneInString(text)
	if unicode.IsLower(first) && !(len(text) > 2 && (text[1] == '.' || text[1] == ')')) && !romanStart(text) || contentsLine(text) {
		return false
	}
	free := l.gap || prev == "" || boundary(prev)
	for _, m := range s.outline.likeliest(markers(text)) {
		level, full, ok := s.outline.take(m, free, text[m.end:])
		if !ok {
			continue
		}
		s.close(g, l.start)
		title := titleAfter(text[m.end:])
		if title != "" && strings.HasSuffix(text, title) && sentenceGoesOn(g, i) {
			title = "" // the first line of a paragraph that is numbered
		}
		if title == "" && m.style <= section && len(text) <= m.end+1 && headingWords(next) {
			title, both = next, true
		}
		s.outline.begun.index = len(s.features)
		s.add(g, mark.FeatureClause, l.start, l.end, full, level)
		if len(s.features) == s.outline.begun.index {
			s.outline.begun.index = -1
		}
		if title != "" {
			end := l.start + m.end
			if at := strings.Index(text[m.end:], title); at >= 0 {
				end += at + len(title)
			}
			if both = both || end == l.end && s.wraps(g, i); both {
				end = g.lines[after(g, i)].end
			}
			s.add(g, mark.FeatureHeading, l.start, end, m.digits, level)
		}
		s.readBareTerm(g, l.start+m.end)
		return both
	}
	if h, ok := legal.HeadingOf(text); ok && strings.HasPrefix(h.Number, capitalWord(h.Number)+" ") && exhibitLine(text) {
		if s.begins(g, l.start, l.start+len(h.Number)) {
			s.close(g, l.start)
			s.outline.open = nil
			s.add(g, mark.FeatureHeading, l.start, l.end, h.Number, 1)
		}
		return false
	} else if ok && h.Number == "" {
		end, last := l.end, i
		if both = s.wraps(g, i); both {
			k := after(g, i)
			last = k
			end, next = g.lines[k].end, ""
			if k = after(g, k); k >= 0 {
				next = g.of(g.lines[k])
			}
		}
		if !runningText(g, last) && s.standsAlone(l, text, prev, next) {
			s.close(g, l.start)
			s.add(g, mark.FeatureHeading, l.start, end, "", min(h.Level, 2))
			return both
		}
	}
	if free {
		s.readBareTerm(g, l.start)
	}
	return false
}

// wraps reports whether the heading that fills the line i goes on in the next:
// that is set as a title in the same way, with no gap between.
func (s *Scanner) wraps(g *page, i int) bool {
	k := after(g, i)
	if k < 0 || g.lines[k].gap {
		return false
	}
	text, next := g.of(g.lines[i]), g.of(g.lines[k])
	if half, ok := strings.CutSuffix(text, "-"); ok && properTitle(half) { // in the middle of a word
		word, rest, _ := strings.Cut(next, " ")
		return len(next) <= 80 && (rest == "" || properTitle(rest)) && !endsSentence(word) && !endsSentence(next)
	}
	return len(text) >= 30 && len(next) <= 80 && properTitle(next) && shouting(text) == shouting(next) && !contentsLine(next) &&
		len(markers(next)) == 0 && !endsSentence(next) && !exhibitLine(next) && !noHeading.MatchString(next)
}

// contentsPage reports whether most of a page lists the headings of others:
// its lines end with numbers.
func contentsPage(g *page) bool {
	lists, lines := 0, 0
	for _, l := range g.lines {
		if l.column {
			continue
		}
		lines++
		text := g.of(l)
		if n := len(text); digit(text[n-1]) && n > 6 && strings.ContainsFunc(text, unicode.IsLetter) || contentsLine(text) {
			lists++
		}
	}
	return lists >= 6 && lists*10 >= lines*4
}

// titleAfter returns the title that follows a clause's number: the whole line,
// or what stands before the first full stop or dash when the text runs on.
func titleAfter(rest string) string {
	line := strings.TrimRight(rest, " .:")
	if i := titleEnd(rest); i > 0 {
		if t := rest[:i]; len(t) <= 100 && properTitle(t) {
			return t
		}
		return ""
	}
	// The line is all title, or it is the first of a paragraph in capitals.
	if len(line) <= 90 && properTitle(line) && strings.IndexByte(",;", line[len(line)-1]) < 0 && !(len(line) > 60 && line == strings.ToUpper(line) && line == rest && len(strings.Fields(line)) > 9) {
		return line
	}
	return ""
}

// titleEnd returns where a title ends that text follows on the same line, 0
// where nothing follows.
func titleEnd(s string) int {
	for i := 1; i+1 < len(s) && i < 110; i++ {
		switch {
		case s[i] == '.' && blank(s[i+1]) && !abbreviation(s[:i]), s[i] == ':' && blank(s[i+1]):
			return i
		case s[i] == ' ' && (strings.HasPrefix(s[i:], " – ") || strings.HasPrefix(s[i:], " — ")) && i > 3:
			return i
		}
	}
	return 0
}

// close ends the clause that is read before at.
func (s *Scanner) close(g *page, at int) {
	i := s.outline.begun.index
	s.outline.begun.index = -1
	if i < 0 || i >= len(s.features) || s.features[i].Kind != mark.FeatureClause {
		return
	}
	f := &s.features[i]
	for at > f.Start && blank(g.Text[at-1]) {
		at--
	}
	if at > f.Start {
		f.End = at
		text := g.Text[f.Start:at]
		f.Text = strings.Clone(text[:whole(text, min(len(text), maxText))])
	}
}

// boundary reports whether a line may end a paragraph, so that what follows may
// begin one.
func boundary(line string) bool {
	line = strings.TrimRight(line, " \"”’')")
	if line == "" {
		return true
	}
	if strings.IndexByte(".;:,?", line[len(line)-1]) >= 0 {
		return true
	}
	for _, w := range [...]string{" and", " or", " AND", " OR", "and/or"} {
		if strings.HasSuffix(line, w) {
			return true
		}
	}
	h, ok := legal.HeadingOf(line)
	return ok && len(line) < 90 && h.Alone && strings.Count(line, ",") < 3 // which is a list of names
}

// markers returns how the beginning of a line may be read as a clause's
// number, the likeliest reading first.
func markers(text string) []marker {
	lower := len(text) > 7 && (text[0]|0x20 == 'a' || text[0]|0x20 == 's' || strings.HasPrefix(text, "§"))
	if lower {
		for _, w := range [...]struct {
			word  string
			style style
		}{{"article", article}, {"section", section}, {"sec.", section}, {"§", section}} {
			if len(text) > len(w.word)+1 && strings.EqualFold(text[:len(w.word)], w.word) && (blank(text[len(w.word)]) || w.word == "§") {
				return namedMarker(text, len(w.word), w.style)
			}
		}
	}
	c := text[0]
	switch {
	case digit(c):
		return countedMarker(text)
	case c == '(':
		return bracketed(text)
	case letter(c):
		return dotted(text)
	}
	return nil
}

// namedMarker reads "ARTICLE IV" and "Section 4.2".
func namedMarker(text string, at int, st style) []marker {
	for at < len(text) && blank(text[at]) {
		at++
	}
	end := at
	for end < len(text) && (alnum(text[end]) || text[end] == '.' && end+1 < len(text) && digit(text[end+1])) && end-at < 14 {
		end++
	}
	digits := text[at:end]
	if digits == "" {
		return nil
	}
	rest := end
	for rest < len(text) && strings.IndexByte(".:)–—- ", text[rest]) >= 0 && rest-end < 4 {
		rest++
	}
	if r, _ := utf8.DecodeRuneInString(text[rest:]); unicode.IsLower(r) || r == '(' {
		return nil // "Section 5 of the Act" is a sentence
	}
	m := marker{style: st, digits: digits, strong: true, end: rest}
	switch {
	case strings.Contains(digits, "."):
		m.style = points
		return []marker{m}
	case digit(digits[0]):
		m.value = atoi(digits)
	case roman(strings.ToLower(digits)) > 0:
		m.value = roman(strings.ToLower(digits))
	case len(digits) == 1:
		m.value = int(digits[0]|0x20-'a') + 1
	default:
		return nil
	}
	if m.value == 0 {
		return nil
	}
	return []marker{m}
}

// countedMarker reads "4.", "4)" and "4.2".
func countedMarker(text string) []marker {
	end, dots := 0, 0
	for end < len(text) && (digit(text[end]) || text[end] == '.' && end+1 < len(text) && digit(text[end+1])) && end < 16 {
		if text[end] == '.' {
			dots++
		}
		end++
	}
	digits := text[:end]
	ended := false
	if end < len(text) && (text[end] == '.' || text[end] == ')' || text[end] == ':') {
		ended = true
		end++
	}
	if end < len(text) && !blank(text[end]) && !(ended && upper(text[end])) {
		return nil
	}
	for end < len(text) && blank(text[end]) {
		end++
	}
	if dots > 0 {
		for p := range strings.SplitSeq(digits, ".") {
			if len(p) > 2 || p == "" {
				return nil
			}
		}
		return []marker{{style: points, digits: digits, strong: ended, end: end}}
	}
	if len(digits) > 3 {
		return nil
	}
	m := marker{style: count, value: atoi(digits), digits: digits, strong: ended, end: end}
	if strings.HasPrefix(text[len(digits):], ")") {
		m.style = listed
	}
	return []marker{m}
}

// bracketed reads "(a)", "(iv)", "(2)" and "(B)".
func bracketed(text string) []marker {
	n := strings.IndexByte(text[:min(len(text), 8)], ')')
	if n < 2 {
		return nil
	}
	digits, end := text[1:n], n+1
	for end < len(text) && blank(text[end]) {
		end++
	}
	out := lettered(digits, end, inLetter, inRoman, inCapital)
	if v := atoi(digits); v > 0 && len(digits) <= 2 {
		out = append(out, marker{style: inCount, value: v, digits: digits, end: end})
	}
	return out
}

// dotted reads "a.", "iv)", "A." and "IV.".
func dotted(text string) []marker {
	n := strings.IndexAny(text[:min(len(text), 7)], ".)")
	if n < 1 || n+1 < len(text) && !blank(text[n+1]) {
		return nil
	}
	end := n + 1
	for end < len(text) && blank(text[end]) {
		end++
	}
	digits := text[:n]
	if upper(digits[0]) {
		var out []marker
		if v := roman(strings.ToLower(digits)); v > 0 && strings.ToUpper(digits) == digits {
			out = append(out, marker{style: bigRoman, value: v, digits: digits, end: end})
		}
		if len(digits) == 1 {
			out = append(out, marker{style: bigLetter, value: int(digits[0]-'A') + 1, digits: digits, end: end})
		}
		return out
	}
	return lettered(digits, end, inLetter, inRoman, inCapital)
}

// lettered returns the readings of a marker in letters.
func lettered(digits string, end int, letter, small, capital style) []marker {
	var out []marker
	if v := roman(digits); v > 0 {
		out = append(out, marker{style: small, value: v, digits: digits, end: end})
	}
	c := digits[0]
	same := strings.Count(digits, digits[:1]) == len(digits) && len(digits) <= 2 // (aa) follows (z)
	switch {
	case same && lower(c):
		out = append(out, marker{style: letter, value: int(c-'a') + 1 + 26*(len(digits)-1), digits: digits, end: end})
	case same && upper(c):
		out = append(out, marker{style: capital, value: int(c-'A') + 1 + 26*(len(digits)-1), digits: digits, end: end})
	}
	return out
}

func romanStart(text string) bool {
	n := strings.IndexAny(text[:min(len(text), 6)], ".)")
	return n > 0 && roman(text[:n]) > 0
}

// roman returns the value of a roman number in small letters, up to 49, or 0.
func roman(s string) int {
	if s == "" || len(s) > 7 {
		return 0
	}
	value, prev := 0, 0
	for i := len(s) - 1; i >= 0; i-- {
		v := map[byte]int{'i': 1, 'v': 5, 'x': 10, 'l': 50}[s[i]]
		if v == 0 {
			return 0
		}
		if v < prev {
			value -= v
		} else {
			value += v
			prev = v
		}
	}
	if value < 1 || value > 49 || numeral(value) != s {
		return 0
	}
	return value
}

func numeral(n int) string {
	var b strings.Builder
	for _, p := range [...]struct {
		value  int
		digits string
	}{{40, "xl"}, {10, "x"}, {9, "ix"}, {5, "v"}, {4, "iv"}, {1, "i"}} {
		for n >= p.value {
			b.WriteString(p.digits)
			n -= p.value
		}
	}
	return b.String()
}

func atoi(s string) int {
	n, end := number(s, 0, 3)
	if end != len(s) {
		return 0
	}
	return n
}
