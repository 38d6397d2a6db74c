package gguf

import (
	"fmt"
	"io"
)

// The value of general.file_type for files that are mostly of one type.
var fileTypes = map[Type]uint32{F32: 0, F16: 1, Q8_0: 7}

// Requantize writes the model f, whose bytes are in r, with every matrix that
// is stored in fewer bits than Q8_0 turned into Q8_0, which processors read
// faster. Other tensors are copied.
func Requantize(w io.Writer, f *File, r io.ReaderAt) error {
	meta := make([]KV, 0, len(f.Meta)+1)
	for _, kv := range f.Meta {
		if kv.Key != "general.file_type" {
			meta = append(meta, kv)
		}
	}
	meta = append(meta, KV{"general.file_type", fileTypes[Q8_0]})
	tensors := make([]Tensor, len(f.Tensors))
	for i, t := range f.Tensors {
		if convertible(t) {
			t.Type = Q8_0
		}
		tensors[i] = t
	}
	return Write(w, meta, tensors, func(i int, w io.Writer) error {
		from := f.Tensors[i]
		size, err := from.Size()
		if err != nil {
			return err
		}
		src := io.NewSectionReader(r, f.DataStart+int64(from.Offset), int64(size))
		if tensors[i].Type == from.Type {
			_, err = io.Copy(w, src)
		} else {
			err = convert(w, src, from.Type, Q8_0, int64(size))
		}
		if err != nil {
			return fmt.Errorf("tensor %q: %w", from.Name, err)
		}
		return nil
	})
}

// convertible reports whether Requantize turns t into Q8_0.
func convertible(t Tensor) bool {
	return (t.Type == Q4_0 || t.Type == Q4_1) && len(t.Dims) >= 2
}

// convert reads size bytes of one type and writes the numbers as another, some
// thousand blocks at a time.
func convert(w io.Writer, r io.Reader, from, to Type, size int64) error {
	const blocks = 4096
	step := int64(layouts[from].bytes) * blocks
	if layouts[from].numbers == 1 {
		step *= blockLen
	}
	in := make([]byte, step)
	var x []float32
	var out []byte
	for size > 0 {
		part := in[:min(step, size)]
		if _, err := io.ReadFull(r, part); err != nil {
			return err
		}
		size -= int64(len(part))
		var err error
		if x, err = floats(x[:0], from, part); err != nil {
			return err
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
