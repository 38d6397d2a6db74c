package answer

import (
	"math"
	"slices"
	"strings"

	"markai/backend/cite"
)

// candidate is a sentence that may be quoted.
type candidate struct {
	r     *reading
	line  int
	score float64
	head  float64 // how much its heading is about the question
	bears bool    // by itself it shows that the document speaks of what is asked
	from  int     // the words that show it, for cutting a long sentence
	to    int
}

// The weights were set on the development questions, as `markai eval qa` measures
// them, and on the same questions worded otherwise. None is keyed to a wording.
const (
	forSaying    = 1.0  // a way in which documents speak of the topic
	forMore      = 0.20 // each further one
	mostMore     = 0.70
	forKey       = 0.35 // it states the thing itself
	forHint      = 0.15
	mostHints    = 0.60
	forUnlike    = 0.20
	forTerms     = 1.50 // all of the question's own words
	forHeading   = 0.30 // it stands under a heading on the topic
	forWanted    = 0.70 // it holds a date where a date is asked for
	forRank      = 0.60 // it stands in the passage that search found first
	forPhrase    = 1.50 // it holds what the question puts in quotation marks
	enoughTerms  = 0.62 // share of the question's words that shows relevance without a topic
	leastTerms   = 0.25 // share without which even a saying is about something else, where the topic is not all of the question
	sameMeaning  = 0.45 // cosine from which a passage that shares a word is about the question
	sureMeaning  = 0.52 // the same where not one word is shared
	likeMeaning  = 0.35 // cosine from which a saying is taken at its word
	forMeaning   = 0.50
	forLine      = 2.00
	forLiked     = 0.15 // less where search liked the passage
	stretchWords = 20   // how far apart words of one saying may stand
	sideBySide   = 4    // the same for words joined by a +
)

// score rates every sentence of a reading.
func (r *reading) score(q inquiry, l liking) []candidate {
	weights, total := r.termWeights(q)
	headings := r.headingScores(q)
	beside := q.beside()
	coined, clause := q.coined(), r.clause(q)
	var out []candidate
	for i, s := range r.lines {
		if s.isHeading || len(s.words) < 4 {
			continue
		}
		c := candidate{r: r, line: i, from: -1}
		said := 0
		for _, t := range q.topics {
			if says(s, t.bar) {
				continue
			}
			if says(s, t.key) {
				c.score += forKey
			}
			n := t.sayings(s, &c)
			said += n
			if n > 0 {
				c.score += forSaying + math.Min(mostMore, forMore*float64(n-1))
			}
			hints := 0
			for st := range s.stems {
				if t.hint[st] {
					hints++
				}
			}
			c.score += math.Min(mostHints, forHint*float64(hints))
			for st := range s.stems {
				if t.not[st] {
					c.score -= forUnlike
				}
			}
		}
		share := coverage(s.means, weights, total)
		c.score += forTerms * share
		around := share
		if s.heading >= 0 {
			c.score += forHeading * headings[s.heading]
			c.head = headings[s.heading]
			around = r.coverageWith(s, r.lines[s.heading], weights, total)
		}
		for _, p := range q.phrases {
			if strings.Contains(strings.ToLower(r.body(s)), strings.ToLower(p)) {
				c.score += forPhrase
				c.bears = true
			}
		}
		c.bears = c.bears || said > 0 || clause != nil && share >= enoughTerms &&
			slices.ContainsFunc(coined, func(t string) bool { return r.speaks(i, t) })
		if beside {
			c.bears = c.bears && (around >= leastTerms || l.meaning(i) >= likeMeaning) ||
				total > 0 && around >= enoughTerms-forLiked*l.rank(i) ||
				l.meaning(i) >= sameMeaning && share > 0 || l.meaning(i) >= sureMeaning
		}
		c.score += forRank*l.rank(i) + forMeaning*l.meaning(i) + forLine*call(l.byLine, i)
		if !c.bears {
			continue
		}
		if q.want != wantAny && holds(q.want, r.body(s)) {
			c.score += forWanted
		}
		out = append(out, c)
	}
	out = within(out, clause)
	slices.SortStableFunc(out, func(a, b candidate) int { return compare(b.score, a.score) })
	return out
}

// liking is what search thinks of a line. Any function may be nil.
type liking struct {
	byRank    func(line int) float64 // 1 for the passage found first, 0 for none
	byMeaning func(line int) float64 // cosine of its passage with the question
	byLine    func(line int) float64 // of the line itself
}

func (l liking) rank(line int) float64    { return call(l.byRank, line) }
func (l liking) meaning(line int) float64 { return call(l.byMeaning, line) }

func call(f func(int) float64, line int) float64 {
	if f == nil {
		return 0
	}
	return f(line)
}

// sayings counts the ways of speaking of the topic that a sentence uses, and
// notes in c which words show it.
func (t *topic) sayings(s sentence, c *candidate) int {
	n := 0
	for _, say := range t.say {
		if slices.ContainsFunc(say.words, func(w string) bool { return !s.means[w] && !s.stems[w] }) {
			continue
		}
		if from, to, ok := stretch(s, say); ok {
			n++
			if c.from < 0 {
				c.from, c.to = from, to
			}
			c.from, c.to = min(c.from, from), max(c.to, to)
		}
	}
	return n
}

// says reports whether a sentence uses one of the sayings.
func says(s sentence, all []saying) bool {
	return slices.ContainsFunc(all, func(say saying) bool {
		if slices.ContainsFunc(say.words, func(w string) bool { return !s.means[w] && !s.stems[w] }) {
			return false
		}
		_, _, ok := stretch(s, say)
		return ok
	})
}

// stretch finds all the words close together.
func stretch(s sentence, say saying) (from, to int, ok bool) {
	words := say.words
	for i, mean := range s.mean {
		if mean != words[0] && s.words[i].Stem != words[0] {
			continue
		}
		from, to = i, i
		all := true
		for _, other := range words[1:] {
			at := -1
			for j := max(0, i-say.stretch); j <= min(len(s.words)-1, i+say.stretch); j++ {
				if (s.mean[j] == other || s.words[j].Stem == other) && (at < 0 || abs(j-i) < abs(at-i)) {
					at = j
				}
			}
			if at < 0 {
				all = false
				break
			}
			from, to = min(from, at), max(to, at)
		}
		if all {
			return from, to, true
		}
	}
	return 0, 0, false
}

func abs(n int) int { return max(n, -n) }

// termWeights weighs the question's own words by how rare they are here. Words
// of the document's own name tell nothing inside it.
func (r *reading) termWeights(q inquiry) (map[string]float64, float64) {
	own := map[string]bool{}
	for _, w := range cite.Words(r.doc.Name + " " + r.doc.Title + " " + strings.Join(r.doc.Parties, " ")) {
		own[topics().meaning(w.Stem)] = true
	}
	weights, total := map[string]float64{}, 0.0
	for t := range q.terms {
		w := math.Log(1 + float64(len(r.lines)+1)/float64(1+r.counts[t]))
		if own[t] {
			w /= 4
		}
		weights[t] = w
		total += w
	}
	return weights, total
}

func coverage(stems map[string]bool, weights map[string]float64, total float64) float64 {
	if total == 0 {
		return 0
	}
	got := 0.0
	for t, w := range weights {
		if stems[t] {
			got += w
		}
	}
	return got / total
}

func (r *reading) coverageWith(s, heading sentence, weights map[string]float64, total float64) float64 {
	both := make(map[string]bool, len(s.means))
	for st := range s.means {
		both[st] = true
	}
	for st := range heading.means {
		both[st] = true
	}
	return coverage(both, weights, total)
}

// headingScores says for each heading line how much it is about the question, 0 to 1.
func (r *reading) headingScores(q inquiry) map[int]float64 {
	out := map[int]float64{}
	for i, s := range r.lines {
		if !s.isHeading {
			continue
		}
		for _, t := range q.topics {
			var c candidate
			if t.sayings(s, &c) > 0 || slices.ContainsFunc(t.ask, func(ws []string) bool {
				return !slices.ContainsFunc(ws, func(w string) bool { return !s.stems[w] })
			}) {
				out[i] = 1
			}
		}
		if out[i] == 0 {
			n := 0
			for st := range q.terms {
				if s.means[st] {
					n++
				}
			}
			if len(q.terms) > 0 {
				out[i] = float64(n) / float64(len(q.terms))
			}
		}
	}
	return out
}

const (
	mostQuotes = 3
	nearBest   = 0.90 // share of the best score from which another sentence is quoted too
)

// best picks the sentences to quote: the best one and those nearly as good. Where
// a date, term or amount is asked for and the best stands under a heading on the topic, others of its document that stand
// under another heading are about something else; and where the best tells the term
// asked for, one whose periods are those of something else adds nothing. The same words are quoted once,
// wherever else they stand.
func (q inquiry) best(all []candidate) []candidate {
	var out []candidate
	said := map[string]bool{}
	for _, c := range all {
		if len(out) == mostQuotes || len(out) > 0 && c.score < out[0].score*nearBest {
			break
		}
		if q.want != wantAny && len(out) > 0 && out[0].head > 0 && c.head == 0 && c.r == out[0].r && c.r.lines[c.line].heading >= 0 {
			continue
		}
		if q.want == wantDuration && len(out) > 0 && q.tells(out[0]) && !q.tells(c) {
			continue
		}
		key := strings.ToLower(oneLine(c.r.body(c.r.lines[c.line])))
		if !said[key] {
			said[key] = true
			out = append(out, c)
		}
	}
	return q.withValue(out, all)
}

const tellsValue = 0.80 // share of the best score from which a sentence that tells what is asked is quoted too, and first

// withValue puts a sentence that tells the date, term, amount or place asked for
// before others that bear on the question a little more and do not tell it.
func (q inquiry) withValue(out, all []candidate) []candidate {
	if len(out) == 0 || q.want == wantAny || q.want == wantPerson || q.want == wantMeaning || slices.ContainsFunc(out, q.tells) {
		return out
	}
	for _, c := range all {
		if c.score < out[0].score*tellsValue {
			break
		}
		if c.r == out[0].r && q.tells(c) {
			return append([]candidate{c}, out[:min(len(out), mostQuotes-1)]...)
		}
	}
	return out
}

// tells reports whether what the question asks for can be read off a candidate.
func (q inquiry) tells(c candidate) bool {
	_, ok := lift(q, c.r.body(c.r.lines[c.line]))
	return ok
}
