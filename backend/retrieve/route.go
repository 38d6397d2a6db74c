package retrieve

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/legal"
)

// route is where a question wants to be asked.
type route struct {
	docs   []mark.DocumentID // the documents that it names, best first; empty: none
	naming map[int]bool      // by Word.Start: the words that name them
}

// names reports whether a word of the question names the documents.
func (r route) names(w legal.Word) bool { return r.naming[w.Start] }

// textWeight is how much the text of a document counts against how it is
// called, when its names occur in the question.
const textWeight = 1.0

// Documents that are named nearly as well as the best are searched too, at most
// namedMax of them: amendments and schedules are called like their agreement.
const (
	nearly   = 0.92
	namedMax = 6
)

// choose finds the documents that a question names. evidence ranks documents
// by how well the question as a whole matches their text, and decides between
// documents that are named equally.
func choose(q question, c *catalogue, evidence map[mark.DocumentID]float64) route {
	r := route{naming: map[int]bool{}}
	n := len(c.docs)
	rarest := math.Log(1 + float64(n))
	words := distinct(q.words)
	weight := make([]float64, len(words))
	hold := make([]map[int32]float64, len(words)) // how well a word names which documents
	named := map[int32]float64{}
	for i, w := range words {
		hold[i] = c.holding(w.Text)
		if df := len(hold[i]); df > 0 && !namesNobody(q.text, w) {
			// Squared: one word that only this document is called by outweighs
			// any number of "Agreement".
			idf := math.Log(1 + float64(n)/float64(df))
			weight[i] = idf * idf / rarest
			if !nameLike(q.text, w) {
				weight[i] *= 0.5
			}
			for d, how := range hold[i] {
				named[d] += weight[i] * how
			}
		}
	}
	for id, v := range evidence {
		if i, ok := c.known[id]; ok {
			named[int32(i)] += textWeight * rarest * v
		}
	}
	type scored struct {
		doc   int32
		score float64
	}
	var best []scored
	for d, score := range named {
		best = append(best, scored{d, score})
	}
	slices.SortFunc(best, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(c.docs[a.doc].ID, c.docs[b.doc].ID))
	})
	if len(best) == 0 || n < 2 {
		return r
	}
	top := best[0]
	// A name must tell documents apart: what half of the matter is called does
	// not say where to look.
	telling := 0.0
	for i, w := range words {
		if hold[i][top.doc] > 0 && len(hold[i])*5 <= n+4 && (nameLike(q.text, w) || begins(q.text, w) && hold[i][top.doc] == 1 && !legal.Kind(w.Text)) {
			telling += weight[i] * hold[i][top.doc]
		}
	}
	if telling == 0 && !(evidence[c.docs[top.doc].ID] == 1 && q.speaksOfDocument()) {
		return r
	}
	for _, b := range best {
		if b.score < nearly*top.score || len(r.docs) == namedMax {
			break
		}
		r.docs = append(r.docs, c.docs[b.doc].ID)
	}
	for _, w := range q.words {
		if c.holding(w.Text)[top.doc] > 0 && !namesNobody(q.text, w) {
			r.naming[w.Start] = true
		}
	}
	return r
}

// nameLike reports whether a word stands in the question as a name does: with
// a capital or a digit, or inside quotation marks.
func nameLike(text string, w legal.Word) bool {
	if begins(text, w) {
		return false // every sentence begins with a capital
	}
	first, _ := utf8.DecodeRuneInString(text[w.Start:])
	if unicode.IsUpper(first) || unicode.IsDigit(first) {
		return true
	}
	if strings.IndexFunc(text[w.Start:w.End], unicode.IsUpper) > 0 {
		return true
	}
	if possessive(text, w) {
		return true
	}
	for _, m := range quoted.FindAllStringIndex(text, 8) {
		if m[0] <= w.Start && w.End <= m[1] {
			return true
		}
	}
	return false
}

// begins reports whether a word begins a sentence and is no name by its looks:
// "Termination", but not "WECC" or "iMine".
func begins(text string, w legal.Word) bool {
	before := strings.TrimRight(text[:w.Start], " \t\n\"“‘'(")
	if before != "" && !strings.ContainsAny(before[len(before)-1:], ".?!;:") {
		return false
	}
	_, size := utf8.DecodeRuneInString(text[w.Start:])
	return strings.IndexFunc(text[w.Start+size:w.End], unicode.IsUpper) < 0 && !possessive(text, w)
}

// speaksOfDocument reports whether a part of the question holds both a kind of
// document and names: "the lease between Acme and Smith". Then the names say
// where to look even when no document is called by them.
func (q question) speaksOfDocument() bool {
	for _, part := range sentenceEnd.Split(q.text, -1) {
		if legal.MentionsKind(part) && len(read(part).names()) > 0 {
			return true
		}
	}
	return false
}

var sentenceEnd = regexp.MustCompile(`[;:?!]\s+`)

// possessive reports whether a word is followed by 's, as an owner is.
func possessive(text string, w legal.Word) bool {
	rest := text[w.End:]
	return strings.HasPrefix(rest, "'s ") || strings.HasPrefix(rest, "’s ")
}

// namesNobody reports whether a word cannot name a document: a function word,
// or a part that somebody plays in every second contract.
func namesNobody(text string, w legal.Word) bool {
	return legal.Stop(w.Text) || legal.Role(w.Text) && !possessive(text, w)
}

func distinct(words []legal.Word) []legal.Word {
	seen := map[string]bool{}
	var out []legal.Word
	for _, w := range words {
		if !seen[w.Text] {
			seen[w.Text] = true
			out = append(out, w)
		}
	}
	return out
}
