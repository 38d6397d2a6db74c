package encoder

import "math"

// rows are rows of whole numbers: (code - zero) * scale.
type rows struct {
	codes  []uint8
	stride int
	scale  []float32
	zero   []int32
}

func newRows(n, stride int) rows {
	return rows{make([]uint8, n*stride), stride, make([]float32, n), make([]int32, n)}
}

// from returns n rows from row first on.
func (r rows) from(first, n int) rows {
	return rows{r.codes[first*r.stride:][:n*r.stride], r.stride, r.scale[first:][:n], r.zero[first:][:n]}
}

func (r rows) len() int { return len(r.scale) }

// matrix is the right side of a product, packed: sixteen outputs side by side,
// each with four inputs. encoder.h has the formula.
type matrix struct {
	codes []int8
	scale []float32 // what a code of 1 stands for, by output
	sum   []int32   // of an output's codes
	bias  []float32
	depth int // inputs
}

func newMatrix(outputs, depth int) matrix {
	return matrix{make([]int8, outputs*depth), make([]float32, outputs), make([]int32, outputs), make([]float32, outputs), depth}
}

func (m matrix) outputs() int { return len(m.scale) }

// at is where the code of an output for an input lies.
func (m matrix) at(output, input int) int {
	return (output/16*m.depth+input/4*4)*16 + output%16*4 + input%4
}

// fill packs n outputs from first on: quantised so that the greatest weight of
// each is 127, and rounded to even.
func (m matrix) fill(first, n int, weight, bias []float32) {
	copy(m.bias[first:first+n], bias)
	inParts(n, func(i int) {
		o := first + i
		row := weight[i*m.depth:][:m.depth]
		top, factor := reach(row, 127)
		m.scale[o] = top / 127
		to := m.codes[m.at(o, 0):]
		for in, x := range row {
			code := int8(math.RoundToEven(float64(x * factor)))
			to[in/4*64+in%4] = code
			m.sum[o] += int32(code)
		}
	})
}

// tiny is what a row must reach to not count as zeros.
const tiny = 1e-30

// reach returns the greatest |x|, or 0 where that is tiny, and what brings it
// to limit.
func reach(row []float32, limit float32) (top, factor float32) {
	for _, x := range row {
		top = max(top, x, -x)
	}
	if !(top > tiny) {
		return 0, 0
	}
	return top, limit / top
}

// steps writes a row in 16 bits and returns what a step stands for.
func steps(out []int16, row []float32) float32 {
	top, factor := reach(row, math.MaxInt16)
	for i, x := range row {
		out[i] = int16(math.RoundToEven(float64(x * factor)))
	}
	return top / math.MaxInt16
}
