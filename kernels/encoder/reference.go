package encoder

import "math"

// reference is every loop in Go, as plainly as it can be said.
type reference struct{}

func (reference) multiply(a rows, w matrix, out []float32, ld int, gelu bool) {
	for r := range a.len() {
		zero := int32(0)
		if a.zero != nil {
			zero = a.zero[r]
		}
		x := a.codes[r*a.stride:][:w.depth]
		for o := range w.outputs() {
			sum := -zero * w.sum[o]
			codes := w.codes[w.at(o, 0):]
			for i, c := range x {
				sum += int32(c) * int32(codes[i/4*64+i%4])
			}
			y := float32(sum) * w.scale[o] * a.scale[r]
			if w.bias != nil {
				y += w.bias[o]
			}
			if gelu {
				y = float32(float64(y) * (1 + math.Erf(float64(y)/math.Sqrt2)) / 2)
			}
			out[r*ld+o] = y
		}
	}
}

func (reference) quantise(x []float32, ld, n int, out rows) {
	for r := range out.len() {
		quantiseRow(x[r*ld:][:n], out.codes[r*out.stride:], &out.scale[r], &out.zero[r])
	}
}

func quantiseRow(x []float32, codes []uint8, scale *float32, zero *int32) {
	low, high := float32(0), float32(0)
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	span, factor := high-low, float32(0)
	*scale, *zero = 0, 0
	if span > tiny && span <= math.MaxFloat32 {
		factor = 255 / span
		*scale, *zero = span/255, roundInt(-low*factor)
	}
	for i, v := range x {
		codes[i] = uint8(min(max(roundInt(v*factor)+*zero, 0), 255))
	}
}

// roundInt is to even; 0 for what no int32 holds.
func roundInt(x float32) int32 {
	if !(math.Abs(float64(x)) < 1<<31) {
		return 0
	}
	return int32(math.RoundToEven(float64(x)))
}

func (reference) normalise(x, y []float32, n Norm, epsilon float32, out rows) {
	width := len(n.Gain)
	for r := range out.len() {
		row := x[r*width:][:width]
		sum := 0.0
		for i := range row {
			if y != nil {
				row[i] += y[r*width+i]
			}
			sum += float64(row[i])
		}
		mean, squares := sum/float64(width), 0.0
		for _, v := range row {
			squares += (float64(v) - mean) * (float64(v) - mean)
		}
		factor := 1 / math.Sqrt(squares/float64(width)+float64(epsilon))
		for i, v := range row {
			row[i] = float32((float64(v)-mean)*factor)*n.Gain[i] + n.Bias[i]
		}
		quantiseRow(row, out.codes[r*out.stride:], &out.scale[r], &out.zero[r])
	}
}

func (reference) scratch(int, int) int { return 0 }

func (l reference) attend(x []float32, ld, n, width int, out []float32, outLD int, _ []byte) {
	wide := (n + 15) / 16 * 16
	queries := newRows(n, width)
	l.quantise(x, ld, width, queries)
	for r := range queries.scale {
		queries.scale[r] *= 1 / float32(math.Sqrt(float64(width)))
	}
	keys := matrix{make([]int8, wide*width), make([]float32, wide), make([]int32, wide), nil, width}
	values := matrix{make([]int8, width*wide), make([]float32, width), make([]int32, width), nil, wide}
	for r := range n {
		keys.column(r, width, func(i int) float32 { return x[r*ld+width+i] })
	}
	for o := range width {
		values.column(o, n, func(r int) float32 { return x[r*ld+2*width+o] })
	}
	scores := make([]float32, n*wide)
	weights := rows{make([]uint8, n*wide), wide, make([]float32, n), nil}
	l.multiply(queries, keys, scores, wide, false)
	for r := range n {
		softmaxRow(scores[r*wide:][:n], weights.codes[r*wide:], &weights.scale[r])
	}
	l.multiply(weights, values, out, outLD, false)
}

// column packs the n weights of an output.
func (m matrix) column(o, n int, x func(int) float32) {
	row := make([]float32, n)
	for i := range row {
		row[i] = x(i)
	}
	top, factor := reach(row, 127)
	m.scale[o] = top / 127
	for i, v := range row {
		code := roundInt(v * factor)
		m.codes[m.at(o, i)] = int8(code)
		m.sum[o] += code
	}
}

func softmaxRow(x []float32, codes []uint8, scale *float32) {
	top := float32(math.Inf(-1))
	for _, v := range x {
		top = max(top, v)
	}
	sum := 0
	for i, v := range x {
		codes[i] = uint8(math.RoundToEven(255 * math.Exp(float64(v-top))))
		sum += int(codes[i])
	}
	*scale = 1 / float32(sum)
}
