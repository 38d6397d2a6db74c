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

// evidences is how many sentences Find returns at most.
const evidences = 12

// Find returns the sentences of a document's pages, consecutive and in order,
// that bear on a question, best first: the first would be quoted first in an
// answer. hits are what search found, best first; they may be of other
// documents too.
func Find(question string, doc mark.Document, pages []mark.Page, hits []mark.Hit) []Evidence {
	q, r := ask(question), read(doc, pages)
	found := r.score(q, r.liking(hits, nearness{}))
	out := make([]Evidence, 0, min(evidences, len(found)))
	for _, c := range found[:cap(out)] {
		match := r.text.Slice(c.cut())
		out = append(out, Evidence{Quote: match.Quote, Spans: match.Spans, Score: c.score})
	}
	return out
}
