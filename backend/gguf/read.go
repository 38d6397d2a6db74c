package gguf

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Limits beyond any real model: they keep a hostile header from taking memory.
const (
	maxEntries  = 1 << 16
	maxTensors  = 1 << 18
	maxKey      = 1 << 16
	maxString   = 16 << 20
	maxElements = 1 << 24
)

// Value types of the metadata, as the format numbers them.
const (
	vUint8 = iota
	vInt8
	vUint16
	vInt16
	vUint32
	vInt32
	vFloat32
	vBool
	vString
	vArray
	vUint64
	vInt64
	vFloat64
)

// Read reads the header of the GGUF file in r, which is size bytes long, and
// checks that all tensor data lies inside it. Memory use is bounded by the
// header's true length.
func Read(r io.ReaderAt, size int64) (*File, error) {
	d := &decoder{r: bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 1<<16), left: uint64(max(size, 0))}
	var magic [4]byte
	if d.bytes(magic[:]); d.err != nil || string(magic[:]) != "GGUF" {
		return nil, ErrNotGGUF
	}
	f := &File{Version: d.u32(), Alignment: DefaultAlignment}
	switch {
	case d.err != nil:
		return nil, d.err
	case f.Version&0xffff == 0 && f.Version != 0:
		return nil, ErrEndian
	case f.Version != 2 && f.Version != 3:
		return nil, fmt.Errorf("version %d: %w", f.Version, ErrVersion)
	}
	tensors, entries := d.u64(), d.u64()
	switch {
	case d.err != nil:
		return nil, d.err
	case tensors > maxTensors || entries > maxEntries:
		return nil, fmt.Errorf("%d tensors and %d metadata entries: %w", tensors, entries, ErrTooLarge)
	}
	if err := d.meta(f, entries); err != nil {
		return nil, err
	}
	if err := d.tensors(f, tensors); err != nil {
		return nil, err
	}
	start := uint64(size) - d.left
	f.DataStart = int64(align(start, f.Alignment))
	return f, f.checkBounds(uint64(size))
}

// checkBounds reports tensors whose data is not all in a file of size bytes.
func (f *File) checkBounds(size uint64) error {
	start := uint64(f.DataStart)
	for _, t := range f.Tensors {
		n, err := t.Size()
		if err != nil {
			return err
		}
		if t.Offset%f.Alignment != 0 {
			return fmt.Errorf("tensor %q begins at %d, not aligned to %d: %w", t.Name, t.Offset, f.Alignment, ErrMalformed)
		}
		if start > size || t.Offset > size-start || n > size-start-t.Offset {
			return fmt.Errorf("tensor %q: %w", t.Name, ErrBounds)
		}
	}
	return nil
}

// align rounds n up to a multiple of a, which is a power of two.
func align(n, a uint64) uint64 { return (n + a - 1) &^ (a - 1) }

func (d *decoder) meta(f *File, n uint64) error {
	seen := make(map[string]bool)
	for range n {
		key := d.str(maxKey)
		v := d.value(d.u32())
		if d.err != nil {
			return fmt.Errorf("metadata entry %d: %w", len(f.Meta)+1, d.err)
		}
		if seen[key] {
			return fmt.Errorf("metadata entry %q comes twice: %w", key, ErrMalformed)
		}
		seen[key] = true
		f.Meta = append(f.Meta, KV{key, v})
	}
	if a, ok := f.Uint("general.alignment"); ok {
		if a < 8 || a > 1<<20 || a&(a-1) != 0 {
			return fmt.Errorf("alignment %d: %w", a, ErrMalformed)
		}
		f.Alignment = a
	}
	return nil
}

func (d *decoder) tensors(f *File, n uint64) error {
	seen := make(map[string]bool)
	for range n {
		t := Tensor{Name: d.str(maxKey)}
		dims := d.u32()
		if d.err == nil && (dims == 0 || dims > 4) {
			return fmt.Errorf("tensor %q has %d dimensions: %w", t.Name, dims, ErrMalformed)
		}
		for range dims {
			t.Dims = append(t.Dims, d.u64())
		}
		t.Type, t.Offset = Type(d.u32()), d.u64()
		if d.err != nil {
			return fmt.Errorf("description of tensor %d: %w", len(f.Tensors)+1, d.err)
		}
		if seen[t.Name] {
			return fmt.Errorf("tensor %q comes twice: %w", t.Name, ErrMalformed)
		}
		seen[t.Name] = true
		f.Tensors = append(f.Tensors, t)
	}
	return nil
}

// decoder reads little-endian values and remembers the first error.
type decoder struct {
	r    *bufio.Reader
	left uint64 // bytes of the file not yet read
	err  error
	buf  [8]byte
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

func (d *decoder) bytes(p []byte) {
	if d.err != nil {
		return
	}
	if uint64(len(p)) > d.left {
		d.fail(ErrTruncated)
		return
	}
	if _, err := io.ReadFull(d.r, p); err != nil {
		d.fail(fmt.Errorf("%w: %w", ErrTruncated, err))
		return
	}
	d.left -= uint64(len(p))
}

func (d *decoder) word(n int) []byte {
	clear(d.buf[:])
	d.bytes(d.buf[:n])
	return d.buf[:]
}

func (d *decoder) u8() uint8   { return d.word(1)[0] }
func (d *decoder) u16() uint16 { return binary.LittleEndian.Uint16(d.word(2)) }
func (d *decoder) u32() uint32 { return binary.LittleEndian.Uint32(d.word(4)) }
func (d *decoder) u64() uint64 { return binary.LittleEndian.Uint64(d.word(8)) }

func (d *decoder) boolean() bool {
	b := d.u8()
	if b > 1 {
		d.fail(fmt.Errorf("a truth value of %d: %w", b, ErrMalformed))
	}
	return b == 1
}

func (d *decoder) str(limit uint64) string {
	n := d.u64()
	switch {
	case d.err != nil:
		return ""
	case n > limit:
		d.fail(fmt.Errorf("a string of %d bytes: %w", n, ErrTooLarge))
		return ""
	case n > d.left:
		d.fail(ErrTruncated)
		return ""
	}
	b := make([]byte, n)
	d.bytes(b)
	return string(b)
}

// value reads one value of the numbered type.
func (d *decoder) value(t uint32) any {
	switch t {
	case vUint8:
		return d.u8()
	case vInt8:
		return int8(d.u8())
	case vUint16:
		return d.u16()
	case vInt16:
		return int16(d.u16())
	case vUint32:
		return d.u32()
	case vInt32:
		return int32(d.u32())
	case vFloat32:
		return math.Float32frombits(d.u32())
	case vBool:
		return d.boolean()
	case vString:
		return d.str(maxString)
	case vUint64:
		return d.u64()
	case vInt64:
		return int64(d.u64())
	case vFloat64:
		return math.Float64frombits(d.u64())
	case vArray:
		return d.array(d.u32(), d.u64())
	}
	d.fail(fmt.Errorf("value type %d: %w", t, ErrMalformed))
	return nil
}

// array reads n values of one type. Arrays in arrays are in no real model.
func (d *decoder) array(t uint32, n uint64) any {
	switch t {
	case vUint8:
		return elements(d, n, 1, d.u8)
	case vInt8:
		return elements(d, n, 1, func() int8 { return int8(d.u8()) })
	case vUint16:
		return elements(d, n, 2, d.u16)
	case vInt16:
		return elements(d, n, 2, func() int16 { return int16(d.u16()) })
	case vUint32:
		return elements(d, n, 4, d.u32)
	case vInt32:
		return elements(d, n, 4, func() int32 { return int32(d.u32()) })
	case vFloat32:
		return elements(d, n, 4, func() float32 { return math.Float32frombits(d.u32()) })
	case vBool:
		return elements(d, n, 1, d.boolean)
	case vString:
		return elements(d, n, 8, func() string { return d.str(maxString) })
	case vUint64:
		return elements(d, n, 8, d.u64)
	case vInt64:
		return elements(d, n, 8, func() int64 { return int64(d.u64()) })
	case vFloat64:
		return elements(d, n, 8, func() float64 { return math.Float64frombits(d.u64()) })
	}
	d.fail(fmt.Errorf("an array of type %d: %w", t, ErrMalformed))
	return nil
}

// elements reads n values of at least size bytes each, and allocates only what
// the file can really hold.
func elements[T any](d *decoder, n, size uint64, next func() T) []T {
	switch {
	case d.err != nil:
		return nil
	case n > maxElements:
		d.fail(fmt.Errorf("an array of %d values: %w", n, ErrTooLarge))
		return nil
	case n > d.left/size:
		d.fail(ErrTruncated)
		return nil
	}
	out := make([]T, 0, n)
	for range n {
		v := next()
		if d.err != nil {
			return nil
		}
		out = append(out, v)
	}
	return out
}
