package legal

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Party is somebody on one side of a case.
type Party struct {
	Name string
	Role string // "Plaintiff", "Defendant-Appellee"; empty where the caption gives none
}

const (
	captionBytes = 5000 // of a paper's beginning, where its caption stands
	captionLines = 14   // on either side of the "v." that belong to a caption
)

var (
	tribunal    = regexp.MustCompile(`(?i)\b(?:supreme court|courts? of appeals?|(?:district|superior|circuit|bankruptcy|county|municipal|chancery|probate|family|juvenile) court|court of (?:common pleas|chancery|claims|federal claims|international trade)|tribunal|arbitration)\b`)
	versusLine  = regexp.MustCompile(`(?i)^(?:v\.?|vs\.?|versus|-\s?v\.?\s?-|-against-|against)$`)
	versusWord  = regexp.MustCompile(`^(.{3,80}?),?\s(?:v\.|vs\.|V\.|VS\.)\s(.{3,80})$`)
	sideRole    = regexp.MustCompile(`(?i)^(?:(?:counter|cross|third[- ]party)[- ]?)?(plaintiff|defendant|petitioner|respondent|appellant|appellee|claimant|debtor|intervenor|movant|relator)s?(?:(?:\s*[-–—/,]\s*|\s+and\s+|\s+)((?:counter|cross|third[- ]party)?[- ]?(?:plaintiff|defendant|petitioner|respondent|appellant|appellee|claimant)s?))?(?:\s*\((?:[a-z -]+\s+)?below\))?[\s.,:;]*$`)
	roleAtEnd   = regexp.MustCompile(`(?i),\s+(plaintiff|defendant|petitioner|respondent|appellant|appellee)s?(?:\s*[-–—/,]\s*(appellant|appellee|respondent|petitioner|plaintiff|defendant)s?)?[\s.,:;]*$`)
	noParty     = regexp.MustCompile(`(?i)\b(?:court|district of|division|county of|judge|case no|docket|filed|clerk|civil action|attorneys? for|appeal from|no\.)\b|^\W*\d+\W*$`)
	rightColumn = regexp.MustCompile(`\s*(?:\)|\]|\||§|\s:)(?:\s.*|$)`)
	afterName   = regexp.MustCompile(`(?i)(?:,?\s+(?:d/?b/?a|f/?k/?a|a/?k/?a|ex rel|on behalf of|by and through|individually|et al|in (?:his|her|its|their)|as (?:trustee|executor|administrator|guardian|next friend))\b|;).*$`)
	citing      = regexp.MustCompile(`^(?:See|Cf|In|Compare|Accord|But see|Quoting|Citing|Under)\b|\d+ [A-Z][\w. ]+ \d+`)
	crowd       = regexp.MustCompile(`(?i)^(?:and\s+)?(?:(?:john|jane)\s+)?does?\s+\d|^(?:and\s+)?(?:unknown|all others|others)\b`)
)

// Caption returns the parties that the caption of a court's paper names, with
// their roles, in the order in which they stand. head is the beginning of the
// paper. It returns nothing where there is no caption or where it cannot be
// told who stands in it.
func Caption(head string) []Party {
	if len(head) > captionBytes {
		head = strings.ToValidUTF8(head[:captionBytes], "")
	}
	if !heard(head) || !tribunal.MatchString(head) {
		return nil
	}
	lines := captionColumn(head)
	for i, l := range lines {
		if !versusLine.MatchString(strings.Trim(l, " .,:;)]|*")) {
			continue
		}
		before := side(lines, i, -1)
		after := side(lines, i, 1)
		if len(before) == 0 || len(after) == 0 || before[0].Role == "" && after[0].Role == "" {
			continue
		}
		return append(before, after...)
	}
	for i, l := range lines {
		if strings.HasSuffix(l, " v.") && i+1 < len(lines) {
			l += " " + lines[i+1]
		}
		m := versusWord.FindStringSubmatch(l)
		if m == nil || !mostlyCapital(l) || strings.ContainsAny(l, "()§:") || citing.MatchString(l) {
			continue
		}
		a, b := partyName(m[1]), partyName(m[2])
		if a != "" && b != "" {
			return []Party{{Name: a}, {Name: b}}
		}
	}
	return nil
}

// heard is a cheap look for the words of tribunal.
func heard(head string) bool {
	for _, w := range [...]string{"ourt", "OURT", "ribunal", "RIBUNAL", "rbitration", "RBITRATION"} {
		if strings.Contains(head, w) {
			return true
		}
	}
	return false
}

// captionColumn returns the lines of a caption's left column: what stands
// beyond its frame of brackets, or in the next cell, is the number of the case.
func captionColumn(head string) []string {
	lines := strings.Split(head, "\n")
	for i, l := range lines {
		l, _, _ = strings.Cut(strings.TrimSpace(l), "\t")
		lines[i] = cleanLine(rightColumn.ReplaceAllString(l, ""))
		if strings.IndexFunc(lines[i], unicode.IsLetter) == strings.LastIndexFunc(lines[i], unicode.IsLetter) && !versusLine.MatchString(lines[i]) {
			lines[i] = "" // a rule, as "- - - - x"
		}
	}
	return lines
}

// side reads the names before or after the line at of a caption.
func side(lines []string, at, step int) []Party {
	role, name := "", []string(nil)
	first, last := -1, -1 // lines that hold the name
	if step < 0 {
		k := at - 1
		for ; k >= 0 && at-k <= captionLines; k-- { // to the role
			if lines[k] != "" {
				break
			}
		}
		if k < 0 {
			return nil
		}
		switch {
		case sideRole.MatchString(lines[k]):
			role = roleOf(sideRole.FindStringSubmatch(lines[k]))
			for k--; k >= 0 && at-k <= captionLines && !strings.HasSuffix(lines[k], ",") && !roleAtEnd.MatchString(lines[k]); k-- {
			}
		case roleAtEnd.MatchString(lines[k]):
			role = roleOf(roleAtEnd.FindStringSubmatch(lines[k]))
		}
		if k < 0 || at-k > captionLines {
			return nil
		}
		first, last = k, k
		for first > 0 && last-first < 6 && lines[first-1] != "" && !noParty.MatchString(lines[first-1]) && !sideRole.MatchString(lines[first-1]) && !strings.HasSuffix(lines[first-1], ".") {
			first--
		}
	} else {
		for first = at + 1; first < len(lines) && lines[first] == ""; first++ {
		}
		for k := first; k < len(lines) && k-at <= captionLines; k++ {
			if m := sideRole.FindStringSubmatch(lines[k]); m != nil {
				role = roleOf(m)
				break
			}
			if lines[k] == "" && last >= first && strings.HasSuffix(lines[last], ".") || noParty.MatchString(lines[k]) {
				break
			}
			if lines[k] != "" {
				last = k
			}
			if m := roleAtEnd.FindStringSubmatch(lines[k]); m != nil {
				role = roleOf(m)
				break
			}
		}
		if first >= len(lines) || last < first {
			return nil
		}
		if role == "" { // nothing tells where the name ends
			last = first
		}
	}
	for _, l := range lines[first : last+1] {
		if l != "" && !noParty.MatchString(l) {
			name = append(name, roleAtEnd.ReplaceAllString(l, ","))
		}
	}
	var out []Party
	for _, n := range partyNames(strings.Join(name, " ")) {
		out = append(out, Party{Name: n, Role: role})
	}
	return out
}

// caseName is what a case is called by its parties: "Roe v. Acme, Inc."; ""
// where the caption does not tell both sides.
func caseName(sides []Party) string {
	for i, p := range sides {
		if i > 0 && (p.Role != sides[0].Role || len(sides) == 2) {
			return squeeze(sides[0].Name+" v. "+p.Name, titleMax)
		}
	}
	return ""
}

func roleOf(m []string) string {
	r := properRole(m[1])
	if m[2] != "" {
		r += "-" + properRole(m[2])
	}
	return r
}

func properRole(s string) string {
	s = strings.ToLower(strings.TrimSuffix(strings.ToLower(s), "s"))
	return capital(s)
}

var moreNames = regexp.MustCompile(`;\s*(?:and\s+|AND\s+)?|,?\s+(?:and|AND)\s+`)

// partyNames splits the names on one side of a caption. A piece that is no
// name of its own belongs to the one before it and is left out.
func partyNames(s string) []string {
	var out []string
	for _, p := range moreNames.Split(s, -1) {
		if crowd.MatchString(p) {
			continue
		}
		n := partyName(p)
		if n == "" || slices.Contains(out, n) {
			if len(out) == 0 {
				return nil
			}
			continue
		}
		// "BRANCH HEAD OF …": a title of the one before it.
		if len(out) > 0 && titleOfOffice.MatchString(n) {
			continue
		}
		if out = append(out, n); len(out) == partiesMax/2 {
			break
		}
	}
	return out
}

var stateParty = regexp.MustCompile(`(?i)^(?:the )?(?:state|commonwealth|people|county|city) of [a-z. ]+$`)

var titleOfOffice = regexp.MustCompile(`(?i)\b(?:head|director|governor|secretary|commissioner|warden|superintendent|chief|administrator|sheriff|attorney general|president|officer)\b`)

// partyName returns the name that begins s: what comes after its comma tells
// who that is.
func partyName(s string) string {
	s = strings.Trim(cleanLine(s), " ,;:.*–—-")
	s = afterName.ReplaceAllString(s, "")
	pieces := strings.Split(s, ",")
	name := strings.TrimSpace(pieces[0])
	for _, p := range pieces[1:] {
		if p = strings.TrimSpace(p); p == "" || entity.FindString(p) != p && strings.TrimRight(entity.FindString(p), ".") != p {
			break
		}
		name += ", " + p
	}
	name = strings.Trim(name, " ,;:")
	if entityDot(name) {
		name += "."
	}
	if len(name) < 3 || len(name) > partyMax || !capitalised(name) || noParty.MatchString(name) || notParty.MatchString(name) && !stateParty.MatchString(name) || strings.ContainsAny(name, "[]_{}<>@#$%“”\"") || spaced(name) {
		return ""
	}
	return name
}
