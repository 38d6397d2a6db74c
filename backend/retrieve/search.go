package retrieve

import (
	"context"
	"fmt"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/query"
	"markai/backend/rank"
)

// Weights say how much each part of the search counts; 0 switches one off. The
// zero value means Default.
type Weights struct {
	Words   float64 // the question's words, BM25
	Subject float64 // the words that clauses on the subject use
	Meaning float64 // the question's vector
	Clause  float64 // the vector of a usual clause on the subject
	Exact   float64 // what the question puts in quotation marks
	Section float64 // the numbers of sections that it names
	Header  float64 // a word in a passage's header, against one in its text
	K       float64 // of reciprocal rank fusion
	Route   bool    // search inside the documents that a question names
	Join    int     // neighbours that were both found are shown as one, up to so many bytes
	Near    int     // only passages of the first so many ranks join
	Narrow  int     // the first hit is widened with its neighbours up to so many bytes
	Gather  float64 // what further passages add to the rank of a hit that shows several
	Sure    float64 // score from which a sentence stands before the passages
	Passage float64 // what the rank of its passage adds to a sentence's score, at most
	Margin  float64 // lead that a sentence needs over those of other hits
	Afford  int     // passages that a list of words may rank; beyond, its rare words choose them
}

// Default are the weights that served best on the development questions. The
// first hit stays narrower than others may become: there the answer is expected,
// and it should not drown.
var Default = Weights{
	Words: 1, Subject: 1.5, Meaning: 1, Clause: 1, Exact: 6, Section: 3,
	Header: 1, K: 1, Route: true, Join: Show, Near: 20, Narrow: 1300, Gather: 0.5,
	Sure: 2.2, Passage: 0.7, Margin: 0.15, Afford: 40_000,
}

// depth is how many passages each signal may offer.
const depth = 100

// Config is what a Searcher works with.
type Config struct {
	Embedder mark.Embedder // nil: words alone
	Evidence Evidence      // nil: passages alone
	Weights  Weights
}

// Searcher finds passages in a matter. It is safe for concurrent use, and the
// same question of the same matter gets the same hits.
type Searcher struct {
	embedder mark.Embedder
	evidence Evidence
	w        Weights
	asked    vectors
}

var _ mark.Searcher = (*Searcher)(nil)

// New returns a Searcher.
func New(c Config) *Searcher {
	if c.Weights == (Weights{}) {
		c.Weights = Default
	}
	return &Searcher{embedder: c.Embedder, evidence: c.Evidence, w: c.Weights}
}

// Search returns the passages that bear on q, best first. A query with
// operators (package query) finds what it says. Otherwise, when the question
// names documents of the matter, only those are searched. A hit shows at most
// Show bytes. A question without a word that says something finds nothing.
// Without an embedder, or when it is unavailable, words alone decide.
func (s *Searcher) Search(ctx context.Context, m mark.MatterStore, q mark.Query) ([]mark.Hit, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = 10
	}
	as := query.Query{Plain: q.Text}
	if !q.Question {
		as = query.Read(q.Text)
	}
	asked := read(as.Plain)
	if as.Tree == nil && len(as.Fields) == 0 && !asked.says() {
		return nil, nil
	}
	c, err := catalogueOf(ctx, m, q.Documents)
	if err != nil {
		return nil, err
	}
	if as.Tree != nil {
		ranked, err := s.operated(ctx, m, as.Tree, c.docs, q.Documents, limit)
		if err != nil {
			return nil, err
		}
		return s.hits(ctx, m, ranked, treeTopic(as.Tree), route{}, c, limit)
	}
	scope := q.Documents
	if len(as.Fields) > 0 {
		if c, scope, err = s.narrow(ctx, m, as.Fields, c); err != nil || len(c.docs) == 0 {
			return nil, err
		}
		if !asked.says() {
			matched := documents{}
			for _, id := range scope {
				matched[id] = true
			}
			ranked, err := beginnings(ctx, m, c.docs, matched, limit)
			if err != nil {
				return nil, err
			}
			return s.hits(ctx, m, ranked, topic{}, route{}, c, limit)
		}
	}
	exactly := !q.Question && asked.exactly()
	var r route
	if !exactly { // what is in quotation marks is looked for, not what it may name
		if r, err = s.route(ctx, m, asked, c, scope); err != nil {
			return nil, err
		}
	}
	if len(r.docs) > 0 {
		scope = r.docs
	}
	t := asked.topic(r.names)
	afford := 0
	if len(r.docs) == 0 {
		afford = s.afford(c)
	}
	ranked, err := s.inside(ctx, m, t, scope, afford)
	if err != nil {
		return nil, err
	}
	hits, err := s.hits(ctx, m, ranked, t, r, c, limit)
	if err != nil {
		return nil, err
	}
	hits = phrasesFirst(hits, t.phrases)
	if exactly {
		hits = exactOnes(hits, t)
	}
	if !q.Question && !slices.ContainsFunc(hits, worded) {
		sought := t.words
		if exactly {
			sought = append(t.exactNumbers(), t.phrases...)
		}
		edges, err := edgeHits(ctx, m, anyOf(sought), t, c, scope, limit)
		if err != nil {
			return nil, err
		}
		hits = append(edges, hits...)
		hits = hits[:min(len(hits), limit)]
	}
	if !q.Sentence {
		return hits, nil
	}
	if hits, err = s.sentenceFirst(ctx, m, q.Text, hits, t); err != nil {
		return nil, err
	}
	return hits[:min(len(hits), limit)], nil
}

// route finds out which documents the question names.
func (s *Searcher) route(ctx context.Context, m mark.MatterStore, q question, c *catalogue, scope []mark.DocumentID) (route, error) {
	if !s.w.Route || len(c.docs) < 2 {
		return route{}, nil
	}
	var text map[mark.DocumentID]float64
	if names := q.names(); len(names) > 0 {
		found, err := anyWord(ctx, m, names, 1, scope, s.afford(c))
		if err != nil {
			return route{}, fmt.Errorf("search for documents: %w", err)
		}
		text = evidence(found)
	}
	return choose(q, c, text), nil
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
func (s *Searcher) inside(ctx context.Context, m mark.MatterStore, t topic, scope []mark.DocumentID, afford int) ([]rank.Fused, error) {
	lists, err := s.byWords(ctx, m, t, scope, afford)
	if err != nil {
		return nil, err
	}
	meant, err := s.byMeaning(ctx, m, t, scope)
	if err != nil {
		return nil, err
	}
	return rank.Fuse(s.w.K, append(lists, meant...)...), nil
}

// byWords ranks by the words of the question and of its subjects, by what it
// puts in quotation marks and by the sections that it names.
func (s *Searcher) byWords(ctx context.Context, m mark.MatterStore, t topic, scope []mark.DocumentID, afford int) ([]rank.List, error) {
	var lists []rank.List
	add := func(signal string, weight float64, found []mark.ScoredChunk, err error) error {
		if err != nil {
			return fmt.Errorf("search the words: %w", err)
		}
		lists = append(lists, rank.List{Signal: signal, Weight: weight, Items: found})
		return nil
	}
	if s.w.Words != 0 && len(t.words) > 0 {
		found, err := anyWord(ctx, m, t.words, s.w.Header, scope, afford)
		if err := add("words", s.w.Words, found, err); err != nil {
			return nil, err
		}
	}
	if s.w.Section != 0 && len(t.sections) > 0 { // the number in a heading, not a reference to it
		found, err := m.MatchWords(ctx, anyOf(t.sections), [2]float64{8, 1}, scope, depth)
		if err := add("section", s.w.Section, found, err); err != nil {
			return nil, err
		}
	}
	for _, c := range t.concepts {
		if s.w.Subject == 0 {
			break
		}
		found, err := anyTerm(ctx, m, c.Find, s.w.Header, scope, afford)
		if err := add("subject", s.w.Subject, found, err); err != nil {
			return nil, err
		}
	}
	for _, p := range t.phrases {
		found, err := s.exactly(ctx, m, p, scope)
		if err != nil {
			return nil, fmt.Errorf("search the exact words: %w", err)
		}
		lists = append(lists, rank.List{Signal: "phrase", Weight: s.w.Exact, Items: found})
	}
	return lists, nil
}

// exactly finds passages that hold the phrase, letter by letter where the index
// can tell, or as it is printed: over the end of a line, with other apostrophes.
func (s *Searcher) exactly(ctx context.Context, m mark.MatterStore, phrase string, scope []mark.DocumentID) ([]mark.ScoredChunk, error) {
	if s.w.Exact == 0 {
		return nil, nil
	}
	if len([]rune(phrase)) < 3 {
		return m.MatchWords(ctx, quote(phrase), [2]float64{0, 1}, scope, depth)
	}
	found, err := m.MatchSubstring(ctx, phrase, scope, depth)
	if err != nil || !strings.ContainsAny(phrase, setOtherwise) {
		return found, err
	}
	near, err := m.MatchWords(ctx, "body : ("+wordsOf(phrase)+")", [2]float64{0, 1}, scope, 4*depth)
	if err != nil {
		return nil, err
	}
	near = slices.DeleteFunc(near, func(c mark.ScoredChunk) bool {
		return slices.ContainsFunc(found, func(f mark.ScoredChunk) bool { return f.Chunk == c.Chunk })
	})
	re := phrased(phrase)
	printed, err := holding(ctx, m, near, func(text string) bool { return re != nil && findMended(re, text) != nil })
	if err != nil {
		return nil, err
	}
	found = append(found, printed...)
	over, err := straddling(ctx, m, query.Phrase{Text: phrase}, scope)
	return append(found, over...), err
}

// byMeaning ranks by the vectors of the question and of usual clauses on its
// subjects.
func (s *Searcher) byMeaning(ctx context.Context, m mark.MatterStore, t topic, scope []mark.DocumentID) ([]rank.List, error) {
	if s.embedder == nil || s.w.Meaning == 0 && s.w.Clause == 0 {
		return nil, nil
	}
	texts := []string{t.text}
	for _, c := range t.concepts {
		texts = append(texts, c.Clause)
	}
	vectors, err := s.asked.get(ctx, s.embedder, texts)
	if mark.CodeOf(err) == mark.Unavailable && ctx.Err() == nil && err != nil {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("embed the question: %w", err)
	}
	var lists []rank.List
	for i, v := range vectors {
		l := rank.List{Signal: "meaning", Weight: s.w.Meaning}
		if i > 0 {
			l = rank.List{Signal: "clause", Weight: s.w.Clause}
		}
		if l.Weight == 0 {
			continue
		}
		if l.Items, err = m.NearestVectors(ctx, v, scope, depth); err != nil {
			return nil, fmt.Errorf("search the meaning: %w", err)
		}
		lists = append(lists, l)
	}
	return lists, nil
}

// hits makes of ranked passages what is shown.
func (s *Searcher) hits(ctx context.Context, m mark.MatterStore, ranked []rank.Fused, t topic, r route, c *catalogue, limit int) ([]mark.Hit, error) {
	// What a newer reading replaces was not asked for.
	ranked = slices.DeleteFunc(ranked, func(f rank.Fused) bool { _, ok := c.known[f.Document]; return !ok })
	sh := shelf{passages: map[mark.DocumentID][]mark.Chunk{}, at: map[mark.ChunkID]int{}}
	for _, f := range ranked[:min(len(ranked), limit)] {
		if err := sh.load(ctx, m, f.Document); err != nil {
			return nil, err
		}
	}
	sought := t.seeker()
	windows := sh.windows(ranked, limit, s.w)
	hits := make([]mark.Hit, 0, len(windows))
	for _, w := range windows {
		passage := sh.passage(w)
		p, err := locate(ctx, m, passage)
		if err != nil {
			return nil, err
		}
		passage, spans, shift := trim(passage, p, t.phrases)
		doc, _ := c.document(passage.Document)
		named := ""
		if slices.Contains(r.docs, passage.Document) {
			named = doc.Name
		}
		h := mark.Hit{Chunk: passage, Document: doc, Score: w.Score, Spans: spans, Matches: matches(passage.Text, p, shift, sought)}
		h.Why = explain(w.Why, parted(h), t, named)
		hits = append(hits, h)
	}
	return hits, nil
}
