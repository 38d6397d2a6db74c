package encoder

import (
	"unsafe"

	"markai/kernels"
)

// loops is what a path provides. See encoder.h for what each promises.
type loops interface {
	multiply(a rows, w matrix, out []float32, ld int, gelu bool)
	quantise(x []float32, ld, n int, out rows)
	// normalise adds y, unless it is nil, to x.
	normalise(x, y []float32, n Norm, epsilon float32, out rows)
	// attend does one head of one passage of n tokens. scratch is what
	// scratch(n, width) says, aligned to 64.
	attend(x []float32, ld, n, width int, out []float32, outLD int, scratch []byte)
	scratch(n, width int) int
}

func loopsOf(p kernels.Path) loops {
	if p == kernels.Auto {
		p = kernels.Best()
	}
	if p == kernels.Reference {
		return reference{}
	}
	return inC(p)
}

// aligned returns n bytes that begin at a multiple of 64.
func aligned(n int) []byte {
	raw := make([]byte, n+63)
	skip := -uintptr(unsafe.Pointer(&raw[0])) & 63
	return raw[skip:][:n:n]
}
