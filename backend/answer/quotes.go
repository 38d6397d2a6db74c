package answer

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"

	mark "markai/backend"
)

// quotes chooses what to quote: by the topics of the question, then by topics
// that come near, then by meaning.
func (w *work) quotes(ctx context.Context, readings []*reading) ([]candidate, error) {
	var near nearness
	var err error
	if w.in.beside() {
		if near, err = w.meanings(ctx, readings); err != nil {
			return nil, err
		}
	}
	if out := w.in.best(w.candidates(w.in, readings, near)); len(out) > 0 || w.in.beside() {
		return out, nil
	}
	wider := w.in
	if wider.widen() {
		if out := wider.best(w.candidates(wider, readings, near)); len(out) > 0 {
			return out, nil
		}
	}
	return nil, nil
}

// candidates rates the sentences of all readings for the answer, and notes them.
func (w *work) candidates(in inquiry, readings []*reading, near nearness) []candidate {
	all := w.rate(in, readings, near)
	w.trace.rated = append(w.trace.rated, all...)
	return all
}

// rate rates the sentences of all readings, best first. Of two equal ones
// that of the document found first leads.
func (w *work) rate(in inquiry, readings []*reading, near nearness) []candidate {
	var all []candidate
	for i, r := range readings {
		found := r.score(in, r.liking(w.hits, near))
		for j := range found {
			found[j].score -= forOrder * float64(i)
		}
		all = append(all, found...)
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return compare(b.score, a.score) })
	return all
}

const (
	forOrder  = 0.1 // that a document found later gives up
	compared  = 8   // passages whose meaning is compared with the question's
	opened    = 3   // of these whose sentences are compared too
	mostLines = 24  // sentences compared at most
)

// nearness is how near passages and sentences are to a question, as cosines.
// The zero value knows of none.
type nearness struct {
	passages map[mark.ChunkID]float64
	lines    map[*reading]map[int]float64
}

// meanings compares the passages found in the documents read with the question,
// by meaning and without their headers. Without an embedder nothing is compared;
// one that fails is not missed.
func (w *work) meanings(ctx context.Context, readings []*reading) (nearness, error) {
	if w.in.topic == "" {
		return nearness{}, nil
	}
	texts := []string{w.in.topic}
	var ids []mark.ChunkID
	for _, h := range w.hits {
		if len(ids) < compared && slices.ContainsFunc(readings, func(r *reading) bool { return r.doc.ID == h.Chunk.Document }) {
			texts, ids = append(texts, h.Chunk.Text), append(ids, h.Chunk.ID)
		}
	}
	vectors, err := w.embed(ctx, texts)
	if err != nil || vectors == nil {
		return nearness{}, err
	}
	n := nearness{passages: map[mark.ChunkID]float64{}, lines: map[*reading]map[int]float64{}}
	for i, id := range ids {
		n.passages[id] = cosine(vectors[0], vectors[i+1])
	}
	return n, w.compareLines(ctx, readings, vectors[0], n)
}

// compareLines compares the sentences of the nearest passages too, so that of a
// passage the right sentence is quoted.
func (w *work) compareLines(ctx context.Context, readings []*reading, question []float32, n nearness) error {
	ids := slices.SortedFunc(maps.Keys(n.passages), func(a, b mark.ChunkID) int {
		return cmp.Or(cmp.Compare(n.passages[b], n.passages[a]), cmp.Compare(a, b))
	})
	ids = ids[:min(len(ids), opened)]
	type at struct {
		r    *reading
		line int
	}
	var places []at
	var texts []string
	for _, h := range w.hits {
		if !slices.Contains(ids, h.Chunk.ID) {
			continue
		}
		for _, r := range readings {
			for _, i := range r.linesOf(h.Chunk) {
				p := at{r, i}
				if r.lines[i].isHeading || len(places) == mostLines || slices.Contains(places, p) {
					continue
				}
				places, texts = append(places, p), append(texts, r.body(r.lines[i]))
			}
		}
	}
	if len(texts) == 0 {
		return nil
	}
	vectors, err := w.embed(ctx, texts)
	for i, v := range vectors {
		p := places[i]
		if n.lines[p.r] == nil {
			n.lines[p.r] = map[int]float64{}
		}
		n.lines[p.r][p.line] = cosine(question, v)
	}
	return err
}

// embed returns the vectors of texts, or none where there is no embedder or it
// fails: meaning helps, but nothing depends on it.
func (w *work) embed(ctx context.Context, texts []string) ([][]float32, error) {
	if w.s.cfg.Embedder == nil {
		return nil, nil
	}
	vectors, err := w.s.cfg.Embedder.Embed(ctx, texts)
	switch {
	case err == nil && len(vectors) == len(texts):
		return vectors, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("compare meanings: %w", ctx.Err())
	}
	slog.WarnContext(ctx, "meanings were not compared", "error", mark.CodeOf(err))
	w.failed(mark.StageRead, err)
	return nil, nil
}

const rankDecay = 0.85

// cosine compares unit vectors.
func cosine(a, b []float32) float64 {
	sum := 0.0
	for i := range min(len(a), len(b)) {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// liking says what search thinks of the passage that a line stands in: 1 for
// the first hit of this document, less for later ones, and its meaning.
func (r *reading) liking(hits []mark.Hit, near nearness) liking {
	rank, meaning := make([]float64, len(r.lines)), make([]float64, len(r.lines))
	n := 0
	for _, h := range hits {
		if h.Chunk.Document != r.doc.ID {
			continue
		}
		v := math.Pow(rankDecay, float64(n))
		n++
		for _, i := range r.linesOf(h.Chunk) {
			rank[i] = max(rank[i], v)
			meaning[i] = max(meaning[i], near.passages[h.Chunk.ID])
		}
	}
	lines := near.lines[r]
	return liking{
		byRank:    func(line int) float64 { return rank[line] },
		byMeaning: func(line int) float64 { return max(meaning[line], lines[line]) },
		byLine:    func(line int) float64 { return lines[line] },
	}
}

// linesOf returns the lines that a passage of this document touches.
func (r *reading) linesOf(c mark.Chunk) []int {
	if c.Document != r.doc.ID {
		return nil
	}
	from, to := r.text.Offset(c.From), r.text.Offset(c.To)
	var out []int
	for i, s := range r.lines {
		if s.Start < to && from < s.End {
			out = append(out, i)
		}
	}
	return out
}
