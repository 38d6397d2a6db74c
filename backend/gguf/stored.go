package gguf

import (
	"fmt"
	"io"
	"slices"
)

// Stored is a tensor of a safetensors file.
type Stored struct {
	Type  Type
	Shape []uint64 // slowest dimension first
	r     io.ReaderAt
	start int64
	size  int64
}

// ReadSafetensors reads the header of the safetensors file in r, size bytes
// long, and checks that all data lies inside it. Tensors of whole numbers are
// left out. Errors: ErrTruncated, ErrTooLarge, ErrMalformed, ErrBounds.
func ReadSafetensors(r io.ReaderAt, size int64) (map[string]Stored, error) {
	w, err := readSafetensors(r, size)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Stored, len(w.tensors))
	for name, s := range w.tensors {
		out[name] = Stored{s.kind, s.shape, r, s.start, s.size}
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
