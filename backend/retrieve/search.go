package retrieve

import (
	"context"
	"fmt"
	"slices"

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
	Narrow  int     // bytes up to which the first hit is widened with its neighbours
	Wide    int     // the same for the others
	Join    int     // bytes up to which neighbours that were both found are shown as one
}

// Default are the weights that served best on the development questions.
var Default = Weights{Words: 1, Pairs: 0.2, Subject: 1, Meaning: 1, Clause: 1, Header: 1, Context: 0, K: 20, Route: true, Narrow: 800, Wide: 0, Join: Show}

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
	return s.hits(ctx, m, fused, t, r, docs, limit)
}

// hits makes of ranked passages what is shown.
func (s *Searcher) hits(ctx context.Context, m mark.MatterStore, ranked []rank.Fused, t topic, r route, docs []mark.Document, limit int) ([]mark.Hit, error) {
	known := map[mark.DocumentID]mark.Document{}
	for _, d := range docs {
		known[d.ID] = d
	}
	sh := shelf{passages: map[mark.DocumentID][]mark.Chunk{}, at: map[mark.ChunkID]int{}}
	for _, f := range ranked[:min(len(ranked), limit)] {
		if err := sh.load(ctx, m, f.Document); err != nil {
			return nil, err
		}
	}
	stems := map[string]bool{}
	for _, w := range t.words {
		stems[legal.Stem(w)] = true
	}
	windows := sh.windows(ranked, limit, s.w)
	hits := make([]mark.Hit, 0, len(windows))
	for _, w := range windows {
		c := sh.passage(w)
		p, err := locate(ctx, m, c)
		if err != nil {
			return nil, err
		}
		c, spans, shift := trim(c, p)
		named := ""
		if slices.Contains(r.docs, c.Document) {
			named = known[c.Document].Name
		}
		hits = append(hits, mark.Hit{
			Chunk: c, Document: known[c.Document], Score: w.Score,
			Why: explain(w.Why, c.Text, t, named), Spans: spans, Matches: matches(c.Text, p, shift, stems),
		})
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
