package answer

import (
	"regexp"
	"slices"
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
	large  map[string]bool // words that occur with a capital
	head   map[string]bool // words of its file name, title and parties
	squash string          // its file name without anything between the letters
	counts map[string]int  // sentences in which a meaning occurs
}

// sentence is a sentence of a reading.
type sentence struct {
	cite.Range             // in the reading's text
	words      []cite.Word // offsets within the sentence
	mean       []string    // what each of them means
	stems      map[string]bool
	means      map[string]bool // stems, each for all that mean the same
	heading    int             // index of the heading it stands under, -1 for none
	isHeading  bool
}

// read cuts pages, consecutive and in order, into sentences. Running heads and
// feet, edges, are left out where a sentence begins or ends with one.
func read(doc mark.Document, pages []mark.Page, edges ...mark.Feature) *reading {
	r := &reading{doc: doc, pages: pages, text: cite.NewText(doc.ID, pages),
		vocab: map[string]bool{}, pairs: map[string]bool{}, large: map[string]bool{}, head: map[string]bool{}, counts: map[string]int{}}
	for _, w := range cite.Words(strings.Join(append([]string{doc.Name, doc.Title}, doc.Parties...), " ; ")) {
		r.head[w.Norm] = true
	}
	r.squash = squash(doc.Name)
	raw := r.text.String()
	heading := -1
	for _, rg := range r.without(cite.Sentences(raw), edges) {
		s := sentence{Range: rg, words: cite.Words(raw[rg.Start:rg.End]), stems: map[string]bool{}, means: map[string]bool{}, heading: heading}
		body := raw[rg.Start:rg.End]
		last := ""
		for i, w := range s.words {
			if i > 0 && w.Stem == "limit" && unlimiting[last] {
				s.mean = append(s.mean, "") // "including without limitation" limits nothing
				continue
			}
			s.stems[w.Stem] = true
			mean := topics().meaning(w.Stem)
			s.mean = append(s.mean, mean)
			s.means[mean] = true
			r.vocab[w.Norm] = true
			if last != "" {
				r.pairs[last+" "+w.Norm] = true
			}
			last = w.Norm
			if upper(body, w) {
				r.large[w.Norm] = true
			}
		}
		for st := range s.means {
			r.counts[st]++
		}
		if s.isHeading = isHeading(body, s.words) || mailHead.MatchString(body); s.isHeading {
			heading = len(r.lines)
			s.heading = -1
		}
		r.lines = append(r.lines, s)
	}
	return r
}

// mailHead matches the head of a message: its dates and names are of the sending.
var mailHead = regexp.MustCompile(`^From: .*\s(?:To|Date|Sent): `)

// unlimiting are words before "limitation" or "limited" where nothing is limited.
var unlimiting = words(`without not`)

// without takes the edges off the ends of sentences.
func (r *reading) without(sentences []cite.Range, edges []mark.Feature) []cite.Range {
	if len(edges) == 0 {
		return sentences
	}
	raw := r.text.String()
	var off []cite.Range
	for _, e := range edges {
		from := r.text.Offset(mark.Pos{Page: e.Page, Offset: e.Start})
		to := r.text.Offset(mark.Pos{Page: e.Page, Offset: e.End})
		if to > from {
			off = append(off, cite.Range{Start: from, End: to})
		}
	}
	slices.SortFunc(off, func(a, b cite.Range) int { return a.Start - b.Start })
	var out []cite.Range
	next := 0
	for _, s := range sentences {
		for next < len(off) && off[next].End <= s.Start {
			next++
		}
		for _, e := range off[next:] {
			if e.Start >= s.End {
				break
			}
			switch {
			case strings.TrimSpace(raw[s.Start:max(s.Start, e.Start)]) == "":
				s.Start = min(max(s.Start, e.End), s.End)
			case strings.TrimSpace(raw[min(e.End, s.End):s.End]) == "":
				s.End = e.Start
			}
		}
		for s.Start < s.End && strings.IndexByte(" \t\r\n\f", raw[s.Start]) >= 0 {
			s.Start++
		}
		for s.End > s.Start && strings.IndexByte(" \t\r\n\f", raw[s.End-1]) >= 0 {
			s.End--
		}
		if s.Start < s.End {
			out = append(out, s)
		}
	}
	return out
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
	if strings.HasSuffix(body, ".") && n > 6 {
		return false
	}
	return n <= 12 && capitals*5 >= n*4 && len(body) < 110 && len(cite.Dates(body)) == 0
}

// body returns the sentence's text.
func (r *reading) body(s sentence) string { return r.text.String()[s.Start:s.End] }

// squash keeps the letters and digits of a file name, lower case: names in it
// are often glued together.
func squash(s string) string {
	var b strings.Builder
	for _, c := range s {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			b.WriteRune(unicode.ToLower(c))
		}
	}
	return b.String()
}
