package authority

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	nameWords = 15  // at most so many words before a citation are a case name
	nameBytes = 400 // and so many bytes
)

// word is a stretch of the text between spaces, or a whole earlier citation.
type word struct {
	start, end int
	hit        *hit
}

// words gives the words before offset at, nearest first, back to the last
// empty line. Citations that were found count as one word.
func (d *document) words(i, at int) []word {
	var list []word
	limit := max(0, at-nameBytes)
	for len(list) < nameWords {
		if i > 0 && d.adjoins(&d.hits[i-1], at) {
			at = d.hits[i-1].end
		}
		end := backSpace(d.text, at)
		if spread(d.text[end:at]) || end <= limit || end > 0 && spaceBefore(d.text, end) {
			break
		}
		if i > 0 && d.hits[i-1].end >= end && d.hits[i-1].start < end {
			i--
			list = append(list, word{d.hits[i].start, d.hits[i].end, &d.hits[i]})
			at = d.hits[i].start
			continue
		}
		start := end
		for start > limit && !spaceBefore(d.text, start) && (i == 0 || start > d.hits[i-1].end) {
			_, n := utf8.DecodeLastRuneInString(d.text[:start])
			start -= n
		}
		list = append(list, word{start, end, nil})
		at = start
	}
	return list
}

// adjoins reports whether only a pin cite and punctuation lie between a case
// and offset at: what follows there is another report of the same case.
func (d *document) adjoins(h *hit, at int) bool {
	if h.titles == nil || at < h.end || at-h.end > 100 {
		return false
	}
	return pinsOnly.MatchString(d.text[h.end:at]) && !spread(d.text[h.end:at])
}

// pinsOnly is pages, notes and punctuation, and an opening bracket at most.
var pinsOnly = regexp.MustCompile(`^(?:[\s,&*¶§–-]|\d|at\s|notes?\s|[nfp]{1,2}\.)*[(\[]?$`)

// before reads the names of the parties, or the name before a short citation.
func (d *document) before(i int, c *Citation) {
	list := d.words(i, c.Start)
	if d.emphasis != nil && d.emphasised(list, c) {
		return
	}
	n := d.name(list, c)
	if n.year != 0 {
		c.Year = n.year
	}
	if n.end <= n.start {
		d.nameAndPage(c)
		return
	}
	text := line(d.text[n.start:n.end])
	plaintiff, defendant := "", text
	if n.versus {
		if m := versus.FindStringIndex(text); m != nil {
			plaintiff, defendant = text[:m[0]], text[m[1]:]
		}
		plaintiff = strings.Trim(plaintiff, " \t,(")
		c.Plaintiff = bareName(lowerWords.ReplaceAllString(plaintiff, ""))
	}
	defendant = bareName(defendant)
	if defendant == "" {
		if c.Plaintiff == "" {
			d.nameAndPage(c)
		}
		return
	}
	if c.Kind == ShortCase {
		c.Antecedent = defendant
	} else {
		c.Defendant = defendant
	}
	c.FullStart = n.start
}

var (
	versus = regexp.MustCompile(`(?i)\s+vs?\.?\s+`)
	// lowerWords do not begin the name of a party.
	lowerWords = regexp.MustCompile(`^(?:[a-z][\w'’-]*[.,]?\s+)+`)
)

// caseName is a stretch of text that names a case, while it is looked for.
type caseName struct {
	start, end int
	year       int  // that stands between the name and the citation
	versus     bool // "v." was met
	named      bool // a capitalised word was met
	words      int  // met
	plaintiff  int  // words before "v."
}

// name walks back over words until something that no case name contains.
func (d *document) name(list []word, c *Citation) caseName {
	n := caseName{end: c.Start}
	next := c.Start // start of the word after w
	for k, w := range list {
		s := d.text[w.start:w.end]
		if w.hit == nil && s == "," {
			next = w.start
			continue
		}
		n.words++
		if n.versus {
			n.plaintiff++
		}
		first, _ := utf8.DecodeRuneInString(s)
		from := -1 // where the name begins, if it ends here
		switch {
		case n.ends(w, s, first):
			from = next
		case w.hit != nil: // another report of the same case
			n.end = w.start
		case isYear(s):
			n.end, n.year = w.start, year(s[1:5])
		case first == '(' && n.words > 2:
			from = w.start
		case isVersus(s):
			n.versus = true
			n.start = w.start
			if k+1 < len(list) {
				n.start = list[k+1].start
			}
		case !n.versus && unicode.IsLetter(first) && !unicode.IsUpper(first) && !linking(s) && s != "ex" && s != "rel.":
			from = d.firstCapital(next, n.end)
		case k == len(list)-1 && w.start == d.lineStart(w.start):
			from = w.start
			if t := strings.TrimRight(d.text[from:max(from, n.end)], " "); t == "" || isDigit(t[len(t)-1]) {
				return caseName{}
			}
		}
		if from >= 0 {
			n.start = d.skipLinking(from, n.end)
			return n
		}
		n.named = n.named || w.hit == nil && unicode.IsUpper(first)
		next = w.start
	}
	if !n.versus {
		n.end = n.start
	}
	return n
}

// ends reports whether the name begins after the word s.
func (n *caseName) ends(w word, s string, first rune) bool {
	switch {
	case w.hit != nil:
		return w.hit.kind == Idem || w.hit.kind == Unknown || n.named && w.hit.kind != Supra
	case strings.HasSuffix(s, ";") || strings.HasSuffix(s, "”") || strings.HasSuffix(s, `"`) || isStop(s):
		return true
	case n.named && (isYear(s) || numberClosed.MatchString(s)): // of an earlier citation
		return true
	case n.named && len(s) < 4 && trimSigns(s) == "" && strings.ContainsAny(s, ".;)]"): // the end of its sentence
		return true
	case first == '(' && n.words > 2:
		return s == "(" || lowerSecond(s)
	case !n.versus:
		return false
	case !unicode.IsUpper(first):
		return !linking(s)
	}
	// A long word with a period, before a party of some words, ends a sentence.
	return utf8.RuneCountInString(s) > 4 && strings.HasSuffix(s, ".") && n.plaintiff > 1
}

// lineStart is the start of the text before at that is not white space, if
// nothing else is before it.
func (d *document) lineStart(at int) int {
	b := backSpace(d.text, at)
	if b == 0 || spread(d.text[b:at]) || b == at && spaceBefore(d.text, at) {
		return at
	}
	return b
}

// skipLinking passes over "of", "the" and the like at the start of a name.
func (d *document) skipLinking(from, end int) int {
	s := d.text[from:max(from, end)]
	w, _, _ := strings.Cut(s, " ")
	if linking(strings.ToLower(w)) && len(w) < len(s) {
		return from + len(w) + 1
	}
	return from
}

// firstCapital is the start of the first capitalised word from an offset, or
// end if there is none.
func (d *document) firstCapital(from, end int) int {
	for i := from; i < end; i++ {
		if c := d.text[i]; 'A' <= c && c <= 'Z' && (i == 0 || !isAlnum(d.text[i-1])) {
			return i
		}
	}
	return end
}

func lowerSecond(s string) bool {
	r, _ := utf8.DecodeRuneInString(s[1:])
	return unicode.IsLower(r)
}

// numberClosed is the end of brackets around a year, as in "(9th Cir. 2001)".
var numberClosed = regexp.MustCompile(`^[^(\[]*\d[)\]]`)

// isYear reports whether a word begins with a year in brackets.
func isYear(s string) bool {
	return len(s) >= 6 && (s[0] == '(' && s[5] == ')' || s[0] == '[' && s[5] == ']') && strings.Trim(s[1:5], "0123456789") == ""
}

// linking are the small words that names contain.
func linking(s string) bool { return s == "of" || s == "the" || s == "an" || s == "and" }

func isVersus(s string) bool {
	s = trimSigns(s)
	return strings.EqualFold(s, "v") || strings.EqualFold(s, "vs")
}

// stops are the words that lead to a case name and end the search for it.
var stops = map[string]bool{
	"re": true, "quoting": true, "e.g": true, "parte": true, "denied": true, "citing": true, "aff'd": true,
	"aff’d": true, "affirmed": true, "remanded": true, "see": true, "granted": true, "dismissed": true, "cf": true,
}

func isStop(s string) bool { return stops[strings.ToLower(trimSigns(s))] }

func trimSigns(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// bareName strips what leads to a name and the punctuation around it.
func bareName(s string) string {
	if _, after, ok := strings.Cut(s, ";"); ok {
		s = after
	}
	kept := strings.Fields(s)
	kept = slices.DeleteFunc(kept, func(w string) bool { return isStop(w) || isVersus(w) })
	if len(kept) > 0 && strings.EqualFold(strings.Trim(kept[0], "("), "in") {
		kept = kept[1:]
	}
	s = strings.TrimLeft(strings.Join(kept, " "), "([).,: ")
	return strings.Trim(strings.TrimRight(s, " ([)"), ", ")
}

// emphasised takes the names from what the source sets in italics.
func (d *document) emphasised(list []word, c *Citation) bool {
	if c.Kind == ShortCase {
		for _, w := range list {
			if strings.Trim(d.text[w.start:w.end], ", ") == "" {
				continue
			}
			e, ok := d.emphasisAt(w.start)
			if !ok {
				return false
			}
			name := bareName(line(d.text[e.Start:min(e.End, c.Start)]))
			if name == "" {
				return false
			}
			c.Antecedent, c.FullStart = name, e.Start
			return true
		}
		return false
	}
	for k, w := range list {
		s := d.text[w.start:w.end]
		switch {
		case isVersus(s):
			if k == 0 || k+1 == len(list) {
				return false
			}
			p, ok := d.emphasisAt(list[k+1].start)
			q, also := d.emphasisAt(list[k-1].start)
			if !ok || !also {
				return false
			}
			plaintiff, defendant := line(d.text[p.Start:p.End]), line(d.text[q.Start:min(q.End, c.Start)])
			if p == q {
				m := versus.FindStringIndex(plaintiff)
				if m == nil {
					return false
				}
				plaintiff, defendant = plaintiff[:m[0]], defendant[min(m[1], len(defendant)):]
			}
			c.Plaintiff, c.Defendant, c.FullStart = bareName(plaintiff), bareName(defendant), p.Start
			return c.Defendant != ""
		case isStop(s):
			if k == 0 {
				return false
			}
			e, ok := d.emphasisAt(list[k-1].start)
			if !ok {
				return false
			}
			c.Defendant, c.FullStart = bareName(line(d.text[e.Start:min(e.End, c.Start)])), e.Start
			return c.Defendant != ""
		}
	}
	return false
}

// emphasisAt is the emphasised stretch around an offset.
func (d *document) emphasisAt(at int) (Span, bool) {
	i := sort.Search(len(d.emphasis), func(i int) bool { return d.emphasis[i].Start > at })
	if i == 0 || d.emphasis[i-1].End <= at {
		return Span{}, false
	}
	return d.emphasis[i-1], true
}

// nameAndPage reads "Nobelman at 332," before a citation that has no parties.
func (d *document) nameAndPage(c *Citation) {
	if c.Kind != FullCase {
		return
	}
	s := lineBefore(d.text[max(0, c.Start-100):c.Start])
	if m := nameAt.FindStringSubmatchIndex(s); m != nil {
		c.Antecedent = s[m[2]:m[3]]
		if m[4] >= 0 {
			c.PinCite = trimPin(s[m[4]:m[5]])
		}
		c.FullStart = c.Start - len(s) + m[0]
	}
}

var (
	nameAt = regexp.MustCompile(`([A-Z][a-z\-.]+) ?,?(?:` + pinList + `)?,? ?$`)
	// beforeSupra: the name, perhaps with a volume, or a volume alone.
	beforeSupra = regexp.MustCompile(`(?:([\pL\pN_\-.]+) ?,? (\d+)|(\d+)|([\pL\pN_\-.]+) ?,?) $`)
)

// antecedent reads the word before "supra".
func (d *document) antecedent(c *Citation) {
	from := max(0, c.Start-100)
	for from < c.Start && !utf8.RuneStart(d.text[from]) {
		from++
	}
	s := lineBefore(d.text[from:c.Start])
	m := beforeSupra.FindStringSubmatchIndex(s)
	if m == nil {
		return
	}
	get := getter(s, m)
	c.Antecedent, c.Volume = get(1)+get(4), get(2)+get(3)
	c.FullStart = c.Start - len(s) + m[0]
}
