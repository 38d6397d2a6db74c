package kernels

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// The sample of a scan by bits decides how long it takes and never what it
// finds: whether it is like the rest, nearer than the rest, farther, or equal.
func TestASampleChangesNothingThatIsFound(t *testing.T) {
	const n, k = 10_000, 400
	inSample := func(i int) bool { return i/64%sampled == i/maxRows%sampled }
	tests := []struct {
		name string
		near func(r *rand.Rand, i int) bool // whether row i is near the question
	}{
		{"like the rest", func(r *rand.Rand, i int) bool { return r.IntN(8) == 0 }},
		{"nearer than the rest", func(_ *rand.Rand, i int) bool { return inSample(i) }},
		{"farther than the rest", func(_ *rand.Rand, i int) bool { return !inSample(i) }},
		{"all alike", func(*rand.Rand, int) bool { return true }},
	}
	for _, tt := range tests {
		each(t, func(t *testing.T, p Path) {
			r := rand.New(rand.NewPCG(1, 2))
			ix := New(64, Options{Path: p, BitsAbove: -1, Expect: maxRows})
			query := gauss(r, 64)
			rowBits := make([]uint64, n)
			v := make([]float32, 64)
			for i := range n {
				for d := range v {
					v[d] = query[d]
					if flip := r.IntN(100); tt.name != "all alike" && (flip < 45 || flip < 90 && !tt.near(r, i)) {
						v[d] = -v[d]
					}
				}
				Reference.Signs(rowBits[i:i+1], v)
				if err := ix.Add(int64(i), uint32(i%3), v); err != nil {
					t.Fatal(err)
				}
			}
			qs, _, err := ix.queries([][]float32{query, v})
			if err != nil {
				t.Fatal(err)
			}
			view := ix.View()
			for name, f := range map[string]*Filter{"all": &view.all, "two thirds": view.Filter(GroupsOf(0, 2))} {
				if err := view.nearBits(t.Context(), qs, f, k); err != nil {
					t.Fatal(err)
				}
				for q, found := range qs.found() {
					var want []kept
					for i, x := range rowBits {
						if name == "all" || i%3 != 1 {
							want = append(want, kept{int64(i), -float32(bits.OnesCount64(x ^ qs.bits[q])), uint32(i)})
						}
					}
					slices.SortFunc(want, func(a, b kept) int {
						if worse(a, b) {
							return 1
						}
						return -1
					})
					if !slices.Equal(found, want[:k]) {
						t.Fatalf("%s, %s, query %d: found other rows than a full comparison", tt.name, name, q)
					}
				}
			}
		})
	}
}
