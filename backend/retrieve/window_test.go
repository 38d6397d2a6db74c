package retrieve

import (
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/rank"
)

// Two passages that were found side by side say more together than one that
// was found a little better and stands alone.
func TestHitOfSeveralPassagesComesBeforeASingleOne(t *testing.T) {
	sh := shelf{passages: map[mark.DocumentID][]mark.Chunk{}, at: map[mark.ChunkID]int{}}
	for i := range mark.ChunkID(6) {
		sh.at[i] = int(i)
		sh.passages["a"] = append(sh.passages["a"], mark.Chunk{ID: i, Document: "a", Text: strings.Repeat("x", 300)})
	}
	found := func(scores ...float64) []rank.Fused {
		var out []rank.Fused
		for i, s := range scores {
			out = append(out, rank.Fused{Chunk: []mark.ChunkID{0, 3, 4}[i], Document: "a", Score: s})
		}
		return out
	}
	w := Weights{Join: Show, Near: 20, Narrow: 700, Gather: 0.5}
	for _, tt := range []struct {
		name   string
		ranked []rank.Fused
		first  mark.ChunkID
		shown  int // passages
	}{
		{"alone", found(1), 0, 2}, // with its neighbour
		{"together they are better", found(1, 0.8, 0.6), 3, 2},
		{"together they are worse", found(1, 0.5, 0.4), 0, 2},
	} {
		got := sh.windows(tt.ranked, 10, w)
		if got[0].Chunk != tt.first || got[0].last-got[0].first+1 != tt.shown {
			t.Errorf("%s: first is %d, showing %d to %d", tt.name, got[0].Chunk, got[0].first, got[0].last)
		}
		for i := 1; i < len(got); i++ {
			if got[i].Score > got[i-1].Score {
				t.Errorf("%s: hit %d has a better score than the one before", tt.name, i)
			}
		}
	}
}

// The places of two documents' passages have nothing to do with each other.
func TestPassagesOfDifferentDocumentsNeverJoin(t *testing.T) {
	sh := shelf{passages: map[mark.DocumentID][]mark.Chunk{}, at: map[mark.ChunkID]int{}}
	for i := range mark.ChunkID(5) {
		doc := mark.DocumentID("long")
		if i == 4 {
			doc = "short"
		}
		sh.at[i] = len(sh.passages[doc])
		sh.passages[doc] = append(sh.passages[doc], mark.Chunk{ID: i, Document: doc, Text: strings.Repeat("x", 300)})
	}
	ranked := []rank.Fused{{Chunk: 1, Document: "long", Score: 3}, {Chunk: 4, Document: "short", Score: 2}, {Chunk: 3, Document: "long", Score: 1}}
	for _, first := range ranked {
		got := sh.windows(append([]rank.Fused{first}, ranked...), 10, Default)
		for _, w := range got {
			if n := len(sh.passages[w.doc]); w.first < 0 || w.last >= n {
				t.Errorf("a hit shows passages %d to %d of %d", w.first, w.last, n)
			}
		}
		if len(got) < 2 {
			t.Errorf("%d hits in two documents", len(got))
		}
	}
}
