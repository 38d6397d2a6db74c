package retrieve

import (
	"context"
	"fmt"

	mark "markai/backend"
)

// Evidence finds the sentence of a document's pages that bears most on a
// question; see answer.Find.
type Evidence func(question string, doc mark.Document, pages []mark.Page, hits []mark.Hit) (quote string, spans []mark.Span, score float64)

// evidenceHits is how many of the first hits are read for the sentence that
// answers.
const evidenceHits = 3

// sentenceFirst puts the very sentence that bears on the question before the
// passages it stands in: found small, shown larger.
func (s *Searcher) sentenceFirst(ctx context.Context, m mark.MatterStore, question string, hits []mark.Hit, t topic) ([]mark.Hit, error) {
	if s.evidence == nil || len(hits) == 0 {
		return hits, nil
	}
	var best mark.Hit
	most := s.w.Sure
	read := map[mark.DocumentID]bool{}
	for _, h := range hits[:min(len(hits), evidenceHits)] {
		if read[h.Document.ID] {
			continue
		}
		read[h.Document.ID] = true
		pages, err := around(ctx, m, h.Document.ID, hits[:min(len(hits), evidenceHits)])
		if err != nil {
			return nil, err
		}
		quote, spans, score := s.evidence(question, h.Document, pages, hits)
		if score <= most || len(spans) == 0 {
			continue
		}
		holding, ok := holds(hits, spans)
		if !ok {
			continue
		}
		most, best = score, sentenceHit(holding, quote, spans, t)
	}
	if len(best.Spans) == 0 {
		return hits, nil
	}
	return append([]mark.Hit{best}, hits...), nil
}

// around returns the pages of a document from the first to the last that these
// hits show.
func around(ctx context.Context, m mark.MatterStore, id mark.DocumentID, hits []mark.Hit) ([]mark.Page, error) {
	first, last := 0, 0
	for _, h := range hits {
		for _, sp := range h.Spans {
			if sp.Document != id {
				continue
			}
			if first == 0 {
				first, last = sp.Page, sp.Page
			}
			first, last = min(first, sp.Page), max(last, sp.Page)
		}
	}
	pages, err := m.PagesFrom(ctx, id, first, last-first+1)
	if err != nil {
		return nil, fmt.Errorf("read the pages found: %w", err)
	}
	return pages, nil
}

// holds returns the first hit that shows the beginning of spans.
func holds(hits []mark.Hit, spans []mark.Span) (mark.Hit, bool) {
	at := spans[0]
	for _, h := range hits {
		for _, sp := range h.Spans {
			if sp.Document == at.Document && sp.Page == at.Page && sp.Start < at.End && at.Start < sp.End {
				return h, true
			}
		}
	}
	return mark.Hit{}, false
}

// sentenceHit is the hit that shows a sentence of another.
func sentenceHit(h mark.Hit, quote string, spans []mark.Span, t topic) mark.Hit {
	last := spans[len(spans)-1]
	h.Chunk.From = mark.Pos{Page: spans[0].Page, Offset: spans[0].Start}
	h.Chunk.To = mark.Pos{Page: last.Page, Offset: last.End}
	h.Chunk.Text = quote
	var p place
	for _, sp := range spans {
		p.add(sp)
	}
	h.Spans, h.Matches = spans, matches(quote, p, 0, t.seeker())
	h.Why = append([]mark.Reason{{Signal: "sentence", Rank: 1, Detail: "This sentence bears most on the question."}}, h.Why...)
	return h
}
