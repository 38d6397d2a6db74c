package encoder

import (
	"math"
	"sort"
	"testing"

	"markai/kernels"
)

func load(t testing.TB, w Weights, p kernels.Path) *Encoder {
	t.Helper()
	e, err := Load(w, p)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func embed(t testing.TB, e *Encoder, passages [][]int32) [][]float32 {
	t.Helper()
	out, err := e.Embed(t.Context(), Request{Passages: passages, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRealPassagesGetTheVectorsOfTheFloatModel(t *testing.T) {
	w := readModel(t)
	some := tokens(t, 128)
	if len(some) > 24 {
		some = some[:24]
	}
	want := newExact(t, w)
	got := embed(t, load(t, w, kernels.Auto), some)
	var cosines []float64
	sum := 0.0
	for i, p := range some {
		c := cosine(got[i], want.embed(p))
		cosines, sum = append(cosines, c), sum+c
	}
	sort.Float64s(cosines)
	mean := sum / float64(len(cosines))
	t.Logf("%s: cosine %.5f on average, %.5f at least", kernels.Best(), mean, cosines[0])
	if mean < 0.995 || cosines[0] < 0.99 {
		t.Errorf("cosine %.5f on average, %.5f at least", mean, cosines[0])
	}
}

func TestEveryLayerStaysNearTheFloatModel(t *testing.T) {
	w := readModel(t)
	p := tokens(t, 128)[0]
	e := load(t, w, kernels.Auto)
	l := e.newLane(512)
	n := e.embed(l, [][]int32{p})
	want := newExact(t, w)
	want.tap = func(layer int, x []float32) {
		e.attention(l, &e.layers[layer], [][]int32{p}, n)
		e.forward(l, &e.layers[layer], n)
		var worst, squares, all float64
		for i, v := range x {
			d := float64(v) - float64(l.x[i])
			worst = max(worst, math.Abs(d))
			squares, all = squares+d*d, all+float64(v)*float64(v)
		}
		off := math.Sqrt(squares / all)
		t.Logf("layer %d: off by %.4f of the length, %.4f at most", layer, off, worst)
		if off > 0.08 {
			t.Errorf("layer %d is off by %.4f of its length", layer, off)
		}
	}
	want.embed(p)
}
