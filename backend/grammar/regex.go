package grammar

import (
	"math"
	"regexp/syntax"
	"slices"
	"unicode"

	mark "markai/backend"
)

// Regex returns the grammar of the texts that match pattern from their
// beginning to their end, in Go's syntax (RE2) without word boundaries. What may repeat
// without an end repeats up to o.Text times. Errors: Invalid, TooBig.
func Regex(pattern string, o Options) (string, error) {
	o = o.filled()
	branches, err := parseRegex(pattern, o.Text)
	if err != nil {
		return "", err
	}
	var parts []*expr
	for _, b := range branches {
		parts = append(parts, b.body.recode(plainRunes))
	}
	return finish([]named{{"root", either(parts...)}})
}

// Choice returns the grammar of exactly one of the options. Errors: Invalid.
func Choice(options []string) (string, error) {
	var parts []*expr
	for i, s := range options {
		if s == "" || !isText(s) {
			return "", mark.Errorf(mark.Invalid, "Choice %d is empty or holds what is no text. Give it other words.", i+1)
		}
		if !slices.Contains(options[:i], s) {
			parts = append(parts, lit(s))
		}
	}
	if len(parts) == 0 {
		return "", mark.Errorf(mark.Invalid, "There is nothing to choose from. Name at least one choice.")
	}
	return finish([]named{{"root", either(parts...)}})
}

func isText(s string) bool {
	for _, r := range s {
		if r == unicode.ReplacementChar || !text.has(r) {
			return false
		}
	}
	return true
}

// branch is one alternative of a pattern. An open side may have other text
// beyond it.
type branch struct {
	body        *expr
	left, right bool // open sides
}

// parseRegex reads a pattern. Repetitions without an end get the limit most.
func parseRegex(pattern string, most int) ([]branch, error) {
	if len(pattern) > 1<<14 {
		return nil, mark.Errorf(mark.TooBig, "The pattern has more than 16,384 characters. Use a shorter one.")
	}
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, mark.Errorf(mark.Invalid, "The pattern %q cannot be used. Patterns have no look-around and no back-references.", pattern).Because(err)
	}
	var out []branch
	for _, re := range alternatives(re) {
		b := branch{left: true, right: true}
		parts := []*syntax.Regexp{re}
		if re.Op == syntax.OpConcat {
			parts = re.Sub
		}
		for len(parts) > 0 && parts[0].Op == syntax.OpBeginText {
			b.left, parts = false, parts[1:]
		}
		for n := len(parts); n > 0 && parts[n-1].Op == syntax.OpEndText; n-- {
			b.right, parts = false, parts[:n-1]
		}
		var body []*expr
		for _, p := range parts {
			e, err := fromRegex(p, pattern, most)
			if err != nil {
				return nil, err
			}
			body = append(body, e)
		}
		b.body = chain(body...)
		out = append(out, b)
	}
	return out, nil
}

// alternatives returns the branches of a pattern at its top.
func alternatives(re *syntax.Regexp) []*syntax.Regexp {
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	if re.Op == syntax.OpAlternate {
		return re.Sub
	}
	return []*syntax.Regexp{re}
}

func fromRegex(re *syntax.Regexp, pattern string, most int) (*expr, error) {
	var subs []*expr
	for _, s := range re.Sub {
		e, err := fromRegex(s, pattern, most)
		if err != nil {
			return nil, err
		}
		subs = append(subs, e)
	}
	switch re.Op {
	case syntax.OpNoMatch:
		return nothing, nil
	case syntax.OpEmptyMatch:
		return empty, nil
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return lit(string(re.Rune)), nil
		}
		var parts []*expr
		for _, r := range re.Rune {
			parts = append(parts, set(foldings(r)))
		}
		return chain(parts...), nil
	case syntax.OpCharClass:
		return set(spans(re.Rune...).portable()), nil
	case syntax.OpAnyChar:
		return set(text), nil
	case syntax.OpAnyCharNotNL:
		return set(text.without(lineEnds)), nil
	case syntax.OpCapture, syntax.OpConcat:
		return chain(subs...), nil
	case syntax.OpAlternate:
		return either(subs...), nil
	case syntax.OpQuest:
		return maybe(subs[0]), nil
	case syntax.OpStar:
		return times(subs[0], 0, most), nil
	case syntax.OpPlus:
		return times(subs[0], 1, most), nil
	case syntax.OpRepeat:
		high := re.Max
		if high < 0 {
			high = max(most, re.Min)
		}
		return times(subs[0], re.Min, high), nil
	}
	return nil, mark.Errorf(mark.Invalid, "The pattern %q cannot be used: %s may stand at its beginning or end alone.", pattern, re)
}

// Where regular expressions of different languages part: what ends a line, and
// what white space is beyond the plain kinds.
var (
	lineEnds   = spans('\n', '\n', '\r', '\r', 0x2028, 0x2029)
	wideSpaces = spans(0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF, 0x0B, 0x0B)
)

// portable returns the set without what only some languages' \S and \W hold.
func (a runeSet) portable() runeSet {
	if a.has(' ') {
		return a
	}
	if rest := a.without(wideSpaces); len(rest) > 0 {
		return rest
	}
	return a
}

// foldings is r in either case.
func foldings(r rune) runeSet {
	pairs := []rune{r, r}
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		pairs = append(pairs, f, f)
	}
	return spans(pairs...)
}

// recode returns e with every character of its literals and sets replaced.
func (e *expr) recode(to func(runeSet) *expr) *expr {
	var subs []*expr
	for _, s := range e.subs {
		subs = append(subs, s.recode(to))
	}
	switch e.kind {
	case literal:
		for _, r := range e.text {
			subs = append(subs, to(runeSet{{r, r}}))
		}
		return chain(subs...)
	case class:
		return to(e.set)
	}
	return e.of(subs, e.high)
}

// plainRunes admits the characters of a set as they are.
func plainRunes(s runeSet) *expr { return set(s.and(text)) }

// count returns the least and the most characters that e admits. It holds for
// expressions without rules.
func (e *expr) count() (least, most int) {
	switch e.kind {
	case literal:
		n := len([]rune(e.text))
		return n, n
	case class:
		return 1, 1
	case seq:
		for _, s := range e.subs {
			l, m := s.count()
			least, most = least+l, clamp(most, m)
		}
	case alt:
		least = math.MaxInt32
		for _, s := range e.subs {
			l, m := s.count()
			least, most = min(least, l), max(most, m)
		}
	case repeat:
		l, m := e.subs[0].count()
		return min(l*e.low, math.MaxInt32), min(m*e.high, math.MaxInt32)
	}
	return least, most
}

// clamp adds and stays within what can be added again.
func clamp(a, b int) int { return min(a+b, math.MaxInt32) }
