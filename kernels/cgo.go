//go:build cgo

package kernels

// #include "kernels.h"
import "C"

import "unsafe"

// Go and C agree on the size of a kept row, or this does not compile.
var _ [unsafe.Sizeof(kept{})]byte = [unsafe.Sizeof(C.kernels_hit{})]byte{}

func available() uint32 { return uint32(C.kernels_available()) }

// compiled is a path in C.
type compiled Path

func inC(p Path) loops { return compiled(p) }

func (c compiled) quantise(out []int8, v []float32) float32 {
	return float32(C.kernels_quantise(C.int(c), i8(out), f32(v), C.size_t(len(v))))
}

func (c compiled) signs(out []uint64, v []float32) {
	C.kernels_signs(C.int(c), u64(out), f32(v), C.size_t(len(v)))
}

func (c compiled) dot(a, b []float32) float64 {
	return float64(C.kernels_dot(C.int(c), f32(a), f32(b), C.size_t(len(a))))
}

func (c compiled) scanDots(p part, qs *queries) {
	C.kernels_scan_dots(C.int(c), (*C.uint8_t)(unsafe.SliceData(p.codes)), C.size_t(p.stride), f32(p.scales),
		i64(p.ids), u64(p.want), C.size_t(len(p.want)), i8(qs.codes), i32(qs.biases),
		C.size_t(qs.n), C.uint32_t(p.first), hits(qs), i32(qs.counts), C.int32_t(qs.k))
}

func (c compiled) scanBits(p part, qs *queries) {
	C.kernels_scan_bits(C.int(c), u64(p.bits), C.size_t(p.width),
		i64(p.ids), u64(p.want), C.size_t(len(p.want)), u64(qs.bits), i32(qs.limits),
		C.size_t(qs.n), C.uint32_t(p.first), hits(qs), i32(qs.counts), C.int32_t(qs.k))
}

func i8(s []int8) *C.int8_t      { return (*C.int8_t)(unsafe.SliceData(s)) }
func i32(s []int32) *C.int32_t   { return (*C.int32_t)(unsafe.SliceData(s)) }
func i64(s []int64) *C.int64_t   { return (*C.int64_t)(unsafe.SliceData(s)) }
func u64(s []uint64) *C.uint64_t { return (*C.uint64_t)(unsafe.SliceData(s)) }
func f32(s []float32) *C.float   { return (*C.float)(unsafe.SliceData(s)) }
func hits(q *queries) *C.kernels_hit {
	return (*C.kernels_hit)(unsafe.Pointer(unsafe.SliceData(q.hits)))
}
