package cite

import (
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode"
)

// Facts are what must not differ between a sentence and what it cites.
type Facts struct {
	Numbers []string // canonical: digits without separators or leading zeros; "thirty" is "30"
	Dates   []string // ISO: "2015-05-31", "2015-05" or "--05-31"
	Names   []string // capitalised words that begin no sentence, lower case
}

// FactsOf reads the numbers, dates and names of a text. A date's numbers do not
// count again.
func FactsOf(text string) Facts {
	dates := Dates(text)
	f := Facts{Dates: make([]string, 0, len(dates))}
	for _, d := range dates {
		f.Dates = append(f.Dates, d.ISO)
	}
	words := Words(text)
	f.Numbers = numbersOf(words, dates)
	f.Names = namesOf(text, words, dates)
	return f
}

// Date is a day or month written in a text.
type Date struct {
	Start, End int
	ISO        string
}

var (
	months    = map[string]int{}
	monthForm = `(jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?\.?|july?\.?|aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)`
	dayFirst  = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:day\s+of\s+)?` + monthForm + `\b,?(?:\s+(\d{4})\b)?`)
	dayLater  = regexp.MustCompile(`(?i)\b` + monthForm + `\s+(\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s*(\d{4})\b)?`)
	monthYear = regexp.MustCompile(`(?i)\b` + monthForm + `,?\s+(\d{4})\b`)
	numeric   = regexp.MustCompile(`\b(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b`)
	iso       = regexp.MustCompile(`\b(\d{4})-(\d{2})-(\d{2})\b`)
)

func init() {
	for i, m := range strings.Fields("jan feb mar apr may jun jul aug sep oct nov dec") {
		months[m] = i + 1
	}
}

// Dates finds the dates of a text, in order, none within another. Numeric dates
// are read as in American documents: month, day, year.
func Dates(text string) []Date {
	var out []Date
	taken := func(a, b int) bool {
		for _, d := range out {
			if a < d.End && d.Start < b {
				return true
			}
		}
		return false
	}
	find := func(re *regexp.Regexp, y, m, d int) {
		for _, g := range re.FindAllStringSubmatchIndex(text, -1) {
			if taken(g[0], g[1]) {
				continue
			}
			part := func(i int) string {
				if i == 0 || g[2*i] < 0 {
					return ""
				}
				return text[g[2*i]:g[2*i+1]]
			}
			if s, ok := isoDate(part(y), part(m), part(d)); ok {
				out = append(out, Date{g[0], g[1], s})
			}
		}
	}
	find(iso, 1, 2, 3)
	find(dayLater, 3, 1, 2)
	find(dayFirst, 3, 2, 1)
	find(numeric, 3, 1, 2)
	find(monthYear, 2, 1, 0)
	sort.Slice(out, func(i, j int) bool { return out[i].Start < out[j].Start })
	return out
}

func isoDate(year, month, day string) (string, bool) {
	m, err := strconv.Atoi(month)
	if err != nil {
		m = months[strings.ToLower(month[:min(3, len(month))])]
	}
	d, _ := strconv.Atoi(day)
	if m < 1 || m > 12 || d > 31 || day != "" && d == 0 {
		return "", false
	}
	two := func(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
	switch {
	case len(year) == 2:
		if year < "50" {
			year = "20" + year
		} else {
			year = "19" + year
		}
	case year == "":
		year = "-"
	}
	if day == "" {
		return year + "-" + two(m), true
	}
	return year + "-" + two(m) + "-" + two(d), true
}

var (
	unitWords = numberWords(0, 1, `zero one two three four five six seven eight nine ten eleven twelve thirteen
		fourteen fifteen sixteen seventeen eighteen nineteen`)
	tenWords   = numberWords(20, 10, `twenty thirty forty fifty sixty seventy eighty ninety`)
	scaleWords = map[string]int{"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
	// "first" and "second" are left out: they name turns more often than numbers.
	ordinals = map[string]string{"third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7",
		"eighth": "8", "ninth": "9", "tenth": "10", "twelfth": "12", "fifteenth": "15", "twentieth": "20", "thirtieth": "30"}
)

func numberWords(first, step int, words string) map[string]int {
	m := make(map[string]int)
	for i, w := range strings.Fields(words) {
		m[w] = first + i*step
	}
	return m
}

// numbersOf reads figures and number words. A lone "one" or "zero" says too
// little and is left out.
func numbersOf(words []Word, dates []Date) []string {
	var out []string
	total, part, spelled := 0, 0, 0
	end := func() {
		if n := total + part; spelled > 1 || n > 1 {
			out = append(out, strconv.Itoa(n))
		}
		total, part, spelled = 0, 0, 0
	}
	for _, w := range words {
		if inDate(w, dates) {
			end()
			continue
		}
		if unicode.IsDigit(rune(w.Norm[0])) {
			end()
			out = append(out, canonical(w.Norm))
			continue
		}
		unit, isUnit := unitWords[w.Norm]
		ten, isTen := tenWords[w.Norm]
		scale, isScale := scaleWords[w.Norm]
		switch {
		case isTen:
			if part%100 != 0 {
				end()
			}
			part += ten
		case isUnit:
			if part%10 != 0 || part%100 != 0 && unit >= 10 {
				end()
			}
			part += unit
		case isScale && spelled > 0 && scale == 100:
			part *= 100
		case isScale && spelled > 0:
			total, part = total+part*scale, 0
		case w.Norm == "and" && spelled > 0 && part%100 == 0 && part > 0:
			continue
		default:
			if o, ok := ordinals[w.Norm]; ok {
				out = append(out, o)
			}
			end()
			continue
		}
		spelled++
	}
	end()
	return out
}

func inDate(w Word, dates []Date) bool {
	for _, d := range dates {
		if w.Start < d.End && d.Start < w.End {
			return true
		}
	}
	return false
}

// canonical strips a figure of separators, ordinal endings and empty decimals.
func canonical(s string) string {
	s = strings.ReplaceAll(s, ",", "")
	for _, end := range []string{"st", "nd", "rd", "th"} {
		s = strings.TrimSuffix(s, end)
	}
	if i := strings.IndexByte(s, '.'); i >= 0 && strings.Count(s, ".") == 1 && strings.Trim(s[i+1:], "0") == "" {
		s = s[:i]
	}
	if t := strings.TrimLeft(s, "0"); t != "" && t[0] != '.' {
		s = t
	}
	return s
}

// namesOf returns capitalised words that begin no sentence and are no dates. In
// text all of capitals nothing is a name.
func namesOf(text string, words []Word, dates []Date) []string {
	var out []string
	if text == strings.ToUpper(text) {
		return nil
	}
	for i, w := range words {
		first, _ := firstRune(text[w.Start:w.End])
		if !unicode.IsUpper(first) || common[w.Norm] || i == 0 || inDate(w, dates) || unitLike(w.Norm) {
			continue
		}
		between := text[words[i-1].End:w.Start]
		if strings.ContainsAny(between, ".?!:\n") && !abbreviations[words[i-1].Norm] && words[i-1].End-words[i-1].Start > 1 {
			continue
		}
		out = append(out, strings.TrimSuffix(w.Norm, "'s"))
	}
	return out
}

func unitLike(norm string) bool {
	_, a := unitWords[norm]
	_, b := tenWords[norm]
	_, c := scaleWords[norm]
	return a || b || c
}

func firstRune(s string) (rune, bool) {
	for _, r := range s {
		return r, true
	}
	return 0, false
}
