package answer

import (
	"math/big"
	"regexp"
	"strings"

	mark "markai/backend"
	"markai/backend/cite"
)

// filter is a value that a question about every document asks for: "governed by
// the law of New York", "a notice period of more than 60 days".
type filter struct {
	want want
	text string // as the question has it
	// sign is how a document's value must compare with the one asked for: -1
	// less, 0 the same, 1 more; orSame allows the same too.
	sign   int
	orSame bool
	value  *big.Rat // of a period in days or an amount
	unit   string   // the currency sign, or "day"
	span   span     // of a date
	place  string   // in small letters
}

var (
	comparing = `(more than|longer than|greater than|over|above|exceeding|less than|shorter than|fewer than|under|below|at least|no less than|not less than|at most|no more than|not more than|up to|exactly)\s+`
	longer    = regexp.MustCompile(`(?i)(?:\bof\s+)?\b` + comparing + `(` + duration.String()[len(`(?i)`):] + `)`)
	larger    = regexp.MustCompile(`(?i)(?:\bof\s+)?\b` + comparing + `((?:US)?\s?[$€£]\s?\d[\d,]*(?:\.\d+)?(?:\s*(?:million|billion|thousand)\b)?)`)
	timely    = regexp.MustCompile(`(?i)\b(?:before|after|since|until|by|in|during|between)\s+[^,;?]*\d{4}\b`)
)

// filterOf takes the value that is asked for out of what is asked, and returns
// what is left. ok is false where a question asks for no value.
func filterOf(rest string) (f filter, left string, ok bool) {
	if g := longer.FindStringSubmatchIndex(rest); g != nil {
		f = filter{want: wantDuration, text: oneLine(rest[g[0]:g[1]])}
		f.sign, f.orSame = comparison(rest[g[2]:g[3]])
		f.value, f.unit, ok = days(rest[g[4]:g[5]])
		return f, oneLine(rest[:g[0]] + " " + rest[g[1]:]), ok
	}
	if g := larger.FindStringSubmatchIndex(rest); g != nil {
		f = filter{want: wantMoney, text: oneLine(rest[g[0]:g[1]])}
		f.sign, f.orSame = comparison(rest[g[2]:g[3]])
		f.value, f.unit, ok = money(rest[g[4]:g[5]])
		return f, oneLine(rest[:g[0]] + " " + rest[g[1]:]), ok
	}
	if g := timely.FindStringIndex(rest); g != nil {
		f = filter{want: wantDate, text: oneLine(rest[g[0]:g[1]]), span: spanOf(rest)}
		return f, oneLine(rest[:g[0]] + " " + rest[g[1]:]), f.span != span{}
	}
	in := ask(rest)
	if in.want == wantPlace {
		for _, r := range capitalised(rest, cite.Words(rest)) {
			f = filter{want: wantPlace, text: rest[r.Start:r.End], place: strings.ToLower(oneLine(rest[r.Start:r.End]))}
			return f, rest, true
		}
	}
	return filter{}, rest, false
}

// comparison reads "more than" and its like.
func comparison(words string) (sign int, orSame bool) {
	switch lower := strings.ToLower(words); {
	case strings.HasPrefix(lower, "at least"), strings.HasPrefix(lower, "no less"), strings.HasPrefix(lower, "not less"):
		return 1, true
	case strings.HasPrefix(lower, "at most"), strings.HasPrefix(lower, "no more"), strings.HasPrefix(lower, "not more"), strings.HasPrefix(lower, "up to"):
		return -1, true
	case strings.HasPrefix(lower, "less"), strings.HasPrefix(lower, "shorter"), strings.HasPrefix(lower, "fewer"), lower == "under", lower == "below":
		return -1, false
	case lower == "exactly":
		return 0, true
	}
	return 1, false
}

// days reads a period in days; a month is taken as a twelfth of a year.
func days(period string) (*big.Rat, string, bool) {
	parts := strings.Fields(normal(wantDuration, period))
	if len(parts) == 0 {
		return nil, "", false
	}
	n, ok := new(big.Rat).SetString(parts[0])
	if !ok {
		return nil, "", false
	}
	if parts[len(parts)-1] == "month" {
		n.Mul(n, big.NewRat(36525, 1200))
	}
	return n, "day", true
}

// holds reports whether a document's value is one that is asked for, and whether
// that can be told at all.
func (f filter) holds(value, quote string) (yes, told bool) {
	switch f.want {
	case wantPlace:
		if value == "" {
			return strings.Contains(strings.ToLower(oneLine(quote)), f.place), false
		}
		lower := strings.ToLower(oneLine(value))
		return strings.Contains(lower, f.place) || strings.Contains(f.place, lower), true
	case wantDate:
		ds := fullDates(value)
		if len(ds) == 0 {
			return false, false
		}
		return f.span.holds(ds[0].ISO), true
	}
	var n *big.Rat
	var unit string
	var ok bool
	if f.want == wantMoney {
		n, unit, ok = money(value)
	} else {
		n, unit, ok = days(value)
	}
	if !ok || unit != f.unit {
		return false, false
	}
	c := n.Cmp(f.value)
	return c == f.sign && f.sign != 0 || c == 0 && f.orSame, true
}

// stateOf is what became of a document that was found to speak of the subject.
func (f filter) stateOf(said surveyed) mark.SurveyState {
	if yes, _ := f.holds(said.Value, said.Citation.Quote); yes {
		return mark.SurveyFound
	}
	return mark.SurveyOther
}
