// Package gguf reads and writes GGUF, the file format of llama.cpp's models,
// reads safetensors, in which models are published, and estimates the memory that
// a model needs. It works on readers and writers and never loads weights that it
// does not convert.
package gguf

import (
	"errors"
	"fmt"
	"math/bits"
)

// What can be wrong with a model file. Errors of this package wrap one of them.
var (
	ErrNotGGUF   = errors.New("not a GGUF file")
	ErrEndian    = errors.New("written for a machine of the other byte order")
	ErrVersion   = errors.New("a GGUF version that is not known")
	ErrTruncated = errors.New("cut off")
	ErrBounds    = errors.New("tensor data lies outside the file")
	ErrMalformed = errors.New("malformed")
	ErrTooLarge  = errors.New("a count or size beyond any real model")
	ErrType      = errors.New("an unknown tensor type")
)

// DefaultAlignment is what tensor data is aligned to, in bytes, when the
// file does not say otherwise.
const DefaultAlignment = 32

// Type is how the numbers of a tensor are stored.
type Type uint32

// The types that this package converts; others are only measured.
const (
	F32  Type = 0
	F16  Type = 1
	Q4_0 Type = 2
	Q4_1 Type = 3
	Q8_0 Type = 8
	BF16 Type = 30
)

// layouts holds, for each type, how many numbers form a block, how many bytes
// that block takes and the name that people use.
var layouts = map[Type]struct {
	numbers, bytes uint64
	name           string
}{
	F32: {1, 4, "F32"}, F16: {1, 2, "F16"}, BF16: {1, 2, "BF16"},
	Q4_0: {32, 18, "Q4_0"}, Q4_1: {32, 20, "Q4_1"}, 6: {32, 22, "Q5_0"}, 7: {32, 24, "Q5_1"},
	Q8_0: {32, 34, "Q8_0"}, 9: {32, 36, "Q8_1"},
	10: {256, 84, "Q2_K"}, 11: {256, 110, "Q3_K"}, 12: {256, 144, "Q4_K"},
	13: {256, 176, "Q5_K"}, 14: {256, 210, "Q6_K"}, 15: {256, 292, "Q8_K"},
	16: {256, 66, "IQ2_XXS"}, 17: {256, 74, "IQ2_XS"}, 18: {256, 98, "IQ3_XXS"}, 19: {256, 50, "IQ1_S"},
	20: {32, 18, "IQ4_NL"}, 21: {256, 110, "IQ3_S"}, 22: {256, 82, "IQ2_S"}, 23: {256, 136, "IQ4_XS"},
	24: {1, 1, "I8"}, 25: {1, 2, "I16"}, 26: {1, 4, "I32"}, 27: {1, 8, "I64"}, 28: {1, 8, "F64"},
	29: {256, 56, "IQ1_M"}, 34: {256, 54, "TQ1_0"}, 35: {256, 66, "TQ2_0"},
	39: {32, 17, "MXFP4"}, 40: {64, 36, "NVFP4"},
}

// String gives the type's usual name.
func (t Type) String() string {
	if l, ok := layouts[t]; ok {
		return l.name
	}
	return fmt.Sprintf("type %d", uint32(t))
}

// KV is one entry of a file's metadata. Value is a uint8, int8, uint16, int16,
// uint32, int32, float32, bool, string, uint64, int64 or float64, or a slice
// of one of these.
type KV struct {
	Key   string
	Value any
}

// Tensor describes one tensor. Its data stands at File.DataStart + Offset.
type Tensor struct {
	Name   string
	Dims   []uint64 // the contiguous dimension first, as ggml counts
	Type   Type
	Offset uint64 // from the start of the data
}

// Numbers returns how many numbers the tensor holds.
func (t Tensor) Numbers() (uint64, error) {
	n := uint64(1)
	for _, d := range t.Dims {
		hi, lo := bits.Mul64(n, d)
		if hi != 0 || lo > 1<<62 {
			return 0, fmt.Errorf("tensor %q: %w", t.Name, ErrTooLarge)
		}
		n = lo
	}
	return n, nil
}

// Size returns how many bytes the tensor's data takes.
func (t Tensor) Size() (uint64, error) {
	l, ok := layouts[t.Type]
	if !ok {
		return 0, fmt.Errorf("tensor %q has %v: %w", t.Name, t.Type, ErrType)
	}
	n, err := t.Numbers()
	if err != nil {
		return 0, err
	}
	if len(t.Dims) > 0 && t.Dims[0]%l.numbers != 0 {
		return 0, fmt.Errorf("tensor %q: a row of %d does not divide into blocks of %v: %w", t.Name, t.Dims[0], t.Type, ErrMalformed)
	}
	hi, lo := bits.Mul64(n/l.numbers, l.bytes)
	if hi != 0 || lo > 1<<62 {
		return 0, fmt.Errorf("tensor %q: %w", t.Name, ErrTooLarge)
	}
	return lo, nil
}

// File is what a GGUF file says of itself: everything but the weights.
type File struct {
	Version   uint32
	Meta      []KV // in the file's order
	Tensors   []Tensor
	DataStart int64 // where tensor data begins, in bytes from the start of the file
	Alignment uint64
}

// Value returns the metadata entry of key, or nil.
func (f *File) Value(key string) any {
	for _, kv := range f.Meta {
		if kv.Key == key {
			return kv.Value
		}
	}
	return nil
}

// Text returns the string under key, or "".
func (f *File) Text(key string) string {
	s, _ := f.Value(key).(string)
	return s
}

// Uint returns the whole number under key and whether there is one that is
// not negative.
func (f *File) Uint(key string) (uint64, bool) { return asUint(f.Value(key)) }

func asUint(v any) (uint64, bool) {
	switch n := v.(type) {
	case uint8:
		return uint64(n), true
	case uint16:
		return uint64(n), true
	case uint32:
		return uint64(n), true
	case uint64:
		return n, true
	case int8:
		return uint64(n), n >= 0
	case int16:
		return uint64(n), n >= 0
	case int32:
		return uint64(n), n >= 0
	case int64:
		return uint64(n), n >= 0
	}
	return 0, false
}
