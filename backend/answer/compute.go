package answer

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/cite"
)

// sumAsked, apart and so on match questions for what no document says but what
// can be worked out of what documents say.
var (
	sumAsked   = regexp.MustCompile(`(?i)\b(?:total|sum|altogether|in all|add(?:ed|s)? up|combined|aggregate) (?:of|amount|paid|payments?|price|fees?|damages|sum|cost)|\bhow much .{0,60}\b(?:in total|altogether|in all|combined)\b|\badd up\b|\bthe sum of\b`)
	apart      = regexp.MustCompile(`(?i)\bhow (?:many (days|weeks|months|years)|long)\b.{0,60}?\b(?:between|from)\s+(.+?)\s+(?:and|to|until|till)\s+(.+?)\s*\??$`)
	condition  = regexp.MustCompile(`(?i)\b(?:if|when|assuming|suppose|given that|once)\b.+\b(?:on|of|at|is|was|by|dated)\b`)
	deadlineOf = regexp.MustCompile(`(?i)\bby when\b|\bdeadline\b|\blast (?:day|date)\b|\blatest (?:day|date|time)\b|\bhow late\b|\buntil when\b|\bby what date\b`)
	backwards  = regexp.MustCompile(`(?i)\b(?:notice|notify|inform|object|give word)\b`)
	renewing   = regexp.MustCompile(`(?i)\b(?:renew\w*|exten[ds]\w*|roll over)\b`)
)

var totals = regexp.MustCompile(`(?i)\b(?:total|aggregate|sum)\b`)

// calculation is a question that code works out.
type calculation int

const (
	noCalculation calculation = iota
	sumOf                     // of amounts
	timeBetween               // two dates
	dateAfter                 // a date of the question and a period of a document
	dateBefore                // the end of a term less the notice due before it
)

// calculates says what a question asks to work out.
func calculates(text string) calculation {
	dates := len(fullDates(text))
	switch {
	case apart.MatchString(text):
		return timeBetween
	case sumAsked.MatchString(text):
		return sumOf
	case dates == 1 && condition.MatchString(text) && asksDate(text):
		return dateAfter
	case deadlineOf.MatchString(text) && backwards.MatchString(text) && (renewing.MatchString(text) || strings.Contains(strings.ToLower(text), "terminat")):
		return dateBefore
	}
	return noCalculation
}

func asksDate(text string) bool {
	lower := strings.ToLower(text)
	return strings.Contains(lower, "when ") || strings.Contains(lower, "what date") || strings.Contains(lower, "which date") || strings.Contains(lower, "what day") || deadlineOf.MatchString(text)
}

// worked is a result with where its parts come from.
type worked struct {
	text, result string
	note         string
	parts        []operand
	missing      string // what no document says and the result needs; else empty
}

// operand is a part of a result; c is nil where the question has it.
type operand struct {
	value string
	c     *candidate
}

// calculate works out what the question asks from the documents chosen, if it
// can.
func (w *work) calculate(readings []*reading) (worked, bool) {
	switch calculates(w.q.Text) {
	case timeBetween:
		return w.between(readings)
	case sumOf:
		return w.sum(readings)
	case dateAfter:
		return w.shift(readings)
	case dateBefore:
		return w.noticeDate(readings)
	}
	return worked{}, false
}

// between counts the time between two dates, of the question or of documents.
func (w *work) between(readings []*reading) (worked, bool) {
	g := apart.FindStringSubmatch(w.q.Text)
	if g == nil {
		return worked{}, false
	}
	a, okA := w.dateIn(readings, g[2])
	b, okB := w.dateIn(readings, g[3])
	if !okA || !okB {
		return worked{}, false
	}
	from, to := isoTime(a.value), isoTime(b.value)
	if from.IsZero() || to.IsZero() {
		return worked{}, false
	}
	days := int(to.Sub(from).Hours() / 24)
	result := plural(abs(days), "day", "days")
	switch unit := strings.ToLower(g[1]); unit {
	case "weeks":
		result = fmt.Sprintf("%s and %s", plural(abs(days)/7, "week", "weeks"), plural(abs(days)%7, "day", "days"))
	case "months", "years":
		result = calendarDistance(from, to, unit)
	}
	a.value, b.value = dateText(a.value), dateText(b.value)
	return worked{
		text: fmt.Sprintf("from %s to %s: %s", a.value, b.value, result), result: result, parts: []operand{a, b},
		note: "The first day is not counted, the last one is.",
	}, true
}

// calendarDistance tells a stretch of time in months or years and what is over.
func calendarDistance(from, to time.Time, unit string) string {
	if to.Before(from) {
		from, to = to, from
	}
	months := 0
	for !addMonths(from, months+1).After(to) {
		months++
	}
	rest := int(to.Sub(addMonths(from, months)).Hours() / 24)
	parts := []string{}
	if unit == "years" {
		parts = append(parts, plural(months/12, "year", "years"))
		months %= 12
	}
	if months > 0 || unit == "months" {
		parts = append(parts, plural(months, "month", "months"))
	}
	if rest > 0 {
		parts = append(parts, plural(rest, "day", "days"))
	}
	return strings.Join(parts, ", ")
}

// dateIn is the date that a phrase of the question writes or means.
func (w *work) dateIn(readings []*reading, phrase string) (operand, bool) {
	if ds := exactDates(phrase); len(ds) == 1 {
		return operand{value: ds[0].ISO}, true
	}
	in := ask("When " + phrase + "?")
	in.want = wantDate
	all := w.rate(in, readings, nearness{})
	for _, c := range all[:min(wellFound, len(all))] {
		body := c.r.body(c.r.lines[c.line])
		if ds := exactDates(body); len(ds) == 1 {
			return operand{ds[0].ISO, &c}, true
		}
	}
	return operand{}, false
}

// exactDates are the dates of a text that name a day.
func exactDates(text string) []cite.Date {
	return slices.DeleteFunc(fullDates(text), func(d cite.Date) bool { return len(d.ISO) != len("2006-01-02") })
}

const wellFound = 4 // candidates in which a value is looked for

// valued finds the best sentence on one of the topics that tells a value of its
// kind.
func (w *work) valued(readings []*reading, want want, names ...string) (operand, bool) {
	for _, name := range names {
		t := topics().named(name)
		if t == nil {
			continue
		}
		in := inquiry{topics: []asked{{topic: t}}, want: want}
		all := w.rate(in, readings, nearness{})
		for _, c := range all[:min(wellFound, len(all))] {
			body := c.r.body(c.r.lines[c.line])
			if renewing.MatchString(body) && !renewing.MatchString(w.q.Text) {
				continue // a period for something else
			}
			if want == wantDate {
				if ds := exactDates(body); len(ds) > 0 {
					if v, ok := lift(in, body); ok && len(exactDates(v)) == 1 {
						return operand{exactDates(v)[0].ISO, &c}, true
					}
				}
				continue
			}
			v, ok := lift(in, body)
			if !ok && want == wantDuration {
				v, ok = onePeriod(body)
			}
			if ok && cite.JudgeValue(v, body).Verdict == mark.VerdictSupported {
				return operand{v, &c}, true
			}
		}
	}
	return operand{}, false
}

// onePeriod is the period that a sentence tells, where it tells no other.
func onePeriod(body string) (string, bool) {
	all := duration.FindAllString(body, -1)
	if len(all) == 0 || slices.ContainsFunc(all, func(p string) bool { return normal(wantDuration, p) != normal(wantDuration, all[0]) }) {
		return "", false
	}
	return oneLine(all[0]), true
}

// shift moves the date of the question by a period of a document.
func (w *work) shift(readings []*reading) (worked, bool) {
	ds := exactDates(w.q.Text)
	if len(ds) != 1 {
		return worked{}, false
	}
	names := []string{}
	for _, t := range w.in.topics {
		names = append(names, t.name)
	}
	names = append(names, "notice period for termination", "termination for breach", "termination for convenience", "renewal", "payment", "deadlines")
	p, ok := w.valued(readings, wantDuration, names...)
	if !ok {
		return worked{}, false
	}
	start := isoTime(ds[0].ISO)
	back := deadlineOf.MatchString(w.q.Text) && backwards.MatchString(w.q.Text)
	end, note, ok := move(start, p.value, back)
	if !ok || start.IsZero() {
		return worked{}, false
	}
	sign := "+"
	if back {
		sign = "−"
	}
	result := dateText(end.Format(time.DateOnly))
	return worked{
		text:   fmt.Sprintf("%s %s %s = %s", dateText(ds[0].ISO), sign, p.value, result),
		result: result, note: note, parts: []operand{{value: dateText(ds[0].ISO)}, p},
	}, true
}

// noticeDate is the last day of a notice: the end of the term less the period
// before it.
func (w *work) noticeDate(readings []*reading) (worked, bool) {
	topic := []string{"notice against renewal", "notice period for termination"}
	if !renewing.MatchString(w.q.Text) {
		slices.Reverse(topic)
	}
	period, ok := w.valued(readings, wantDuration, topic...)
	if !ok {
		return worked{}, false
	}
	if ds := exactDates(w.q.Text); len(ds) == 1 {
		return w.ended(operand{value: ds[0].ISO}, period)
	}
	end, ok := w.valued(readings, wantDate, "term and expiry", "renewal")
	if ok {
		return w.ended(end, period)
	}
	return worked{missing: "the day on which the term ends", parts: []operand{period}, result: period.value}, true
}

func (w *work) ended(end, period operand) (worked, bool) {
	at := isoTime(end.value)
	lastDay, note, ok := move(at, period.value, true)
	if !ok || at.IsZero() {
		return worked{}, false
	}
	result := dateText(lastDay.Format(time.DateOnly))
	end.value = dateText(end.value)
	return worked{text: fmt.Sprintf("%s − %s = %s", end.value, period.value, result), result: result, note: note, parts: []operand{end, period}}, true
}

// sum adds up the amounts of the sentences that bear on the question.
func (w *work) sum(readings []*reading) (worked, bool) {
	in := w.in
	in.want = wantMoney
	all := w.rate(in, readings, nearness{})
	total := new(big.Rat)
	var parts []operand
	currency := ""
	var of *reading
	seen := map[string]bool{}
	for _, c := range all[:min(len(all), wellFound)] {
		if body := c.r.body(c.r.lines[c.line]); totals.MatchString(body) && amount.MatchString(body) {
			return worked{}, false // the document adds up itself
		}
	}
	for _, c := range all {
		if len(parts) == mostAdded || len(parts) > 0 && c.score < all[0].score*nearSum {
			break
		}
		if of != nil && c.r != of {
			continue
		}
		body := c.r.body(c.r.lines[c.line])
		for _, v := range amount.FindAllString(body, -1) {
			n, sign, ok := money(v)
			key := v + "\n" + shape(body)
			if !ok || currency != "" && sign != currency || seen[key] {
				continue
			}
			seen[key], currency, of = true, sign, c.r
			total.Add(total, n)
			parts = append(parts, operand{oneLine(v), &c})
		}
	}
	if len(parts) < 2 {
		return worked{}, false
	}
	var terms []string
	for _, p := range parts {
		terms = append(terms, p.value)
	}
	result := currency + grouped(total)
	return worked{
		text: strings.Join(terms, " + ") + " = " + result, result: result, parts: parts,
		note: "This adds up the amounts in the sentences quoted. Check that each belongs in the sum and that none is missing.",
	}, true
}

const (
	mostAdded = 12
	nearSum   = 0.75 // share of the best score from which a sentence's amounts are added
)

var moneyParts = regexp.MustCompile(`(?i)^((?:US)?\s?[$€£])\s?(\d[\d,]*(?:\.\d+)?)(?:\s*(million|billion|thousand))?$`)

// money reads an amount with its currency sign.
func money(s string) (n *big.Rat, sign string, ok bool) {
	g := moneyParts.FindStringSubmatch(oneLine(s))
	if g == nil {
		return nil, "", false
	}
	n, ok = new(big.Rat).SetString(strings.ReplaceAll(g[2], ",", ""))
	if !ok {
		return nil, "", false
	}
	scale := map[string]int64{"": 1, "thousand": 1e3, "million": 1e6, "billion": 1e9}[strings.ToLower(g[3])]
	sign = strings.TrimPrefix(strings.TrimSpace(strings.ToUpper(g[1])), "US")
	return n.Mul(n, new(big.Rat).SetInt64(scale)), strings.TrimSpace(sign), true
}

// grouped writes an amount with its thousands apart and cents where it has some.
func grouped(n *big.Rat) string {
	s := n.FloatString(2)
	whole, cents, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if cents == "00" {
		return whole
	}
	return whole + "." + cents
}

// single matches a period of one, whose number may be no more than a word.
var single = regexp.MustCompile(`(?i)^\W*(?:one|an?)\b`)

var unitOf = regexp.MustCompile(`(?i)\b(business |working |calendar )?(day|week|month|year)s?\b`)

// move shifts a date by a period as documents write it: "one hundred eighty
// (180) days", "twelve months". Business days leave out Saturdays and Sundays.
func move(from time.Time, period string, back bool) (time.Time, string, bool) {
	g := unitOf.FindStringSubmatch(period)
	numbers := cite.FactsOf(period).Numbers
	if len(numbers) == 0 && single.MatchString(period) {
		numbers = []string{"1"}
	}
	if g == nil || len(numbers) == 0 {
		return time.Time{}, "", false
	}
	n, err := strconv.Atoi(numbers[len(numbers)-1])
	if err != nil || n > 36_500 {
		return time.Time{}, "", false
	}
	step := 1
	if back {
		n, step = -n, -1
	}
	switch strings.ToLower(g[2]) {
	case "week":
		return from.AddDate(0, 0, 7*n), "", true
	case "month":
		return addMonths(from, n), "", true
	case "year":
		return addMonths(from, 12*n), "", true
	}
	if kind := strings.ToLower(strings.TrimSpace(g[1])); kind == "business" || kind == "working" {
		at := from
		for left := abs(n); left > 0; {
			at = at.AddDate(0, 0, step)
			if d := at.Weekday(); d != time.Saturday && d != time.Sunday {
				left--
			}
		}
		return at, "Saturdays and Sundays are left out, holidays are not.", true
	}
	return from.AddDate(0, 0, n), "Calendar days; what the agreement or a rule says of weekends and holidays is not considered.", true
}

// addMonths moves a date by months; a day that the month does not have becomes
// its last.
func addMonths(from time.Time, n int) time.Time {
	first := time.Date(from.Year(), from.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	lastDay := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(from.Day(), lastDay)-1)
}

// isoTime reads an ISO date that names a day; zero for others.
func isoTime(iso string) time.Time {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return time.Time{}
	}
	return t
}

// tell makes sentences and citations of what was worked out.
func (w *work) tell(r worked) []mark.Sentence {
	var c mark.Computation
	cited := map[string]int{}
	var all []int
	for _, p := range r.parts {
		o := mark.Operand{Value: p.value, Citation: -1}
		if p.c != nil {
			q := p.c.quote()
			i, ok := cited[q.Quote]
			if !ok {
				i = len(w.answer.Citations)
				cited[q.Quote] = i
				w.answer.Citations = append(w.answer.Citations, q)
				all = append(all, i)
			}
			o.Citation = i
		}
		c.Operands = append(c.Operands, o)
	}
	lead := mark.Sentence{Verdict: mark.VerdictSupported, Citations: all, Note: r.note}
	if r.missing != "" {
		lead.Text = fmt.Sprintf("No date can be worked out: the period is %s, but no document says %s.", r.result, r.missing)
	} else {
		c.Text, c.Result = r.text, r.result
		w.answer.Computation = &c
		lead.Text = capital(r.text) + "."
	}
	out := []mark.Sentence{lead}
	for _, i := range all {
		text := oneLine(w.answer.Citations[i].Quote)
		j := cite.Judge(text, []string{w.answer.Citations[i].Quote})
		out = append(out, mark.Sentence{Text: "“" + text + "”", Verdict: j.Verdict, Note: j.Note, Citations: []int{i}})
	}
	return out
}
