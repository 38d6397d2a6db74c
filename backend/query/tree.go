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
// still has to be checked where it is ordered, exact or the beginning of words:
// the index holds stems.
func FTS(n Node) string { return strings.Join(alternatives(n), " OR ") }

// alternatives returns phrases of FTS5, and nearnesses of these, one of which
// stands wherever n does.
func alternatives(n Node) []string {
	switch n := n.(type) {
	case Word:
		if n.Prefix {
			return beginnings(n.Text)
		}
		return []string{quote(n.Text)}
	case Phrase:
		return []string{quote(n.Text)}
	case Or:
		var out []string
		for _, m := range n {
			out = append(out, alternatives(m)...)
		}
		return out
	case Near:
		var out []string
		for _, a := range alternatives(n.A) {
			for _, b := range alternatives(n.B) {
				out = append(out, fmt.Sprintf("NEAR(%s %s, %d)", a, b, n.Words-1))
			}
		}
		return out
	}
	return nil
}

// ending is how many letters of what words begin with may belong to their ending,
// which the index cuts off: "ization".
const ending = 7

// beginnings returns what the index may hold of words that begin so. Their stem
// begins so too, or ends before: terminat* is kept as "termin". And a y at the
// end of a stem becomes an i.
func beginnings(text string) []string {
	out := []string{quote(text) + " *"}
	letters := []rune(text)
	for n := len(letters) - 1; n >= max(3, len(letters)-ending); n-- {
		out = append(out, quote(string(letters[:n])))
	}
	if stem, ok := strings.CutSuffix(strings.ToLower(text), "y"); ok && len(letters) > 2 {
		out = append(out, quote(stem+"i"))
	}
	return out
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
