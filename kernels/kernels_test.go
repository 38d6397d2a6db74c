package kernels

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// each runs f on every path of this machine but the reference, and says which
// others there are.
func each(t *testing.T, f func(t *testing.T, p Path)) {
	have := Paths()
	for p := Portable; p < end; p++ {
		t.Run(p.String(), func(t *testing.T) {
			if !slices.Contains(have, p) {
				t.Skip("this machine, or this build, has no such path")
			}
			f(t, p)
		})
	}
}

// numbers draws a vector with large, small, equal and zero numbers, or one
// whose codes lie halfway between two.
func numbers(t *rapid.T, n int) []float32 {
	if rapid.Bool().Draw(t, "halves") {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(rapid.IntRange(-126, 125).Draw(t, "half")) + 0.5
		}
		v[0] = 127
		return v
	}
	v := rapid.SliceOfN(rapid.OneOf(
		rapid.Float32Range(-1, 1),
		rapid.SampledFrom([]float32{0, float32(math.Copysign(0, -1)), 1, -1, 0.5, 1e-20, -1e-20, 1e20}),
	), n, n).Draw(t, "v")
	v[rapid.IntRange(0, n-1).Draw(t, "at")] = 0.75 // so that it has a direction
	return v
}

var widths = rapid.OneOf(rapid.IntRange(1, 200), rapid.SampledFrom([]int{63, 64, 65, 127, 128, 384, 768, 1024, 2049, 4100}))

func TestQuantisingIsTheSameOnEveryPath(t *testing.T) {
	each(t, func(t *testing.T, p Path) {
		rapid.Check(t, func(t *rapid.T) {
			v := numbers(t, widths.Draw(t, "n"))
			got, want := make([]int8, len(v)), make([]int8, len(v))
			if g, w := p.Quantise(got, v), Reference.Quantise(want, v); g != w || !slices.Equal(got, want) {
				t.Fatalf("got %v × %v, want %v × %v", got, g, want, w)
			}
		})
	})
}

func TestSignsAreTheSameOnEveryPath(t *testing.T) {
	each(t, func(t *testing.T, p Path) {
		rapid.Check(t, func(t *rapid.T) {
			v := numbers(t, widths.Draw(t, "n"))
			got, want := make([]uint64, (len(v)+63)/64), make([]uint64, (len(v)+63)/64)
			for i := range got {
				got[i] = math.MaxUint64 // what is there is overwritten
			}
			p.Signs(got, v)
			Reference.Signs(want, v)
			if !slices.Equal(got, want) {
				t.Fatalf("got %x, want %x", got, want)
			}
		})
	})
}

func TestDotIsExactToTheLastDigits(t *testing.T) {
	each(t, func(t *testing.T, p Path) {
		rapid.Check(t, func(t *rapid.T) {
			n := widths.Draw(t, "n")
			a, b := numbers(t, n), numbers(t, n)
			size := 0.0
			for i := range a {
				size += math.Abs(float64(a[i]) * float64(b[i]))
			}
			if got, want := p.Dot(a, b), Reference.Dot(a, b); math.Abs(got-want) > 1e-12*size {
				t.Fatalf("got %v, want %v", got, want)
			}
		})
	})
}

// drawn are rows and queries as scans see them: any codes at all.
type drawn struct {
	s    *segment
	want []uint64
	qs   func(k int) *queries
}

func drawScan(t *rapid.T) drawn {
	dim := widths.Draw(t, "dim")
	stride, width := (dim+63)&^63, (dim+63)/64
	size := 64 * rapid.IntRange(1, 4).Draw(t, "words")
	// rapid draws a seed, not every number: a row has thousands.
	next := rapid.Uint64().Draw(t, "seed") | 1
	random := func() uint64 {
		next ^= next << 13
		next ^= next >> 7
		next ^= next << 17
		return next
	}
	few := rapid.Bool().Draw(t, "few different rows")
	opposite := rapid.Bool().Draw(t, "no bit in common")
	s := newSegment(size, stride, width)
	for i := range s.codes {
		s.codes[i] = byte(random())
		if few {
			s.codes[i] = byte(i / stride % 3)
		}
	}
	for i := range s.bits {
		s.bits[i] = random()
		if few {
			s.bits[i] %= 4
		}
		if opposite {
			s.bits[i] = math.MaxUint64 // as far as can be
		}
	}
	for i := range s.ids {
		s.ids[i], s.scales[i] = int64(random()>>1), float32(random()%1000+1)/1e6
		if few {
			s.scales[i] = 0.5
		}
	}
	want := rapid.SliceOfN(rapid.OneOf(rapid.Uint64(), rapid.SampledFrom([]uint64{0, math.MaxUint64, 1, 1 << 63, 0xff00})), size/64, size/64).Draw(t, "want")
	n := rapid.IntRange(1, 3).Draw(t, "queries")
	codes, bits := make([]int8, n*stride), make([]uint64, n*width)
	for i := range codes {
		if i%stride < dim {
			codes[i] = max(-127, int8(random()))
		}
	}
	for i := range bits {
		bits[i] = random()
		if opposite {
			bits[i] = 0
		}
	}
	biases := make([]int32, n)
	for i, c := range codes {
		biases[i/stride] += 128 * int32(c)
	}
	return drawn{s, want, func(k int) *queries {
		qs := &queries{n: n, codes: codes, biases: biases, bits: bits}
		qs.keep(k)
		return qs
	}}
}

func TestScansKeepTheSameRowsOnEveryPath(t *testing.T) {
	scans := map[string]func(l loops, p part, qs *queries){
		"dots": func(l loops, p part, qs *queries) { l.scanDots(p, qs) },
		"bits": func(l loops, p part, qs *queries) { l.scanBits(p, qs) },
	}
	for name, scan := range scans {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, path Path) {
				rapid.Check(t, func(t *rapid.T) {
					d := drawScan(t)
					k := rapid.IntRange(1, 100).Draw(t, "k")
					got, want := d.qs(k), d.qs(k)
					for p := range d.s.parts(d.want, 7) {
						scan(path.loops(), p, got)
						scan(Reference.loops(), p, want)
					}
					if g, w := fmt.Sprint(got.found()), fmt.Sprint(want.found()); g != w {
						t.Fatalf("got %s\nwant %s", g, w)
					}
				})
			})
		})
	}
}

func TestTheHeapKeepsTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores := rapid.SliceOf(rapid.Float32Range(-2, 2)).Draw(t, "scores")
		k := rapid.IntRange(1, 20).Draw(t, "k")
		qs := &queries{n: 1}
		qs.keep(k)
		for i, x := range scores {
			qs.offer(0, kept{id: int64(i), score: x})
		}
		slices.Sort(scores)
		slices.Reverse(scores)
		for i, x := range qs.found()[0] {
			if x.score != scores[i] {
				t.Fatalf("number %d has score %v, want %v", i, x.score, scores[i])
			}
		}
		if got, want := len(qs.found()[0]), min(k, len(scores)); got != want {
			t.Fatalf("kept %d, want %d", got, want)
		}
	})
}
