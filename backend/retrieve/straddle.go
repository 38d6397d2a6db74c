package retrieve

import (
	"context"
	"fmt"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/legal"
	"markai/backend/query"
)

// straddling returns the passages between which a phrase or a nearness stands:
// it begins in one and ends in the next, so that neither holds it. Both are
// returned, one after the other.
func straddling(ctx context.Context, m mark.MatterStore, n query.Node, scope []mark.DocumentID) ([]mark.ScoredChunk, error) {
	var holds func(text string) bool
	var ends []mark.ScoredChunk // passages with which it may end, or begin
	var err error
	sides := [2]bool{true, true} // the neighbours to look at: before, behind
	switch n := n.(type) {
	case query.Phrase:
		holds = wholeWords(n.Text)
		if ends, err = endingsOf(ctx, m, n.Text, scope); err != nil {
			return nil, err
		}
		sides[1] = false
	case query.Near:
		holds = func(text string) bool {
			return eitherWay(text, func(text string) bool { return within(text, n) })
		}
		if ends, err = fewer(ctx, m, n.A, n.B, scope); err != nil {
			return nil, err
		}
	default:
		return nil, nil
	}
	var out []mark.ScoredChunk
	for part := range slices.Chunk(ends, 128) { // bounded memory, whatever was found
		pairs, err := straddled(ctx, m, part, sides, holds)
		if err != nil {
			return nil, err
		}
		out = append(out, pairs...)
	}
	seen := map[mark.ChunkID]bool{}
	return slices.DeleteFunc(out, func(c mark.ScoredChunk) bool {
		again := seen[c.Chunk]
		seen[c.Chunk] = true
		return again
	}), nil
}

// endingsOf finds passages that begin with the end of a phrase.
func endingsOf(ctx context.Context, m mark.MatterStore, phrase string, scope []mark.DocumentID) ([]mark.ScoredChunk, error) {
	words := legal.Words(phrase)
	if len(words) < 2 || len(words) > 40 {
		return nil, nil
	}
	var ends []string
	for i := 1; i < len(words); i++ {
		ends = append(ends, "^"+quote(phrase[words[i].Start:words[len(words)-1].End]))
	}
	found, err := m.MatchWords(ctx, "body : ("+strings.Join(ends, " OR ")+")", [2]float64{0, 1}, scope, most)
	if err != nil {
		return nil, fmt.Errorf("search over the ends of passages: %w", err)
	}
	return found, nil
}

// fewer finds the passages with that side of a nearness that fewer have.
func fewer(ctx context.Context, m mark.MatterStore, a, b query.Node, scope []mark.DocumentID) ([]mark.ScoredChunk, error) {
	var least []mark.ScoredChunk
	for i, side := range []query.Node{a, b} {
		found, err := m.MatchWords(ctx, "body : ("+query.FTS(side)+")", [2]float64{0, 1}, scope, most)
		if err != nil {
			return nil, fmt.Errorf("search over the ends of passages: %w", err)
		}
		if i == 0 || len(found) < len(least) {
			least = found
		}
	}
	return least, nil
}

// straddled returns, for passages and their neighbours on these sides, the
// pairs that hold something only together.
func straddled(ctx context.Context, m mark.MatterStore, part []mark.ScoredChunk, sides [2]bool, holds func(string) bool) ([]mark.ScoredChunk, error) {
	ids := make([]mark.ChunkID, len(part))
	for i, f := range part {
		ids[i] = f.Chunk
	}
	beside, err := m.Neighbours(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read the neighbours of passages: %w", err)
	}
	wanted := slices.Clone(ids)
	for _, b := range beside {
		for side, id := range b {
			if sides[side] && id != 0 {
				wanted = append(wanted, id)
			}
		}
	}
	slices.Sort(wanted)
	chunks, err := m.Chunks(ctx, slices.Compact(wanted))
	if err != nil {
		return nil, fmt.Errorf("read passages: %w", err)
	}
	text := make(map[mark.ChunkID]string, len(chunks))
	for _, c := range chunks {
		text[c.ID] = c.Text
	}
	var out []mark.ScoredChunk
	for _, f := range part {
		for side, other := range beside[f.Chunk] {
			if !sides[side] || other == 0 {
				continue
			}
			first, second := other, f.Chunk
			if side == 1 {
				first, second = second, first
			}
			// A page's end parts words, whether or not white space says so.
			if holds(text[first]) || holds(text[second]) || !holds(text[first]+"\n"+text[second]) {
				continue
			}
			out = append(out, mark.ScoredChunk{Chunk: first, Document: f.Document, Score: f.Score},
				mark.ScoredChunk{Chunk: second, Document: f.Document, Score: f.Score})
		}
	}
	return out, nil
}
