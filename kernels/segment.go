package kernels

import (
	"iter"
	"math/bits"
	"runtime"
	"unsafe"
)

const (
	minRows  = 1 << 10 // of a segment, always a multiple of 64
	slotBits = 16
	maxRows  = 1 << slotBits
	partRows = 1 << 14 // scanned between two looks at the context
)

// A segment holds rows in the order they were added. A row that was written
// never changes, so that readers need no lock.
type segment struct {
	table
	used    int    // rows written; the writer's alone
	release func() // wipes codes and bits, which must not be looked at any more
}

// table is storage of rows.
type table struct {
	stride int       // bytes of a row: a code per number, to a multiple of 64
	width  int       // words of a row: a bit per number
	codes  []byte    // codes plus 128, one row after another
	bits   []uint64  // signs: in a block of 8 rows, their words side by side
	scales []float32 // what makes a product with a row's codes a cosine
	ids    []int64
	groups []uint32
}

// part is what one call scans: the rows of table whose bits are set in want.
type part struct {
	table
	want  []uint64
	first uint32 // slot of row 0
}

func newSegment(size, stride, width int) *segment {
	s := &segment{table: table{stride: stride, width: width,
		scales: make([]float32, size), ids: make([]int64, size), groups: make([]uint32, size)}}
	memory, release := quietMemory(s, size*(stride+8*width))
	s.release = release
	s.codes = memory[: size*stride : size*stride]
	s.bits = unsafe.Slice((*uint64)(unsafe.Pointer(&memory[size*stride])), size*width)
	return s
}

// aligned returns n bytes that may be looked at as words.
func aligned(n int) []byte {
	words := make([]uint64, (n+7)/8)
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), n)
}

func (s *segment) full() bool { return s.used == len(s.ids) }

// word is where word w of a row's bits lies.
func (s *segment) word(row, w int) *uint64 { return &s.bits[row/8*8*s.width+8*w+row%8] }

// put writes the next row and returns its number.
func (s *segment) put(id int64, group uint32, e encoded) (row int) {
	row = s.used
	s.used++
	codes := s.codes[row*s.stride:][:len(e.codes)]
	for d, c := range e.codes {
		codes[d] = byte(c) ^ 0x80
	}
	for w, x := range e.bits {
		*s.word(row, w) = x
	}
	s.scales[row], s.ids[row], s.groups[row] = e.scale, id, group
	return row
}

// copyRow makes the next row the same as one of another segment.
func (s *segment) copyRow(from *segment, old int) (row int) {
	row = s.used
	s.used++
	copy(s.codes[row*s.stride:][:s.stride], from.codes[old*s.stride:])
	for w := range s.width {
		*s.word(row, w) = *from.word(old, w)
	}
	s.scales[row], s.ids[row], s.groups[row] = from.scales[old], from.ids[old], from.groups[old]
	return row
}

// parts yields the segment, of which first is the slot of row 0, in pieces
// that are soon scanned. Nothing of a piece may be used after its turn.
func (s *segment) parts(want []uint64, first uint32) iter.Seq[part] {
	return func(yield func(part) bool) {
		defer runtime.KeepAlive(s) // and with it the memory
		for row := 0; row < len(want)*64; row += partRows {
			stop := min(row+partRows, len(want)*64)
			p := part{table: s.table, want: want[row/64 : stop/64], first: first + uint32(row)}
			p.codes, p.bits = s.codes[row*s.stride:stop*s.stride], s.bits[row*s.width:stop*s.width]
			p.scales, p.ids = s.scales[row:stop], s.ids[row:stop]
			if !yield(p) {
				return
			}
		}
	}
}

// rows yields the numbers of the bits that are set, lowest first.
func rows(set []uint64) iter.Seq[int] {
	return func(yield func(int) bool) {
		for w, word := range set {
			for ; word != 0; word &= word - 1 {
				if !yield(w*64 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}
