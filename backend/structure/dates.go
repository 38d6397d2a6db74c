package structure

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// months are their names in the languages that are told apart, lower case.
var months = func() map[string]int {
	m := map[string]int{}
	for _, names := range []string{
		"january february march april may june july august september october november december",
		"jan feb mar apr - jun jul aug sep oct nov dec",
		"- - - - - - - - sept - - -",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"januar februar märz april mai juni juli august september oktober november dezember",
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		"januari februari maart april mei juni juli augustus september oktober november december",
		"stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
	} {
		for i, n := range strings.Fields(names) {
			if n != "-" {
				m[n] = i + 1
			}
		}
	}
	return m
}()

// english are the months whose names may stand before the day.
var english = func() map[string]bool {
	m := map[string]bool{}
	for n := range strings.FieldsSeq("january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec") {
		m[n] = true
	}
	return m
}()

// ordinals are the days that are written out in the last lines of deeds.
var ordinals = func() map[string]int {
	m := map[string]int{}
	for i, w := range strings.Fields("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth") {
		m[w] = i + 1
	}
	for i, w := range strings.Fields("twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first") {
		m[w] = 21 + i
	}
	return m
}()

// date is a date that stands in a text.
type date struct {
	start, end       int
	year, month, day int // day is 0 where only the month is told
}

func (d date) String() string {
	if d.day == 0 {
		return fmt.Sprintf("%04d-%02d", d.year, d.month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// valid reports whether the calendar has this date.
func (d date) valid() bool {
	if d.year < 1600 || d.year > 2199 || d.month < 1 || d.month > 12 || d.day < 0 {
		return false
	}
	return d.day == 0 || time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC).Day() == d.day
}

// dateAtMonth returns the date around the month's name text[start:end].
func dateAtMonth(text string, start, end int) (date, bool) {
	name := strings.ToLower(text[start:end])
	month, ok := months[name]
	if !ok {
		return date{}, false
	}
	first, _ := utf8.DecodeRuneInString(text[start:])
	capital := unicode.IsUpper(first)
	at := end
	if at < len(text) && text[at] == '.' {
		at++
	}
	at = skip(text, at)
	// March 5, 2021
	if capital && english[name] {
		if day, next := number(text, at, 2); day > 0 {
			next = suffix(text, next)
			comma := false
			for next < len(text) && (text[next] == ',' || text[next] == '.') {
				comma = true
				next++
			}
			gap := skip(text, next)
			if year, stop := number(text, gap, 4); stop-gap == 4 && (comma || gap > next) && !runsOn(text, stop) {
				if d := (date{start, stop, year, month, day}); d.valid() {
					return d, true
				}
				return date{}, false
			}
		}
	}
	for _, w := range [...]string{",", "of ", "de ", "del ", "do "} {
		if strings.HasPrefix(text[at:], w) {
			at = skip(text, at+len(w))
			break
		}
	}
	year, stop := number(text, at, 4)
	if stop-at != 4 || at == end || runsOn(text, stop) {
		return date{}, false
	}
	d := date{start, stop, year, month, 0}
	if day, from := dayBefore(text, start); day > 0 {
		d.start, d.day = from, day
		return d, d.valid()
	}
	// A month alone: its name must be beyond doubt.
	if !capital || !english[name] || len(name) < 4 && name != "may" {
		return date{}, false
	}
	return d, d.valid()
}

// dayBefore reads "5", "5th day of", "5.", "fifth day of", "5 de" before a
// month's name and returns the day and where it begins.
func dayBefore(text string, month int) (day, start int) {
	at := back(text, month)
	for _, w := range [...]string{"day of", "of", "de", "di"} {
		if strings.HasSuffix(text[:at], w) && at > len(w) && !alnum(text[at-len(w)-1]) {
			at = back(text, at-len(w))
			break
		}
	}
	if strings.HasSuffix(text[:at], "day") {
		at = back(text, at-3)
	}
	if at == month {
		return 0, 0
	}
	word := at
	for word > 0 && (lower(text[word-1]|0x20) || text[word-1] == '-') && at-word < 16 {
		word--
	}
	if d := ordinals[strings.ToLower(text[word:at])]; d > 0 {
		return d, word
	}
	switch suffix := strings.ToLower(text[word:at]); suffix {
	case "st", "nd", "rd", "th", "er":
		at = word
	case "":
	default:
		return 0, 0
	}
	for _, mark := range [...]string{".", "º", "°"} {
		at -= len(mark) * b2i(strings.HasSuffix(text[:at], mark))
	}
	start = at
	for start > 0 && digit(text[start-1]) && at-start < 3 {
		start--
	}
	if n := at - start; n < 1 || n > 2 || start > 0 && (alnum(text[start-1]) || strings.IndexByte("/-.,:$#", text[start-1]) >= 0) {
		return 0, 0
	}
	day, _ = number(text, start, 2)
	return day, start
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// dateInDigits returns the date in digits that begins at start: 3/5/2021 (month
// first, as in the United States, unless that cannot be), 2021-03-05,
// 5.3.2021 (day first).
func dateInDigits(text string, start int) (date, bool) {
	if start > 0 && (alnum(text[start-1]) || strings.IndexByte("/-._:#$,\\=", text[start-1]) >= 0) {
		return date{}, false
	}
	a, at := number(text, start, 4)
	width := at - start
	if width == 3 || at >= len(text) {
		return date{}, false
	}
	sep := text[at]
	if sep != '/' && sep != '-' && sep != '.' {
		return date{}, false
	}
	b, next := number(text, at+1, 2)
	if next == at+1 || next >= len(text) || text[next] != sep {
		return date{}, false
	}
	c, stop := number(text, next+1, 4)
	tail := stop - next - 1
	if stop < len(text) && (alnum(text[stop]) || text[stop] == '_' || text[stop] == sep && sep != '.' ||
		text[stop] == sep && stop+1 < len(text) && digit(text[stop+1])) {
		return date{}, false
	}
	d := date{start: start, end: stop}
	switch {
	case width == 4 && tail >= 1 && tail <= 2 && sep != '.':
		d.year, d.month, d.day = a, b, c
	case width > 2:
		return date{}, false
	case tail == 4 && sep == '.':
		d.day, d.month, d.year = a, b, c
		if d.month > 12 {
			d.day, d.month = b, a
		}
	case tail == 4, tail == 2 && sep == '/':
		d.month, d.day, d.year = a, b, c
		if tail == 2 {
			d.year = century(c)
		}
		if d.month > 12 {
			d.month, d.day = b, a
		}
	default:
		return date{}, false
	}
	return d, d.valid() && d.day > 0
}

// century gives a year of two digits its century: what lies before 1950 is
// rarer in a file than what lies after.
func century(y int) int {
	if y < 50 {
		return 2000 + y
	}
	return 1900 + y
}

// number reads up to limit digits; it ends where it began when there are none
// or more.
func number(text string, at, limit int) (n, end int) {
	end = at
	for end < len(text) && digit(text[end]) {
		if end-at == limit {
			return 0, at
		}
		n = n*10 + int(text[end]-'0')
		end++
	}
	return n, end
}

// suffix skips the ending of an ordinal number.
func suffix(text string, at int) int {
	if at+2 <= len(text) {
		switch strings.ToLower(text[at : at+2]) {
		case "st", "nd", "rd", "th":
			return at + 2
		}
	}
	return at
}

// runsOn reports whether a number goes on at i as something else.
func runsOn(text string, i int) bool {
	return i < len(text) && (alnum(text[i]) || (text[i] == '/' || text[i] == '-' || text[i] == '.') && i+1 < len(text) && digit(text[i+1]))
}

// skip passes white space, of which at most one break of a line.
func skip(text string, at int) int {
	for breaks := 0; at < len(text) && blank(text[at]); at++ {
		if text[at] == '\n' {
			if breaks++; breaks > 1 {
				break
			}
		}
	}
	return at
}

// back passes white space before at.
func back(text string, at int) int {
	for breaks := 0; at > 0 && blank(text[at-1]); at-- {
		if text[at-1] == '\n' {
			if breaks++; breaks > 1 {
				break
			}
		}
	}
	return at
}
