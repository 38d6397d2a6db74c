package compress

import (
	"math"
	"regexp"
	"strings"

	"markai/backend/legal"
)

// unit is the smallest thing that is kept: a sentence, or a row of a table.
type unit struct {
	Range
	passage int
	needs   Range           // without which it cannot be read: of a row the row that names the columns, of an item what leads to it
	words   map[string]bool // stems
	score   float64
}

// cells part the columns of a row.
var cells = regexp.MustCompile(`\S(?:\t| {3,}|\s*\|\s*)\S`)

// item begins an item of a list.
var item = regexp.MustCompile(`^\s*(?:\(?(?:[a-z]{1,2}|[ivx]{1,5}|\d{1,2})[.)]|[•●▪◦‣·–—*-])\s`)

// units cuts the passages that need not be whole and scores what it finds.
func (s *selection) units() []unit {
	var out []unit
	first := make([]int, len(s.Passages)+1)
	for i, p := range s.Passages {
		first[i] = len(out)
		if !p.Whole {
			out = append(out, cut(i, p.Text, s.Sentences(p.Text))...)
		}
	}
	first[len(s.Passages)] = len(out)
	a := newAsked(s.Question, out)
	for i, p := range s.Passages {
		a.score(out[first[i]:first[i+1]], p, i)
	}
	return out
}

// cut makes units of sentences; one that holds rows of a table is cut at its
// lines.
func cut(passage int, text string, sentences []Range) []unit {
	var out []unit
	add := func(start, end int, needs Range) {
		r := trimmed(text, Range{start, end})
		if r.Start >= r.End {
			return
		}
		u := unit{Range: r, passage: passage, needs: needs, words: map[string]bool{}}
		for _, w := range legal.Words(text[r.Start:r.End]) {
			u.words[legal.Stem(w.Text)] = true
		}
		out = append(out, u)
	}
	var columns Range // of the table that goes on
	var lead Range    // of the list that goes on
	rows := 0
	for _, sentence := range sentences {
		body := text[sentence.Start:sentence.End]
		if !cells.MatchString(body) {
			columns, rows = Range{}, 0
			if item.MatchString(body) {
				add(sentence.Start, sentence.End, lead)
			} else {
				add(sentence.Start, sentence.End, Range{})
				lead = Range{}
			}
			if r := trimmed(text, sentence); strings.HasSuffix(text[r.Start:r.End], ":") {
				lead = r
			}
			continue
		}
		lead = Range{}
		at := sentence.Start
		for line := range strings.SplitAfterSeq(text[sentence.Start:sentence.End], "\n") {
			end := at + len(line)
			switch {
			case !cells.MatchString(line):
				columns, rows = Range{}, 0
			case rows == 0:
				columns, rows = Range{at, at + len(strings.TrimRight(line, blanks))}, 1
			default:
				rows++
			}
			if rows > 1 {
				add(at, end, columns)
			} else {
				add(at, end, Range{})
			}
			at = end
		}
	}
	return out
}

const blanks = " \t\r\n\f"

// trimmed is a range without the blanks at its ends.
func trimmed(text string, r Range) Range {
	body := strings.TrimRight(text[r.Start:r.End], blanks)
	return Range{r.End - len(strings.TrimLeft(text[r.Start:r.End], blanks)), r.Start + len(body)}
}

// What makes a sentence bear on a question. Set on the development questions.
const (
	forSubject = 1.5  // it uses the words of clauses on the subject
	forHeading = 0.15 // its heading has the question's words
	forRank    = 1.5  // its passage was found first
	rankDecay  = 0.8  // what each later passage loses
	forFound   = 2.0  // it would be quoted first
	forNear    = 2.0  // cosine of its meaning with the question's
	subjectFew = 3    // few of the many words of a subject stand in any one clause
)

// asked is what a question asks, weighed by how rare its words are in what was
// found.
type asked struct {
	question, subject map[string]float64
}

func newAsked(question string, units []unit) asked {
	df := map[string]int{}
	for _, u := range units {
		for w := range u.words {
			df[w]++
		}
	}
	idf := func(stem string) float64 {
		return math.Log(1 + float64(len(units)+1)/float64(df[stem]+1))
	}
	a := asked{question: map[string]float64{}, subject: map[string]float64{}}
	for _, w := range legal.Words(question) {
		if !legal.Stop(w.Text) {
			st := legal.Stem(w.Text)
			a.question[st] = idf(st)
		}
	}
	for _, c := range legal.Concepts(question) {
		for _, f := range c.Find {
			for _, w := range legal.Words(f) {
				if st := legal.Stem(w.Text); !legal.Stop(w.Text) && a.question[st] == 0 {
					a.subject[st] = idf(st)
				}
			}
		}
	}
	return a
}

// coverage is the share of wanted words, by weight, that are among words.
func coverage(wanted map[string]float64, words map[string]bool) float64 {
	got, all := 0.0, 0.0
	for w, v := range wanted {
		all += v
		if words[w] {
			got += v
		}
	}
	if all == 0 {
		return 0
	}
	return got / all
}

// score rates the units of one passage, which was found as the n-th.
func (a asked) score(units []unit, p Passage, n int) {
	heading := map[string]bool{}
	for _, w := range legal.Words(p.Heading) {
		heading[legal.Stem(w.Text)] = true
	}
	base := forRank*math.Pow(rankDecay, float64(n)) + forHeading*coverage(a.question, heading)
	for i := range units {
		u := &units[i]
		found, near := p.bearing(u.Range)
		u.score = base + coverage(a.question, u.words) + forSubject*math.Min(1, subjectFew*coverage(a.subject, u.words)) +
			forFound*found + forNear*near
	}
}

// bearing is what the caller knows of a range: the most of what is known of the
// parts that make up most of it or most of which it is.
func (p Passage) bearing(r Range) (found, near float64) {
	for _, b := range p.Bearings {
		both := min(b.End, r.End) - max(b.Start, r.Start)
		if 2*both > min(b.End-b.Start, r.End-r.Start) {
			found, near = max(found, b.Found), max(near, b.Near)
		}
	}
	return found, near
}
