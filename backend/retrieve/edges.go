package retrieve

import (
	"context"
	"fmt"

	mark "markai/backend"
	"markai/backend/query"
)

// inEdges returns the heads and feet of pages that a word or a phrase stands
// in, one of each document.
func (e *matching) inEdges(ctx context.Context, n query.Node) ([]mark.Chunk, error) {
	switch n.(type) {
	case query.Word, query.Phrase:
	default:
		return nil, nil
	}
	found, err := e.m.MatchEdges(ctx, query.FTS(n), e.scope, most)
	if err != nil {
		return nil, fmt.Errorf("search the heads and feet of pages: %w", err)
	}
	holds := holder(n)
	var out []mark.Chunk
	for _, c := range found {
		if holds == nil || holds(c.Text) {
			out = append(out, c)
		}
	}
	return out, nil
}

// worded reports whether a hit holds words that were asked for.
func worded(h mark.Hit) bool { return len(h.Matches) > 0 }

// edgeHits are what is shown where no passage has what was asked for: the head
// or foot of a page, once for each document.
func edgeHits(ctx context.Context, m mark.MatterStore, expr string, t topic, cat *catalogue, scope []mark.DocumentID, limit int) ([]mark.Hit, error) {
	if expr == "" {
		return nil, nil
	}
	found, err := m.MatchEdges(ctx, expr, scope, limit)
	if err != nil {
		return nil, fmt.Errorf("search the heads and feet of pages: %w", err)
	}
	var hits []mark.Hit
	for _, c := range found {
		d, ok := cat.document(c.Document)
		if !ok {
			continue
		}
		var p place
		p.add(mark.Span{Document: c.Document, Page: c.From.Page, Start: c.From.Offset, End: c.To.Offset})
		hits = append(hits, mark.Hit{
			Chunk: c, Document: d, Score: 1 / float64(len(hits)+1), Spans: p.spans, Matches: matches(c.Text, p, 0, t.seeker()),
			Why: []mark.Reason{{Signal: "edge", Detail: "It stands at the head or foot of the document's pages."}},
		})
	}
	return hits, nil
}
