package gguf

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// maxSafetensorsHeader is the limit that the format's own reader keeps.
const maxSafetensorsHeader = 100 << 20

// Stored is a tensor of a safetensors file.
type Stored struct {
	Type  Type
	Shape []uint64 // slowest dimension first
	r     io.ReaderAt
	start int64 // in the file
	size  int64
}

// ReadSafetensors reads the header of the safetensors file in r, size bytes
// long, and checks that all data lies inside it. Tensors of whole numbers are
// left out. Errors: ErrTruncated, ErrTooLarge, ErrMalformed, ErrBounds.
func ReadSafetensors(r io.ReaderAt, size int64) (map[string]Stored, error) {
	var word [8]byte
	if _, err := r.ReadAt(word[:], 0); err != nil {
		return nil, fmt.Errorf("safetensors header: %w", ErrTruncated)
	}
	n := binary.LittleEndian.Uint64(word[:])
	switch {
	case n > maxSafetensorsHeader:
		return nil, fmt.Errorf("safetensors header of %d bytes: %w", n, ErrTooLarge)
	case size < 8 || n > uint64(size-8):
		return nil, fmt.Errorf("safetensors header: %w", ErrTruncated)
	}
	raw := make([]byte, n)
	if _, err := r.ReadAt(raw, 8); err != nil {
		return nil, fmt.Errorf("safetensors header: %w", ErrTruncated)
	}
	var head map[string]json.RawMessage
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, fmt.Errorf("safetensors header: %w: %w", ErrMalformed, err)
	}
	out := make(map[string]Stored, len(head))
	for name, text := range head {
		if name == "__metadata__" {
			continue
		}
		var t struct {
			DType   string    `json:"dtype"`
			Shape   []uint64  `json:"shape"`
			Offsets [2]uint64 `json:"data_offsets"`
		}
		if err := json.Unmarshal(text, &t); err != nil {
			return nil, fmt.Errorf("tensor %q: %w: %w", name, ErrMalformed, err)
		}
		kind, ok := map[string]Type{"F32": F32, "F16": F16, "BF16": BF16}[t.DType]
		if !ok {
			continue
		}
		from, to := t.Offsets[0], t.Offsets[1]
		if from > to || to > uint64(size)-8-n {
			return nil, fmt.Errorf("tensor %q: %w", name, ErrBounds)
		}
		want, err := Tensor{Name: name, Dims: t.Shape, Type: kind}.Size()
		if err != nil {
			return nil, err
		}
		if want != to-from {
			return nil, fmt.Errorf("tensor %q: %d bytes where its shape needs %d: %w", name, to-from, want, ErrMalformed)
		}
		out[name] = Stored{kind, t.Shape, r, int64(8 + n + from), int64(to - from)}
	}
	return out, nil
}

// Writable reports whether a GGUF file of this type can be written here.
func (t Type) Writable() bool { return t == F32 || t == F16 || t == Q8_0 }

// FileType is llama.cpp's number of files that are mostly of this type.
func (t Type) FileType() uint32 { return fileTypes[t] }

// Dims returns the shape as ggml counts, the contiguous dimension first.
func (s Stored) Dims() []uint64 {
	d := slices.Clone(s.Shape)
	slices.Reverse(d)
	return d
}

// Write writes the tensor as to, row by row: row i of the result is row order(i)
// of the tensor (nil: the same), and add is added to every number.
func (s Stored) Write(w io.Writer, to Type, order func(i int) int, add float32) error {
	if len(s.Shape) == 0 {
		return fmt.Errorf("a tensor without dimensions: %w", ErrMalformed)
	}
	rows := 1
	for _, d := range s.Shape[:len(s.Shape)-1] {
		rows *= int(d)
	}
	if rows == 0 {
		return nil
	}
	in := make([]byte, s.size/int64(rows))
	var x []float32
	var out []byte
	for i := range rows {
		from := i
		if order != nil {
			from = order(i)
		}
		if _, err := s.r.ReadAt(in, s.start+int64(from)*int64(len(in))); err != nil {
			return fmt.Errorf("%w: %w", ErrTruncated, err)
		}
		var err error
		if x, err = floats(x[:0], s.Type, in); err != nil {
			return err
		}
		if add != 0 {
			for j := range x {
				x[j] += add
			}
		}
		if out, err = appendAs(out[:0], to, x); err != nil {
			return err
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
	return nil
}
