package gguf

import (
	"encoding/binary"
	"fmt"
	"math"
)

// blockLen is how many numbers a block of Q4_0, Q4_1 and Q8_0 holds.
const blockLen = 32

// appendAs appends x in the layout of t: F32, F16 or Q8_0. For Q8_0 the
// length of x is a multiple of 32.
func appendAs(dst []byte, t Type, x []float32) ([]byte, error) {
	switch t {
	case F32:
		for _, v := range x {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
		}
		return dst, nil
	case F16:
		for _, v := range x {
			dst = binary.LittleEndian.AppendUint16(dst, half(v))
		}
		return dst, nil
	case Q8_0:
		return appendQ8(dst, x), nil
	}
	return nil, fmt.Errorf("writing %v: %w", t, ErrType)
}

// appendQ8 appends x as blocks of one half-precision scale and 32 signed bytes.
// The scale maps the block's largest magnitude to 127.
func appendQ8(dst []byte, x []float32) []byte {
	for b := range len(x) / blockLen {
		block := x[b*blockLen : (b+1)*blockLen]
		largest := float32(0)
		for _, v := range block {
			largest = max(largest, float32(math.Abs(float64(v))))
		}
		scale := largest / 127
		inverse := float32(0)
		if scale != 0 {
			inverse = 1 / scale
		}
		dst = binary.LittleEndian.AppendUint16(dst, half(scale))
		for _, v := range block {
			dst = append(dst, byte(int8(math.Round(float64(v*inverse)))))
		}
	}
	return dst
}

// floats decodes src, whole blocks in the layout of t, and appends the numbers.
func floats(dst []float32, t Type, src []byte) ([]float32, error) {
	le := binary.LittleEndian
	switch t {
	case F32:
		for ; len(src) >= 4; src = src[4:] {
			dst = append(dst, math.Float32frombits(le.Uint32(src)))
		}
	case F16:
		for ; len(src) >= 2; src = src[2:] {
			dst = append(dst, unhalf(le.Uint16(src)))
		}
	case BF16:
		for ; len(src) >= 2; src = src[2:] {
			dst = append(dst, math.Float32frombits(uint32(le.Uint16(src))<<16))
		}
	case Q4_0:
		for ; len(src) >= 18; src = src[18:] {
			d := unhalf(le.Uint16(src))
			dst = nibbles(dst, src[2:18], d, -8*d)
		}
	case Q4_1:
		for ; len(src) >= 20; src = src[20:] {
			dst = nibbles(dst, src[4:20], unhalf(le.Uint16(src)), unhalf(le.Uint16(src[2:])))
		}
	case Q8_0:
		for ; len(src) >= 34; src = src[34:] {
			d := unhalf(le.Uint16(src))
			for _, q := range src[2:34] {
				dst = append(dst, float32(int8(q))*d)
			}
		}
	default:
		return nil, fmt.Errorf("reading %v: %w", t, ErrType)
	}
	return dst, nil
}

// nibbles appends 32 numbers: the low halves of the 16 bytes, then the high
// halves, each times scale plus base.
func nibbles(dst []float32, q []byte, scale, base float32) []float32 {
	for _, b := range q {
		dst = append(dst, float32(b&15)*scale+base)
	}
	for _, b := range q {
		dst = append(dst, float32(b>>4)*scale+base)
	}
	return dst
}

// half rounds f to half precision, to the nearest, ties to even.
func half(f float32) uint16 {
	bits := math.Float32bits(f)
	sign := uint16(bits >> 16 & 0x8000)
	exp := int(bits>>23&0xff) - 127 + 15
	frac := bits & 0x7fffff
	switch {
	case bits&0x7fffffff > 0x7f800000: // not a number
		return sign | 0x7e00
	case exp >= 31:
		return sign | 0x7c00
	case exp <= 0: // subnormal, or nothing
		if exp < -10 {
			return sign
		}
		return sign | uint16(roundShift(frac|0x800000, uint(14-exp)))
	}
	// A carry out of the fraction raises the exponent, as it should.
	return sign + uint16(uint32(exp)<<10+roundShift(frac, 13))
}

// roundShift shifts n right, to the nearest, ties to even.
func roundShift(n uint32, by uint) uint32 {
	q, rest, tie := n>>by, n&(1<<by-1), uint32(1)<<(by-1)
	if rest > tie || rest == tie && q&1 == 1 {
		q++
	}
	return q
}

// unhalf widens a half-precision number.
func unhalf(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exp, frac := uint32(h>>10&31), uint32(h&0x3ff)
	switch exp {
	case 0: // zero or subnormal: frac · 2⁻²⁴
		v := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}
