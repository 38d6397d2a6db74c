package answer

import (
	"regexp"
	"strings"

	"markai/backend/cite"
)

const number = `(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|eighteen|twenty(?:[- ](?:one|four|five))?|thirty|forty(?:[- ]five)?|sixty|ninety|one hundred(?:(?: and)? (?:twenty|eighty))?|\d{1,3})`

var (
	duration = regexp.MustCompile(`(?i)\b` + number + `\b\)?(?:[\s-]*\(\s*(?:` + number + `)\s*\))?[\s-]*(?:calendar |business |working )?(?:days?|weeks?|months?|years?)\b`)
	amount   = regexp.MustCompile(`(?:US)?\s?[$€£]\s?\d[\d,]*(?:\.\d+)?(?:\s*(?:million|billion|thousand)\b)?|\b\d+(?:\.\d+)?\s?(?:%|percent\b)|\b\d[\d,]*(?:\.\d+)?\s+(?:dollars|Dollars|USD|euros?)\b`)
	meaning  = regexp.MustCompile(`(?i)["”’']\s*(?:of [\w ]{2,30})?(?:\([^)]*\)\s*)?(?:shall |will )?(?:means?|has the meaning|have the meaning|is defined|refers? to)\b|\((?:the|each,? an?|collectively,? the)?\s*["“]`)
	place    = regexp.MustCompile(`(?i:\b(?:state|commonwealth|province|laws?|republic|kingdom)\s+of\s+(?:the\s+)?(?:(?:state|commonwealth|province|republic|kingdom)\s+of\s+(?:the\s+)?)?)(\p{Lu}[\p{L}.]+(?:[ \t\r\n]+(?:of[ \t]+(?:the[ \t]+)?)?\p{Lu}[\p{L}.]+){0,3})`)
	nation   = regexp.MustCompile(`\b(\p{Lu}\p{L}+(?:[ \t]+\p{Lu}\p{L}+)?)(?:[ \t]+state)?[ \t]+law\b`)
)

// holds reports whether a text has the kind of thing that is asked for.
func holds(w want, text string) bool {
	switch w {
	case wantDate:
		return len(cite.Dates(text)) > 0 || duration.MatchString(text)
	case wantDuration:
		return duration.MatchString(text)
	case wantMoney:
		return amount.MatchString(text)
	case wantPlace:
		return place.MatchString(text) || nation.MatchString(text)
	case wantMeaning:
		return meaning.MatchString(text)
	}
	return false
}

// lift takes the date, term, place or amount asked for out of a quotation, as it
// stands there. It says nothing where several could be meant.
func lift(q inquiry, quote string) (string, bool) {
	var v string
	switch q.want {
	case wantDate:
		v = liftDate(quote)
	case wantDuration:
		v = nearestTo(quote, duration.FindAllStringIndex(quote, -1), q)
	case wantMoney:
		if all := amount.FindAllString(quote, 3); len(all) == 1 {
			v = all[0]
		}
	case wantPlace:
		v = liftPlace(quote)
	}
	v = strings.Trim(oneLine(v), " ,.;:)")
	return v, v != ""
}

var endings = words(`expire expires expiring end ends ending terminate terminates terminating until through conclude concludes
	concluding expiration termination to`)

// liftDate returns the only date of a quotation, or the one that follows a word
// of ending.
func liftDate(quote string) string {
	dates := cite.Dates(quote)
	if len(dates) == 1 {
		return quote[dates[0].Start:dates[0].End]
	}
	for _, d := range dates {
		ws := cite.Words(quote[max(0, d.Start-40):d.Start])
		for i := len(ws) - 1; i >= max(0, len(ws)-2); i-- {
			if endings[ws[i].Norm] {
				return quote[d.Start:d.End]
			}
		}
	}
	return ""
}

// nearestTo returns the range beside which most of the topic's words stand, or
// nothing where two are as near.
func nearestTo(quote string, ranges [][]int, q inquiry) string {
	if len(ranges) == 1 {
		return quote[ranges[0][0]:ranges[0][1]]
	}
	ws := cite.Words(quote)
	most, at, tie := 0, -1, false
	for i, r := range ranges {
		n := 0
		for _, w := range beside(ws, r) {
			for _, t := range q.topics {
				if t.near[w.Stem] {
					n++
				}
			}
		}
		if n > most {
			most, at, tie = n, i, false
		} else if n == most {
			tie = true
		}
	}
	if at < 0 || tie {
		return ""
	}
	return quote[ranges[at][0]:ranges[at][1]]
}

const besideWords = 3

// beside returns the few words before and after a range.
func beside(ws []cite.Word, r []int) []cite.Word {
	first, last := len(ws), len(ws)
	for i, w := range ws {
		if w.End > r[0] && i < first {
			first = i
		}
		if w.Start >= r[1] {
			last = i
			break
		}
	}
	out := append([]cite.Word(nil), ws[max(0, first-besideWords):first]...)
	return append(out, ws[last:min(len(ws), last+besideWords)]...)
}

// notPlaces end the name of a state: "NEW YORK WITHOUT REGARD …".
var notPlaces = words(`applicable law laws state conflict conflicts regardless exclusive excluding including agreement
	shall party parties courts court notwithstanding section`)

func liftPlace(quote string) string {
	g := place.FindStringSubmatch(quote)
	if g == nil {
		if g = nation.FindStringSubmatch(quote); g == nil || notPlaces[strings.ToLower(g[1])] {
			return ""
		}
	}
	var kept []string
	for _, w := range strings.Fields(g[1]) {
		norm := strings.ToLower(strings.Trim(w, "."))
		if norm != "of" && norm != "the" && (cite.Common(norm) || notPlaces[norm]) {
			break
		}
		kept = append(kept, w)
		if strings.HasSuffix(w, ".") {
			break
		}
	}
	return strings.Join(kept, " ")
}
