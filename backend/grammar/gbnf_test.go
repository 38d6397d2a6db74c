package grammar_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode/utf8"
)

// gbnf is a grammar read back from its text, independently of the code that
// wrote it, so that sentences can be drawn from it.
type gbnf struct {
	rules map[string]*part
	least map[string]int // depth of the shallowest sentence of a rule
}

type part struct {
	kind      byte // 's' sequence, '|' alternatives, 'l' literal, '[' class, '{' repetition, 'r' rule
	text      string
	ranges    [][2]rune
	subs      []*part
	low, high int
}

func parseGBNF(text string) (g *gbnf, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	g = &gbnf{rules: map[string]*part{}, least: map[string]int{}}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		name, body, ok := strings.Cut(line, " ::= ")
		if !ok || g.rules[name] != nil {
			return nil, fmt.Errorf("%q is no new rule", line)
		}
		p := &gbnfReader{rest: body}
		g.rules[name] = p.alternatives()
		if p.rest != "" {
			return nil, fmt.Errorf("%q is left of rule %s", p.rest, name)
		}
	}
	for range g.rules {
		for name, p := range g.rules {
			if d := g.depth(p); d >= 0 {
				if old, ok := g.least[name]; !ok || d+1 < old {
					g.least[name] = d + 1
				}
			}
		}
	}
	if _, ok := g.least["root"]; !ok {
		return nil, fmt.Errorf("root has no finite sentence")
	}
	return g, nil
}

type gbnfReader struct{ rest string }

func (r *gbnfReader) alternatives() *part {
	p := &part{kind: '|'}
	for {
		s := &part{kind: 's'}
		for r.rest != "" && r.rest[0] != '|' && r.rest[0] != ')' {
			if r.rest[0] == ' ' {
				r.rest = r.rest[1:]
				continue
			}
			s.subs = append(s.subs, r.item())
		}
		p.subs = append(p.subs, s)
		if !strings.HasPrefix(r.rest, "|") {
			return p
		}
		r.rest = r.rest[1:]
	}
}

func (r *gbnfReader) item() *part {
	p := &part{}
	switch c := r.rest[0]; {
	case c == '(':
		r.rest = r.rest[1:]
		p = r.alternatives()
		if !strings.HasPrefix(r.rest, ")") {
			panic("a bracket stays open")
		}
		r.rest = r.rest[1:]
	case c == '"':
		r.rest = r.rest[1:]
		p.kind = 'l'
		for r.rest[0] != '"' {
			p.text += string(r.rune())
		}
		r.rest = r.rest[1:]
	case c == '[':
		r.rest = r.rest[1:]
		p.kind = '['
		for r.rest[0] != ']' {
			low := r.rune()
			high := low
			if r.rest[0] == '-' {
				r.rest = r.rest[1:]
				high = r.rune()
			}
			p.ranges = append(p.ranges, [2]rune{low, high})
		}
		r.rest = r.rest[1:]
	default:
		n := strings.IndexAny(r.rest+" ", " ?{)|")
		p.kind, p.text, r.rest = 'r', r.rest[:n], r.rest[n:]
	}
	switch {
	case strings.HasPrefix(r.rest, "?"):
		p, r.rest = &part{kind: '{', subs: []*part{p}, high: 1}, r.rest[1:]
	case strings.HasPrefix(r.rest, "{"):
		in, rest, _ := strings.Cut(r.rest[1:], "}")
		low, high, ok := strings.Cut(in, ",")
		if !ok {
			high = low
		}
		if p.kind == 'l' && utf8.RuneCountInString(p.text) > 1 {
			panic("a repetition of a literal would be one of its last character")
		}
		p, r.rest = &part{kind: '{', subs: []*part{p}}, rest
		p.low, _ = strconv.Atoi(low)
		p.high, _ = strconv.Atoi(high)
	}
	return p
}

func (r *gbnfReader) rune() rune {
	if r.rest[0] == '\\' {
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[r.rest[1]]
		if digits == 0 {
			c := rune(r.rest[1])
			r.rest = r.rest[2:]
			return c
		}
		n, err := strconv.ParseUint(r.rest[2:2+digits], 16, 32)
		if err != nil {
			panic(err)
		}
		r.rest = r.rest[2+digits:]
		return rune(n)
	}
	c, n := utf8.DecodeRuneInString(r.rest)
	r.rest = r.rest[n:]
	return c
}

// depth returns how many rules deep the shallowest sentence of p is; -1 where that is
// not known yet.
func (g *gbnf) depth(p *part) int {
	switch p.kind {
	case 'r':
		if g.rules[p.text] == nil {
			panic("no rule " + p.text)
		}
		if d, ok := g.least[p.text]; ok {
			return d
		}
		return -1
	case 's':
		deep := 0
		for _, s := range p.subs {
			d := g.depth(s)
			if d < 0 {
				return -1
			}
			deep = max(deep, d)
		}
		return deep
	case '|':
		best := -1
		for _, s := range p.subs {
			if d := g.depth(s); d >= 0 && (best < 0 || d < best) {
				best = d
			}
		}
		return best
	case '{':
		if p.low == 0 {
			return 0
		}
		return g.depth(p.subs[0])
	}
	return 0
}

// sentence draws one, with deep rules for as long as budget lasts.
func (g *gbnf) sentence(rnd *rand.Rand, budget int) string {
	var b strings.Builder
	g.draw(&b, g.rules["root"], rnd, &budget)
	return b.String()
}

func (g *gbnf) draw(b *strings.Builder, p *part, rnd *rand.Rand, budget *int) {
	*budget--
	switch p.kind {
	case 'l':
		b.WriteString(p.text)
	case '[':
		r := p.ranges[rnd.IntN(len(p.ranges))]
		at := r[0] + rune(rnd.IntN(int(r[1]-r[0])+1))
		if r[1] > 0x250 && rnd.IntN(3) > 0 { // mostly the usual ones
			at = min(r[0]+rune(rnd.IntN(0x40)), r[1])
		}
		b.WriteRune(at)
	case 'r':
		g.draw(b, g.rules[p.text], rnd, budget)
	case 's':
		for _, s := range p.subs {
			g.draw(b, s, rnd, budget)
		}
	case '|':
		choice := p.subs[rnd.IntN(len(p.subs))]
		if *budget <= 0 || g.depth(choice) < 0 {
			for _, s := range p.subs {
				if d := g.depth(s); d >= 0 && (g.depth(choice) < 0 || d < g.depth(choice)) {
					choice = s
				}
			}
		}
		g.draw(b, choice, rnd, budget)
	case '{':
		n := p.low
		if more := p.high - p.low; more > 0 && *budget > 0 {
			switch rnd.IntN(6) {
			case 0: // the least
			case 1:
				n += rnd.IntN(more + 1)
			case 2:
				n = p.high
			default:
				n += rnd.IntN(min(more, 4) + 1)
			}
		}
		for i := range n {
			if i >= p.low && *budget <= 0 {
				break
			}
			g.draw(b, p.subs[0], rnd, budget)
		}
	}
}
