// Package rank fuses ranked lists into one and can say why a passage stands
// where it stands.
package rank

import (
	"cmp"
	"slices"

	mark "markai/backend"
)

// List is one signal's ranking, best first.
type List struct {
	Signal string  // "words", "meaning", …
	Weight float64 // 1 is ordinary; 0 leaves the list out
	Items  []mark.ScoredChunk
}

// Fused is a passage in a fused ranking.
type Fused struct {
	Chunk    mark.ChunkID
	Document mark.DocumentID
	Score    float64
	Why      []mark.Reason // by what each signal added, most first
}

// Rank alone forgets how far ahead the best of a list are, so their lead counts
// too: by at most leadShare, falling to nothing at the passage of rank leadDepth.
const (
	leadShare = 0.05
	leadDepth = 31
)

// Fuse ranks by reciprocal rank: a passage scores weight/(k+rank) in each list
// that holds it, ranks counted from 1, and a little for its lead in score over
// the rest of the list. Small k trusts the top of each list more. The order is
// total: equal scores are ordered by passage.
func Fuse(k float64, lists ...List) []Fused {
	at := map[mark.ChunkID]int{}
	var out []Fused
	for _, l := range lists {
		if l.Weight == 0 {
			continue
		}
		for r, it := range l.Items {
			i, ok := at[it.Chunk]
			if !ok {
				i = len(out)
				at[it.Chunk] = i
				out = append(out, Fused{Chunk: it.Chunk, Document: it.Document})
			}
			add := l.Weight * (1/(k+float64(r+1)) + leadShare*lead(l.Items, r))
			out[i].Score += add
			out[i].Why = append(out[i].Why, mark.Reason{Signal: l.Signal, Rank: r + 1, Score: add})
		}
	}
	for i := range out {
		slices.SortStableFunc(out[i].Why, func(a, b mark.Reason) int { return cmp.Compare(b.Score, a.Score) })
	}
	order(out)
	return out
}

// lead returns how far the item at r is ahead of the list's rest, from 0 to 1.
func lead(items []mark.ScoredChunk, r int) float64 {
	floor := items[min(len(items), leadDepth)-1].Score
	width := items[0].Score - floor
	if width <= 0 {
		return 0
	}
	return max(0, (items[r].Score-floor)/width)
}

// order puts the best first; equal scores are ordered by passage.
func order(f []Fused) {
	slices.SortFunc(f, func(a, b Fused) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Chunk, b.Chunk))
	})
}
