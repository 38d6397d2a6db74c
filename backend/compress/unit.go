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
	columns Range           // of a row: the row that names the columns
	words   map[string]bool // stems
	score   float64
}

// cells part the columns of a row.
var cells = regexp.MustCompile(`\S(?:\t| {3,}|\s*\|\s*)\S`)

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
	add := func(start, end int, columns Range) {
		body := text[start:end]
		start, end = start+len(body)-len(strings.TrimLeft(body, " \t\r\n\f")), end-len(body)+len(strings.TrimRight(body, " \t\r\n\f"))
		if start >= end {
			return
		}
		u := unit{Range: Range{start, end}, passage: passage, columns: columns, words: map[string]bool{}}
		for _, w := range legal.Words(text[start:end]) {
			u.words[legal.Stem(w.Text)] = true
		}
		out = append(out, u)
	}
	var columns Range // of the table that goes on
	rows := 0
	for _, sentence := range sentences {
		if !cells.MatchString(text[sentence.Start:sentence.End]) {
			columns, rows = Range{}, 0
			add(sentence.Start, sentence.End, Range{})
			continue
		}
		at := sentence.Start
		for line := range strings.SplitAfterSeq(text[sentence.Start:sentence.End], "\n") {
			end := at + len(line)
			switch {
			case !cells.MatchString(line):
				columns, rows = Range{}, 0
			case rows == 0:
				columns, rows = Range{at, at + len(strings.TrimRight(line, " \t\r\n\f"))}, 1
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

// What makes a sentence bear on a question. Set on the development questions.
const (
	forSubject  = 1.0  // it uses the words of clauses on the subject
	forHeading  = 0.15 // its heading has the question's words
	forWanted   = 0.15 // it holds a number where one is asked for
	forRank     = 2.0  // its passage was found first
	rankDecay   = 0.8  // what each later passage loses
	forPassage  = 0.3  // what the best of its passage lends it
	forNeighbor = 0.3  // what the better of its neighbours lends it
)

// asked is what a question asks, weighed by how rare its words are in what was
// found.
type asked struct {
	question, subject map[string]float64
	number            bool
}

var numberAsked = regexp.MustCompile(`(?i)\b(?:when|date|how (?:much|many|long|often)|amount|price|fee|period|percent|deadline|number)\b`)

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
	a := asked{question: map[string]float64{}, subject: map[string]float64{}, number: numberAsked.MatchString(question)}
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
	own := make([]float64, len(units))
	best := 0.0
	for i, u := range units {
		// Few of the many words of a subject stand in any one clause.
		own[i] = coverage(a.question, u.words) + forSubject*math.Min(1, 3*coverage(a.subject, u.words))
		if a.number && strings.ContainsAny(p.Text[u.Start:u.End], "0123456789") {
			own[i] += forWanted
		}
		best = max(best, own[i])
	}
	for i := range units {
		beside := 0.0
		if i > 0 {
			beside = own[i-1]
		}
		if i+1 < len(units) {
			beside = max(beside, own[i+1])
		}
		units[i].score = base + own[i] + forPassage*best + forNeighbor*beside
	}
}
