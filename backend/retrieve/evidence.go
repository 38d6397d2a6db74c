package retrieve

import (
	"context"
	"fmt"
	"slices"

	mark "markai/backend"
)

// Sentence is a sentence that bears on a question.
type Sentence struct {
	Quote string
	Spans []mark.Span
	Score float64 // larger is better; comparable between the documents of one question
}

// Evidence finds the sentences of a document's pages that bear on a question,
// best first; see answer.Find.
type Evidence func(question string, doc mark.Document, pages []mark.Page, hits []mark.Hit) []Sentence

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
	top := 0.0
	for _, h := range hits {
		top = max(top, h.Score)
	}
	var all []choice
	for _, r := range regions(hits[:min(len(hits), evidenceHits)]) {
		pages, err := m.PagesFrom(ctx, r.doc.ID, r.first, r.last-r.first+1)
		if err != nil {
			return nil, fmt.Errorf("read the pages found: %w", err)
		}
		for _, e := range s.evidence(question, r.doc, pages, hits) {
			if len(e.Spans) == 0 {
				continue
			}
			if i := holds(hits, e.Spans); i >= 0 {
				all = append(all, choice{Sentence: e, hit: i, rank: hits[i].Score / top})
			}
		}
	}
	best, ok := pick(all, s.w)
	if !ok {
		return hits, nil
	}
	return append([]mark.Hit{sentenceHit(hits[best.hit], best.Quote, best.Spans, t)}, hits...), nil
}

// choice is a sentence that may stand first.
type choice struct {
	Sentence
	hit  int     // that shows it
	rank float64 // of that hit: its score, as a share of the best one's
}

// pick returns the sentence that bears most on the question, if it does so
// clearly: more than those of other hits by w.Margin. Where it is not clear
// which passage answers, a whole passage serves better than one sentence of
// the wrong one.
func pick(all []choice, w Weights) (choice, bool) {
	total := func(c choice) float64 { return c.Score + w.Passage*c.rank }
	var best choice
	for _, c := range all {
		if len(best.Spans) == 0 || total(c) > total(best) {
			best = c
		}
	}
	if len(best.Spans) == 0 || total(best) <= w.Sure+w.Passage {
		return choice{}, false
	}
	rival := slices.ContainsFunc(all, func(c choice) bool {
		return c.hit != best.hit && total(best)-total(c) < w.Margin
	})
	return best, !rival
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

// holds returns the first hit that shows the beginning of spans, or -1.
func holds(hits []mark.Hit, spans []mark.Span) int {
	at := spans[0]
	return slices.IndexFunc(hits, func(h mark.Hit) bool {
		return slices.ContainsFunc(h.Spans, func(sp mark.Span) bool {
			return sp.Document == at.Document && sp.Page == at.Page && sp.Start < at.End && at.Start < sp.End
		})
	})
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
