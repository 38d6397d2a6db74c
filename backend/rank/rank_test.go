package rank

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
)

func list(signal string, ids ...mark.ChunkID) List {
	l := List{Signal: signal, Weight: 1}
	for i, id := range ids {
		l.Items = append(l.Items, mark.ScoredChunk{Chunk: id, Document: mark.DocumentID(rune('a' + int(id)%3)), Score: float64(len(ids) - i)})
	}
	return l
}

func TestWhatTwoSignalsAgreeOnComesFirst(t *testing.T) {
	got := Fuse(5, list("words", 1, 2, 3), list("meaning", 4, 2, 5))
	if got[0].Chunk != 2 {
		t.Errorf("first is passage %d, want 2, which both lists hold", got[0].Chunk)
	}
	if why := got[0].Why; len(why) != 2 || why[0].Rank != 2 || why[1].Rank != 2 {
		t.Errorf("reasons %+v, want rank 2 of both lists", why)
	}
}

func TestAListOfNoWeightIsLeftOut(t *testing.T) {
	off := list("meaning", 9)
	off.Weight = 0
	if got := Fuse(5, list("words", 1), off); len(got) != 1 || got[0].Chunk != 1 {
		t.Errorf("got %+v, want passage 1 alone", got)
	}
}

func TestALeadCounts(t *testing.T) {
	far, near := list("words", 1, 2, 3), list("meaning", 4, 5, 6)
	far.Items[0].Score = 100 // 1 is far ahead of its list, 4 is not
	near.Items[1].Score = near.Items[0].Score
	got := Fuse(5, near, far)
	at := func(id mark.ChunkID) int { return slices.IndexFunc(got, func(f Fused) bool { return f.Chunk == id }) }
	if at(2) < at(5) {
		t.Errorf("passage 2, far behind the best of its list, stands before passage 5, level with it")
	}
}

func TestScoresAreWhatTheReasonsAddUpTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lists []List
		for _, s := range []string{"a", "b", "c"} {
			ids := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) mark.ChunkID { return mark.ChunkID(rapid.IntRange(1, 20).Draw(t, "id")) }), 0, 12, rapid.ID).Draw(t, s)
			lists = append(lists, list(s, ids...))
		}
		got := Fuse(5, lists...)
		for i, f := range got {
			sum := 0.0
			for _, r := range f.Why {
				sum += r.Score
			}
			if d := sum - f.Score; d > 1e-9 || d < -1e-9 {
				t.Fatalf("passage %d scores %v, its reasons %v", f.Chunk, f.Score, sum)
			}
			if i > 0 && (got[i-1].Score < f.Score || got[i-1].Score == f.Score && got[i-1].Chunk >= f.Chunk) {
				t.Fatalf("passages %d and %d are out of order", got[i-1].Chunk, f.Chunk)
			}
		}
	})
}
