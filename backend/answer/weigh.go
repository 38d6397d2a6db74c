package answer

import (
	"context"

	mark "markai/backend"
	"markai/backend/chunk"
	"markai/backend/cite"
	"markai/backend/compress"
)

const (
	weighed      = 64  // sentences whose meaning is compared with the question's
	likeAverage  = 0.3 // cosine taken for the others: that of sentences about something else
	weighedWhole = 4   // documents read closely
)

// Weigh returns what a compression of passages that were found, best first,
// needs to know: what the question asks, and of each sentence whether an answer
// would quote it and how near its meaning is. Budget and Count are left to the
// caller. Errors: those of the store.
func (s *Service) Weigh(ctx context.Context, m mark.MatterStore, question string, hits []mark.Hit) (compress.Request, error) {
	w := &work{s: s, m: m, q: mark.Question{Text: question}, in: ask(question), hits: hits}
	var readings []*reading
	for _, id := range documentsOf(hits) {
		if len(readings) == weighedWhole {
			break
		}
		r, err := load(ctx, m, id, hits)
		if err != nil {
			return compress.Request{}, err
		}
		readings = append(readings, r)
	}
	return w.weigh(ctx, readings)
}

// weigh is Weigh for what was found already.
func (w *work) weigh(ctx context.Context, readings []*reading) (compress.Request, error) {
	r := compress.Request{Question: w.in.topic, Sentences: sentencesOf}
	if r.Question == "" {
		r.Question = w.q.Text
	}
	scores, best := map[*reading][]float64{}, 0.0
	for _, rd := range readings {
		scores[rd] = make([]float64, len(rd.lines))
		for _, c := range rd.score(w.in, rd.liking(w.hits, nearness{})) {
			scores[rd][c.line] = c.score
			best = max(best, c.score)
		}
	}
	texts := []string{r.Question}
	for _, h := range w.hits {
		p := compress.Passage{Document: h.Document.Name, Heading: chunk.Headings(h.Chunk.Header), Text: h.Chunk.Text}
		for _, at := range sentencesOf(p.Text) {
			b := compress.Bearing{Range: at, Near: likeAverage}
			for _, rd := range readings {
				if rd.doc.ID == h.Chunk.Document && best > 0 {
					b.Found = rd.scoreAt(scores[rd], mark.Part(h.Spans, at.Start, at.End)) / best
				}
			}
			p.Bearings = append(p.Bearings, b)
			if len(texts) <= weighed {
				texts = append(texts, p.Text[at.Start:at.End])
			}
		}
		r.Passages = append(r.Passages, p)
	}
	vectors, err := w.embed(ctx, texts)
	if err != nil {
		return compress.Request{}, err
	}
	n := 1
	for i := range r.Passages {
		for j := range r.Passages[i].Bearings {
			if n < len(vectors) {
				r.Passages[i].Bearings[j].Near = cosine(vectors[0], vectors[n])
				n++
			}
		}
	}
	return r, nil
}

// scoreAt is the best score of the lines of which most stands in spans, or that
// hold most of them.
func (r *reading) scoreAt(scores []float64, spans []mark.Span) float64 {
	best := 0.0
	for _, sp := range spans {
		from, to := r.text.Offset(mark.Pos{Page: sp.Page, Offset: sp.Start}), r.text.Offset(mark.Pos{Page: sp.Page, Offset: sp.End})
		for i, l := range r.lines {
			if both := min(l.End, to) - max(l.Start, from); 2*both > min(to-from, l.End-l.Start) {
				best = max(best, scores[i])
			}
		}
	}
	return best
}

func sentencesOf(text string) []compress.Range {
	var out []compress.Range
	for _, s := range cite.Sentences(text) {
		out = append(out, compress.Range(s))
	}
	return out
}
