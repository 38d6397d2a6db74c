package answer

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/cite"
)

// digest is a document read from its first page to its last for a
// summary.
type digest struct {
	readings []*reading           // parts of it, in order
	best     map[string]candidate // by topic, where a sentence bears on it
	parties  []mark.Feature
	rated    []candidate // all sentences, by how much of the document they say, best first
}

// digestOf reads a whole document, a part at a time.
func (w *work) digestOf(ctx context.Context, d mark.Document) (*digest, error) {
	s := &digest{best: map[string]candidate{}}
	var err error
	if s.parties, err = w.m.Features(ctx, d.ID, mark.FeatureParty); err != nil {
		return nil, fmt.Errorf("look up the parties: %w", err)
	}
	err = w.eachPart(ctx, d, func(r *reading) {
		s.readings = append(s.readings, r)
		for _, p := range summaryParts[d.Meta.Type] {
			for _, name := range p.topics {
				t := topics().named(name)
				if t == nil {
					continue
				}
				in := inquiry{topics: []asked{{topic: t}}, want: t.want}
				if cs := r.score(in, liking{}); len(cs) > 0 && cs[0].score > max(s.best[name].score, leastTopic) {
					s.best[name] = cs[0]
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	s.rate()
	return s, nil
}

// eachPart reads a document from its first page to its last, a part at a time.
func (w *work) eachPart(ctx context.Context, d mark.Document, do func(*reading)) error {
	edges, err := edgesOf(ctx, w.m, d.ID)
	if err != nil {
		return err
	}
	for first := 1; first <= max(d.Pages, d.PagesRead); first += mostPages {
		pages, err := w.m.PagesFrom(ctx, d.ID, first, mostPages)
		if err != nil {
			return fmt.Errorf("read a document: %w", err)
		}
		pages = slices.DeleteFunc(pages, func(p mark.Page) bool { return p.Number >= first+mostPages })
		if len(pages) > 0 {
			do(read(d, pages, edges...))
		}
	}
	return nil
}

const (
	leastTopic   = 1.6 // score of a sentence that surely speaks of a topic: a saying and several hints
	leastCentral = 7   // words of a sentence that says something
	mostWords    = 60  // of one that is not a list
	smoothWords  = 10  // very short sentences need more
	scaleCentral = 5
	forOpening   = 0.4 // a document says first what it is about
	openingLines = 12
	forConcludes = 0.5
)

// concludes are words of sentences that say what a document is for.
var concludes = words(`conclude concludes conclusion therefore accordingly hold holds held affirm affirmed reverse reversed vacate vacated
	dismiss dismissed grant granted deny denied advise recommend recommends request requests purpose agree agrees summary deadline ask asked`)

// rate orders all sentences by how much of the document's vocabulary they
// carry, as Radev's centroids do, and by where and how they stand. What stands
// on several pages alike is no sentence of the text.
func (s *digest) rate() {
	df, n := map[string]int{}, 0
	often := map[string]int{}
	for _, r := range s.readings {
		for _, l := range r.lines {
			n++
			for st := range l.means {
				df[st]++
			}
			often[shape(r.body(l))]++
		}
	}
	for part, r := range s.readings {
		for i, l := range r.lines {
			if body := r.body(l); l.isHeading || len(l.words) < leastCentral || len(l.words) > mostWords || often[shape(body)] > 1 || listed(body) || !complete(body) {
				continue
			}
			c := candidate{r: r, line: i, from: 0, to: min(len(l.words), mostWords) - 1}
			for st := range l.means {
				if f := df[st]; f > 1 && !cite.Common(st) {
					c.score += math.Log(float64(f)) * math.Log(1+float64(n)/float64(f))
				}
			}
			c.score /= scaleCentral * float64(len(l.words)+smoothWords)
			if part == 0 && i < openingLines {
				c.score += forOpening
			}
			if slices.ContainsFunc(l.words, func(w cite.Word) bool { return concludes[w.Norm] }) {
				c.score += forConcludes
			}
			s.rated = append(s.rated, c)
		}
	}
	slices.SortStableFunc(s.rated, func(a, b candidate) int { return compare(b.score, a.score) })
}

// complete reports whether a text is a sentence of its own: it begins like one and
// ends like one.
func complete(s string) bool {
	s = strings.TrimSpace(s)
	first, _ := utf8.DecodeRuneInString(s)
	return (unicode.IsUpper(first) || strings.ContainsRune("“\"‘'[", first)) && strings.ContainsAny(s[max(0, len(s)-4):], ".?!")
}

// shape is a text without its figures and blanks: running heads are alike but
// for the number of the page.
func shape(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == ' ' || r == '\n' || r == '\t' {
			return -1
		}
		return r
	}, strings.ToLower(s))
}

// listed reports whether a text is a list of figures or the caption of a case
// rather than a sentence.
func listed(s string) bool {
	letters, others := 0, 0
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z':
			letters++
		case r != ' ':
			others++
		}
	}
	return letters < 2*others
}

// central returns up to n sentences that say most, in reading order, none much
// like another.
func (s *digest) central(n int) []candidate {
	return s.which(n, func(string) bool { return true })
}

// which is central among the sentences that ok allows.
func (s *digest) which(n int, ok func(body string) bool) []candidate {
	var out []candidate
	for _, c := range s.rated {
		if len(out) >= n {
			break
		}
		l := c.r.lines[c.line]
		if !ok(c.r.body(l)) || slices.ContainsFunc(out, func(o candidate) bool { return sayAlike(l.means, o.r.lines[o.line].means) }) {
			continue
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b candidate) int {
		if a.r != b.r {
			return a.r.pages[0].Number - b.r.pages[0].Number
		}
		return a.line - b.line
	})
	return out
}

// sayAlike reports whether two sentences share most of their words.
func sayAlike(a, b map[string]bool) bool {
	both := 0
	for w := range a {
		if b[w] {
			both++
		}
	}
	return 2*both > min(len(a), len(b))
}

// headingOf is the heading that a sentence stands under, as it stands there.
func (s *digest) headingOf(c candidate) string {
	h := c.r.lines[c.line].heading
	if h < 0 {
		return ""
	}
	return oneLine(c.r.body(c.r.lines[h]))
}
