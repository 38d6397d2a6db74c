package structure

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
)

// take puts a marker into its place in the numbering and returns the clause's
// level and full number. It refuses a marker that does not go on from what
// was read: most of those are numbers in running text. free tells that a
// paragraph may begin here, rest is what follows the marker.
func (o *outline) take(m marker, free bool, rest string) (level int, full string, ok bool) {
	rest = strings.TrimSpace(rest)
	first, _ := utf8.DecodeRuneInString(rest)
	if !free && !(m.strong && (unicode.IsUpper(first) || rest == "")) {
		return 0, "", false
	}
	if m.style == count && !m.strong && (len(rest) > 60 || !properTitle(rest) || strings.ContainsAny(rest, "0123456789,.")) {
		return 0, "", false // a note's number, or a figure
	}
	switch m.style {
	case points:
		return o.takePoints(m, free, rest)
	case article:
		if !m.strong || rest != "" && !properTitle(rest) && unicode.IsLower(first) {
			return 0, "", false
		}
		o.open = append(o.open[:0], clause{article, m.value, m.digits})
		return 1, m.digits, true
	}
	depth, found := o.successor(m)
	switch {
	case found && (m.strong || m.value-o.open[depth].last == 1 || unicode.IsUpper(first)):
		if m.style == count && !m.strong && !unicode.IsUpper(first) {
			return 0, "", false
		}
	case m.style == section:
		depth = 0
		if len(o.open) > 0 && o.open[0].style == article {
			depth = 1
		}
	case m.value == 1 && (m.style != count || m.strong || properTitle(rest)):
		depth = len(o.open)
		if rest == "" && m.style != count {
			return 0, "", false
		}
		for i := range o.open { // the same style begins anew
			if o.open[i].style == m.style && (m.style != count || i > 0) {
				depth = i
				break
			}
		}
		title := firstSentence(rest)
		if m.style == count && len(o.open) > 0 && (o.open[0].style == count || o.open[0].style == points) && properTitle(title) &&
			(len(o.open) == 1 && properTitle(rest) || shouting(title) || len(title)+60 < len(rest)) {
			depth = 0 // a further part of the document counts from one again
		}
		if m.style == bigLetter && !properTitle(rest) && len(rest) < 40 {
			return 0, "", false // an initial
		}
		if m.style == count && depth > 0 && o.open[0].style == article {
			depth = min(depth, 1)
		}
	case m.style == count && m.strong && properTitle(firstSentence(rest)) && (len(o.open) == 0 || o.open[0].style != count || m.value > o.open[0].last && m.value < o.open[0].last+8):
		depth = 0
		if len(o.open) > 0 && o.open[0].style == article {
			depth = 1
		}
	default:
		return 0, "", false
	}
	if depth > 6 {
		return 0, "", false
	}
	o.open = o.open[:min(depth, len(o.open))]
	full = o.number(m)
	o.open = append(o.open, clause{m.style, m.value, full})
	return len(o.open), full, true
}

// likeliest puts the reading of a number first that goes on from what was
// read: after (h) comes the letter (i).
func (o *outline) likeliest(readings []marker) []marker {
	for i, m := range readings {
		for k := len(o.open) - 1; i > 0 && k >= 0; k-- {
			if c := o.open[k]; c.style == m.style && m.value == c.last+1 {
				readings[0], readings[i] = readings[i], readings[0]
				return readings
			}
		}
	}
	return readings
}

// successor returns the depth at which a marker goes on from what was read:
// the innermost whose next number it is, else the innermost of its style that
// lost a number or two.
func (o *outline) successor(m marker) (depth int, ok bool) {
	depth = -1
	for i := len(o.open) - 1; i >= 0; i-- {
		c := o.open[i]
		if c.style != m.style {
			continue
		}
		switch gap := m.value - c.last; {
		case gap == 1:
			return i, true
		case gap > 1 && gap <= 3 && depth < 0:
			depth = i
		}
	}
	return depth, depth >= 0
}

// takePoints places a number whose points tell its level.
func (o *outline) takePoints(m marker, free bool, rest string) (level int, full string, ok bool) {
	parts := strings.Split(m.digits, ".")
	head := atoi(parts[0])
	parent := 0
	if len(o.open) > 0 {
		root := o.open[0].full
		if i := strings.IndexAny(root, ".("); i > 0 {
			root = root[:i]
		}
		if parent = atoi(root); parent == 0 {
			parent = roman(strings.ToLower(root))
		}
	}
	first, _ := utf8.DecodeRuneInString(rest)
	fits := head == parent || head == parent+1
	titled := properTitle(firstSentence(rest))
	if !fits && !(m.strong && titled) && !titled || unicode.IsLower(first) && !fits || unicode.IsDigit(first) || first == '%' {
		return 0, "", false
	}
	if !free && (head < parent || o.behind(parts)) {
		return 0, "", false // it is named, not begun
	}
	// Clauses around it stay open as far as their numbers begin this one.
	keep := 0
	for keep < len(o.open) && keep < len(parts)-1 {
		c := o.open[keep]
		outer := strings.Join(parts[:keep+1], ".")
		if c.full != outer && !(keep == 0 && roman(strings.ToLower(c.full)) == head) {
			break
		}
		keep++
	}
	o.open = o.open[:keep]
	for len(o.open) < len(parts)-1 { // a level that has no line of its own
		n := len(o.open)
		o.open = append(o.open, clause{points, atoi(parts[n]), strings.Join(parts[:n+1], ".")})
	}
	o.open = append(o.open, clause{points, atoi(parts[len(parts)-1]), m.digits})
	return len(o.open), m.digits, true
}

// behind reports whether a number in points was reached before.
func (o *outline) behind(parts []string) bool {
	d := len(parts) - 1
	if len(o.open) <= d || o.open[d].style != points || o.open[d].last < atoi(parts[d]) {
		return false
	}
	outer := strings.Join(parts[:d], ".") + "."
	return strings.HasPrefix(o.open[d].full, outer)
}

// number returns the full number of a clause inside those that are open.
func (o *outline) number(m marker) string {
	if len(o.open) == 0 {
		return m.digits
	}
	outer := o.open[len(o.open)-1]
	if m.style == section && outer.style == article {
		return m.digits
	}
	if m.style == count && outer.style == article {
		return m.digits
	}
	return outer.full + "(" + m.digits + ")"
}

func firstSentence(s string) string {
	for i := 0; i+1 < len(s) && i < 120; i++ {
		if (s[i] == '.' || s[i] == ':') && blank(s[i+1]) && !abbreviation(s[:i]) {
			return s[:i]
		}
	}
	return strings.TrimRight(s, ".: ")
}

var caseSmall = regexp.MustCompile(`^(?:a|an|and|as|at|by|for|from|if|in|into|of|on|or|the|to|with|upon|under|no|not|without|other|its|per|vs?\.?|re)$`)

// properTitle reports whether s is set as a title: a few words with capitals,
// at least one of them a word.
func properTitle(s string) bool {
	s = strings.TrimSpace(s)
	if len(s) < 3 || len(s) > 120 {
		return false
	}
	words, caps, lowers := 0, 0, 0
	for w := range strings.FieldsSeq(s) {
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		if w == "" {
			continue
		}
		r, _ := utf8.DecodeRuneInString(w)
		switch {
		case unicode.IsUpper(r):
			if len(w) > 1 {
				words++
			}
			caps++
		case !caseSmall.MatchString(w):
			lowers++
		}
	}
	return words > 0 && (lowers == 0 || caps >= 4 && lowers == 1) && caps+lowers <= 14
}

// headingWords reports whether a line is a title by itself.
func headingWords(line string) bool {
	return properTitle(line) && !endsSentence(line) && len(line) <= 90
}

func capitalWord(s string) string {
	w, _, _ := strings.Cut(s, " ")
	if _, ok := exhibitWords[strings.ToLower(w)]; ok {
		return w
	}
	return "\x00"
}

var (
	noHeading = regexp.MustCompile(`(?i)^(?:name|printed|signature)\b|^(?:by|name|title|date|dated|re|to|from|cc|subject|sent|address|attn|attention|tel|phone|fax|email|e-mail|case|docket|no|q|a|page)\b\s*[:.]|\b(?:inc|llc|ltd|corp|l\.p|n\.a)\b\.?$|[@$_{}|\t]|\d{4,}|^v(?:s)?\.?$|,\s*(?:plaintiff|defendant|petitioner|respondent|appellant|appellee)`)
	// spokenLine has a verb, so that it is the beginning of a sentence.
	spokenLine = regexp.MustCompile(`\b(?:is|are|was|were|has|have|had|shall|will|may|entitled)\b|, (?:for|by)\b`)
	goesOn     = regexp.MustCompile(`^(?i:and|or|of|to|for|in|with|by)\s`)
	roleLine   = regexp.MustCompile(`(?i)^(?:plaintiffs?|defendants?|petitioners?|respondents?|appellants?|appellees?|versus|against|and|or|between|by and between|among)[\s,.:-]*$`)
)

// runningText reports whether a line that begins with capitals is one of running
// text all the same: a list of names, or words with capitals that happen to
// make a line. It fills its line like the next one, with nothing between them,
// or it ends where no title does.
func runningText(g *page, i int) bool {
	text := g.of(g.lines[i])
	if citesReport.MatchString(text) || dangles.MatchString(text) || sentenceGoesOn(g, i) {
		return true
	}
	k := after(g, i)
	if k < 0 || g.lines[k].gap || shouting(text) {
		return false
	}
	const full = 0.65 // of the next line's length
	return len(text) >= 40 && float64(len(text)) >= full*float64(len(g.of(g.lines[k]))) && (!g.lines[i].gap || before(g, i) < 0)
}

// sentenceGoesOn reports whether the line below goes on with small letters, as
// no title does that wraps.
func sentenceGoesOn(g *page, i int) bool {
	k := after(g, i)
	if k < 0 || g.lines[k].gap {
		return false
	}
	next := g.of(g.lines[k])
	first, _ := utf8.DecodeRuneInString(next)
	return !strings.HasSuffix(g.of(g.lines[i]), "-") && unicode.IsLower(first) && len(markers(next)) == 0 && !properTitle(next)
}

var (
	// citesReport finds a volume and a series of reports: "499 F.2d".
	citesReport = regexp.MustCompile(`\b\d{1,4} (?:[A-Z][\w']*\. ?)+(?:\d[a-z]{1,2}\b)?`)
	// dangles finds an end that something must follow.
	dangles = regexp.MustCompile(`(?:\s(?:a|an|the|and|or|of|to|for|in|on|with|by|from|at|that|this|whom|under|between|v\.)|[,-])$`)
)

// standsAlone reports whether a line without a number is a heading: set apart,
// titled, and with running text or a clause below it. A table's cells, an
// address and a caption are titled too, and have their like below.
func (s *Scanner) standsAlone(l line, text, prev, next string) bool {
	if !l.gap && (!boundary(prev) || strings.HasSuffix(prev, ",")) || !l.gap && goesOn.MatchString(text) || strings.Count(text, ",") > 2 || len(text) < 4 || len(text) > 80 || !properTitle(text) || noHeading.MatchString(text) || spokenLine.MatchString(text) || roleLine.MatchString(text) {
		return false
	}
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters*10 < len(text)*6 || letters < 4 {
		return false
	}
	switch {
	case next == "":
		return false
	case strings.TrimRight(text, "*: ") != text && strings.HasSuffix(strings.TrimRight(text, "* "), ":"):
		return false
	case len(next) >= 50 && !contentsLine(next):
		return len(text) < len(next)
	case len(markers(next)) > 0:
		m := markers(next)[0]
		return len(next) > 40 || m.style <= section
	}
	return false
}

// settleForm drops the headings of a form that are the labels of its boxes: a
// word or two without a number, as "Date" or "Yes No", or behind a letter.
func (s *Scanner) settleForm() {
	s.features = slices.DeleteFunc(s.features, func(f mark.Feature) bool {
		if f.Kind != mark.FeatureHeading || f.Level < 2 && f.Value == "" {
			return false
		}
		words := len(strings.Fields(f.Text))
		if f.Value != "" {
			return lower(f.Value[0]) && words <= 2
		}
		return words <= 2 || repeats(f.Text)
	})
}

// repeats reports whether a line says the same thing again and again, as the
// heads of columns do.
func repeats(line string) bool {
	words := strings.Fields(line)
	once := slices.Clone(words)
	slices.Sort(once)
	return len(slices.Compact(once))*2 <= len(words)
}
