package query

import (
	"fmt"
	"strconv"
	"strings"
)

// Node is a part of a query that uses operators.
type Node interface {
	// String writes the node so that Read reads it back as the same.
	String() string
}

// Word matches a word in any of its forms or, where Prefix, every word that
// begins so.
type Word struct {
	Text   string
	Prefix bool
}

// Phrase matches these very words one after the other.
type Phrase struct{ Text string }

// Near matches where words of both sides stand within Words words of one
// another. A and B are words, phrases, or these joined by Or.
type Near struct {
	A, B    Node
	Words   int // at least 1; 1 is side by side
	Ordered bool
}

// Field matches documents by what they are. Name is one of Fields.
type Field struct{ Name, Value string }

// And matches documents that all its parts match.
type And []Node

// Or matches documents that one of its parts matches.
type Or []Node

// Not matches the documents that its part does not match.
type Not struct{ Node Node }

func (w Word) String() string {
	if w.Prefix {
		return w.Text + "*"
	}
	return w.Text
}

func (p Phrase) String() string { return `"` + p.Text + `"` }

func (n Near) String() string {
	op := "w/"
	if n.Ordered {
		op = "pre/"
	}
	return "(" + n.A.String() + " " + op + strconv.Itoa(n.Words) + " " + n.B.String() + ")"
}

func (f Field) String() string {
	if strings.ContainsAny(f.Value, " ()\t\n") || f.Value == "" {
		return f.Name + `:"` + f.Value + `"`
	}
	return f.Name + ":" + f.Value
}

func (a And) String() string { return joined(a, " AND ") }
func (o Or) String() string  { return joined(o, " OR ") }
func (n Not) String() string { return "NOT " + n.Node.String() }

func joined(nodes []Node, op string) string {
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		parts[i] = n.String()
	}
	return "(" + strings.Join(parts, op) + ")"
}

// Leaves returns the words, phrases and nearnesses that speak for a document:
// those that stand under no Not.
func Leaves(n Node) []Node {
	switch n := n.(type) {
	case Word, Phrase, Near:
		return []Node{n}
	case And:
		return leavesOf(n)
	case Or:
		return leavesOf(n)
	}
	return nil
}

func leavesOf(nodes []Node) []Node {
	var out []Node
	for _, n := range nodes {
		out = append(out, Leaves(n)...)
	}
	return out
}

// sentence and paragraph are how many words /s and /p reach: a page's text does
// not always say where a sentence or a paragraph ends.
const (
	sentence  = 25
	paragraph = 100
	farthest  = 1000
)

// FTS returns a Word, Phrase or Near as an FTS5 expression. What it matches
// still has to be checked where it is ordered or exact: the index holds stems.
func FTS(n Node) string {
	switch n := n.(type) {
	case Word:
		if n.Prefix {
			return quote(n.Text) + " *"
		}
		return quote(n.Text)
	case Phrase:
		return quote(n.Text)
	case Or:
		parts := make([]string, len(n))
		for i, m := range n {
			parts[i] = "(" + FTS(m) + ")"
		}
		return strings.Join(parts, " OR ")
	case Near:
		var parts []string
		for _, a := range choices(n.A) {
			for _, b := range choices(n.B) {
				parts = append(parts, fmt.Sprintf("NEAR(%s %s, %d)", FTS(a), FTS(b), n.Words-1))
			}
		}
		return strings.Join(parts, " OR ")
	}
	return ""
}

// choices returns the words and phrases that one side of a Near may be.
func choices(n Node) []Node {
	if o, ok := n.(Or); ok {
		var out []Node
		for _, m := range o {
			out = append(out, choices(m)...)
		}
		return out
	}
	return []Node{n}
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
