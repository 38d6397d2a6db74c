package answer

import (
	"regexp"
	"strings"
	"unicode"

	mark "markai/backend"
	"markai/backend/cite"
)

// reading is a document, or the part of it around what was found, cut into
// sentences.
type reading struct {
	doc    mark.Document
	text   *cite.Text
	pages  []mark.Page
	lines  []sentence
	vocab  map[string]bool // every word, lower case
	pairs  map[string]bool // every two words that follow each other
	small  map[string]bool // words that occur without a capital
	counts map[string]int  // sentences in which a meaning occurs
}

// sentence is a sentence of a reading.
type sentence struct {
	cite.Range             // in the reading's text
	words      []cite.Word // offsets within the sentence
	stems      map[string]bool
	means      map[string]bool // stems, each for all that mean the same
	heading    int             // index of the heading it stands under, -1 for none
	isHeading  bool
}

// read cuts pages, consecutive and in order, into sentences.
func read(doc mark.Document, pages []mark.Page) *reading {
	r := &reading{doc: doc, pages: pages, text: cite.NewText(doc.ID, pages),
		vocab: map[string]bool{}, pairs: map[string]bool{}, small: map[string]bool{}, counts: map[string]int{}}
	raw := r.text.String()
	heading := -1
	for _, rg := range cite.Sentences(raw) {
		s := sentence{Range: rg, words: cite.Words(raw[rg.Start:rg.End]), stems: map[string]bool{}, means: map[string]bool{}, heading: heading}
		body := raw[rg.Start:rg.End]
		last := ""
		for _, w := range s.words {
			s.stems[w.Stem] = true
			s.means[topics().meaning(w.Stem)] = true
			r.vocab[w.Norm] = true
			if last != "" {
				r.pairs[last+" "+w.Norm] = true
			}
			last = w.Norm
			if !upper(body, w) {
				r.small[w.Norm] = true
			}
		}
		for st := range s.means {
			r.counts[st]++
		}
		if s.isHeading = isHeading(body, s.words); s.isHeading {
			heading = len(r.lines)
			s.heading = -1
		}
		r.lines = append(r.lines, s)
	}
	return r
}

var (
	tableOfContents = regexp.MustCompile(`\.{4,}|(?:\. ){4,}|\s\d{1,3}$`)
	verbs           = words(`is are was were be been shall will may must can has have had does do means mean agrees agree
		represents warrants grants grant acknowledges includes include provided terminate terminates expires applies`)
)

// isHeading reports whether a sentence is a title or a line of a table of
// contents: a few words, most of them capitalised, that state nothing.
func isHeading(body string, ws []cite.Word) bool {
	n, capitals := 0, 0
	for _, w := range ws {
		if verbs[w.Norm] && body != strings.ToUpper(body) {
			return false
		}
		r := rune(body[w.Start])
		if unicode.IsDigit(r) {
			continue
		}
		n++
		if upper(body, w) || cite.Common(w.Norm) {
			capitals++
		}
	}
	if n == 0 {
		return true
	}
	if tableOfContents.MatchString(body) && n <= 14 && capitals*3 >= n*2 && len(cite.Dates(body)) == 0 {
		return true
	}
	return n <= 8 && capitals*4 >= n*3 && (len(body) < 80) && len(cite.Dates(body)) == 0
}

// body returns the sentence's text.
func (r *reading) body(s sentence) string { return r.text.String()[s.Start:s.End] }
