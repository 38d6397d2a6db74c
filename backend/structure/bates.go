package structure

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	mark "markai/backend"
)

// batesForm is a production number: letters, perhaps a separator, and digits
// of a fixed width. Digits alone count when they are padded with zeros.
var batesForm = regexp.MustCompile(`(?:^|[\s(])((?:[A-Z][A-Z0-9&.]{0,15}?(?:[-_ ][A-Z][A-Z0-9&.]{0,11}?){0,3}?)[-_ .]{0,2}|)(\d{4,10})(?:$|[\s),.])`)

// batesMark is what may be a production number.
type batesMark struct {
	page, start, end int
	series           string // prefix and width
	prefix           string
	number           int
	digits           string
	text             string // prefix and digits as they stand on the page
	lone             bool   // nothing else stands on its line
}

// notBates are words before numbers that count something else.
var notBates = regexp.MustCompile(`(?i)^(?:page(?: ?id)?|pageid|no|case|doc(?:ument)?|docket|id|p|rev|form|omb|tel|fax|phone|suite|box|room|po box|section|sec|item|line|isbn|zip|january|february|march|april|may|june|july|august|september|october|november|december|ver(?:sion)?|p\.?o\.? box|of|and|the|in|fy|since|figure|table|exhibit|chapter|rule|act|copyright)[-_ .]*$`)

// maxSeries bounds the production numbers of a document that are looked at.
const maxBates = 40_000

func (s *Scanner) readBates(g *page, l line) {
	text := g.of(l)
	if len(text) > 100 || len(s.bates) >= maxBates {
		return
	}
	if !longNumber(text) {
		return
	}
	for _, m := range batesForm.FindAllStringSubmatchIndex(text, 4) {
		prefix := strings.Trim(text[m[2]:m[3]], "-_ .")
		digits := text[m[4]:m[5]]
		number := 0
		for _, c := range digits {
			number = number*10 + int(c-'0')
		}
		// Two letters and five digits are a postal code.
		if prefix == "" && (digits[0] != '0' || len(digits) < 5) || len(prefix) == 2 && len(digits) == 5 || notBates.MatchString(prefix) {
			continue
		}
		start := m[2]
		s.bates = append(s.bates, batesMark{
			page: g.Number, start: l.start + start, end: l.start + m[5],
			series: fmt.Sprintf("%s/%d", prefix, len(digits)), prefix: strings.Clone(normalPrefix(prefix)),
			number: number, digits: strings.Clone(digits), text: strings.Clone(text[start:m[5]]), lone: strings.TrimSpace(text) == strings.TrimSpace(text[start:m[5]]),
		})
	}
}

// longNumber reports whether four digits stand together in a line.
func longNumber(s string) bool {
	run := 0
	for i := range len(s) {
		if run++; !digit(s[i]) {
			run = 0
		}
		if run == 4 {
			return true
		}
	}
	return false
}

// normalPrefix is a prefix without the separators that writings differ in.
func normalPrefix(s string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "").Replace(s)
}

// settleBates finds the series that goes through the document page by page,
// and what is missing or repeated in it.
func (s *Scanner) settleBates(r *Result) {
	series := map[string][]batesMark{}
	for _, b := range s.bates {
		list := series[b.series]
		if n := len(list); n > 0 && list[n-1].page == b.page { // one mark a page
			if b.lone && !list[n-1].lone {
				list[n-1] = b
			}
			continue
		}
		series[b.series] = append(list, b)
	}
	var best []batesMark
	names := make([]string, 0, len(series))
	for name := range series {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if list := series[name]; s.ascending(list) && len(list) > len(best) {
			best = list
		}
	}
	if len(best) == 0 {
		return
	}
	slices.SortStableFunc(best, func(a, b batesMark) int { return cmp.Or(a.page-b.page, a.start-b.start) })
	for _, b := range best {
		s.features = append(s.features, mark.Feature{Kind: mark.FeatureBates, Page: b.page, Start: b.start, End: b.end, Text: b.text, Value: b.value()})
	}
	r.Meta.BatesFirst, r.Meta.BatesLast = best[0].value(), best[len(best)-1].value()
	r.Notes = append(r.Notes, batesNotes(best)...)
}

func (b batesMark) value() string { return b.prefix + b.digits }

// ascending reports whether marks count the pages: from one to the next the
// number mostly grows as the page does.
func (s *Scanner) ascending(list []batesMark) bool {
	if len(list) == 0 || len(list)*10 < s.pages*6 {
		return false
	}
	b := list[0]
	if len(list) == 1 {
		return s.pages == 1 && b.lone && len(b.digits) >= 5 && b.digits[0] == '0' && len(b.prefix) >= 2
	}
	good := 0
	for i := 1; i < len(list); i++ {
		if list[i].number-list[i-1].number == list[i].page-list[i-1].page && list[i].page > list[i-1].page {
			good++
		}
	}
	if len(list) == 2 {
		return good == 1 && (b.digits[0] == '0' || len(b.digits) >= 6)
	}
	return good*10 >= (len(list)-1)*7 && good >= 2
}

// maxBatesNotes bounds the notes about single numbers.
const maxBatesNotes = 10

// batesNotes are the gaps and repetitions in a series.
func batesNotes(list []batesMark) []string {
	var out []string
	more := 0
	say := func(format string, args ...any) {
		if len(out) == maxBatesNotes {
			more++
			return
		}
		out = append(out, fmt.Sprintf(format, args...))
	}
	for i := 1; i < len(list); i++ {
		a, b := list[i-1], list[i]
		step, pages := b.number-a.number, b.page-a.page
		switch {
		case step == pages:
		case step == 0:
			say("The Bates number %s stands on page %d and again on page %d.", b.value(), a.page, b.page)
		case step < 0:
			say("The Bates numbers go back from %s on page %d to %s on page %d.", a.value(), a.page, b.value(), b.page)
		case step > pages && step-pages == 1:
			say("Between the Bates numbers %s on page %d and %s on page %d one number is missing.", a.value(), a.page, b.value(), b.page)
		case step > pages:
			say("Between the Bates numbers %s on page %d and %s on page %d there are %d numbers missing.", a.value(), a.page, b.value(), b.page, step-pages)
		default:
			say("Between the Bates numbers %s on page %d and %s on page %d there are more pages than numbers.", a.value(), a.page, b.value(), b.page)
		}
	}
	if more > 0 {
		out = append(out, fmt.Sprintf("There are %d further gaps or repetitions in the Bates numbers.", more))
	}
	return out
}
