package retrieve

import (
	"context"
	"fmt"
	"slices"

	mark "markai/backend"
)

// Evidence finds the sentence of a document's pages that bears most on a
// question; see answer.Find.
type Evidence func(question string, doc mark.Document, pages []mark.Page, hits []mark.Hit) (quote string, spans []mark.Span, score float64)

const (
	// evidenceHits is how many of the first hits are read for the sentence that
	// answers.
	evidenceHits = 3
	// evidencePages is how many pages are read at once for it: hits that stand
	// further apart are read by themselves.
	evidencePages = 40
)

// sentenceFirst puts the very sentence that bears on the question before the
// passages it stands in: found small, shown larger.
func (s *Searcher) sentenceFirst(ctx context.Context, m mark.MatterStore, question string, hits []mark.Hit, t topic) ([]mark.Hit, error) {
	if s.evidence == nil || len(hits) == 0 {
		return hits, nil
	}
	var best mark.Hit
	most := s.w.Sure
	for _, r := range regions(hits[:min(len(hits), evidenceHits)]) {
		pages, err := m.PagesFrom(ctx, r.doc.ID, r.first, r.last-r.first+1)
		if err != nil {
			return nil, fmt.Errorf("read the pages found: %w", err)
		}
		quote, spans, score := s.evidence(question, r.doc, pages, hits)
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

// region is a run of a document's pages that hits show.
type region struct {
	doc         mark.Document
	first, last int
}

// regions returns the pages that hits show, from the first to the last of each
// document where these are not too many.
func regions(hits []mark.Hit) []region {
	var out []region
	for _, h := range hits {
		if len(h.Spans) == 0 {
			continue
		}
		first, last := h.Spans[0].Page, h.Spans[0].Page
		for _, sp := range h.Spans {
			first, last = min(first, sp.Page), max(last, sp.Page)
		}
		i := slices.IndexFunc(out, func(r region) bool {
			return r.doc.ID == h.Document.ID && max(r.last, last)-min(r.first, first) < evidencePages
		})
		if i < 0 {
			out = append(out, region{h.Document, first, last})
			continue
		}
		out[i].first, out[i].last = min(out[i].first, first), max(out[i].last, last)
	}
	return out
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
