package gguf

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Write writes a GGUF file of version 3: meta, then the tensors, whose data
// the function writes, exactly Size bytes for tensor i. Offsets are set here;
// those in tensors are ignored.
func Write(w io.Writer, meta []KV, tensors []Tensor, data func(i int, w io.Writer) error) error {
	f := File{Meta: meta}
	alignment := uint64(DefaultAlignment)
	if a, ok := f.Uint("general.alignment"); ok {
		alignment = a
	}
	bw := bufio.NewWriterSize(w, 1<<20)
	e := &encoder{w: bw}
	e.raw([]byte("GGUF"))
	e.u32(3)
	e.u64(uint64(len(tensors)))
	e.u64(uint64(len(meta)))
	for _, kv := range meta {
		e.str(kv.Key)
		e.value(kv.Value)
	}
	sizes := make([]uint64, len(tensors))
	offset := uint64(0)
	for i, t := range tensors {
		n, err := t.Size()
		if err != nil {
			return err
		}
		e.str(t.Name)
		e.u32(uint32(len(t.Dims)))
		for _, d := range t.Dims {
			e.u64(d)
		}
		e.u32(uint32(t.Type))
		e.u64(offset)
		sizes[i] = n
		offset = align(offset+n, alignment)
	}
	e.pad(alignment)
	for i, t := range tensors {
		before := e.n
		if e.err == nil {
			e.fail(data(i, e))
		}
		if got := e.n - before; e.err == nil && got != sizes[i] {
			e.fail(fmt.Errorf("tensor %q: %d bytes written where %d belong", t.Name, got, sizes[i]))
		}
		e.pad(alignment)
	}
	if e.err != nil {
		return e.err
	}
	return bw.Flush()
}

// encoder writes little-endian values, counts bytes and remembers the first error.
type encoder struct {
	w   io.Writer
	n   uint64
	err error
	buf [8]byte
}

// Write passes data on and counts it.
func (e *encoder) Write(p []byte) (int, error) {
	if e.err != nil {
		return 0, e.err
	}
	n, err := e.w.Write(p)
	e.n += uint64(n)
	e.fail(err)
	return n, err
}

func (e *encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *encoder) raw(p []byte) { _, _ = e.Write(p) } // the error is remembered

func (e *encoder) u8(v uint8)   { e.raw([]byte{v}) }
func (e *encoder) u16(v uint16) { e.raw(binary.LittleEndian.AppendUint16(e.buf[:0], v)) }
func (e *encoder) u32(v uint32) { e.raw(binary.LittleEndian.AppendUint32(e.buf[:0], v)) }
func (e *encoder) u64(v uint64) { e.raw(binary.LittleEndian.AppendUint64(e.buf[:0], v)) }

func (e *encoder) str(s string) {
	e.u64(uint64(len(s)))
	e.raw([]byte(s))
}

func (e *encoder) pad(alignment uint64) {
	e.raw(make([]byte, align(e.n, alignment)-e.n))
}

// value writes the type of v and v itself.
func (e *encoder) value(v any) {
	if t, ok := scalarType(v); ok {
		e.u32(t)
		e.scalar(v)
		return
	}
	switch s := v.(type) {
	case []uint8:
		list(e, s)
	case []int8:
		list(e, s)
	case []uint16:
		list(e, s)
	case []int16:
		list(e, s)
	case []uint32:
		list(e, s)
	case []int32:
		list(e, s)
	case []float32:
		list(e, s)
	case []bool:
		list(e, s)
	case []string:
		list(e, s)
	case []uint64:
		list(e, s)
	case []int64:
		list(e, s)
	case []float64:
		list(e, s)
	default:
		e.fail(fmt.Errorf("a metadata value of type %T cannot be written", v))
	}
}

func list[T any](e *encoder, s []T) {
	var zero T
	t, _ := scalarType(zero)
	e.u32(vArray)
	e.u32(t)
	e.u64(uint64(len(s)))
	for _, v := range s {
		e.scalar(v)
	}
}

func scalarType(v any) (uint32, bool) {
	switch v.(type) {
	case uint8:
		return vUint8, true
	case int8:
		return vInt8, true
	case uint16:
		return vUint16, true
	case int16:
		return vInt16, true
	case uint32:
		return vUint32, true
	case int32:
		return vInt32, true
	case float32:
		return vFloat32, true
	case bool:
		return vBool, true
	case string:
		return vString, true
	case uint64:
		return vUint64, true
	case int64:
		return vInt64, true
	case float64:
		return vFloat64, true
	}
	return 0, false
}

func (e *encoder) scalar(v any) {
	switch n := v.(type) {
	case uint8:
		e.u8(n)
	case int8:
		e.u8(uint8(n))
	case uint16:
		e.u16(n)
	case int16:
		e.u16(uint16(n))
	case uint32:
		e.u32(n)
	case int32:
		e.u32(uint32(n))
	case float32:
		e.u32(math.Float32bits(n))
	case bool:
		if n {
			e.u8(1)
		} else {
			e.u8(0)
		}
	case string:
		e.str(n)
	case uint64:
		e.u64(n)
	case int64:
		e.u64(uint64(n))
	case float64:
		e.u64(math.Float64bits(n))
	}
}
