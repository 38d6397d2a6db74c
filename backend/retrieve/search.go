package retrieve

import (
	"context"
	"fmt"

	mark "markai/backend"
	"markai/backend/legal"
	"markai/backend/rank"
)

// Weights say how much each signal counts; 0 switches one off. The zero value
// means Default.
type Weights struct {
	Words   float64 // the question's words, BM25
	Pairs   float64 // its neighbouring words, as phrases
	Subject float64 // the words that clauses on the subject use
	Meaning float64 // the question's vector
	Clause  float64 // the vector of a usual clause on the subject
	Header  float64 // BM25 weight of a word in a passage's header; 1 is as in its text
	Context float64 // part of a neighbour's score that a passage gets
	K       float64 // of reciprocal rank fusion
	Route   bool    // search inside the documents that a question names
	Window  bool    // show neighbours too
}

// Default are the weights that served best on the development questions.
var Default = Weights{Words: 1, Pairs: 0.5, Subject: 1, Meaning: 1, Clause: 1, Header: 1, Context: 0, K: 20, Route: true, Window: false}

// depth is how many passages each signal may offer.
const depth = 100

// Config is what a Searcher works with.
type Config struct {
	Embedder mark.Embedder // nil: words alone
	Weights  Weights
}

// Searcher finds passages in a matter. It is safe for concurrent use.
type Searcher struct {
	embedder mark.Embedder
	w        Weights
}

// New returns a Searcher.
func New(c Config) *Searcher {
	if c.Weights == (Weights{}) {
		c.Weights = Default
	}
	return &Searcher{embedder: c.Embedder, w: c.Weights}
}

// Search returns the passages that bear on q, best first.
func (s *Searcher) Search(ctx context.Context, m mark.MatterStore, q mark.Query) ([]mark.Hit, error) {
	limit := q.Limit
	if limit == 0 {
		limit = 10
	}
	docs, err := m.Documents(ctx)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	asked := read(q.Text)
	r := route{}
	if s.w.Route && len(q.Documents) == 0 {
		var text map[mark.DocumentID]float64
		if names := asked.names(); len(names) > 0 {
			found, err := m.MatchWords(ctx, anyOf(names), [2]float64{1, 1}, nil, depth)
			if err != nil {
				return nil, fmt.Errorf("search for documents: %w", err)
			}
			text = evidence(found)
		}
		r = choose(asked, docs, text)
	}
	scope := q.Documents
	if len(r.docs) > 0 {
		scope = r.docs
	}
	t := asked.topic(func(w legal.Word) bool { return r.naming[w.Start] })
	fused, err := s.inside(ctx, m, t, asked, scope)
	if err != nil {
		return nil, err
	}
	if len(fused) > limit {
		fused = fused[:limit]
	}
	ids := make([]mark.ChunkID, len(fused))
	for i, f := range fused {
		ids[i] = f.Chunk
	}
	chunks, err := m.Chunks(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read the passages found: %w", err)
	}
	hits := make([]mark.Hit, len(fused))
	for i, f := range fused {
		hits[i] = mark.Hit{Chunk: chunks[i], Score: f.Score, Why: f.Why}
	}
	return hits, nil
}

// evidence scales the best passage of each document to at most 1.
func evidence(found []mark.ScoredChunk) map[mark.DocumentID]float64 {
	out := map[mark.DocumentID]float64{}
	if len(found) == 0 || found[0].Score <= 0 {
		return out
	}
	for _, f := range found {
		out[f.Document] = max(out[f.Document], f.Score/found[0].Score)
	}
	return out
}

// inside ranks the passages of the documents in scope (all, if empty).
func (s *Searcher) inside(ctx context.Context, m mark.MatterStore, t topic, q question, scope []mark.DocumentID) ([]rank.Fused, error) {
	var lists []rank.List
	words := func(signal string, weight float64, terms []string) error {
		if weight == 0 || len(terms) == 0 {
			return nil
		}
		found, err := m.MatchWords(ctx, anyOf(terms), [2]float64{s.w.Header, 1}, scope, depth)
		if err != nil {
			return fmt.Errorf("search the words: %w", err)
		}
		lists = append(lists, rank.List{Signal: signal, Weight: weight, Items: found})
		return nil
	}
	if err := words("words", s.w.Words, t.words); err != nil {
		return nil, err
	}
	if err := words("pairs", s.w.Pairs, t.pairs); err != nil {
		return nil, err
	}
	var subject []string
	for _, c := range t.concepts {
		subject = append(subject, c.Find...)
	}
	if err := words("subject", s.w.Subject, subject); err != nil {
		return nil, err
	}
	if s.embedder != nil {
		texts := []string{t.text}
		for _, c := range t.concepts {
			texts = append(texts, c.Clause)
		}
		vs, err := s.embedder.Embed(ctx, texts)
		if err != nil {
			return nil, fmt.Errorf("embed the question: %w", err)
		}
		for i, v := range vs {
			weight, signal := s.w.Meaning, "meaning"
			if i > 0 {
				weight, signal = s.w.Clause/float64(len(vs)-1), "clause"
			}
			if weight == 0 {
				continue
			}
			found, err := m.NearestVectors(ctx, v, scope, depth)
			if err != nil {
				return nil, fmt.Errorf("search the meaning: %w", err)
			}
			lists = append(lists, rank.List{Signal: signal, Weight: weight, Items: found})
		}
	}
	return rank.Fuse(s.w.K, lists...), nil
}
