package encoder

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"markai/kernels"

	"pgregory.net/rapid"
)

// each runs f on every path of this machine but the reference, and says which
// others there are.
func each(t *testing.T, f func(t *testing.T, l loops)) {
	have := kernels.Paths()
	for p := kernels.Portable; p <= kernels.AVX512; p++ {
		t.Run(p.String(), func(t *testing.T) {
			if !slices.Contains(have, p) {
				t.Skip("this machine, or this build, has no such path")
			}
			f(t, loopsOf(p))
		})
	}
}

// floats draws n numbers: all alike, some far out, tiny, or zero.
func floats(t *rapid.T, n int) []float32 {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	size := rapid.SampledFrom([]float32{0, 1e-38, 1e-20, 1, 3, 1e10}).Draw(t, "size")
	far := rapid.SampledFrom([]float32{1, 1, 30, 1000}).Draw(t, "far")
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64()) * size
		if r.IntN(50) == 0 {
			v[i] *= far
		}
	}
	return v
}

func TestQuantisedRowsAreTheSameOnEveryPath(t *testing.T) {
	each(t, func(t *testing.T, l loops) {
		rapid.Check(t, func(t *rapid.T) {
			n, count := 16*rapid.IntRange(1, 20).Draw(t, "blocks"), rapid.IntRange(1, 9).Draw(t, "rows")
			ld := n + rapid.IntRange(0, 20).Draw(t, "apart")
			x := floats(t, count*ld)
			got, want := newRows(count, n), newRows(count, n)
			l.quantise(x, ld, n, got)
			reference{}.quantise(x, ld, n, want)
			if !slices.Equal(got.codes, want.codes) || !slices.Equal(got.zero, want.zero) || !slices.Equal(got.scale, want.scale) {
				t.Fatalf("got %v, want %v", got, want)
			}
		})
	})
}

func TestQuantisedRowIsNearTheRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := floats(t, 64)
		r := newRows(1, 64)
		reference{}.quantise(x, 64, 64, r)
		for i, v := range x {
			back := float32(int32(r.codes[i])-r.zero[0]) * r.scale[0]
			if d := math.Abs(float64(back - v)); d > 1.01*float64(r.scale[0]) && d > tiny {
				t.Fatalf("%v became %v in steps of %v", v, back, r.scale[0])
			}
		}
	})
}

// operands draws a product. Its extremes are those that could overflow or
// saturate.
func operands(t *rapid.T) (rows, matrix) {
	depth := 4 * rapid.OneOf(rapid.IntRange(1, 40), rapid.SampledFrom([]int{96, 384, 1024})).Draw(t, "depth")
	a := newRows(rapid.IntRange(1, 20).Draw(t, "rows"), depth)
	w := newMatrix(16*rapid.IntRange(1, 9).Draw(t, "blocks"), depth)
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	extreme := rapid.Bool().Draw(t, "extreme")
	for i := range a.codes {
		a.codes[i] = uint8(r.IntN(256))
		if extreme {
			a.codes[i] = 255
		}
	}
	for o := range w.outputs() {
		sign := int8(r.IntN(2)*2 - 1)
		for i := range depth {
			code := int8(r.IntN(255) - 127)
			if extreme {
				code = 127 * sign
			}
			w.codes[w.at(o, i)] = code
			w.sum[o] += int32(code)
		}
		w.scale[o], w.bias[o] = 1, 0
	}
	for i := range a.scale {
		a.scale[i], a.zero[i] = 1, int32(r.IntN(256))
	}
	if rapid.Bool().Draw(t, "no zero") {
		a.zero = nil
	}
	return a, w
}

func TestProductsAreTheSameOnEveryPath(t *testing.T) {
	each(t, func(t *testing.T, l loops) {
		rapid.Check(t, func(t *rapid.T) {
			a, w := operands(t)
			ld := w.outputs() + rapid.IntRange(0, 5).Draw(t, "apart")
			got, want := make([]float32, a.len()*ld), make([]float32, a.len()*ld)
			l.multiply(a, w, got, ld, false)
			reference{}.multiply(a, w, want, ld, false)
			if !slices.Equal(got, want) {
				t.Fatalf("%d rows, %d outputs, depth %d differ", a.len(), w.outputs(), w.depth)
			}
		})
	})
}

func TestScaleBiasAndGELUAreThoseOfTheReference(t *testing.T) {
	each(t, func(t *testing.T, l loops) {
		a, w := newRows(7, 4), newMatrix(48, 4)
		r := rand.New(rand.NewPCG(1, 2))
		for i := range a.codes {
			a.codes[i] = uint8(r.IntN(256))
		}
		for o := range w.outputs() {
			w.codes[w.at(o, o%4)], w.sum[o] = 100, 100
			w.scale[o], w.bias[o] = 0.01, r.Float32()
		}
		for i := range a.scale {
			a.scale[i], a.zero[i] = 0.05*float32(i+1), 128
		}
		for _, gelu := range []bool{false, true} {
			got, want := make([]float32, 7*48), make([]float32, 7*48)
			l.multiply(a, w, got, 48, gelu)
			reference{}.multiply(a, w, want, 48, gelu)
			worst := 0.0
			for i := range got {
				worst = max(worst, math.Abs(float64(got[i]-want[i])))
			}
			// gelu_of promises 1.2e-5; the rest is rounding of numbers to 45.
			if limit := map[bool]float64{false: 1e-5, true: 2e-5}[gelu]; worst > limit {
				t.Errorf("gelu %v: off by %v", gelu, worst)
			}
		}
	})
}

func TestNormalisedRowsAreThoseOfTheReference(t *testing.T) {
	each(t, func(t *testing.T, l loops) {
		rapid.Check(t, func(t *rapid.T) {
			n, count := 16*rapid.IntRange(1, 30).Draw(t, "blocks"), rapid.IntRange(1, 5).Draw(t, "rows")
			r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
			fill := func(k int) []float32 {
				v := make([]float32, k)
				for i := range v {
					v[i] = float32(r.NormFloat64())
				}
				return v
			}
			x, y, norm := fill(count*n), fill(count*n), Norm{fill(n), fill(n)}
			if rapid.Bool().Draw(t, "alone") {
				y = nil
			}
			other := slices.Clone(x)
			got, want := newRows(count, n), newRows(count, n)
			l.normalise(x, y, norm, 1e-12, got)
			reference{}.normalise(other, y, norm, 1e-12, want)
			for i := range x {
				if d := math.Abs(float64(x[i] - other[i])); d > 2e-5 {
					t.Fatalf("got %v, want %v", x[i], other[i])
				}
				if d := int(got.codes[i]) - int(want.codes[i]); d < -1 || d > 1 {
					t.Fatalf("code %d, want %d", got.codes[i], want.codes[i])
				}
			}
		})
	})
}

func TestAttentionIsThatOfTheReference(t *testing.T) {
	each(t, func(t *testing.T, l loops) {
		rapid.Check(t, func(t *rapid.T) {
			n, width := rapid.IntRange(1, 120).Draw(t, "tokens"), 16*rapid.IntRange(1, 6).Draw(t, "blocks")
			ld, outLD := 3*width+rapid.IntRange(0, 9).Draw(t, "apart"), width+rapid.IntRange(0, 9).Draw(t, "out apart")
			r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 4))
			x := make([]float32, n*ld)
			for i := range x {
				x[i] = float32(r.NormFloat64())
			}
			got, want := make([]float32, n*outLD), make([]float32, n*outLD)
			// What an earlier call left in the scratch must not matter.
			scratch := aligned(l.scratch(n, width))
			for i := range scratch {
				scratch[i] = byte(r.Uint32())
			}
			l.attend(x, ld, n, width, got, outLD, scratch)
			reference{}.attend(x, ld, n, width, want, outLD, nil)
			for i := range got {
				// A weight near the half between two codes may be rounded otherwise.
				if d := math.Abs(float64(got[i] - want[i])); !(d < 0.015) {
					t.Fatalf("row %d: got %v, want %v", i/outLD, got[i], want[i])
				}
			}
		})
	})
}

// random is a model of a shape, with weights that keep numbers in bounds.
func random(c Config, seed uint64) Weights {
	r := rand.New(rand.NewPCG(seed, 5))
	fill := func(n int, size float64) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(r.NormFloat64() * size)
		}
		return v
	}
	linear := func(in, out int) Linear { return Linear{fill(in*out, 1/math.Sqrt(float64(in))), fill(out, 0.1)} }
	norm := func() Norm {
		g := fill(c.Width, 0.1)
		for i := range g {
			g[i]++
		}
		return Norm{g, fill(c.Width, 0.1)}
	}
	layers := make([]Layer, max(c.Layers, 0))
	for i := range layers {
		layers[i] = Layer{linear(c.Width, c.Width), linear(c.Width, c.Width), linear(c.Width, c.Width), linear(c.Width, c.Width),
			norm(), linear(c.Width, c.Feed), linear(c.Feed, c.Width), norm()}
	}
	return Weights{Config: c, Word: fill(c.Words*c.Width, 1), Position: fill(c.Positions*c.Width, 1), Type: fill(c.Width, 1), Norm: norm(),
		Layer: func(i int) (Layer, error) { return layers[i], nil }}
}

// batch is passages of random tokens.
func batch(c Config, seed uint64, count int) [][]int32 {
	r := rand.New(rand.NewPCG(seed, 6))
	out := make([][]int32, count)
	for i := range out {
		out[i] = make([]int32, 1+r.IntN(c.Positions))
		for j := range out[i] {
			out[i][j] = int32(r.IntN(c.Words))
		}
	}
	return out
}

var shapes = rapid.Custom(func(t *rapid.T) Config {
	heads := rapid.IntRange(1, 4).Draw(t, "heads")
	return Config{Layers: rapid.IntRange(1, 3).Draw(t, "layers"), Heads: heads, Width: heads * 16 * rapid.IntRange(1, 3).Draw(t, "head"),
		Feed: 16 * rapid.IntRange(1, 20).Draw(t, "feed"), Words: rapid.IntRange(1, 50).Draw(t, "words"),
		Positions: rapid.IntRange(1, 70).Draw(t, "positions"), Epsilon: 1e-12, CLS: rapid.Bool().Draw(t, "cls")}
})

func TestModelsOfAnyShapeGetTheVectorsOfTheFloatModel(t *testing.T) {
	for _, p := range kernels.Paths() {
		t.Run(p.String(), func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				c, seed := shapes.Draw(rt, "shape"), rapid.Uint64().Draw(rt, "seed")
				w := random(c, seed)
				some := batch(c, seed, 3)
				got, want := embed(t, load(t, w, p), some), newExact(t, w)
				for i, v := range got {
					if cos := cosine(v, want.embed(some[i])); !(cos > 0.98) {
						rt.Fatalf("%+v, %d tokens: cosine %v", c, len(some[i]), cos)
					}
				}
			})
		})
	}
}

func TestPassageGetsTheSameVectorAloneAndAmongOthers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, seed := shapes.Draw(rt, "shape"), rapid.Uint64().Draw(rt, "seed")
		e := load(t, random(c, seed), kernels.Auto)
		some := batch(c, seed, rapid.IntRange(1, 40).Draw(rt, "passages"))
		all := embed(t, e, some)
		for i, p := range some {
			if alone := embed(t, e, [][]int32{p}); !slices.Equal(alone[0], all[i]) {
				rt.Fatalf("passage %d", i)
			}
			if size := float64(cosine(all[i], all[i])); math.Abs(size-1) > 1e-6 {
				rt.Fatalf("cosine with itself %v", size)
			}
		}
	})
}

func TestWhatTheEncoderDoesNotComputeIsRefused(t *testing.T) {
	good := Config{Layers: 1, Width: 32, Heads: 2, Feed: 64, Words: 5, Positions: 8, Epsilon: 1e-12}
	if _, err := Load(random(good, 1), kernels.Auto); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"no layers":            func(c *Config) { c.Layers = 0 },
		"no heads":             func(c *Config) { c.Heads = 0 },
		"heads of 8":           func(c *Config) { c.Heads = 4 },
		"heads that overlap":   func(c *Config) { c.Heads = 3 },
		"an odd width":         func(c *Config) { c.Width = 40 },
		"an odd feed":          func(c *Config) { c.Feed = 65 },
		"no words":             func(c *Config) { c.Words = 0 },
		"too many positions":   func(c *Config) { c.Positions = 1 << 20 },
		"an epsilon of NaN":    func(c *Config) { c.Epsilon = float32(math.NaN()) },
		"a negative width":     func(c *Config) { c.Width = -32 },
		"a width beyond limit": func(c *Config) { c.Width = 1 << 14 },
	} {
		c := good
		change(&c)
		if _, err := Load(Weights{Config: c}, kernels.Auto); !errors.Is(err, ErrShape) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*Weights){
		"short words":        func(w *Weights) { w.Word = w.Word[1:] },
		"long positions":     func(w *Weights) { w.Position = append(w.Position, 1) },
		"short type":         func(w *Weights) { w.Type = w.Type[1:] },
		"no norm":            func(w *Weights) { w.Norm = Norm{} },
		"a word of NaN":      func(w *Weights) { w.Word[3] = float32(math.NaN()) },
		"an infinite weight": func(w *Weights) { l, _ := w.Layer(0); l.Up.Weight[7] = float32(math.Inf(1)) },
		"a short layer":      func(w *Weights) { w.Layer = func(int) (Layer, error) { return Layer{}, nil } },
		"a layer that is not": func(w *Weights) {
			w.Layer = func(int) (Layer, error) { return Layer{}, fmt.Errorf("gone: %w", ErrWeight) }
		},
	} {
		w := random(good, 1)
		change(&w)
		if _, err := Load(w, kernels.Auto); !errors.Is(err, ErrWeight) {
			t.Errorf("%s: %v", name, err)
		}
	}
	e := load(t, random(good, 1), kernels.Auto)
	for name, p := range map[string][]int32{"empty": {}, "too long": make([]int32, 9), "no such token": {5}, "negative": {-1}} {
		if _, err := e.Embed(t.Context(), Request{Passages: [][]int32{{1}, p}}); !errors.Is(err, ErrTokens) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if out, err := e.Embed(t.Context(), Request{}); len(out) != 0 || err != nil {
		t.Errorf("no passages: %v, %v", out, err)
	}
}

func TestWeightsThatOverflowAreFoundOut(t *testing.T) {
	w := random(Config{Layers: 1, Width: 32, Heads: 2, Feed: 64, Words: 5, Positions: 8}, 1)
	for i := range w.Norm.Gain {
		w.Norm.Gain[i] = math.MaxFloat32
	}
	for _, p := range kernels.Paths() {
		if _, err := load(t, w, p).Embed(t.Context(), Request{Passages: [][]int32{{1, 2}}}); !errors.Is(err, ErrWeight) {
			t.Errorf("%s: %v", p, err)
		}
	}
}

// stops is a context that ends after it has been looked at some times.
type stops struct {
	context.Context
	looks, after int
}

func (s *stops) Err() error {
	if s.looks++; s.looks > s.after {
		return context.Canceled
	}
	return nil
}

func TestCancelledBatchStopsBeforeTheNextLayer(t *testing.T) {
	c := Config{Layers: 4, Width: 32, Heads: 2, Feed: 64, Words: 5, Positions: 8, Epsilon: 1e-12}
	e := load(t, random(c, 1), kernels.Auto)
	ctx := &stops{Context: t.Context(), after: 2}
	l := e.newLane(8)
	if err := e.group(ctx, l, [][]int32{{1, 2}}, [][]float32{make([]float32, 32)}); !errors.Is(err, context.Canceled) || ctx.looks != 3 {
		t.Errorf("%v after %d looks", err, ctx.looks)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Embed(gone, Request{Passages: [][]int32{{1}}, Threads: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestLanesAreKeptAndOfBoundedSize(t *testing.T) {
	e := load(t, random(Config{Layers: 1, Width: 64, Heads: 2, Feed: 128, Words: 50, Positions: 512, Epsilon: 1e-12}, 1), kernels.Auto)
	for range 3 {
		embed(t, e, batch(e.Config, 7, 50))
	}
	if n := len(e.idle); n < 1 || n > 2 {
		t.Errorf("%d lanes for two goroutines", n)
	}
	if l := e.idle[0]; l.room != 512 || l.bytes() > 2<<20 {
		t.Errorf("a lane of %d tokens takes %d bytes", l.room, l.bytes())
	}
}

func TestCurvesKeepTheirPromises(t *testing.T) {
	each(t, func(t *testing.T, l loops) {
		// A product of depth 4 with one code and steps of 1/2000 passes any x.
		const n = 20000
		w := matrix{make([]int8, 16*n/16*4), make([]float32, n), make([]int32, n), make([]float32, n), 4}
		for o := range w.bias {
			w.bias[o] = float32(o-n/2) / (n / 16)
		}
		out := make([]float32, n)
		l.multiply(newRows(1, 4), w, out, n, true)
		worst := 0.0
		for o, x := range w.bias {
			want := float64(x) * math.Erfc(-float64(x)/math.Sqrt2) / 2
			worst = max(worst, math.Abs(float64(out[o])-want))
		}
		if worst > 1.2e-5 {
			t.Errorf("gelu is off by %v", worst)
		}
	})
}
