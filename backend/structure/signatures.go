package structure

import (
	"regexp"
	"strings"

	mark "markai/backend"
)

var (
	byLine  = regexp.MustCompile(`^(?:By|BY|Per|Signed|Signature)\s*[:.]`)
	slashed = regexp.MustCompile(`/[sS]/\s*([^/\n]*)`)
	field   = regexp.MustCompile(`(?i)^(?:(?:print(?:ed)?\s+)?name(?:\s+(?:and|&)\s+title)?|title|its|date|dated|address|signature|by|e-?mail|phone|tel(?:ephone)?|fax|attest|witness)\s*[:.]`)
	nameIs  = regexp.MustCompile(`(?i)(?:^|\s)(?:print(?:ed)?\s+)?name\s*[:.]\s*([^\n:_]{3,60}?)(?:\s{2,}|\t|\s+(?:print(?:ed)?\s+)?(?:name|title|date|by)\s*:|$)`)
	rule    = regexp.MustCompile(`^[_\s]{8,}$`)
	office  = regexp.MustCompile(`(?i)\b(?:judge|justice|magistrate|clerk|attorneys?|counsel|president|secretary|treasurer|officer|director|manager|notary|partner|member|trustee|chairman|governor|commissioner|plaintiff|defendant|petitioner|esq)\b`)
)

// readSignatures adds the signature blocks of a page.
func (s *Scanner) readSignatures(g *page) {
	for i := 0; i < len(g.lines); i++ {
		l := g.lines[i]
		text := g.of(l)
		if l.column || len(text) > 160 || !strings.ContainsAny(text, "/:._") {
			continue
		}
		var end int
		var who string
		switch {
		case s.sideBySide(g, l):
			continue
		case len(text) < 100 && strings.Contains(text, "/") && slashed.MatchString(text):
			end, who = s.blockEnd(g, i), ""
			if m := slashed.FindStringSubmatch(text); m != nil {
				who = person(m[1])
			}
		case strings.IndexByte("BPS", text[0]) >= 0 && byLine.MatchString(text):
			end = s.blockEnd(g, i)
			if end == i && !strings.Contains(text, "__") {
				continue // "By:" alone may begin anything
			}
		case text[0] == '_' && rule.MatchString(text) && i+1 < len(g.lines):
			next := g.of(g.lines[i+1])
			after := ""
			if i+2 < len(g.lines) {
				after = g.of(g.lines[i+2])
			}
			name := person(next)
			if name == "" || !office.MatchString(after) || len(after) > 80 || endsSentence(after) {
				continue
			}
			end, who = min(i+2, len(g.lines)-1), name
		default:
			continue
		}
		start := i
		entity := ""
		if i > 0 {
			if above := g.of(g.lines[i-1]); entityLine(above) {
				start, entity = i-1, strings.TrimRight(above, " ,:")
			}
		}
		for k := i; k <= end; k++ {
			if m := nameIs.FindStringSubmatch(g.of(g.lines[k])); m != nil {
				if name := person(m[1]); name != "" {
					who = name
					break
				}
			}
		}
		if who == "" && end > i {
			who = person(g.of(g.lines[i+1]))
		}
		if who == "" {
			who = entity
		}
		s.add(g, mark.FeatureSignature, g.lines[start].start, g.lines[end].end, who, 0)
		i = end
	}
}

// beside and slash find where the signatures of a line begin.
var (
	beside = regexp.MustCompile(`\b(?:By|BY)\s*:`)
	slash  = regexp.MustCompile(`/[sS]/`)
)

// sideBySide adds the signatures of a line that holds several, and reports
// whether it does.
func (s *Scanner) sideBySide(g *page, l line) bool {
	text := g.of(l)
	begin := beside
	switch {
	case strings.Count(text, "/s/")+strings.Count(text, "/S/") >= 2 && !strings.Contains(text, "By"):
		begin = slash
	case strings.Count(text, "By")+strings.Count(text, "BY") < 2:
		return false
	}
	all := begin.FindAllStringIndex(text, 5)
	if len(all) < 2 {
		return false
	}
	for i, m := range all {
		end := len(text)
		if i+1 < len(all) {
			end = all[i+1][0]
		}
		who := ""
		if n := slashed.FindStringSubmatch(text[m[0]:end]); n != nil {
			who = person(n[1])
		}
		s.add(g, mark.FeatureSignature, l.start+m[0], l.start+end, who, 0)
	}
	return true
}

// blockEnd returns the last line of the signature block whose first line is i.
func (s *Scanner) blockEnd(g *page, i int) int {
	end := i
	for k := i + 1; k < len(g.lines) && k <= i+6; k++ {
		text := g.of(g.lines[k])
		if g.lines[k].column || len(text) > 90 || byLine.MatchString(text) || slashed.MatchString(text) {
			break
		}
		switch {
		case field.MatchString(text), office.MatchString(text) && !endsSentence(text) && len(text) < 70:
			end = k
		case k == i+1 && (person(text) != "" || rule.MatchString(text)):
			// a name under the line; it counts when more of the block follows
			if k+1 < len(g.lines) {
				after := g.of(g.lines[k+1])
				if field.MatchString(after) || office.MatchString(after) && len(after) < 70 {
					end = k
				}
			}
			if slashed.MatchString(g.of(g.lines[i])) && person(text) != "" {
				end = k
			}
		default:
			return end
		}
	}
	return end
}

var (
	initials = regexp.MustCompile(`^(?:[A-Z][\p{L}’'.-]*|de|van|von|der|la|di|da|del)$`)
	honour   = regexp.MustCompile(`(?i)[,\s]+(?:esq(?:uire)?\.?|jr\.?|sr\.?|iii?|m\.?d\.?|ph\.?d\.?)\s*$`)
	notName  = regexp.MustCompile(`(?i)\b(?:inc|llc|ltd|corp|company|court|district|title|name|date|agreement|section|page|exhibit|the|and|of|by|its|signature|state|county|city|street|avenue|road|suite|floor|united|attorney|counsel|judge|president|director|officer|manager|secretary|vice|chief|executive|member|partner|ceo|cfo|coo|general|plaintiff|defendant)\b\.?`)
)

// person returns s when it is a person's name, else "".
func person(s string) string {
	s = strings.Trim(s, " \t\n_,.;:*()[]–—-")
	s = strings.Join(strings.Fields(s), " ")
	if i := strings.IndexByte(s, ','); i > 0 && !honour.MatchString(s) {
		s = s[:i]
	}
	bare := honour.ReplaceAllString(s, "")
	words := strings.Fields(bare)
	if len(words) < 2 || len(words) > 5 || len(s) > 60 || notName.MatchString(bare) || strings.ContainsAny(bare, "0123456789@{}<>[]_/") {
		return ""
	}
	for _, w := range words {
		if !initials.MatchString(w) {
			return ""
		}
	}
	return s
}

var entitySuffix = regexp.MustCompile(`(?i)\b(?:inc|incorporated|l\.?l\.?c|ltd|limited|l\.?p|l\.?l\.?p|p\.?l\.?c|corp|corporation|company|n\.?a|s\.?a|gmbh|ag|b\.?v|n\.?v|bank|trust|association)\.?[,:]?$`)

// entityLine reports whether a line is the name of a company and nothing else.
func entityLine(line string) bool {
	return len(line) < 80 && len(line) > 3 && (upper(line[0]) || digit(line[0])) && entitySuffix.MatchString(line) && !strings.Contains(line, ". ")
}
