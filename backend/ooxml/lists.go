package ooxml

import (
	"context"
	"strconv"
	"strings"
)

// levels is how deep lists nest in Word.
const levels = 9

// lists knows the numbers that Word shows before paragraphs, and counts.
type lists struct {
	styles   map[string]style
	numbers  map[string]number
	formats  map[string]*[levels]format
	counters map[string]*[levels]int // by abstract list
	started  map[string]bool         // numbers whose own start was applied
}

type (
	// style is what matters of a paragraph style here.
	style struct{ based, num, level string }
	// number is one use of an abstract list.
	number struct {
		abstract string
		starts   map[int]int
	}
	// format is how one level counts.
	format struct {
		start       int
		kind, text  string
		style       string // of the paragraphs that stand at this level
		legalDigits bool
	}
)

// value is an element with nothing but a value.
type value struct {
	Val string `xml:"val,attr"`
}

// lists reads the styles and the numbering. Where they are missing or broken
// paragraphs have no numbers.
func (p *pack) lists(ctx context.Context, rels map[string][]string) *lists {
	l := &lists{
		styles: map[string]style{}, numbers: map[string]number{}, formats: map[string]*[levels]format{},
		counters: map[string]*[levels]int{}, started: map[string]bool{},
	}
	type numPr struct {
		Level value `xml:"ilvl"`
		ID    value `xml:"numId"`
	}
	var sheet struct {
		Style []struct {
			ID    string `xml:"styleId,attr"`
			Based value  `xml:"basedOn"`
			Num   numPr  `xml:"pPr>numPr"`
		} `xml:"style"`
	}
	for _, name := range rels["styles"] {
		// What was decoded before an error still counts.
		_ = p.decode(ctx, name, &sheet)
	}
	for _, s := range sheet.Style {
		l.styles[s.ID] = style{s.Based.Val, s.Num.ID.Val, s.Num.Level.Val}
	}
	var numbering struct {
		Abstract []struct {
			ID    string `xml:"abstractNumId,attr"`
			Level []struct {
				Index int    `xml:"ilvl,attr"`
				Start value  `xml:"start"`
				Kind  value  `xml:"numFmt"`
				Text  value  `xml:"lvlText"`
				Style value  `xml:"pStyle"`
				Legal *value `xml:"isLgl"`
			} `xml:"lvl"`
		} `xml:"abstractNum"`
		Num []struct {
			ID       string `xml:"numId,attr"`
			Abstract value  `xml:"abstractNumId"`
			Override []struct {
				Index int   `xml:"ilvl,attr"`
				Start value `xml:"startOverride"`
			} `xml:"lvlOverride"`
		} `xml:"num"`
	}
	for _, name := range rels["numbering"] {
		_ = p.decode(ctx, name, &numbering)
	}
	for _, a := range numbering.Abstract {
		f := &[levels]format{}
		for _, v := range a.Level {
			if v.Index < 0 || v.Index >= levels || len(v.Text.Val) > 64 {
				continue
			}
			start, err := strconv.Atoi(v.Start.Val)
			if err != nil {
				start = 1
			}
			f[v.Index] = format{start, v.Kind.Val, v.Text.Val, v.Style.Val, v.Legal != nil}
		}
		l.formats[a.ID] = f
	}
	for _, n := range numbering.Num {
		use := number{abstract: n.Abstract.Val, starts: map[int]int{}}
		for _, o := range n.Override {
			if start, err := strconv.Atoi(o.Start.Val); err == nil {
				use.starts[o.Index] = start
			}
		}
		l.numbers[n.ID] = use
	}
	return l
}

// label counts a paragraph and returns what Word shows before it, with a blank,
// or nothing. num and level are the paragraph's own; empty means the style's.
func (l *lists) label(styleID, num, level string) string {
	at := styleID
	for range 20 { // styles that are based on each other in a circle
		s, ok := l.styles[at]
		if num != "" || !ok {
			break
		}
		num, level = s.num, s.level
		at = s.based
	}
	use, ok := l.numbers[num]
	formats := l.formats[use.abstract]
	if !ok || formats == nil {
		return ""
	}
	n, err := strconv.Atoi(level)
	if err != nil || n < 0 || n >= levels {
		n = 0
		for i, f := range formats {
			if level == "" && f.style != "" && f.style == styleID {
				n = i
			}
		}
	}
	counters := l.counters[use.abstract]
	if counters == nil {
		counters = &[levels]int{}
		for i, f := range formats {
			counters[i] = f.start - 1
		}
		l.counters[use.abstract] = counters
	}
	if !l.started[num] {
		l.started[num] = true
		for i, start := range use.starts {
			if i >= 0 && i < levels {
				counters[i] = start - 1
			}
		}
	}
	counters[n]++
	for i := n + 1; i < levels; i++ {
		counters[i] = formats[i].start - 1
	}
	return show(formats, counters, n)
}

// show writes level n's number as its format says.
func show(formats *[levels]format, counters *[levels]int, n int) string {
	f := formats[n]
	switch f.kind {
	case "bullet":
		return "• "
	case "none", "":
		return ""
	}
	text := f.text
	for i := range levels {
		mark := "%" + strconv.Itoa(i+1)
		if !strings.Contains(text, mark) {
			continue
		}
		kind := formats[i].kind
		if f.legalDigits {
			kind = "decimal"
		}
		// A level above that was never counted shows its start.
		text = strings.ReplaceAll(text, mark, count(max(counters[i], formats[i].start), kind))
	}
	if text == "" {
		return ""
	}
	return text + " "
}

// count writes n in the numerals of kind.
func count(n int, kind string) string {
	switch {
	case n < 1:
	case kind == "lowerLetter" && n <= 26*26:
		return letters(n, 'a')
	case kind == "upperLetter" && n <= 26*26:
		return letters(n, 'A')
	case kind == "lowerRoman" && n < 4000:
		return strings.ToLower(roman(n))
	case kind == "upperRoman" && n < 4000:
		return roman(n)
	case kind == "decimalZero" && n < 10:
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// letters counts a, b, … z, aa, bb, … as Word does.
func letters(n int, first rune) string {
	return strings.Repeat(string(first+rune((n-1)%26)), (n-1)/26+1)
}

// roman writes n in capital Roman numerals.
func roman(n int) string {
	var out strings.Builder
	for _, d := range []struct {
		value int
		digit string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= d.value {
			out.WriteString(d.digit)
			n -= d.value
		}
	}
	return out.String()
}
