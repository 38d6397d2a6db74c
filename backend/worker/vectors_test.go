package worker

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestVectorsSurviveTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.IntRange(1, 5).Draw(t, "dim")
		v := rapid.SliceOfN(rapid.SliceOfN(rapid.Float32(), dim, dim), 1, 4).Draw(t, "vectors")
		got, err := unpack(pack(v), len(v), dim)
		if err != nil || !slices.EqualFunc(got, v, slices.Equal) {
			t.Fatalf("got %v, %v", got, err)
		}
	})
	for _, c := range []struct{ bytes, n, dim int }{{0, 0, 0}, {4, 1, 2}, {8, 1, -2}, {7, 1, 2}} {
		if _, err := unpack(make([]byte, c.bytes), c.n, c.dim); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}
