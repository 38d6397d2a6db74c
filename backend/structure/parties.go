package structure

import (
	"regexp"
	"strings"

	mark "markai/backend"
	"markai/backend/legal"
)

// settleParties adds the parties where they are first named, with the role
// that the text gives them.
func (s *Scanner) settleParties() {
	if len(s.opening) == 0 || s.doc.Kind == mark.KindMail {
		return
	}
	if sides := legal.Caption(s.head.String()); len(sides) > 0 {
		s.addTitle()
		for _, p := range sides {
			s.addSide(p)
		}
		return
	}
	s.addTitle()
	known := map[string]bool{} // names and roles in small letters
	for _, name := range s.doc.Parties {
		low := strings.ToLower(name)
		if known[low] {
			continue
		}
		known[low] = true
		if role := s.addParty(name); role != "" {
			known[strings.ToLower(role)] = true
		}
	}
}

// names reports whether a name stands in the opening of the document.
func (s *Scanner) names(name string) bool {
	for _, g := range s.opening[:min(2, len(s.opening))] {
		if _, _, ok := find(g.Text, name, 0); ok {
			return true
		}
	}
	return false
}

// addTitle adds the document's title where it stands.
func (s *Scanner) addTitle() {
	if s.doc.Title == "" {
		return
	}
	for _, g := range s.opening {
		if start, end, ok := find(g.Text, s.doc.Title, 0); ok {
			s.add(g, mark.FeatureTitle, start, end, "", 0)
			return
		}
	}
}

// addSide adds somebody in a caption. Where the frame of the caption runs
// through the name, as much of it as stands in one piece is shown.
func (s *Scanner) addSide(p legal.Party) {
	short, _, _ := strings.Cut(p.Name, ",")
	for _, name := range [...]string{p.Name, short} {
		for _, g := range s.opening {
			if start, end, ok := find(g.Text, name, 0); ok {
				s.add(g, mark.FeatureParty, start, end, p.Role, 0)
				return
			}
		}
	}
}

// addParty looks for the place where a party's name stands with its role, else
// for the first.
func (s *Scanner) addParty(name string) (role string) {
	if !s.names(name) {
		name = strings.TrimSuffix(name, ".") // a stop that the text leaves out
	}
	for _, withRole := range [...]bool{true, false} {
		for _, g := range s.opening[:min(2, len(s.opening))] {
			for at := 0; at < len(g.Text); {
				start, end, ok := find(g.Text, name, at)
				if !ok {
					break
				}
				role := roleAfter(g.Text, end)
				if role != "" || !withRole {
					s.add(g, mark.FeatureParty, start, end, role, 0)
					return role
				}
				at = end
			}
		}
	}
	return ""
}

var (
	inBracket = regexp.MustCompile(`\(([^()]{2,200})\)`)
	anyParty  = regexp.MustCompile(`\b(?:and|AND|between|among)\s+(?:[A-Z][\w.&’'-]*[\s,]+){2,}`)
)

// roleAfter returns the role of a name which ends at end: the term in the
// bracket that follows.
func roleAfter(text string, end int) string {
	rest := text[end:whole(text, min(len(text), end+420))]
	for _, m := range inBracket.FindAllStringSubmatchIndex(rest, 3) {
		if anyParty.MatchString(rest[:m[0]]) || strings.Contains(rest[:m[0]], "\n\n\n") {
			return "" // the bracket belongs to somebody else
		}
		inside := rest[m[2]:m[3]]
		for i := range inside {
			if inside[i] == '"' || strings.HasPrefix(inside[i:], "“") {
				term, _, ok := quoted(inside, i)
				if ok && termLike(term) && roleTerm(term) {
					return strings.Join(strings.Fields(strings.TrimRight(term, ",.;")), " ")
				}
			}
		}
	}
	return ""
}

// roleTerm leaves out terms that name no party.
func roleTerm(term string) bool {
	switch strings.ToLower(strings.TrimRight(term, ",.;")) {
	case "agreement", "effective date", "parties", "party", "contract", "date", "term", "code", "act", "premises", "services":
		return false
	}
	return !strings.Contains(strings.ToLower(term), "date") && !strings.HasSuffix(strings.ToLower(term), "agreement")
}

// find returns where name stands in text from at on, whatever white space is
// between its words.
func find(text, name string, at int) (start, end int, ok bool) {
	words := strings.Fields(name)
	if len(words) == 0 {
		return 0, 0, false
	}
	for at < len(text) {
		i := strings.Index(text[at:], words[0])
		if i < 0 {
			return 0, 0, false
		}
		start = at + i
		at = start + len(words[0])
		if start > 0 && alnum(text[start-1]) {
			continue
		}
		end = at
		for _, w := range words[1:] {
			k, breaks := end, 0
			for k < len(text) && (blank(text[k]) || strings.HasPrefix(text[k:], "\u00a0")) {
				if text[k] == 0xc2 {
					k++
				}
				breaks += b2i(text[k] == '\n')
				k++
			}
			if breaks > 1 || !strings.HasPrefix(text[k:], w) || k == end {
				end = -1
				break
			}
			end = k + len(w)
		}
		if end > 0 && (end == len(text) || !alnum(text[end]) || !alnum(text[end-1])) {
			return start, end, true
		}
	}
	return 0, 0, false
}
