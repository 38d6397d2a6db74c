//go:build cgo

package encoder

// #cgo LDFLAGS: -lm
// #include "encoder.h"
import "C"

import (
	"unsafe"

	"markai/kernels"
)

// compiled is a path in C.
type compiled kernels.Path

func inC(p kernels.Path) loops { return compiled(p) }

func (c compiled) multiply(a rows, w matrix, out []float32, ld int, gelu bool) {
	flag := C.int(0)
	if gelu {
		flag = 1
	}
	C.encoder_multiply(C.int(c), u8(a.codes), C.size_t(a.stride), C.size_t(a.len()), f32(a.scale), i32(a.zero),
		(*C.int8_t)(unsafe.SliceData(w.codes)), f32(w.scale), i32(w.sum), f32(w.bias), C.size_t(w.outputs()), C.size_t(w.depth),
		f32(out), C.size_t(ld), flag)
}

func (c compiled) quantise(x []float32, ld, n int, out rows) {
	C.encoder_quantise(C.int(c), f32(x), C.size_t(ld), C.size_t(n),
		u8(out.codes), C.size_t(out.stride), C.size_t(out.len()), f32(out.scale), i32(out.zero))
}

func (c compiled) normalise(x, y []float32, n Norm, epsilon float32, out rows) {
	C.encoder_normalise(C.int(c), f32(x), f32(y), C.size_t(len(n.Gain)), f32(n.Gain), f32(n.Bias), C.float(epsilon),
		u8(out.codes), C.size_t(out.stride), C.size_t(out.len()), f32(out.scale), i32(out.zero))
}

func (c compiled) attend(x []float32, ld, n, width int, out []float32, outLD int, scratch []byte) {
	C.encoder_attend(C.int(c), f32(x), C.size_t(ld), C.size_t(n), C.size_t(width), f32(out), C.size_t(outLD),
		unsafe.Pointer(unsafe.SliceData(scratch)))
}

func (compiled) scratch(n, width int) int {
	return int(C.encoder_scratch(C.size_t(n), C.size_t(width)))
}

func u8(s []uint8) *C.uint8_t  { return (*C.uint8_t)(unsafe.SliceData(s)) }
func i32(s []int32) *C.int32_t { return (*C.int32_t)(unsafe.SliceData(s)) }
func f32(s []float32) *C.float { return (*C.float)(unsafe.SliceData(s)) }
