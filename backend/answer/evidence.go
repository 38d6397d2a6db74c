package answer

import (
	mark "markai/backend"
)

// Evidence is a sentence that bears on a question, or the part of a long one
// that does.
type Evidence struct {
	Quote string
	Spans []mark.Span
	Score float64 // larger is better; comparable between the documents of one question
}

// Find returns the sentence of a document's pages, consecutive and in order,
// that would be quoted first in an answer to a question. hits are what search
// found, best first; they may be of other documents too. It reports false where
// no sentence bears on the question.
func Find(question string, doc mark.Document, pages []mark.Page, hits []mark.Hit) (Evidence, bool) {
	q, r := ask(question), read(doc, pages)
	best := q.best(r.score(q, r.liking(hits, nearness{})))
	if len(best) == 0 {
		return Evidence{}, false
	}
	match := r.text.Slice(best[0].cut())
	return Evidence{Quote: match.Quote, Spans: match.Spans, Score: best[0].score}, true
}
