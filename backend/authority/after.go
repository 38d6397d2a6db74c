package authority

import (
	"regexp"
	"strconv"
	"strings"
)

// reach is how far from a citation its court, date and pin cites are looked for, in bytes.
const reach = 300

const (
	// pinPart is one place in a source: a page or a range, perhaps with a word before it.
	pinPart = `(?:(?:(?:& )?note|(?:& )?nn?\.?|(?:& )?fn?\.?|¶{1,2}|§{1,2}|\*{1,4}|pg\.?|pp?\.?) ?)?` +
		`(?:\d+:\d+(?:-\d+(?::\d+)?)?|\*?\d+(?:[-–]\d+)?)`
	pinList = `(,? ?(?:at )?` + pinPart + `(?:, ?` + pinPart + `)*)`
	// pinEnd must follow, or the numbers begin another citation.
	pinEnd = `(?:[,.;)\]\\]| ?[(\[]|$)`

	month = `January|Jan\.|February|Feb\.|March|Mar\.|April|Apr\.|May|June|Jun\.|July|Jul\.|August|Aug\.|` +
		`September|Sept?\.|October|Oct\.|November|Nov\.|December|Dec\.`
	yearExpr = `(\d{4})(?:[-–]\d{2})?`
)

var (
	pinCite = regexp.MustCompile(`^` + pinList + pinEnd)
	// courtDate is what stands in parentheses: court, month, day, year.
	courtDate = regexp.MustCompile(`^(?:(.*?)\s+)? ?(` + month + `)? ?(\d{1,2})?,? ?` + yearExpr + `$`)
	// lawDate: subsections, publisher, month, day, year, remark.
	lawDate = regexp.MustCompile(`^((?:\([0-9a-zA-Z]{1,4}\))*(?: and (?:\([0-9a-zA-Z]{1,4}\))+)?(?: et seq\.)?)` +
		`(?: ?\(([A-Z][a-z]+\.?(?: Supp\.)?)? ?(?:(` + month + `) )?(\d{1,2})?,? ?(?:` + yearExpr + `)?\))?`)
	journalDate = regexp.MustCompile(`^(?: ?\(` + yearExpr + `\))?`)
)

// following is the text after offset at, in one line: up to reach bytes, to
// the end of the paragraph, and with whole set to the next hit.
func (d *document) following(at, next int, whole bool) string {
	end := min(len(d.text), at+reach)
	if !whole && next < len(d.hits) {
		end = max(at, min(end, d.hits[next].start))
	}
	return line(d.text[at:end])
}

// line gives s up to its first empty line with every break as a space, and
// keeps the offsets.
func line(s string) string {
	if strings.IndexByte(s, '\n') < 0 && strings.IndexByte(s, '\r') < 0 {
		return s
	}
	for i := 0; i < len(s); i++ {
		if s[i] == '\n' && strings.HasPrefix(strings.TrimLeft(s[i+1:], " \t\r"), "\n") {
			s = s[:i]
			break
		}
	}
	return strings.NewReplacer("\n", " ", "\r", " ").Replace(s)
}

// lineBefore gives what follows the last empty line of s, likewise.
func lineBefore(s string) string {
	if empty := emptyLines.FindAllStringIndex(s, -1); len(empty) > 0 {
		s = s[empty[len(empty)-1][1]:]
	}
	return line(s)
}

var emptyLines = regexp.MustCompile(`\n[ \t\r]*\n`)

// after reads pin cite, court, date and remark that follow a case in full.
func (d *document) after(i int, c *Citation) {
	s := d.following(c.End, i+1, true)
	at := 0
	if m := pinned(s); m != nil {
		at = m[3]
		c.PinCite = trimPin(s[:at])
		c.FullEnd = c.End + at
	}
	open, end := dated(s[at:])
	if end < 0 {
		return
	}
	open, end = at+open, at+end
	m := courtDate.FindStringSubmatchIndex(s[open+1 : end])
	get := getter(s[open+1:end], m)
	c.Extra = strings.Trim(s[at:open], ", ")
	c.Court = Court(get(1))
	c.Month, c.Day = get(2), get(3)
	c.Year = year(get(4))
	c.FullEnd = c.End + end + 1
	c.remark(s, end+1, c.End)
}

// dated finds the brackets around a year that follow a citation, perhaps
// after others; end is −1 if there are none. Nothing is read past the first
// parenthesis, which belongs to this citation or to none.
func dated(s string) (open, end int) {
	limit := strings.IndexAny(s, "(;")
	if limit < 0 {
		limit = len(s)
	} else if s[limit] == '(' {
		limit++
	}
	for {
		open = strings.LastIndexAny(s[:limit], "([")
		if open < 0 {
			return 0, -1
		}
		if n := strings.IndexAny(s[open:], ")]"); n > 4 && courtDate.MatchString(s[open+1:open+n]) {
			return open, open + n
		}
		limit = open
	}
}

// remark reads a remark in parentheses at s[at:], where s stands at offset base.
func (c *Citation) remark(s string, at, base int) {
	if at < len(s) && s[at] == ' ' {
		at++
	}
	if at >= len(s) || s[at] != '(' {
		return
	}
	text, n := balanced(s[at+1:])
	if n < 0 {
		return
	}
	c.Parenthetical = text
	c.FullEnd = base + at + 1 + n + 1
}

// pinned is the match of a pin cite at the beginning of s.
func pinned(s string) []int {
	if !strings.ContainsAny(s[:min(len(s), 16)], "0123456789") {
		return nil
	}
	return pinCite.FindStringSubmatchIndex(s)
}

// pin reads the pin cite and the remark after a short citation, whose page
// is the beginning of the pin cite, or after another reference.
func (d *document) pin(i int, c *Citation, page bool) {
	prefix := ""
	if page {
		prefix = d.hits[i].parts["page"]
	}
	s := prefix + d.following(c.End, i+1, false)
	at := 0
	if m := pinned(s); m != nil {
		at = m[3]
		c.PinCite = trimPin(s[:at])
	}
	c.FullEnd = max(c.End, c.End+at-len(prefix))
	if at < len(prefix) {
		return
	}
	c.remark(s, at, c.End-len(prefix))
}

// afterLaw reads subsections, publisher, date and remark after a statute.
func (d *document) afterLaw(i int, c *Citation) {
	s := d.following(c.End, i+1, false)
	m := lawDate.FindStringSubmatchIndex(s)
	if m == nil {
		return
	}
	get := getter(s, m)
	c.PinCite = trimPin(get(1))
	c.Publisher, c.Month, c.Day = get(2), get(3), get(4)
	if y := year(get(5)); y != 0 {
		c.Year = y
	}
	c.FullEnd = c.End + m[1]
	c.remark(s, m[1], c.End)
}

// afterJournal reads pin cite, year and remark after an article.
func (d *document) afterJournal(i int, c *Citation) {
	s := d.following(c.End, i+1, false)
	at := 0
	if m := pinned(s); m != nil {
		at = m[3]
		c.PinCite = trimPin(s[:at])
	}
	m := journalDate.FindStringSubmatchIndex(s[at:])
	c.Year = year(getter(s[at:], m)(1))
	c.FullEnd = c.End + at + m[1]
	c.remark(s, at+m[1], c.End)
}

// balanced cuts a remark where its parenthesis closes and drops one that is
// only a year. It also gives the length of what it read, −1 for a parenthesis
// that never closes.
func balanced(s string) (string, int) {
	open := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			open++
		case ')':
			if open--; open < 0 {
				if i >= 4 && strings.Trim(s[:4], "0123456789") == "" {
					return "", i
				}
				return s[:i], i
			}
		}
	}
	return "", -1
}

func trimPin(s string) string { return strings.Trim(s, ", ") }

// year is the year that s names, zero if it is none of a printed source.
func year(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1600 || n > 2100 {
		return 0
	}
	return n
}

// getter gives the groups of a match, empty for one that took no part.
func getter(s string, m []int) func(int) string {
	return func(n int) string {
		if m[2*n] < 0 {
			return ""
		}
		return s[m[2*n]:m[2*n+1]]
	}
}
