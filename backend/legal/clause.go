package legal

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Heading is what begins a clause or a section.
type Heading struct {
	Number string // as numbered, without its punctuation: "12.3", "IV", "a"; may be empty
	Title  string // may be empty: not every clause has one
	Level  int    // 1 is the outermost
	Alone  bool   // the line holds nothing else
}

// String returns the heading as it is read: "12.3 Governing Law".
func (h Heading) String() string { return strings.TrimSpace(h.Number + " " + h.Title) }

const headingMax = 120 // bytes of a heading's title

var (
	named    = regexp.MustCompile(`^(?i:(article|section|sec\.|§+|chapter|part|clause|paragraph|schedule|exhibit|annex|appendix|item|count))\s*([0-9]+[0-9A-Za-z.\-]*|[IVXLC]+\b|[A-Z]\b)(?:[.:)\s–—-]+|$)`)
	numbered = regexp.MustCompile(`^\(?(\d{1,3}(?:\.\d{1,3}){0,4})(?:\.\)?|\)|:)?\s+|^\(?(\d{1,3}(?:\.\d{1,3}){0,4})(?:[.)])\s*`)
	roman    = regexp.MustCompile(`^([IVXL]{1,6})[.)]\s+`)
	lettered = regexp.MustCompile(`^(?:\(([a-zA-Z]|[ivx]{1,5}|\d{1,2})\)|([a-zA-Z]|[ivx]{1,5})[.)])\s+`)
	runIn    = regexp.MustCompile(`^([^.:;]{2,90}?)(?:\.|:|\s[–—-])(?:\s|$)`)
)

// HeadingOf reads the heading that begins a line of text. ok is false for a
// line of running text and for a line of a table of contents.
func HeadingOf(line string) (h Heading, ok bool) {
	line = strings.TrimSpace(line)
	if line == "" || len(line) <= 200 && listed(line) {
		return Heading{}, false
	}
	rest := line
	form, m := numberOf(line)
	switch form {
	case named:
		word := strings.ToLower(m[1])
		// "Section 5 of the Act applies" is a sentence that mentions a section.
		rest = line[len(m[0]):]
		if rest != "" && unicode.IsLower(firstRune(rest)) {
			return Heading{}, false
		}
		h.Number = strings.Trim(m[2], ".-")
		h.Level = 1 + strings.Count(h.Number, ".")
		if word == "schedule" || word == "exhibit" || word == "annex" || word == "appendix" {
			h.Number, h.Level = capital(word)+" "+h.Number, 1
		}
	case numbered:
		h.Number = m[1] + m[2]
		h.Level = 1 + strings.Count(h.Number, ".")
		rest = line[len(m[0]):]
	case roman:
		h.Number, h.Level, rest = m[1], 1, line[len(m[0]):]
	case lettered:
		h.Number, h.Level, rest = m[1]+m[2], 4, line[len(m[0]):]
	default:
		if len(line) > 80 || !unicode.IsUpper(firstRune(line)) || !titled(line) || strings.ContainsAny(line[len(line)-1:], ".,;") {
			return Heading{}, false
		}
		h.Title, h.Level, h.Alone = strings.TrimRight(line, ": "), 2, true
		if shouted(line) {
			h.Level = 1
		}
		return h, true
	}
	if len(rest) <= headingMax && (titled(rest) || rest == "") && !strings.HasSuffix(rest, ";") {
		h.Title, h.Alone = strings.TrimRight(rest, " .:"), true
		return h, true
	}
	if m := runIn.FindStringSubmatch(rest); m != nil && titled(m[1]) {
		h.Title = strings.TrimSpace(m[1])
	}
	return h, true
}

// numberOf finds the form in which a line is numbered, nil where in none, and
// what that form captures. Most lines are running text, and their first bytes
// tell: regular expressions see the others only.
func numberOf(line string) (form *regexp.Regexp, m []string) {
	first, foreign := line[0], line[0] >= utf8.RuneSelf
	letter := 'a' <= first|0x20 && first|0x20 <= 'z'
	for _, f := range []struct {
		form   *regexp.Regexp
		likely bool
	}{
		{named, foreign || letter && foreword(line)},
		{numbered, first == '(' || '0' <= first && first <= '9'},
		{roman, strings.IndexByte("IVXL", first) >= 0},
		{lettered, first == '(' || letter && strings.ContainsAny(line[:min(len(line), 6)], ".)")},
	} {
		if !f.likely {
			continue
		}
		if m := f.form.FindStringSubmatch(line); m != nil {
			return f.form, m
		}
	}
	return nil, nil
}

// foreword reports whether a line may begin with a word that names a part.
func foreword(line string) bool {
	if len(line) < 2 || line[1] >= utf8.RuneSelf {
		return true
	}
	switch [2]byte{line[0] | 0x20, line[1] | 0x20} {
	case [2]byte{'a', 'r'}, [2]byte{'s', 'e'}, [2]byte{'c', 'h'}, [2]byte{'p', 'a'}, [2]byte{'c', 'l'}, [2]byte{'s', 'c'},
		[2]byte{'e', 'x'}, [2]byte{'a', 'n'}, [2]byte{'a', 'p'}, [2]byte{'i', 't'}, [2]byte{'c', 'o'}:
		return true
	}
	return false
}

// listed reports whether a line stands in a table of contents: four leading
// dots in a row, spaced or not, or a page number at its end.
func listed(line string) bool {
	digits := len(line) - len(strings.TrimRight(line, "0123456789"))
	if at := len(line) - digits - 1; digits >= 1 && digits <= 3 && at >= 0 && spaceByte(line[at]) {
		return true
	}
	dots := 0
	for i := strings.IndexByte(line, '.'); 0 <= i && i < len(line); i++ {
		switch {
		case line[i] == '.':
			if dots++; dots == 4 {
				return true
			}
		case !spaceByte(line[i]) || line[i-1] != '.':
			dots = 0
		}
	}
	return false
}

// spaceByte reports whether b is white space to a regular expression.
func spaceByte(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\f' || b == '\r' }

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// small are the words that a title leaves in lower case.
var small = map[string]bool{"a": true, "an": true, "and": true, "as": true, "at": true, "by": true, "for": true, "from": true, "if": true, "in": true,
	"into": true, "of": true, "on": true, "or": true, "the": true, "to": true, "with": true, "upon": true, "under": true, "no": true, "not": true, "without": true, "other": true, "its": true, "per": true, "vs": true, "re": true}

// titled reports whether s is set like a title: its words begin with capitals
// but for the small ones.
func titled(s string) bool {
	n, caps := 0, 0
	for w := range strings.FieldsSeq(s) {
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		if w == "" {
			continue
		}
		r := firstRune(w)
		if unicode.IsUpper(r) {
			n++
			caps++
		} else if !small[w] {
			n++
		}
	}
	if n == 0 || n > 14 {
		return false
	}
	return caps == n || n >= 4 && caps >= n-1 || n == 1 && caps == 1
}

// shouted reports whether s is set in capitals.
func shouted(s string) bool {
	up := false
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		up = up || unicode.IsUpper(r)
	}
	return up
}

var sectionRef = regexp.MustCompile(`(?i)(?:§{1,2}\s*|\b(?:sections?|secs?\.|articles?|art\.|clauses?|cl\.|paragraphs?|paras?\.|rules?|exhibits?|schedules?)\s+)([0-9]+[0-9A-Za-z]*(?:\.[0-9A-Za-z]+)*(?:\([0-9A-Za-z]{1,4}\))*|[IVXLC]+\b)`)

// Sections returns the numbers of the sections, articles, clauses and rules
// that text names, normalised: "§ 12.3", "Sec. 12.3" and "section 12.3" all
// give "12.3". Each appears once.
func Sections(text string) []string {
	var out []string
	seen := map[string]bool{}
	for _, m := range sectionRef.FindAllStringSubmatch(text, 16) {
		n := strings.Trim(m[1], ".")
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}
