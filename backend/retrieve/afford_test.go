package retrieve_test

import (
	"math/rand/v2"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/retrieve"
)

// A search that may rank a fifteenth of the passages only has to find nearly
// what one finds that ranks them all: common words tell little.
func TestRareWordsChooseWhatAllWordsWouldFind(t *testing.T) {
	m, r := marktest.OpenMatter(t), rand.New(rand.NewPCG(7, 1))
	for i := range 75 {
		fill(t, m, r, i, 40)
	}
	all, some := retrieve.Default, retrieve.Default
	some.Afford = 200
	same, of := 0, 0
	for range 40 {
		q := mark.Query{Text: "Which " + word(r) + " is " + word(r) + " of " + word(r) + " or " + word(r) + "?", Question: true, Limit: 8}
		want, err := retrieve.New(retrieve.Config{Weights: all}).Search(t.Context(), m, q)
		if err != nil {
			t.Fatal(err)
		}
		got, err := retrieve.New(retrieve.Config{Weights: some}).Search(t.Context(), m, q)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 && len(want) > 0 {
			t.Errorf("%q finds nothing", q.Text)
		}
		found := map[mark.ChunkID]bool{}
		for _, h := range got {
			found[h.Chunk.ID] = true
		}
		for _, h := range want {
			of++
			if found[h.Chunk.ID] {
				same++
			}
		}
	}
	t.Logf("%d of %d hits are the same", same, of)
	if 10*same < 8*of {
		t.Errorf("%d of %d hits are the same", same, of)
	}
}
