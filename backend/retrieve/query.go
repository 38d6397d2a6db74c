package retrieve

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"markai/backend/legal"
)

// question is what can be read off a query without looking at the matter.
type question struct {
	text     string
	words    []legal.Word
	sections []string // numbers of sections that it names
}

var quoted = regexp.MustCompile(`"([^"]{2,200})"|“([^”]{2,200})”|«([^»]{2,200})»`)

func read(text string) question {
	return question{text: text, words: legal.Words(text), sections: legal.Sections(text)}
}

// says reports whether the question holds anything to look for. Words that only
// join others, and those that search engines take for operators, are nothing.
func (q question) says() bool {
	operators := map[string]bool{"AND": true, "OR": true, "NOT": true, "NEAR": true}
	for _, w := range q.words {
		if !legal.Stop(w.Text) && !operators[q.text[w.Start:w.End]] {
			return true
		}
	}
	return len(q.sections) > 0 || len(q.exact(func(legal.Word) bool { return false })) > 0
}

// names returns the words that stand in the question as names do.
func (q question) names() []string {
	var out []string
	for _, w := range distinct(q.words) {
		if nameLike(q.text, w) && !namesNobody(q.text, w) {
			out = append(out, w.Text)
		}
	}
	return out
}

// topic is what a question asks, without the words that only name a document.
type topic struct {
	text     string   // to be embedded
	words    []string // to be matched, each once, in order, without stop words
	phrases  []string // what stands in quotation marks and names no document
	sections []string
	concepts []legal.Concept
	numbers  []string // such as 12(b)(6): their parts alone say nothing
	prefixes []string // beginnings of words, of a query with operators
}

// topic returns what q asks once the words that name documents are taken out.
// A question that only names a document is about all of it: then nothing is
// taken out.
func (q question) topic(naming func(w legal.Word) bool) topic {
	t := topic{sections: q.sections, phrases: q.exact(naming), numbers: numbered.FindAllString(q.text, -1)}
	rest := q.rest(naming)
	words := legal.Words(rest)
	t.fill(words)
	if len(t.words) == 0 {
		rest = q.text
		t.fill(q.words)
	}
	if telling := slices.DeleteFunc(slices.Clone(t.words), legal.Everywhere); len(telling) > 0 {
		t.words = telling
	}
	if len(t.words) == 0 { // nothing but stop words: better than no search
		for _, w := range q.words {
			t.add(w.Text)
		}
	}
	t.text = strings.TrimSpace(rest)
	t.concepts = legal.Concepts(rest)
	return t
}

// numbered are numbers of several parts: 12(b)(6), 4.2.1.
var numbered = regexp.MustCompile(`\b\d+(?:\.\d+|\([0-9A-Za-z]{1,4}\))+`)

// exact returns the phrases in quotation marks but for those that are names.
func (q question) exact(naming func(w legal.Word) bool) []string {
	var out []string
	for _, m := range quoted.FindAllStringSubmatchIndex(q.text, 8) {
		name := false
		for _, w := range q.words {
			name = name || m[0] <= w.Start && w.End <= m[1] && naming(w)
		}
		p := strings.Trim(q.text[m[0]:m[1]], "\"“”«» ")
		if !name && len(legal.Words(p)) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// fill adds the words that say something.
func (t *topic) fill(words []legal.Word) {
	for _, w := range words {
		if !legal.Stop(w.Text) && !(len(w.Text) == 1 && w.Text[0] >= 'a') {
			t.add(w.Text)
		}
	}
}

func (t *topic) add(w string) {
	if !slices.Contains(t.words, w) {
		t.words = append(t.words, w)
	}
}

// breaks are where a question may go over from naming a document to asking.
var breaks = regexp.MustCompile(`[;:?!]\s+|,\s+|\.\s+`)

// rest returns the question without the parts that only name a document: parts
// between breaks in which most words that say something are names.
func (q question) rest(naming func(w legal.Word) bool) string {
	var kept []string
	at := 0
	cuts := append(breaks.FindAllStringIndex(q.text, -1), []int{len(q.text), len(q.text)})
	dropped := false
	for _, c := range cuts {
		names, others := 0, 0
		for _, w := range q.words {
			if w.Start < at || w.End > c[0] {
				continue
			}
			switch {
			case naming(w):
				names++
			case !legal.Stop(w.Text):
				others++
			}
		}
		switch {
		case names > 0 && names >= others:
			dropped = true
		case names == 0 && others == 0:
		default:
			kept = append(kept, q.text[at:c[1]])
		}
		at = c[1]
	}
	if !dropped || len(kept) == 0 {
		return q.text
	}
	return strings.Join(kept, "")
}

// anyOf returns an FTS5 expression that matches any of the terms, each quoted.
func anyOf(terms []string) string {
	quoted := make([]string, len(terms))
	for i, t := range terms {
		quoted[i] = quote(t)
	}
	return strings.Join(quoted, " OR ")
}

// togetherOf returns an FTS5 expression for a term. Of one of several words,
// those that say something must stand close together: a phrase with "of the" in
// it makes the index read where every "the" stands. Empty: none says anything.
func togetherOf(term string) (expr string, words []string) {
	var quoted []string
	for _, w := range legal.Words(term) {
		if !legal.Stop(w.Text) {
			words = append(words, w.Text)
			quoted = append(quoted, quote(w.Text))
		}
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, ""), words
	}
	return fmt.Sprintf("NEAR(%s, %d)", strings.Join(quoted, " "), near), words
}

// near is how many other words may stand between the words of a term.
const near = 3

// quote makes one FTS5 string of t: whatever it holds is then only words.
func quote(t string) string { return `"` + strings.ReplaceAll(t, `"`, `""`) + `"` }
