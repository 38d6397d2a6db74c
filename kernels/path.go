package kernels

import "fmt"

// A Path is one implementation of the loops. All give the same integers.
type Path int

// The numbers from Portable on are those of kernels.h. Of two paths that a
// machine has, the later is the faster.
const (
	Auto      Path = iota // the best that this machine has
	Reference             // Go
	Portable              // C for any processor
	NEON
	NEONDot
	AVX2
	AVXVNNI
	AVX512
	end
)

var names = [end]string{"auto", "go", "portable", "neon", "neon-dotprod", "avx2", "avx-vnni", "avx512-vnni"}

// String names the path as reports print it.
func (p Path) String() string {
	if p < 0 || p >= end {
		return fmt.Sprintf("path %d", int(p))
	}
	return names[p]
}

// Paths returns what this machine can run, slowest first.
func Paths() []Path {
	list := []Path{Reference}
	for p, have := Portable, available(); p < end; p++ {
		if have>>p&1 == 1 {
			list = append(list, p)
		}
	}
	return list
}

var best = Paths()[len(Paths())-1]

// Best returns the fastest path of this machine.
func Best() Path { return best }

// Quantise writes v, scaled so that its largest number is 127 and rounded to
// even, and returns what a code of 1 stands for. v must not be empty, all zero
// or other than finite.
func (p Path) Quantise(out []int8, v []float32) (scale float32) {
	return p.loops().quantise(out[:len(v)], v) / 127
}

// Signs sets bit i of out where v[i] > 0, and clears the other bits of the
// words that v reaches.
func (p Path) Signs(out []uint64, v []float32) {
	p.loops().signs(out[:(len(v)+63)/64], v)
}

// Dot multiplies two vectors of the same length, summing in float64. The
// paths differ in the order of the sum.
func (p Path) Dot(a, b []float32) float64 {
	return p.loops().dot(a, b[:len(a)])
}

// loops is what a path provides.
type loops interface {
	quantise(out []int8, v []float32) (top float32)
	signs(out []uint64, v []float32)
	dot(a, b []float32) float64

	// scanDots and scanBits offer the rows of a part to every query.
	scanDots(part, *queries)
	scanBits(part, *queries)
}

func (p Path) loops() loops {
	switch p {
	case Auto:
		return best.loops()
	case Reference:
		return reference{}
	}
	return inC(p)
}
