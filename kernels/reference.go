package kernels

import (
	"math"
	"math/bits"
)

// reference is every loop in Go, as plainly as it can be said.
type reference struct{}

func (reference) quantise(out []int8, v []float32) (top float32) {
	for _, x := range v {
		top = max(top, x, -x)
	}
	factor := 127 / top
	for i, x := range v {
		out[i] = int8(math.RoundToEven(float64(x * factor)))
	}
	return top
}

func (reference) signs(out []uint64, v []float32) {
	clear(out)
	for i, x := range v {
		if x > 0 {
			out[i/64] |= 1 << (i % 64)
		}
	}
}

func (reference) dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func (reference) scanDots(p part, qs *queries) {
	for row := range rows(p.want) {
		codes := p.codes[row*p.stride:][:p.stride]
		for q := range qs.n {
			var sum int32
			for d, c := range qs.codes[q*p.stride:][:p.stride] {
				sum += (int32(codes[d]) - 128) * int32(c)
			}
			qs.offer(q, kept{p.ids[row], float32(sum) * p.scales[row], p.first + uint32(row)})
		}
	}
}

func (reference) scanBits(p part, qs *queries) {
	for row := range rows(p.want) {
		words := p.bits[row/8*8*p.width+row%8:]
		for q := range qs.n {
			distance := 0
			for w, x := range qs.bits[q*p.width:][:p.width] {
				distance += bits.OnesCount64(x ^ words[8*w])
			}
			if distance <= int(qs.limits[q]) {
				qs.offer(q, kept{p.ids[row], float32(-distance), p.first + uint32(row)})
			}
		}
	}
}
