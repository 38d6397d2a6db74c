package ggml

import (
	"context"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"

	mark "markai/backend"
)

// tensor is the beginning of llama.cpp's ggml_tensor, which its ABI fixes.
// https://github.com/ggml-org/llama.cpp/blob/master/ggml/include/ggml.h
type tensor struct {
	kind    int32
	_       int32
	_       uintptr // buffer
	ne      [4]int64
	nb      [4]uint64
	op      int32
	params  [16]int32
	flags   int32
	src     [10]*tensor
	viewSrc *tensor
	viewOff uint64
	data    unsafe.Pointer
	name    [64]byte
}

const (
	calibrationWindow = 512 // tokens of a window
	kindF32           = int32(0)
	maxCalibration    = 128 // windows
)

// meter sums the squares of what each matrix is multiplied with, by column.
type meter struct {
	sums map[string]*column
}

type column struct {
	squares []float64
	rows    float64
}

// wants reports whether t multiplies a block's weight matrix with activations,
// and the matrix's name. Expert matrices (three dimensions) are left out: they
// are rounded without weights, as without calibration.
func (m *meter) wants(t *tensor) (string, bool) {
	w, x := t.src[0], t.src[1]
	if w == nil || x == nil || x.kind != kindF32 || w.ne[2] != 1 || w.ne[1] < 2 || x.ne[0] != w.ne[0] {
		return "", false
	}
	name := cString(&w.name[0])
	return name, strings.HasPrefix(name, "blk.") && strings.HasSuffix(name, ".weight") && !strings.Contains(name, "norm")
}

// see is llama.cpp's evaluation callback: asked before a node is computed, it
// says whether it wants to look; after that it looks.
func (m *meter) see(t *tensor, ask bool) bool {
	name, ok := m.wants(t)
	if ask || !ok {
		return ok
	}
	x := t.src[1]
	if x.data == nil {
		return true
	}
	c := m.sums[name]
	if c == nil {
		c = &column{squares: make([]float64, x.ne[0])}
		m.sums[name] = c
	}
	for i3 := range x.ne[3] {
		for i2 := range x.ne[2] {
			for i1 := range x.ne[1] {
				at := uint64(i1)*x.nb[1] + uint64(i2)*x.nb[2] + uint64(i3)*x.nb[3]
				row := unsafe.Slice((*float32)(unsafe.Add(x.data, at)), x.ne[0])
				for i, v := range row {
					c.squares[i] += float64(v) * float64(v)
				}
				c.rows++
			}
		}
	}
	return true
}

// calibrate runs text through the model and returns, for each matrix, the mean
// square of what each of its columns is multiplied with.
func calibrate(ctx context.Context, j Job, text string, send func(Progress) error) (map[string][]float32, error) {
	m := &meter{sums: map[string]*column{}}
	watch := purego.NewCallback(func(t *tensor, ask bool, _ uintptr) bool { return m.see(t, ask) })
	n, err := open(subject{j.Runtime, j.From, j.Threads}, calibrationWindow, calibrationWindow, watch)
	if err != nil {
		return nil, err
	}
	defer n.close()
	tokens := n.tokens(text, false)
	windows := min(len(tokens)/(calibrationWindow-1), maxCalibration)
	if windows == 0 {
		return nil, mark.Errorf(mark.Invalid, "The calibration text is too short. Take at least some thousand words.")
	}
	for i := range windows {
		if err := n.forget(); err != nil {
			return nil, err
		}
		part := n.framed(tokens[i*(calibrationWindow-1) : (i+1)*(calibrationWindow-1)])
		if err := n.compute(ctx, part, 0, func(i int) bool { return i == len(part)-1 }); err != nil {
			return nil, err
		}
		if err := send(Progress{"calibrate", i + 1, windows}); err != nil {
			return nil, err
		}
	}
	out := make(map[string][]float32, len(m.sums))
	for name, c := range m.sums {
		values := make([]float32, len(c.squares))
		for i, s := range c.squares {
			values[i] = float32(s / c.rows)
		}
		out[name] = values
	}
	return out, nil
}
