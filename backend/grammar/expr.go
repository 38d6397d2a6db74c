package grammar

import (
	"fmt"
	"slices"
	"strings"
)

// kind is what an expr is.
type kind uint8

const (
	literal kind = iota // the text itself
	class               // one character of a set
	seq                 // subs one after the other; none: the empty text
	alt                 // one of subs; none: nothing is admitted
	repeat              // subs[0], at least low and at most high times
	ref                 // the rule called name
)

// expr is a part of a grammar. It is never changed once it is made, so parts
// may be shared.
type expr struct {
	kind      kind
	text      string // of a literal, or the name of a rule
	set       runeSet
	subs      []*expr
	low, high int
}

var (
	empty   = &expr{kind: seq}
	nothing = &expr{kind: alt}
)

func lit(s string) *expr {
	if s == "" {
		return empty
	}
	return &expr{kind: literal, text: s}
}

func rule(name string) *expr { return &expr{kind: ref, text: name} }

func set(s runeSet) *expr {
	switch {
	case len(s) == 0:
		return nothing
	case len(s) == 1 && s[0].low == s[0].high:
		return lit(string(s[0].low))
	}
	return &expr{kind: class, set: s}
}

// chain is parts one after the other. Neighbouring literals become one.
func chain(parts ...*expr) *expr {
	var out []*expr
	for _, p := range parts {
		if p == nothing {
			return nothing
		}
		subs := []*expr{p}
		if p.kind == seq {
			subs = p.subs
		}
		for _, s := range subs {
			if n := len(out); n > 0 && s.kind == literal && out[n-1].kind == literal {
				out[n-1] = lit(out[n-1].text + s.text)
				continue
			}
			out = append(out, s)
		}
	}
	switch len(out) {
	case 0:
		return empty
	case 1:
		return out[0]
	}
	return &expr{kind: seq, subs: out}
}

// either is one of the parts.
func either(parts ...*expr) *expr {
	var out []*expr
	for _, p := range parts {
		if p.kind == alt {
			out = append(out, p.subs...)
			continue
		}
		out = append(out, p)
	}
	switch len(out) {
	case 0:
		return nothing
	case 1:
		return out[0]
	}
	return &expr{kind: alt, subs: out}
}

// of is e with other parts, repeated at most high times where e repeats one.
func (e *expr) of(subs []*expr, high int) *expr {
	switch e.kind {
	case seq:
		return chain(subs...)
	case alt:
		return either(subs...)
	case repeat:
		return times(subs[0], e.low, high)
	}
	return e
}

// times is e at least low and at most high times.
func times(e *expr, low, high int) *expr {
	switch {
	case low > high || e == nothing && low > 0:
		return nothing
	case high == 0 || e == empty || e == nothing:
		return empty
	case low == 1 && high == 1:
		return e
	}
	return &expr{kind: repeat, subs: []*expr{e}, low: low, high: high}
}

func maybe(e *expr) *expr { return times(e, 0, 1) }

// named is a rule of a grammar.
type named struct {
	name string
	body *expr
}

// The most that a grammar may hold. llama.cpp refuses a repetition of more than
// 2,000 and writes every repetition out, so their sum bounds memory and time.
const (
	maxRepeat   = 2000
	maxWritten  = 60000   // what the repetitions of a grammar come to, written out
	maxGrammar  = 1 << 20 // bytes
	maxNullable = 64      // repetitions of what may be empty: each could be skipped
)

// render writes rules as GBNF.
func render(rules []named) (string, error) {
	var b strings.Builder
	for _, r := range rules {
		b.WriteString(r.name)
		b.WriteString(" ::= ")
		writeExpr(&b, r.body, 0)
		b.WriteByte('\n')
		if b.Len() > maxGrammar {
			return "", tooLarge()
		}
	}
	written, empty := 0, fixpoint(rules, (*expr).mayBeEmpty)
	for _, r := range rules {
		for e := range r.body.all() {
			if e.kind != repeat {
				continue
			}
			if written += e.high; e.high > maxRepeat || written > maxWritten {
				return "", tooLarge()
			}
			if e.high > maxNullable && e.subs[0].mayBeEmpty(empty) {
				return "", tooLarge()
			}
		}
	}
	return b.String(), nil
}

// all yields e and everything within it.
func (e *expr) all() func(func(*expr) bool) {
	return func(yield func(*expr) bool) { e.walk(yield) }
}

func (e *expr) walk(yield func(*expr) bool) bool {
	if !yield(e) {
		return false
	}
	for _, s := range e.subs {
		if !s.walk(yield) {
			return false
		}
	}
	return true
}

// mayBeEmpty reports whether e admits the empty text, where the rules in empty do.
func (e *expr) mayBeEmpty(empty map[string]bool) bool {
	switch e.kind {
	case seq:
		return !slices.ContainsFunc(e.subs, func(s *expr) bool { return !s.mayBeEmpty(empty) })
	case alt:
		return slices.ContainsFunc(e.subs, func(s *expr) bool { return s.mayBeEmpty(empty) })
	case repeat:
		return e.low == 0 || e.subs[0].mayBeEmpty(empty)
	case ref:
		return empty[e.text]
	}
	return false
}

// How tightly what stands around an expression binds.
const (
	loose  = iota // a whole rule, or within brackets
	inSeq         // between other parts
	inPost        // before a repetition
)

func writeExpr(b *strings.Builder, e *expr, tight int) {
	if e.kind == alt && tight > loose || e.kind == seq && tight > inSeq || e.kind == repeat && tight > inSeq {
		b.WriteByte('(')
		defer b.WriteByte(')')
		tight = loose
	}
	switch e.kind {
	case literal:
		writeLiteral(b, e.text, tight)
	case class:
		e.set.write(b)
	case ref:
		b.WriteString(e.text)
	case seq:
		if len(e.subs) == 0 {
			b.WriteString(`""`)
		}
		for i, s := range e.subs {
			if i > 0 {
				b.WriteByte(' ')
			}
			writeExpr(b, s, inSeq)
		}
	case alt:
		for i, s := range e.subs {
			if i > 0 {
				b.WriteString(" | ")
			}
			writeExpr(b, s, inSeq)
		}
	case repeat:
		writeExpr(b, e.subs[0], inPost)
		switch {
		case e.low == 0 && e.high == 1:
			b.WriteByte('?')
		case e.low == e.high:
			fmt.Fprintf(b, "{%d}", e.low)
		default:
			fmt.Fprintf(b, "{%d,%d}", e.low, e.high)
		}
	}
}

// writeLiteral writes text in quotation marks. In llama.cpp a repetition after
// a literal means its last character alone: there it stands in brackets.
func writeLiteral(b *strings.Builder, text string, tight int) {
	if tight == inPost && len([]rune(text)) > 1 {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(b, `\x%02X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
