package grammar

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// span is the characters from low to high, both included.
type span struct{ low, high rune }

// runeSet is a set of characters: spans in order that do not touch.
type runeSet []span

// text is every character that text may hold: no zero, no half of a surrogate
// pair.
var text = runeSet{{1, 0xD7FF}, {0xE000, utf8.MaxRune}}

// spans makes a set of pairs of first and last characters, in any order.
func spans(pairs ...rune) runeSet {
	var out runeSet
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, span{pairs[i], pairs[i+1]})
	}
	slices.SortFunc(out, func(a, b span) int { return cmp.Compare(a.low, b.low) })
	var merged runeSet
	for _, s := range out {
		if n := len(merged); n > 0 && s.low <= merged[n-1].high+1 {
			merged[n-1].high = max(merged[n-1].high, s.high)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// and returns what a and b have in common.
func (a runeSet) and(b runeSet) runeSet {
	var out runeSet
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if low, high := max(a[i].low, b[j].low), min(a[i].high, b[j].high); low <= high {
			out = append(out, span{low, high})
		}
		if a[i].high < b[j].high {
			i++
		} else {
			j++
		}
	}
	return out
}

// without returns what of a is not in b.
func (a runeSet) without(b runeSet) runeSet {
	var rest runeSet
	next := rune(0)
	for _, s := range b {
		if s.low > next {
			rest = append(rest, span{next, s.low - 1})
		}
		next = s.high + 1
	}
	if next <= utf8.MaxRune {
		rest = append(rest, span{next, utf8.MaxRune})
	}
	return a.and(rest)
}

func (a runeSet) has(r rune) bool {
	for _, s := range a {
		if s.low <= r && r <= s.high {
			return true
		}
	}
	return false
}

// write writes the set as GBNF does. What means something there is written by
// its number.
func (a runeSet) write(b *strings.Builder) {
	b.WriteByte('[')
	for _, s := range a {
		writeClassRune(b, s.low)
		if s.high > s.low {
			if s.high > s.low+1 {
				b.WriteByte('-')
			}
			writeClassRune(b, s.high)
		}
	}
	b.WriteByte(']')
}

func writeClassRune(b *strings.Builder, r rune) {
	switch {
	case r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z':
		b.WriteRune(r)
	case r <= 0xFF:
		fmt.Fprintf(b, `\x%02X`, r)
	case r <= 0xFFFF:
		fmt.Fprintf(b, `\u%04X`, r)
	default:
		fmt.Fprintf(b, `\U%08X`, r)
	}
}
