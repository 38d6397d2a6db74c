package query

import (
	"fmt"
	"strings"
)

// Fields are the names of fields as people write them, and as they are meant.
var Fields = map[string]string{
	"type": "type", "kind": "kind", "format": "kind", "date": "date", "dated": "date", "before": "before", "after": "after",
	"from": "from", "sender": "from", "author": "author", "to": "to", "recipient": "to", "subject": "subject",
	"custodian": "custodian", "bates": "bates", "doc": "doc", "document": "doc", "file": "doc", "name": "doc",
	"title": "title", "party": "party", "lang": "language", "language": "language", "status": "status",
}

// Query is a query as it was read.
type Query struct {
	// Plain is what is left to a ranking search: the text without its fields.
	// It is empty where the query uses operators.
	Plain string
	// Fields select documents; all must match. They stand beside Plain only:
	// where operators are used, fields are part of the tree.
	Fields []Field
	// Tree is the query where it uses operators, else nil.
	Tree Node
	// Problems say, in whole sentences, what was not understood and how it was
	// read instead.
	Problems []string
}

// limits of a query that a person wrote.
const (
	maxTokens = 200
	maxDepth  = 20
)

// Read reads a query. Every text is one.
func Read(text string) Query {
	text = strings.ReplaceAll(text, "\x00", " ") // ends a string of the index
	tokens, problems := lex(text)
	switch {
	case !operators(tokens):
		return plain(text, tokens, problems)
	case len(tokens) > maxTokens:
		return plain(text, tokens, append(problems, fmt.Sprintf("The query has over %d words and operators. It was read as plain words.", maxTokens)))
	}
	p := parser{problems: problems}
	open := 0
	for _, t := range tokens {
		switch t.kind {
		case tokenOpen:
			open++
		case tokenClose:
			if open == 0 {
				p.say("A closing bracket has no opening one and was left out.")
				continue
			}
			open--
		}
		p.tokens = append(p.tokens, t)
	}
	n := p.or(0)
	if n == nil {
		return plain(text, tokens, append(p.problems, "The operators have nothing to join. The text was read as plain words."))
	}
	return Query{Tree: n, Problems: p.problems}
}

// operators reports whether a query is meant as more than plain words. Brackets
// and phrases alone are not: people write them in questions.
func operators(tokens []token) bool {
	for i, t := range tokens {
		switch t.kind {
		case tokenAnd, tokenOr, tokenNear:
			if i > 0 && i+1 < len(tokens) {
				return true
			}
		case tokenNot:
			if i+1 < len(tokens) {
				return true
			}
		case tokenWord:
			if t.prefix && t.text != "" {
				return true
			}
		}
	}
	return false
}

// plain leaves the words to a ranking search and keeps the fields.
func plain(text string, tokens []token, problems []string) Query {
	q := Query{Problems: problems}
	var rest strings.Builder
	at := 0
	for _, t := range tokens {
		if t.kind == tokenField {
			q.Fields = append(q.Fields, Field{t.name, t.text})
			rest.WriteString(text[at:t.start])
			at = t.end
		}
	}
	rest.WriteString(text[at:])
	q.Plain = strings.TrimSpace(rest.String())
	return q
}

type parser struct {
	tokens   []token
	at       int
	problems []string
}

func (p *parser) say(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	for _, said := range p.problems {
		if said == s {
			return
		}
	}
	p.problems = append(p.problems, s)
}

// next reports whether the token that comes next is of this kind.
func (p *parser) next(k tokenKind) bool { return p.at < len(p.tokens) && p.tokens[p.at].kind == k }

func (p *parser) or(depth int) Node {
	n := p.and(depth)
	for p.next(tokenOr) {
		p.at++
		m := p.and(depth)
		if m == nil || n == nil {
			p.say("OR has nothing on one side and was left out.")
		}
		n = or(n, m)
	}
	return n
}

func (p *parser) and(depth int) Node {
	n := p.not(depth)
	for p.at < len(p.tokens) && !p.next(tokenOr) && !p.next(tokenClose) {
		said := p.next(tokenAnd)
		if said {
			p.at++
		}
		m := p.not(depth)
		if said && (m == nil || n == nil) {
			p.say("AND has nothing on one side and was left out.")
		}
		n = and(n, m)
	}
	return n
}

func (p *parser) not(depth int) Node {
	negative, seen := false, false
	for p.next(tokenNot) {
		p.at++
		negative, seen = !negative, true
	}
	n := p.near(depth)
	switch {
	case n == nil && seen:
		p.say("NOT has nothing behind it and was left out.")
		return nil
	case negative:
		if m, ok := n.(Not); ok { // NOT (NOT a)
			return m.Node
		}
		return Not{n}
	}
	return n
}

func (p *parser) near(depth int) Node {
	n := p.primary(depth)
	for p.next(tokenNear) {
		t := p.tokens[p.at]
		p.at++
		m := p.primary(depth)
		switch {
		case n == nil || m == nil:
			p.say("A distance such as w/5 has nothing on one side and was left out.")
			n = and(n, m)
		case !closeBy(n) || !closeBy(m):
			p.say("A distance such as w/5 joins words, phrases or these with OR between them. It was read as AND.")
			n = and(n, m)
		default:
			n = Near{A: n, B: m, Words: t.words, Ordered: t.ordered}
		}
	}
	return n
}

// closeBy reports whether a node can be one side of a Near.
func closeBy(n Node) bool {
	switch n := n.(type) {
	case Word, Phrase:
		return true
	case Or:
		for _, m := range n {
			if !closeBy(m) {
				return false
			}
		}
		return true
	}
	return false
}

func (p *parser) primary(depth int) Node {
	if p.at >= len(p.tokens) {
		return nil
	}
	t := p.tokens[p.at]
	switch t.kind {
	case tokenOpen:
		p.at++
		if depth >= maxDepth {
			p.say("Brackets lie too deep in one another. The innermost were left out.")
			return p.primary(depth)
		}
		n := p.or(depth + 1)
		if p.next(tokenClose) {
			p.at++
		} else {
			p.say("A bracket is not closed. It was read as closed at the end.")
		}
		return n
	case tokenWord:
		p.at++
		return p.word(t)
	case tokenPhrase:
		p.at++
		return Phrase{t.text}
	case tokenField:
		p.at++
		return Field{t.name, t.text}
	}
	return nil // an operator or a closing bracket; the caller deals with it
}

// word reads a word. A star inside it, which the index cannot follow, cuts it.
func (p *parser) word(t token) Node {
	text, prefix := t.text, t.prefix
	if root, ok := strings.CutSuffix(text, "!"); ok && root != "" {
		text, prefix = root, true // the root expander of some legal databases
	}
	if i := strings.IndexAny(text, "*?!"); i > 0 {
		text, prefix = text[:i], true
		p.say("A star stands at the end of a word. %q was read as %q.", t.text, text+"*")
	}
	text = strings.Trim(text, "*?!")
	if text == "" {
		return nil
	}
	return Word{Text: text, Prefix: prefix}
}

// and joins two nodes, either of which may be missing.
func and(a, b Node) Node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	if list, ok := a.(And); ok {
		return append(list[:len(list):len(list)], b)
	}
	return And{a, b}
}

func or(a, b Node) Node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	if list, ok := a.(Or); ok {
		return append(list[:len(list):len(list)], b)
	}
	return Or{a, b}
}
