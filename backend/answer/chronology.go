package answer

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/cite"
)

// chronologies matches a question for the course of events.
var chronologies = regexp.MustCompile(`(?i)\b(?:chronolog(?:y|ical)|time ?line|course of events|sequence of events|order of events|key dates|important dates|(?:what|which) (?:are|is) (?:the |all the |our |all |upcoming )*deadlines?|(?:list|show|give)(?: me)? (?:the |all |all the )*deadlines|history of (?:the |this )?(?:matter|case|dispute|events|litigation)|what happened (?:and )?when|(?:list|show|give)(?: me)? (?:all |the |all the )*dates|what happened (?:in|between|from|after|before|since|during|on|until)\b[^?]*\d{4})\b`)

// span is a stretch of time, as ISO dates; an empty end is open. Only what falls
// due is meant where due is set.
type span struct {
	from, to string
	due      bool
}

func (s span) holds(date string) bool {
	return (s.from == "" || date >= s.from[:min(len(s.from), len(date))]) && (s.to == "" || date <= s.to)
}

const (
	mostEvents = 100 // in a chronology
	fewEvents  = 25  // beside a summary
	eventPages = 5_000
	aboutEvent = 240 // bytes of a sentence around its date
)

var (
	yearOf  = regexp.MustCompile(`\b(1[89]\d{2}|20\d{2})\b`)
	opening = regexp.MustCompile(`(?i)\b(after|since|from)\s+\D{0,12}$`)
	closing = regexp.MustCompile(`(?i)\b(before|until|to|up to|till)\s+\D{0,12}$`)
)

// spanOf reads the stretch of time that a question names: "between 2016 and
// 2018", "in May 2019", "after March 3, 2020".
func spanOf(text string) span {
	type at struct {
		start int
		iso   string
	}
	var found []at
	dates := cite.Dates(text)
	for _, d := range dates {
		if !strings.HasPrefix(d.ISO, "0000") && len(d.ISO) >= len("2019-05") && d.ISO[0] != '-' {
			found = append(found, at{d.Start, d.ISO})
		}
	}
	for _, g := range yearOf.FindAllStringIndex(text, -1) {
		if !slices.ContainsFunc(dates, func(d cite.Date) bool { return g[0] < d.End && d.Start < g[1] }) {
			found = append(found, at{g[0], text[g[0]:g[1]]})
		}
	}
	slices.SortFunc(found, func(a, b at) int { return a.start - b.start })
	switch {
	case len(found) == 0:
		return span{}
	case len(found) > 1:
		return span{from: found[0].iso, to: last(found[len(found)-1].iso)}
	}
	before, iso := text[:found[0].start], found[0].iso
	if g := opening.FindStringSubmatch(before); g != nil {
		if strings.EqualFold(g[1], "after") {
			return span{from: dayBeside(last(iso), 1)}
		}
		return span{from: iso}
	}
	if g := closing.FindStringSubmatch(before); g != nil {
		if strings.EqualFold(g[1], "before") {
			return span{to: dayBeside((iso + "-01-01")[:len("2019-01-01")], -1)}
		}
		return span{to: last(iso)}
	}
	return span{from: iso, to: last(iso)}
}

// dayBeside is the day so many days from another; both are ISO dates.
func dayBeside(iso string, days int) string {
	t := isoTime(iso)
	if t.IsZero() {
		return iso
	}
	return t.AddDate(0, 0, days).Format(time.DateOnly)
}

// last is the last day of a date that names less than a day.
func last(iso string) string {
	switch len(iso) {
	case len("2019"):
		return iso + "-12-31"
	case len("2019-05"):
		if t := isoTime(iso + "-01"); !t.IsZero() {
			return t.AddDate(0, 1, -1).Format(time.DateOnly)
		}
	}
	return iso
}

// fullDates are the dates of a text that name at least a month and a year.
func fullDates(text string) []cite.Date {
	return slices.DeleteFunc(cite.Dates(text), func(d cite.Date) bool { return !dated.MatchString(d.ISO) })
}

var dated = regexp.MustCompile(`^(?:1[5-9]|20)\d{2}-\d{2}`)

// chronology answers with what happened when, as a table and in sentences.
func (w *work) chronology(ctx context.Context, emit func(mark.AnswerEvent) bool) error {
	c, err := w.catalogue(ctx)
	if err != nil {
		return err
	}
	docs := c.docs
	if len(w.q.Documents) == 0 && !ofMatter.MatchString(w.q.Text) {
		if meant, whole := w.summarised(c); !whole {
			docs = meant
		}
	}
	within := spanOf(w.q.Text)
	within.due = strings.Contains(strings.ToLower(w.q.Text), "deadline")
	rows, err := w.events(ctx, docs, within, mostEvents, func(done, total int) bool {
		return emit(mark.AnswerEvent{Progress: &mark.Progress{Done: done, Total: total}})
	})
	if err != nil {
		return err
	}
	w.answer.Chronology = rows
	if len(rows) == 0 {
		return w.noEvents(ctx, within, emit)
	}
	var said []mark.Sentence
	for _, r := range rows {
		text := dateText(r.Date) + ": “" + oneLine(w.answer.Citations[r.Citation].Quote) + "”"
		j := cite.Judge(oneLine(w.answer.Citations[r.Citation].Quote), []string{w.answer.Citations[r.Citation].Quote})
		said = append(said, mark.Sentence{Text: text, Verdict: j.Verdict, Note: j.Note, Citations: []int{r.Citation}})
	}
	w.answer.Timings.Search = time.Since(w.began)
	if err := w.say(said, emit); err != nil {
		return err
	}
	return w.finish(ctx, emit)
}

// noEvents refuses a chronology.
func (w *work) noEvents(ctx context.Context, within span, emit func(mark.AnswerEvent) bool) error {
	if err := w.refuse(ctx, ""); err != nil {
		return err
	}
	if within != (span{}) {
		w.answer.Text = "I found no sentence that gives a date in that time. Ask without the time to see all dates."
	} else {
		w.answer.Text = "I found no sentence that gives the date of anything."
	}
	return w.finish(ctx, emit)
}

// event is a sentence with a date.
type event struct {
	r        *reading
	date     string
	from, to int // in the reading's text
	score    float64
	means    map[string]bool
}

// events gathers what documents date within a time, earliest first, at most so
// many, the more telling ones. progress returns false when nobody waits any more.
func (w *work) events(ctx context.Context, docs []mark.Document, within span, most int, progress func(done, total int) bool) ([]mark.ChronologyRow, error) {
	var found []event
	pages := 0
	for i, d := range docs {
		if pages += d.PagesRead; pages > eventPages && i > 0 {
			break
		}
		var of []event
		err := w.eachPart(ctx, d, func(r *reading) { of = append(of, r.events(within)...) })
		if err != nil && mark.CodeOf(err) != mark.NotFound {
			return nil, err
		}
		found = append(found, of...)
		found = telling(found, 2*most)
		if !progress(i+1, len(docs)) {
			return nil, errStopped
		}
	}
	found = slices.DeleteFunc(telling(found, most), func(e event) bool { return e.score < 0 })
	slices.SortStableFunc(found, func(a, b event) int { return cmp.Compare(a.date, b.date) })
	var out []mark.ChronologyRow
	for _, e := range found {
		c := e.r.citation(e.from, e.to)
		w.answer.Citations = append(w.answer.Citations, c)
		out = append(out, mark.ChronologyRow{Date: e.date, Text: oneLine(c.Quote), Citation: len(w.answer.Citations) - 1})
	}
	return out, nil
}

// telling keeps the most telling events, one of those that tell the same of a day.
func telling(found []event, most int) []event {
	slices.SortStableFunc(found, func(a, b event) int { return compare(b.score, a.score) })
	var out []event
	for _, e := range found {
		if len(out) == most {
			break
		}
		if !slices.ContainsFunc(out, func(o event) bool { return o.date == e.date && sayAlike(o.means, e.means) }) {
			out = append(out, e)
		}
	}
	return out
}

// happened are words of sentences that tell of something done or due.
var happened = words(`filed signed executed entered issued dated effective terminated terminate expire expires expired commence commenced commences died
	passed paid pay due sent received ordered granted denied held heard moved appealed affirmed reversed dismissed sued served notified notice
	hired resigned enrolled began started ended closed delivered agreed approved rejected submitted requested refused deducted decided adopted enacted
	argued certified published proposed occurred invoked announced informed completed amended extended renewed assigned acquired sold bought leased shall must by deadline`)

// authority matches a citation of law: its date is no event of the matter.
var authority = regexp.MustCompile(`(?:^See |\bWL\s+\d|\b\d+\s+(?:U\.\s?S\.|F\.\s?(?:2d|3d|4th|Supp)|S\.\s?Ct\.|Fed\.\s?Reg\.|FR)\s|\([^()]*\b(?:Cir|App|D|Sup|Ct|N\.C|S\.D|C\.D)\.[^()]*\d{4}\))`)

// falling matches what says that something is due.
var falling = regexp.MustCompile(`\b(?:due|deadline|no later than|not later than|on or before|must|last day|expires?|by (?:the )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d))`)

// events finds the sentences of a reading that date something within a time.
func (r *reading) events(within span) []event {
	often := map[string]int{}
	for _, l := range r.lines {
		often[shape(r.body(l))]++
	}
	var out []event
	for _, l := range r.lines {
		body := r.body(l)
		if len(l.words) < 4 || often[shape(body)] > 1 || listed(body) {
			continue
		}
		for _, d := range fullDates(body) {
			if !within.holds(d.ISO) {
				continue
			}
			e := event{r: r, date: d.ISO, means: l.means, from: l.Start, to: l.End, score: float64(len(d.ISO)) / 10}
			if from, to, ok := rowOf(body, d); ok {
				e.from, e.to = l.Start+from, l.Start+to
			} else if l.End-l.Start > shortQuote {
				from, to := aroundDate(body, d)
				from, to = wordEdges(l.words, from, to, len(body))
				e.from, e.to = l.Start+from, l.Start+to
			}
			near := strings.ToLower(r.text.String()[e.from:e.to])
			if within.due && !falling.MatchString(near) {
				continue
			}
			for _, word := range cite.Words(near) {
				if happened[word.Norm] {
					e.score++
					break
				}
			}
			if l.isHeading {
				e.score--
			}
			if authority.MatchString(body) {
				e.score -= 1.5
			}
			out = append(out, e)
		}
	}
	return out
}

// rowOf is the row of a table that holds a date.
func rowOf(body string, d cite.Date) (from, to int, ok bool) {
	from = strings.LastIndexByte(body[:d.Start], '\n') + 1
	to = len(body)
	if i := strings.IndexByte(body[d.End:], '\n'); i >= 0 {
		to = d.End + i
	}
	return from, to, strings.Contains(body[from:to], "\t") && (from > 0 || to < len(body))
}

// aroundDate is the part of a long sentence around a date, in whole clauses
// where they are short enough.
func aroundDate(body string, d cite.Date) (from, to int) {
	from, to = max(0, d.Start-aboutEvent/2), min(len(body), d.End+aboutEvent)
	if i := strings.LastIndexAny(body[from:d.Start], ";:"); i >= 0 {
		from += i + 1
	}
	if i := strings.IndexAny(body[d.End:to], ";"); i >= 0 {
		to = d.End + i + 1
	}
	for from > 0 && !utf8Start(body[from]) {
		from--
	}
	for to < len(body) && !utf8Start(body[to]) {
		to++
	}
	return from, to
}

func utf8Start(b byte) bool { return b&0xC0 != 0x80 }

var monthNames = strings.Fields("January February March April May June July August September October November December")

// dateText writes an ISO date, or less of one, for people.
func dateText(iso string) string {
	parts := strings.Split(iso, "-")
	if len(parts) < 2 {
		return iso
	}
	m, err := strconv.Atoi(parts[1])
	if err != nil || m < 1 || m > 12 {
		return iso
	}
	if len(parts) == 2 {
		return monthNames[m-1] + " " + parts[0]
	}
	d, err := strconv.Atoi(parts[2])
	if err != nil {
		return iso
	}
	return fmt.Sprintf("%s %d, %s", monthNames[m-1], d, parts[0])
}
