package query

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
)

// Part is a piece of a query in words.
type Part struct {
	Text  string // as it is written in the query language
	Says  string // what it asks for, for people
	Depth int    // how deep it stands in brackets, from 0
	Bad   bool   // its value is not understood
}

// Explain says what a query asks for, piece by piece, in its order. The pieces
// of a query without operators are what is ranked and what selects documents.
func Explain(q Query) []Part {
	e := explainer{parts: []Part{}}
	if q.Tree != nil {
		e.node(q.Tree, 0, "")
		return e.parts
	}
	if q.Plain != "" {
		e.add(q.Plain, "Passages about this, the best first.", 0)
		tokens, _ := lex(q.Plain)
		for _, t := range tokens {
			if t.kind == tokenPhrase && t.text != "" {
				e.add(Phrase{t.text}.String(), "Passages with these very words come first.", 1)
			}
		}
	}
	for _, f := range q.Fields {
		e.field(f, 0, "")
	}
	return e.parts
}

type explainer struct{ parts []Part }

func (e *explainer) add(text, says string, depth int) {
	e.parts = append(e.parts, Part{Text: text, Says: says, Depth: depth})
}

// node explains a part of a tree. how begins its sentence: "not ", or nothing.
func (e *explainer) node(n Node, depth int, how string) {
	switch n := n.(type) {
	case Word:
		says := fmt.Sprintf("the word “%s” in any of its forms", n.Text)
		if n.Prefix {
			says = fmt.Sprintf("any word that begins with “%s”", n.Text)
		}
		e.add(n.String(), inSentence(how+says), depth)
	case Phrase:
		e.add(n.String(), inSentence(how+fmt.Sprintf("the exact phrase “%s”", n.Text)), depth)
	case Near:
		e.add(n.String(), inSentence(how+nearInWords(n)), depth)
	case Field:
		e.field(n, depth, how)
	case And:
		e.group("AND", "All of these", n, depth, how)
	case Or:
		e.group("OR", "One of these, or several", n, depth, how)
	case Not:
		e.node(n.Node, depth, "not ")
	}
}

func (e *explainer) group(op, all string, nodes []Node, depth int, how string) {
	if how != "" {
		all = "Not what matches " + strings.ToLower(all[:1]) + all[1:]
		op = "NOT " + op
	}
	e.add(op, all+":", depth)
	for _, n := range nodes {
		e.node(n, depth+1, "")
	}
}

// nearInWords says how close words must stand.
func nearInWords(n Near) string {
	a, b := sideInWords(n.A), sideInWords(n.B)
	distance := fmt.Sprintf("within %d words of", n.Words)
	switch {
	case n.Words == 1 && n.Ordered:
		return a + " right before " + b
	case n.Words == 1:
		return a + " right beside " + b
	case n.Ordered:
		return fmt.Sprintf("%s at most %d words before %s", a, n.Words, b)
	}
	return a + " " + distance + " " + b
}

func sideInWords(n Node) string {
	switch n := n.(type) {
	case Word:
		if n.Prefix {
			return fmt.Sprintf("a word that begins with “%s”", n.Text)
		}
		return fmt.Sprintf("“%s”", n.Text)
	case Phrase:
		return fmt.Sprintf("“%s”", n.Text)
	case Or:
		sides := make([]string, len(n))
		for i, s := range n {
			sides[i] = sideInWords(s)
		}
		return strings.Join(sides, " or ")
	}
	return n.String()
}

// field says which documents a field selects.
func (e *explainer) field(f Field, depth int, how string) {
	_, problem := Select(f)
	says, only := fieldInWords(f), "only "
	if how != "" {
		only = "no "
	}
	if problem != "" {
		e.parts = append(e.parts, Part{Text: f.String(), Says: problem, Depth: depth, Bad: true})
		return
	}
	e.add(f.String(), inSentence(only+says), depth)
}

var fieldsInWords = map[string]string{
	"custodian": "documents of the custodian “%s”", "from": "documents from “%s”", "to": "messages to “%s”",
	"subject": "messages with “%s” in the subject", "title": "documents with “%s” in the title",
	"party": "documents that name “%s” as a party", "doc": "documents with “%s” in the file's name",
	"language": "documents in the language “%s”", "status": "documents that are “%s”", "kind": "files of the kind “%s”",
}

func fieldInWords(f Field) string {
	if words, ok := fieldsInWords[f.Name]; ok {
		return fmt.Sprintf(words, f.Value)
	}
	q, _ := Select(f)
	switch {
	case len(q.Types) > 0:
		return fmt.Sprintf("documents of the type “%s”", strings.ReplaceAll(string(q.Types[0]), "_", " "))
	case q.Bates != "" && q.BatesTo != "":
		return fmt.Sprintf("documents with a Bates number from %s to %s", q.Bates, q.BatesTo)
	case q.Bates != "":
		return fmt.Sprintf("the document with the Bates number %s", q.Bates)
	}
	return "documents dated " + datesInWords(q)
}

func datesInWords(q mark.DocumentQuery) string {
	switch {
	case q.From == q.To:
		return q.From
	case q.From == "":
		return "up to " + q.To
	case q.To == "":
		return q.From + " or later"
	}
	return q.From + " to " + q.To
}

func inSentence(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:] + "."
}
