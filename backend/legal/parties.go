package legal

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var (
	between   = regexp.MustCompile(`(?i)\b(?:by\s+and\s+)?(?:between|among(?:st)?)(?:\s*:)?\s+`)
	bargain   = regexp.MustCompile(`(?i)agree|contract|lease|deed|indenture|guarant|mortgage|licen[cs]e|memorandum|undertaking|settlement|amendment|addendum|covenant|\bnda\b|\bnote\b|entered|by and between|transaction|negotiat`)
	paren     = regexp.MustCompile(`\([^()]*\)`)
	entity    = regexp.MustCompile(`(?i)^(?:inc|incorporated|l\.?l\.?c|ltd|limited|l\.?p|l\.?l\.?p|p\.?l\.?c|corp|corporation|co|company|n\.?a|s\.?a|gmbh|ag|b\.?v|n\.?v|pte|pty|p\.?c|s\.?p\.?a|s\.?r\.?l|jr|sr|esq|m\.?d|ph\.?d)\b\.?`)
	describes = regexp.MustCompile(`(?i)^\s*(?:a|an|the|with|whose|having|located|organi[sz]ed|existing|incorporated under|as|by|of|on|in|acting|on behalf|its|their|at|c/o|duly|being|and its|together with|who|which|d/b/a|doing business|individually|hereinafter|herein|\d)\b`)
	stopName  = regexp.MustCompile(`(?i)\s+(?:with (?:its|an|a|offices|principal|address)|whose|having|located|organi[sz]ed|existing|hereinafter|hereafter|acting|residing|doing business|d/b/a|is made|is entered|dated|effective|as of|for the|to |shall|will|sets?|agree|a (?:corporation|company|limited|delaware|nevada|new|california|texas|florida)|an? \w+ (?:corporation|company|limited|partnership)|duly)\b.*`)
	notParty  = regexp.MustCompile(`(?i)^(?:the )?(?:part(?:y|ies)|undersigned|following|company|agreement|effective date|date|seller|buyer|purchaser|licensor|licensee|recipient|discloser|disclosing party|receiving party|owner|contractor|consultant|client|customer|employee|employer|each|both|such|any|all|it|they|you|us|we|each of|one|two|page|section|exhibit|recitals|witnesseth|whereas|table of contents|dated?|and|therefore|hereinafter|information|confidential information|control|conditions|these .*|this .*|state of .*|the state of .*|(?:disclosing|receiving) party.*|.*\bpart(?:y|ies)|name of .*|full .*|yyyy|[a-z]\. .*|(?:first|second|third|other) .*|each of .*|in consideration .*|.*\btable of contents\b.*|.*\bsurviving corporation|definitions?|exchange|custodian|(?:the )?(?:securities and )?exchange commission|addresse?s?|[a-z]?\d+)\b[\s.:]*$`)
	address   = regexp.MustCompile(`(?i)\s+(?:\d(?:[\d.,-]|st\b|nd\b|rd\b|th\b)*(?:[\s,]|$)|(?:unit|suite|floor|room|p\.?o\.? box|of \d)\b).*|\s+of$`)
	owner     = regexp.MustCompile(`(?i)\bthis (?:privacy|cookie) (?:policy|notice|statement)\b[^.]{0,80}?\b(?:of|describes how|explains how)\s+([A-Z][\w.&’' -]{1,50}?)(?:\s+(?:collects?|uses?|handles?|process)|[,.(])`)
)

// findParties returns the two sides of a caption, or the names after "between"
// in the opening of a contract.
func findParties(head string) []string {
	if sides := Caption(head); len(sides) > 0 {
		var out []string
		for _, p := range sides {
			if len(out) < partiesMax && !slices.Contains(out, p.Name) {
				out = append(out, p.Name)
			}
		}
		return out
	}
	for n, at := range between.FindAllStringIndex(head, 8) {
		if n > 0 && at[0] > 6000 {
			break
		}
		if !bargain.MatchString(head[max(0, at[0]-400):at[1]]) {
			continue // what is between others than parties
		}
		if p := listParties(head[at[1]:min(len(head), at[1]+1200)]); len(p) > 0 {
			return p
		}
	}
	p := registeredParties(head)
	if d := definedParties(head); len(d) > len(p) {
		p = d
	}
	if len(p) > 1 {
		return p
	}
	if m := owner.FindStringSubmatch(head); m != nil {
		return []string{squeeze(m[1], partyMax)}
	}
	return nil
}

// openingBytes is how far into a document its parties are introduced.
const openingBytes = 4000

var (
	// registered is how companies of the Commonwealth are introduced: "ACME
	// LIMITED (company number 123) whose registered office …".
	registered = regexp.MustCompile(`((?:[A-Z][\w.&’'-]*\s){1,8}(?:LIMITED|LTD|PLC|LLP|Limited|Ltd|plc|Plc|LLP)\.?)\s*[,(]\s*(?:a company\s+)?\(?(?i:incorporated and )?(?i:registered|company|incorporated)\b`)
	// called is a bracket that gives somebody a name: (the “Buyer”).
	called  = regexp.MustCompile(`\(\s*(?:(?:the|each,? an?|hereinafter(?: referred to as)?|hereafter)\s+)?["“]\s*[A-Z][^"“”]{1,40}["”][^()]{0,80}\)`)
	recital = regexp.MustCompile(`(?i)\bwhereas\b,?`)
	// company is a name that says what sort of person bears it.
	company = regexp.MustCompile(`(?:[A-Z][\w.&’'-]*,?\s+(?:(?:of|and|&|the|de)\s+)?){1,8}(?:Inc|INC|Incorporated|L\.?L\.?C|Ltd|LTD|Limited|LIMITED|L\.?L?\.?P|PLC|plc|Corp|Corporation|CORPORATION|Company|COMPANY|Co|GmbH|AG|N\.A|S\.A|B\.V|N\.V|Bank|BANK|Holdings|Trust|University|UNIVERSITY)\b\.?`)
)

// registeredParties returns the companies that are introduced with where they
// are registered.
func registeredParties(head string) []string {
	var out []string
	for _, m := range registered.FindAllStringSubmatch(head[:min(len(head), openingBytes)], partiesMax) {
		out = addName(out, nameOf(cleanLine(m[1])))
	}
	return out
}

// definedParties returns the companies in the opening that a bracket gives a
// name, in their order, where nothing else tells who the parties are.
func definedParties(head string) []string {
	head = head[:min(len(head), openingBytes)]
	var out []string
	from := 0
	for _, at := range called.FindAllStringIndex(head, 12) {
		before := head[max(from, at[0]-300):at[0]]
		if i := strings.LastIndex(before, "\n\n"); i >= 0 {
			before = before[i:]
		}
		before = recital.ReplaceAllString(blank.ReplaceAllString(before, " "), "; ")
		from = at[1]
		if i := strings.LastIndex(before, ") "); i >= 0 {
			before = before[i+2:]
		}
		if names := company.FindAllString(before, -1); len(names) > 0 {
			if name := nameOf(lowerLead.ReplaceAllString(names[0], "")); strings.Contains(name, " ") {
				out = addName(out, name)
			}
		}
		if len(out) == partiesMax {
			break
		}
	}
	return out
}

func addName(names []string, name string) []string {
	if name == "" || slices.Contains(names, name) || len(names) == partiesMax {
		return names
	}
	return append(names, name)
}

// listParties reads the list of names that begins s.
func listParties(s string) []string {
	// A place in a name, as in "Rise (Tianjin) Education Co.", stays.
	s = placed.ReplaceAllStringFunc(s, func(m string) string {
		if sub := placed.FindStringSubmatch(m); isRole(sub[1]) || notParty.MatchString(sub[1]) {
			return m
		}
		return strings.NewReplacer("(", "‹", ")", "›").Replace(m)
	})
	for range 3 { // definitions nest: ("Acme" (and its affiliates))
		s = paren.ReplaceAllString(s, " ; ")
	}
	s = blank.ReplaceAllString(lineEnd.ReplaceAllString(s, "$1,\n"), " ")
	if i := sentenceEnd(s); i > 0 {
		s = s[:i]
	}
	var out []string
	for _, part := range splitNames(s) {
		if part == "" {
			continue
		}
		name := strings.NewReplacer("‹", "(", "›", ")").Replace(nameOf(part))
		if name == "" {
			if len(out) > 1 {
				break // the list is over
			}
			continue
		}
		if !slices.ContainsFunc(out, func(o string) bool { return strings.HasPrefix(o, name) }) {
			out = append(out, name)
		}
		if len(out) == partiesMax {
			break
		}
	}
	return out
}

// sentenceEnd returns where the sentence ends that names the parties: at a full
// stop before a capital that does not follow an abbreviation, or at a recital.
func sentenceEnd(s string) int {
	end := len(s)
	for _, w := range []string{"WITNESS", "Whereas", "WHEREAS", "RECITAL", "Recital", "NOW, THEREFORE", "BACKGROUND", "Background", "W I T N"} {
		if i := strings.Index(s, w); i > 0 && i < end {
			end = i
		}
	}
	for i := 0; i+2 < end; i++ {
		if s[i] == '.' && s[i+1] == ' ' && unicode.IsUpper(rune(s[i+2])) {
			word := s[strings.LastIndexByte(s[:i], ' ')+1 : i]
			if len(word) > 4 && !entity.MatchString(word) {
				return i
			}
		}
	}
	return end
}

var (
	seat       = regexp.MustCompile(`((?i)\b(?:limited|ltd|inc|llc|plc|llp|corporation|company)\.?)\s+of\s.*`)
	label      = regexp.MustCompile(`^(?i:party|seller|buyer|lessor|lessee|licensor|licensee)\s*[A-Z0-9]?\s*[:：]\s*`)
	aRole      = regexp.MustCompile(`(?i)^(?:reseller|affiliate|member|partner|sponsor|endorser|manufacturer|publisher|subscriber|developer|host|agent|bank|investor|shareholder)s?$`)
	trade      = regexp.MustCompile(`(?i)\b(?:insurance|trust|savings|fire|marine|life|casualty|oil|steel|iron|research|loan|title|gas|electric|fidelity)$`)
	secondHalf = regexp.MustCompile(`^[A-Z][\w’'-]+ (?i:company|corporation|co|corp|association|bank)\b`)

	placed      = regexp.MustCompile(`[A-Z][\w.’'-]*\s\(([A-Z][a-z]+(?: [A-Z][a-z]+)?)\)\s+[A-Z][a-z]`)
	genericHalf = regexp.MustCompile(`(?i)^(?:entertainment|annuity|trading|management|services|technology|technologies|development|distribution|marketing|manufacturing|engineering|consulting|equipment|supply|casualty|indemnity|investments?|finance|mining|refining|telegraph|telephone|light|power|railroad|storage|optics|instruments)\s+(?:company|corporation|co|corp|inc|incorporated|llc|ltd|limited)\b`)

	lineEnd   = regexp.MustCompile(`(\b(?:Inc\.|INC\.|LLC|Ltd\.|LTD\.|Corp\.|CORP\.|AG|GmbH|B\.V\.|S\.A\.))[ \t]*\n`)
	nameSplit = regexp.MustCompile(`\s*;\s*(?:and\s+|AND\s+)?|,?\s+(?:and|AND|And)\s+(?:between\s+)?`)
	lowerLead = regexp.MustCompile(`^[,\s]*(?:and|AND|by|between|among|amongst)\s+`)
)

func splitNames(s string) []string {
	var out []string
	for _, p := range nameSplit.Split(s, -1) {
		p = lowerLead.ReplaceAllString(p, "")
		p = strings.Trim(p, " ,;:")
		// "Johnson and Johnson, Inc": a piece without a name of its own joins on.
		// So does the second half of "Life Insurance and Annuity Corporation".
		if n := len(out); n > 0 && (entity.MatchString(p) && len(p) < 30 || trade.MatchString(out[n-1]) && secondHalf.MatchString(p) || genericHalf.MatchString(p)) {
			and := " and "
			if strings.ToUpper(p) == p || genericHalf.MatchString(p) && strings.ToUpper(out[n-1]) == out[n-1] {
				and = " AND "
			}
			out[n-1] += and + p
			continue
		}
		out = append(out, p)
	}
	return out
}

// nameOf returns the name that begins part, or "".
func nameOf(part string) string {
	part = strings.TrimLeft(part, `"“”'‘’_-–—*[]. `)
	part = label.ReplaceAllString(part, "")
	pieces := strings.Split(part, ",")
	name := strings.TrimSpace(pieces[0])
	for _, p := range pieces[1:] {
		p = strings.TrimSpace(p)
		m := entity.FindString(p)
		if m == "" {
			break
		}
		if p != m && !describes.MatchString(p[len(m):]) && len(p) > len(m)+2 {
			name += ", " + m
			break
		}
		name += ", " + p
	}
	name = address.ReplaceAllString(stopName.ReplaceAllString(name, ""), "")
	name = strings.TrimSuffix(seat.ReplaceAllString(name, "$1"), " of")
	name = strings.Trim(cleanLine(name), ` ,.;:"“”'‘’`)
	if entityDot(name) {
		name += "."
	}
	if len(name) < 2 || len(name) > partyMax || notParty.MatchString(name) || !capitalised(name) || strings.ContainsAny(name, "[]“”\"") || strings.Contains(name, "__") || strings.Contains(name, "...") || spaced(name) || isRole(name) {
		return ""
	}
	return name
}

// isRole reports whether name is one word for what somebody is in a contract.
func isRole(name string) bool {
	return !strings.Contains(name, " ") && (Role(strings.ToLower(name)) || aRole.MatchString(name))
}

// spaced reports whether name is set in single letters: "R E C I T A L S".
func spaced(name string) bool {
	single := 0
	for w := range strings.FieldsSeq(name) {
		if len(w) == 1 {
			single++
		}
	}
	return single > 3
}

// entityDot reports whether name ends with an abbreviation that lost its stop.
func entityDot(name string) bool {
	l := strings.ToLower(name)
	for _, s := range []string{" inc", " ltd", " corp", " co", " l.p", " l.l.c", " n.a", " s.a", " b.v", " n.v", " jr"} {
		if strings.HasSuffix(l, s) {
			return true
		}
	}
	return false
}

// capitalised reports whether name begins with a capital or a digit and at
// least half of its words do.
func capitalised(name string) bool {
	words := strings.Fields(name)
	caps := 0
	for i, w := range words {
		r := []rune(w)[0]
		up := unicode.IsUpper(r) || unicode.IsDigit(r) || unicode.IsLetter(r) && strings.IndexFunc(w, unicode.IsUpper) > 0 || r == '&'
		if up {
			caps++
		} else if i == 0 && w != "the" {
			return false
		}
	}
	return caps*2 >= len(words) && caps > 0 && len(words) <= 14
}
