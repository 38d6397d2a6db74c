package authority

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// generic names are parties to too many cases to refer to one.
var generic = map[string]bool{
	"state": true, "united states": true, "people": true, "commonwealth": true, "mass": true, "commissioner": true,
}

// telling reports whether a party's name alone can refer to its case.
func telling(name string) bool {
	first, _ := utf8.DecodeRuneInString(name)
	return utf8.RuneCountInString(name) > 2 && unicode.IsUpper(first) && !strings.HasSuffix(name, ".") &&
		!generic[strings.ToLower(name)]
}

var referencePin = regexp.MustCompile(`^,? ?at ` + pinPart + `(?:, ?` + pinPart + `)*` + pinEnd)

// party is a name by which a case may be referred to after offset since.
type party struct {
	name      string
	defendant bool
	since     int
}

// references finds the places that name a party of a case cited in full
// before: with a page, or in italics. The text is read once for all parties.
func (d *document) references(cites []Citation) []Citation {
	seen := map[string]bool{}
	parties := map[string][]party{} // by the first word
	for i := range cites {
		c := &cites[i]
		if c.Kind != FullCase {
			continue
		}
		for k, name := range []string{c.Plaintiff, c.Defendant} {
			if telling(name) && !seen[name] {
				seen[name] = true
				w := name[:wordEnd(name, 0)]
				parties[w] = append(parties[w], party{name, k == 1, c.End})
			}
		}
	}
	if len(parties) == 0 {
		return nil
	}
	var list []Citation
	for at := cites[0].End; at < len(d.text); {
		end := wordEnd(d.text, at)
		if end == at {
			_, n := utf8.DecodeRuneInString(d.text[at:])
			at += n
			continue
		}
		for _, p := range parties[d.text[at:end]] {
			if at < p.since || !strings.HasPrefix(d.text[at:], p.name) {
				continue
			}
			ref := Citation{Kind: Reference, Start: at, End: at + len(p.name), Certain: true}
			ref.FullStart, ref.FullEnd = ref.Start, ref.End
			if p.defendant {
				ref.Defendant = p.name
			} else {
				ref.Plaintiff = p.name
			}
			if d.paged(&ref) || d.italic(&ref) {
				list = append(list, ref)
				break
			}
		}
		at = end
	}
	return list
}

// wordEnd is the end of the letters and digits at s[at:].
func wordEnd(s string, at int) int {
	for at < len(s) {
		r, n := utf8.DecodeRuneInString(s[at:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		at += n
	}
	return at
}

// paged takes in the page after the name.
func (d *document) paged(ref *Citation) bool {
	after := skipSpace(d.text, ref.End)
	if after == ref.End {
		return false
	}
	s := line(d.text[after:min(len(d.text), after+reach)])
	m := referencePin.FindStringIndex(s)
	if m == nil {
		return false
	}
	pin := pinCite.FindStringSubmatch(s)
	if pin == nil {
		return false
	}
	ref.PinCite = trimPin(pin[1])
	ref.End = after + len(pin[1])
	ref.FullEnd = ref.End
	return true
}

// italic reports whether the name is all that an emphasised stretch holds,
// and not half of a title.
func (d *document) italic(ref *Citation) bool {
	e, ok := d.emphasisAt(ref.Start)
	if !ok || strings.TrimSpace(d.text[e.Start:ref.Start]) != "" ||
		e.End < ref.End || strings.Trim(d.text[ref.End:e.End], ":;., \t\n") != "" {
		return false
	}
	return !continued.MatchString(d.text[e.End:])
}

var continued = regexp.MustCompile(`^\s*(?:v[.s]?|supra)\s`)

// arrange puts citations in order and drops references that stand within
// other citations.
func arrange(list []Citation, certain bool) []Citation {
	order := make([]*Citation, len(list))
	for i := range list {
		order[i] = &list[i]
	}
	slices.SortStableFunc(order, func(a, b *Citation) int {
		return cmp.Or(cmp.Compare(a.FullStart, b.FullStart), cmp.Compare(a.FullEnd, b.FullEnd))
	})
	kept := order[:0]
	for _, c := range order {
		if certain && !c.Certain {
			continue
		}
		if len(kept) > 0 {
			last := kept[len(kept)-1]
			if last.Start == c.Start && last.End == c.End {
				continue
			}
			if c.FullStart < last.FullEnd {
				switch {
				case last.Kind == Reference:
					kept[len(kept)-1] = c
					continue
				case c.Kind == Reference, c.Kind == Supra && last.Kind == ShortCase && c.Start < last.Start:
					continue
				}
			}
		}
		kept = append(kept, c)
	}
	slices.SortStableFunc(kept, func(a, b *Citation) int { return cmp.Compare(a.Start, b.Start) })
	out := make([]Citation, len(kept))
	for i, c := range kept {
		out[i] = *c
	}
	return out
}
