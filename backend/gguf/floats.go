package gguf

import (
	"fmt"
	"io"
)

// Tensor returns the tensor of that name and whether there is one.
func (f *File) Tensor(name string) (Tensor, bool) {
	for _, t := range f.Tensors {
		if t.Name == name {
			return t, true
		}
	}
	return Tensor{}, false
}

// Convertible reports whether Floats can read numbers of this type.
func (t Type) Convertible() bool {
	switch t {
	case F32, F16, BF16, Q4_0, Q4_1, Q8_0:
		return true
	}
	return false
}

// Floats reads the numbers of one of f's tensors from the file in r, the
// contiguous dimension innermost. Errors: ErrType where they are of a type
// that is not convertible, ErrTruncated.
func (f *File) Floats(r io.ReaderAt, t Tensor) ([]float32, error) {
	if !t.Type.Convertible() {
		return nil, fmt.Errorf("tensor %q has %v: %w", t.Name, t.Type, ErrType)
	}
	size, err := t.Size()
	if err != nil {
		return nil, err
	}
	numbers, err := t.Numbers()
	if err != nil {
		return nil, err
	}
	const blocks = 1 << 13 // at a time, so that the bytes are not all there beside the numbers
	part := make([]byte, min(size, layouts[t.Type].bytes*blocks))
	out := make([]float32, 0, numbers)
	from := io.NewSectionReader(r, f.DataStart+int64(t.Offset), int64(size))
	for left := size; left > 0; left -= uint64(len(part)) {
		part = part[:min(left, uint64(len(part)))]
		if _, err := io.ReadFull(from, part); err != nil {
			return nil, fmt.Errorf("tensor %q: %w: %w", t.Name, ErrTruncated, err)
		}
		if out, err = floats(out, t.Type, part); err != nil {
			return nil, err
		}
	}
	return out, nil
}
