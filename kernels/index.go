package kernels

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
)

// MaxDim is the greatest width of vectors. Products of their codes stay far
// inside 32 bits.
const MaxDim = 8192

// BitsAbove is how many rows a search compares byte by byte. Of more it
// compares the bits, and byte by byte only the nearest by those.
const BitsAbove = 200_000

// ErrVector is the cause where a vector has another width than the index, or
// no direction: it is all zero, or holds a number that is not finite.
var ErrVector = errors.New("vector cannot be compared")

// ErrClosed is the cause where an index was closed.
var ErrClosed = errors.New("index of vectors is closed")

// Options say how an index works. The zero value is for use.
type Options struct {
	Path      Path // the loops, instead of the best of this machine
	BitsAbove int  // instead of the constant; negative: always bits
	Expect    int  // how many vectors are to come, if that is known
}

// An Index holds vectors by number and finds the nearest by cosine. Several
// goroutines may use it: a search sees the index as it was at one moment. A
// vector takes a byte and a bit per number and about 20 bytes beside.
type Index struct {
	dim       int
	loops     loops
	bitsAbove int
	expect    int

	use    sync.RWMutex // held for reading by who looks at rows without mu
	closed bool         // written with use and mu

	mu    sync.Mutex // guards what follows
	segs  []*segment
	live  [][]uint64       // which rows of each segment are there
	order []uint32         // slots of rows that came with an id above all before
	late  map[int64]uint32 // the slots of the others
	most  int64            // no id is above it
	n     int              // rows that are there
	dead  int              // rows that are there no more
	view  *View            // of this moment; nil after a write
}

// New returns an empty index of vectors of dim numbers, 1 to MaxDim.
func New(dim int, o Options) *Index {
	if dim < 1 || dim > MaxDim {
		panic(fmt.Sprintf("kernels: an index of %d dimensions", dim))
	}
	if o.BitsAbove == 0 {
		o.BitsAbove = BitsAbove
	}
	return &Index{dim: dim, loops: o.Path.loops(), bitsAbove: o.BitsAbove, expect: o.Expect, order: make([]uint32, 0, o.Expect), late: map[int64]uint32{}, most: math.MinInt64}
}

// Close wipes the vectors and gives their memory back. It waits for the
// searches that are under way; what comes later fails with ErrClosed. Rows
// that left the index before, and that an older view has kept, are wiped when
// the collector finds that no view needs them.
func (ix *Index) Close() {
	ix.use.Lock()
	defer ix.use.Unlock()
	ix.mu.Lock()
	defer ix.mu.Unlock()
	for _, s := range ix.segs {
		s.release()
	}
	ix.segs, ix.live, ix.order, ix.late, ix.n, ix.dead, ix.view, ix.closed = nil, nil, nil, nil, 0, 0, nil, true
}

// Dim returns the width of the vectors.
func (ix *Index) Dim() int { return ix.dim }

// Len returns how many vectors there are.
func (ix *Index) Len() int {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return ix.n
}

// Add stores v under id, in place of the vector that has this id. A filter
// chooses by group, which may be the number of a document. Errors are
// ErrVector and ErrClosed.
func (ix *Index) Add(id int64, group uint32, v []float32) error {
	e, err := ix.encode(v)
	if err != nil {
		return err
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if ix.closed {
		return ErrClosed
	}
	ix.write()
	ix.remove(id)
	s := ix.room()
	ix.place(id, s.put(id, group, e))
	ix.tidy()
	return nil
}

// Delete removes the vectors of ids, as far as they are there.
func (ix *Index) Delete(ids ...int64) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.write()
	for _, id := range ids {
		ix.remove(id)
	}
	ix.tidy()
}

// DeleteGroup removes the vectors of a group.
func (ix *Index) DeleteGroup(group uint32) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.write()
	for n, s := range ix.segs {
		for row := range rows(ix.live[n]) {
			if s.groups[row] == group {
				ix.remove(s.ids[row])
			}
		}
	}
	ix.tidy()
}

// View returns the index as it is now. Later writes do not change it.
func (ix *Index) View() *View {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if ix.view == nil {
		ix.view = &View{ix: ix, segs: slices.Clone(ix.segs), all: Filter{want: slices.Clone(ix.live), n: ix.n}}
		ix.view.all.view = ix.view
	}
	return ix.view
}

// Search returns the k vectors nearest to query, of groups or (nil) of all. It
// is View and Search in one.
func (ix *Index) Search(ctx context.Context, query []float32, groups Groups, k int) ([]Hit, error) {
	v := ix.View()
	var f *Filter
	if groups != nil {
		f = v.Filter(groups)
	}
	return v.Search(ctx, query, f, k)
}

// write is called before a change. The view keeps the bits of what was there,
// an eighth of a byte a vector, and the index goes on with a copy.
func (ix *Index) write() {
	if ix.view == nil {
		return
	}
	ix.view = nil
	for n, live := range ix.live {
		ix.live[n] = slices.Clone(live)
	}
}

// room returns the last segment, or a new one where it is full.
func (ix *Index) room() *segment {
	if n := len(ix.segs); n > 0 && !ix.segs[n-1].full() {
		return ix.segs[n-1]
	}
	// What is expected, or as much again as there is, so that a small matter
	// takes little.
	size := min(max(ix.n&^63, (ix.expect-ix.n+63)&^63, minRows), maxRows)
	s := newSegment(size, (ix.dim+63)&^63, (ix.dim+63)/64)
	ix.segs, ix.live = append(ix.segs, s), append(ix.live, make([]uint64, size/64))
	return s
}

// place notes that id, which is nowhere yet, is in this row of the last
// segment. Ids mostly come in their order, and then take four bytes; a map
// would take forty, and most of the time that loading takes.
func (ix *Index) place(id int64, row int) {
	n := len(ix.segs) - 1
	ix.live[n][row/64] |= 1 << (row % 64)
	slot := uint32(n)<<slotBits | uint32(row)
	if id > ix.most || len(ix.order) == 0 {
		ix.order, ix.most = append(ix.order, slot), id
	} else {
		ix.late[id] = slot
	}
	ix.n++
}

func (ix *Index) remove(id int64) {
	slot, ok := ix.find(id)
	if !ok {
		return
	}
	delete(ix.late, id)
	row := slot & (maxRows - 1)
	ix.live[slot>>slotBits][row/64] &^= 1 << (row % 64)
	ix.n--
	ix.dead++
}

// find returns where id is, if it is anywhere.
func (ix *Index) find(id int64) (slot uint32, ok bool) {
	if id > ix.most {
		return 0, false
	}
	if slot, ok = ix.late[id]; ok {
		return slot, true
	}
	at, ok := slices.BinarySearchFunc(ix.order, id, func(slot uint32, id int64) int {
		return cmp.Compare(ix.segs[slot>>slotBits].ids[slot&(maxRows-1)], id)
	})
	if !ok {
		return 0, false
	}
	slot = ix.order[at]
	row := slot & (maxRows - 1)
	return slot, ix.live[slot>>slotBits][row/64]>>(row%64)&1 == 1 // its row may be dead
}

// tidy copies the living together, in their order, when most rows are dead.
func (ix *Index) tidy() {
	if ix.dead <= ix.n+minRows {
		return
	}
	segs, live := ix.segs, ix.live
	ix.segs, ix.live, ix.order, ix.n, ix.dead = nil, nil, nil, 0, 0
	clear(ix.late)
	ix.most = math.MinInt64
	for n, s := range segs {
		for row := range rows(live[n]) {
			ix.place(s.ids[row], ix.room().copyRow(s, row))
		}
		runtime.KeepAlive(s)
	}
}

// encoded is a vector as the index holds it: a code times scale is the number
// it stands for in the unit vector.
type encoded struct {
	codes []int8
	bits  []uint64
	scale float32
}

func (ix *Index) encode(v []float32) (e encoded, err error) {
	if len(v) != ix.dim {
		return e, fmt.Errorf("%w: it has %d numbers, not %d", ErrVector, len(v), ix.dim)
	}
	length := math.Sqrt(ix.loops.dot(v, v))
	if !(length > 1e-30 && length < 1e30) { // or it is no number
		return e, fmt.Errorf("%w: its length is %g", ErrVector, length)
	}
	e = encoded{codes: make([]int8, ix.dim), bits: make([]uint64, (ix.dim+63)/64)}
	e.scale = float32(float64(ix.loops.quantise(e.codes, v)) / 127 / length)
	ix.loops.signs(e.bits, v)
	return e, nil
}
