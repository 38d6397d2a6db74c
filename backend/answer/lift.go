package answer

import (
	"regexp"
	"slices"
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
		v = liftDate(quote, q)
	case wantDuration:
		v = nearestTo(quote, duration.FindAllStringIndex(quote, -1), q, beside)
	case wantMoney:
		if all := amount.FindAllString(quote, 3); len(all) == 1 && (!percentage.MatchString(all[0]) || q.takesShares()) {
			v = all[0]
		}
	case wantPlace:
		v = liftPlace(quote)
	}
	v = strings.Trim(oneLine(v), " ,.;:)")
	return v, v != ""
}

// takesShares reports whether a percentage can be the amount asked for.
func (q inquiry) takesShares() bool {
	return len(q.topics) == 0 || shares[q.topics[0].name]
}

var shares = map[string]bool{"revenue and profit sharing": true, "price and price changes": true, "payment": true, "minimum commitment": true,
	"volume limits": true, "change of control": true, "most favoured terms": true}

// liftDate returns the date beside which most of the topic's words stand just
// before it.
func liftDate(quote string, q inquiry) string {
	var ranges [][]int
	for _, d := range cite.Dates(quote) {
		ranges = append(ranges, []int{d.Start, d.End})
	}
	return nearestTo(quote, ranges, q, before)
}

// nearestTo returns the range around which most of the topic's words stand. It
// returns nothing where two ranges are as near, or where the topic has such
// words and none of them stands there: the range is then about something else.
func nearestTo(quote string, ranges [][]int, q inquiry, around func([]cite.Word, []int) []cite.Word) string {
	ws := cite.Words(quote)
	most, at, tie := -1, -1, false
	for i, r := range ranges {
		n := 0
		for _, w := range around(ws, r) {
			for _, t := range q.topics {
				if t.near[w.Stem] {
					n++
				}
			}
		}
		if n > most {
			most, at, tie = n, i, false
		} else if n == most && normal(wantDuration, quote[r[0]:r[1]]) != normal(wantDuration, quote[ranges[at][0]:ranges[at][1]]) {
			tie = true
		}
	}
	picky := slices.ContainsFunc(q.topics, func(t asked) bool { return len(t.near) > 0 })
	if at < 0 || tie || picky && most == 0 {
		return ""
	}
	return quote[ranges[at][0]:ranges[at][1]]
}

const besideWords = 3

// before returns the few words before a range.
func before(ws []cite.Word, r []int) []cite.Word {
	n := 0
	for n < len(ws) && ws[n].End <= r[0] {
		n++
	}
	return ws[max(0, n-besideWords):n]
}

// beside returns the few words before and after a range.
func beside(ws []cite.Word, r []int) []cite.Word {
	out := append([]cite.Word(nil), before(ws, r)...)
	for _, w := range ws {
		if w.Start >= r[1] && len(out) < 2*besideWords {
			out = append(out, w)
		}
	}
	return out
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
