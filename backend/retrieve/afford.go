package retrieve

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/legal"
)

// Ranking reads every passage that holds one of the words, and most of them hold
// only those that half of a matter holds, which tell nothing. In a large matter
// the rare words therefore choose the passages, and what the common ones add is
// counted in the passages chosen.
const chosen = 4 * depth

// afford returns how many passages a list of words may rank in these documents;
// 0 where it need not be minded.
func (s *Searcher) afford(c *catalogue) int {
	if c.pages <= s.w.Afford/passagesOfPage {
		return 0
	}
	return s.w.Afford
}

// passagesOfPage is how many a full page has, amply.
const passagesOfPage = 10

// anyWord ranks by BM25 the passages that hold any of the words; of more than
// afford (0: of all), those that hold one of the rare ones.
func anyWord(ctx context.Context, m mark.MatterStore, words []string, header float64, scope []mark.DocumentID, afford int) ([]mark.ScoredChunk, error) {
	weights := [2]float64{header, 1}
	if afford == 0 {
		return m.MatchWords(ctx, anyOf(words), weights, scope, depth)
	}
	frequency, err := m.WordFrequency(ctx, words, afford)
	if err != nil {
		return nil, err
	}
	rare, common := part(words, frequency, afford)
	if len(common) == 0 {
		return m.MatchWords(ctx, anyOf(words), weights, scope, depth)
	}
	expr, together := anyOf(rare), len(rare) == 0
	if together { // all are common: where the two rarest stand with each other
		n := min(2, len(common))
		rare, common = common[:n], common[n:]
		expr = allOf(rare)
	}
	found, err := m.MatchWords(ctx, expr, weights, scope, chosen)
	if err == nil && len(found) < depth && together { // they seldom do
		common = append(rare[1:], common...)
		found, err = m.MatchWords(ctx, quote(rare[0]), weights, scope, chosen)
	}
	if err != nil {
		return nil, err
	}
	return addCommon(ctx, m, found, common, frequency, header)
}

// part returns the words that may be ranked by, and those that are too common,
// each rarest first. A word that stands nowhere is neither.
func part(words []string, frequency map[string]mark.Frequency, afford int) (rare, common []string) {
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return frequency[w].Passages == 0 })
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(frequency[a].Share, frequency[b].Share) })
	sum, n := 0, 0
	for n < len(words) && sum+frequency[words[n]].Passages < afford {
		sum += frequency[words[n]].Passages
		n++
	}
	return words[:n], words[n:]
}

// addCommon adds to the scores of passages what common words in them are worth
// by BM25, and returns the best.
func addCommon(ctx context.Context, m mark.MatterStore, found []mark.ScoredChunk, common []string, frequency map[string]mark.Frequency, header float64) ([]mark.ScoredChunk, error) {
	if len(found) == 0 {
		return nil, nil
	}
	ids := make([]mark.ChunkID, len(found))
	for i, f := range found {
		ids[i] = f.Chunk
	}
	chunks, err := m.Chunks(ctx, ids)
	if err != nil {
		return nil, err
	}
	stems := make(map[string]int, len(common))
	for i, w := range common {
		stems[legal.Stem(w)] = i
	}
	type counted struct {
		words  int
		common []float64 // how often each stands there
	}
	counts, all := make(map[mark.ChunkID]counted, len(chunks)), 0
	for _, c := range chunks {
		n := counted{common: make([]float64, len(common))}
		for _, text := range []struct {
			of     string
			weight float64
		}{{c.Header, header}, {c.Text, 1}} {
			words := legal.Words(text.of)
			n.words += len(words)
			for _, w := range words {
				if i, ok := stems[legal.Stem(w.Text)]; ok {
					n.common[i] += text.weight
				}
			}
		}
		all += n.words
		counts[c.ID] = n
	}
	usual := float64(all) / float64(max(1, len(chunks)))
	for i, f := range found {
		n := counts[f.Chunk]
		for j, w := range common {
			found[i].Score += bm25(n.common[j], frequency[w].Share, float64(n.words), usual)
		}
	}
	slices.SortStableFunc(found, func(a, b mark.ScoredChunk) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Chunk, b.Chunk))
	})
	return found[:min(depth, len(found))], nil
}

// bm25 is what a word adds that stands times in a passage of so many words, and
// in this share of all passages, as FTS5 counts it (Robertson and Zaragoza, The
// Probabilistic Relevance Framework, 2009; k1 1.2, b 0.75).
func bm25(times, share, words, usual float64) float64 {
	if times == 0 || usual == 0 {
		return 0
	}
	const k1, b = 1.2, 0.75
	idf := 1e-6
	if share < 0.5 {
		idf = math.Log((1 - share) / share)
	}
	return idf * times * (k1 + 1) / (times + k1*(1-b+b*words/usual))
}

// anyTerm ranks by BM25 the passages that hold any of the terms. If they are
// more than afford (0: whatever they are), it leaves out terms that are too
// common, but for the rarest.
func anyTerm(ctx context.Context, m mark.MatterStore, terms []string, header float64, scope []mark.DocumentID, afford int) ([]mark.ScoredChunk, error) {
	type unit struct {
		expr  string
		words []string
		rows  int // at most so many passages hold it
	}
	var units []unit
	var words []string
	for _, t := range terms {
		expr, ws := togetherOf(t)
		if expr == "" || slices.ContainsFunc(units, func(u unit) bool { return u.expr == expr }) {
			continue
		}
		units = append(units, unit{expr: expr, words: ws})
		words = append(words, ws...)
	}
	if afford > 0 {
		frequency, err := m.WordFrequency(ctx, words, afford)
		if err != nil {
			return nil, err
		}
		for i, u := range units {
			units[i].rows = afford
			for _, w := range u.words {
				units[i].rows = min(units[i].rows, frequency[w].Passages)
			}
		}
		units = slices.DeleteFunc(units, func(u unit) bool { return u.rows == 0 })
		slices.SortStableFunc(units, func(a, b unit) int { return cmp.Compare(a.rows, b.rows) })
		sum, n := 0, 0
		for n < len(units) && (n == 0 || sum+units[n].rows <= afford) {
			sum += units[n].rows
			n++
		}
		units = units[:n]
	}
	exprs := make([]string, len(units))
	for i, u := range units {
		exprs[i] = u.expr
	}
	return m.MatchWords(ctx, strings.Join(exprs, " OR "), [2]float64{header, 1}, scope, depth)
}

// allOf returns an FTS5 expression that matches all of the words together.
func allOf(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " AND ")
}
