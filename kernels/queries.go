package kernels

import (
	"cmp"
	"math"
	"slices"
)

// queries are scanned for in one pass. Each has a heap of up to k rows whose
// root is the worst of them: what a new row has to beat. All of it lies side
// by side, so that C can be handed the whole.
type queries struct {
	n, k   int
	codes  []int8   // of each query a stride, zero at the end
	biases []int32  // 128 times the sum of a query's codes
	bits   []uint64 // of each query a width
	limits []int32  // how far bits may differ
	hits   []kept   // of each query k
	counts []int32  // how many of its k a query has
}

// kept is a row that a scan kept. C has the same layout.
type kept struct {
	id    int64
	score float32
	slot  uint32
}

// worse orders rows: a lower score, or the same and a later id. The order is
// total, so that what is kept does not depend on the order of the rows.
func worse(a, b kept) bool {
	return a.score < b.score || a.score == b.score && a.id > b.id
}

// queries encodes vectors; a score times scale is a cosine.
func (ix *Index) queries(vectors [][]float32) (qs *queries, scales []float32, err error) {
	stride := (ix.dim + 63) &^ 63
	qs = &queries{n: len(vectors), codes: make([]int8, len(vectors)*stride)}
	for q, v := range vectors {
		e, err := ix.encode(v)
		if err != nil {
			return nil, nil, err
		}
		copy(qs.codes[q*stride:], e.codes)
		qs.bits = append(qs.bits, e.bits...)
		scales = append(scales, e.scale)
		var sum int32
		for _, c := range e.codes {
			sum += int32(c)
		}
		qs.biases = append(qs.biases, 128*sum)
	}
	return qs, scales, nil
}

// keep empties the heaps, makes room for k rows in each and lifts the limits.
func (qs *queries) keep(k int) {
	qs.k, qs.hits, qs.counts = k, make([]kept, qs.n*k), make([]int32, qs.n)
	qs.limits = slices.Repeat([]int32{64 * int32(len(qs.bits))}, qs.n)
}

// one is query q alone.
func (qs *queries) one(q int) *queries {
	stride, width := len(qs.codes)/qs.n, len(qs.bits)/qs.n
	return &queries{n: 1, codes: qs.codes[q*stride:][:stride], biases: qs.biases[q:][:1], bits: qs.bits[q*width:][:width]}
}

// kept returns what query q kept, in no order.
func (qs *queries) kept(q int) []kept { return qs.hits[q*qs.k:][:qs.counts[q]] }

// found returns what each query kept, best first.
func (qs *queries) found() [][]kept {
	lists := make([][]kept, qs.n)
	for q := range lists {
		lists[q] = qs.kept(q)
		slices.SortFunc(lists[q], func(a, b kept) int {
			return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
		})
	}
	return lists
}

// offer puts x into the heap of query q if it is among the best k.
func (qs *queries) offer(q int, x kept) {
	h := qs.kept(q)
	if len(h) < qs.k {
		i := len(h)
		h = h[:i+1]
		for ; i > 0 && worse(x, h[(i-1)/2]); i = (i - 1) / 2 {
			h[i] = h[(i-1)/2]
		}
		h[i] = x
		qs.counts[q]++
		return
	}
	if !worse(h[0], x) {
		return
	}
	i := 0
	for {
		c := 2*i + 1
		if c+1 < len(h) && worse(h[c+1], h[c]) {
			c++
		}
		if c >= len(h) || !worse(h[c], x) {
			break
		}
		h[i], i = h[c], c
	}
	h[i] = x
}

func cosine(ab, aa, bb float64) float64 { return ab / math.Sqrt(aa*bb) }
