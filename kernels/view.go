package kernels

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// Where bits are compared first, so many rows are then compared byte by byte.
const (
	candidates    = 40   // per hit asked for
	minCandidates = 5000 // whatever is asked for
	candidatesOf  = 256  // one of so many rows
)

// A View is an index as it was at one moment. Several goroutines may search it.
type View struct {
	ix   *Index
	segs []*segment
	all  Filter
}

// A Filter chooses rows of one view.
type Filter struct {
	view *View
	want [][]uint64 // a bit for each row of each segment
	n    int        // how many are set
}

// Groups is a set of groups, a bit for each.
type Groups []uint64

// GroupsOf returns the set of these groups, which is not nil.
func GroupsOf(groups ...uint32) Groups {
	set := Groups{}
	for _, g := range groups {
		if n := int(g/64) + 1 - len(set); n > 0 {
			set = append(set, make(Groups, n)...)
		}
		set[g/64] |= 1 << (g % 64)
	}
	return set
}

// Has reports whether the group is in the set.
func (s Groups) Has(group uint32) bool {
	return int(group/64) < len(s) && s[group/64]>>(group%64)&1 == 1
}

// A Hit is a vector that was found. Score is its cosine with the query, of
// quantised numbers unless Rescore put the exact one there.
type Hit struct {
	ID    int64
	Group uint32
	Score float64
}

// Len returns how many vectors there are in the view.
func (v *View) Len() int { return v.all.n }

// Len returns how many vectors the filter lets through.
func (f *Filter) Len() int { return f.n }

// Filter chooses the vectors of groups. It may be used for any number of
// searches in v.
func (v *View) Filter(groups Groups) *Filter {
	f := &Filter{view: v, want: make([][]uint64, len(v.segs))}
	for n, s := range v.segs {
		live := v.all.want[n]
		want := make([]uint64, len(live))
		// A group's rows mostly lie together.
		last, has := uint32(0), groups.Has(0)
		for w, word := range live {
			for ; word != 0; word &= word - 1 {
				i := bits.TrailingZeros64(word)
				if g := s.groups[w*64+i]; g != last {
					last, has = g, groups.Has(g)
				}
				if has {
					want[w] |= 1 << i
				}
			}
			f.n += bits.OnesCount64(want[w])
		}
		f.want[n] = want
	}
	return f
}

// Search returns the k vectors nearest to query that f lets through, or (f
// nil) of all, best first. Equal scores are in the order of ids. Errors are
// ErrVector, ErrClosed and the context's.
func (v *View) Search(ctx context.Context, query []float32, f *Filter, k int) ([]Hit, error) {
	lists, err := v.SearchAll(ctx, [][]float32{query}, f, k)
	if err != nil {
		return nil, err
	}
	return lists[0], nil
}

// SearchAll does several searches in one pass, which costs less than one after
// another where the index is larger than the processor's cache.
func (v *View) SearchAll(ctx context.Context, vectors [][]float32, f *Filter, k int) ([][]Hit, error) {
	if f == nil {
		f = &v.all
	}
	if f.view != v {
		panic("kernels: a filter of another view")
	}
	v.ix.use.RLock()
	defer v.ix.use.RUnlock()
	if v.ix.closed {
		return nil, ErrClosed
	}
	lists := make([][]Hit, len(vectors))
	qs, scales, err := v.ix.queries(vectors)
	if err != nil {
		return nil, err
	}
	if k = min(k, f.n); k <= 0 || qs.n == 0 {
		return lists, nil
	}
	scan := v.scanCodes
	if f.n > v.ix.bitsAbove {
		scan = v.scanBits
	}
	found, err := scan(ctx, qs, f, k)
	if err != nil {
		return nil, fmt.Errorf("search %d vectors: %w", f.n, err)
	}
	for q, list := range found {
		lists[q] = make([]Hit, len(list))
		for i, x := range list {
			group := v.segs[x.slot>>slotBits].groups[x.slot&(maxRows-1)]
			lists[q][i] = Hit{ID: x.id, Group: group, Score: float64(x.score) * float64(scales[q])}
		}
	}
	return lists, nil
}

func (v *View) scanCodes(ctx context.Context, qs *queries, f *Filter, k int) ([][]kept, error) {
	qs.keep(k)
	if err := v.scan(ctx, f, func(p part) { v.ix.loops.scanDots(p, qs) }); err != nil {
		return nil, err
	}
	return qs.found(), nil
}

// scanBits compares all rows by their bits, and the nearest by their bytes.
func (v *View) scanBits(ctx context.Context, qs *queries, f *Filter, k int) ([][]kept, error) {
	if err := v.nearBits(ctx, qs, f, min(max(candidates*k, minCandidates, f.n/candidatesOf), f.n)); err != nil {
		return nil, err
	}
	lists := make([][]kept, qs.n)
	for q := range lists {
		near := qs.kept(q)
		some := &Filter{view: v, want: make([][]uint64, len(v.segs)), n: len(near)}
		for _, x := range near {
			n, row := x.slot>>slotBits, x.slot&(maxRows-1)
			if some.want[n] == nil {
				some.want[n] = make([]uint64, len(f.want[n]))
			}
			some.want[n][row/64] |= 1 << (row % 64)
		}
		list, err := v.scanCodes(ctx, qs.one(q), some, k)
		if err != nil {
			return nil, err
		}
		lists[q] = list[0]
	}
	return lists, nil
}

// nearBits keeps the k nearest by bits. Heaps of thousands cost more than the
// distances until they are filled with what is near, so rows that are farther
// than a sample lets expect are left out. Where that leaves too few, all are
// looked at: the result is the same.
func (v *View) nearBits(ctx context.Context, qs *queries, f *Filter, k int) error {
	loop := func(p part) { v.ix.loops.scanBits(p, qs) }
	limits := []int32(nil)
	if share := k / sampled; share >= 16 && f.n > 8*k {
		qs.keep(share + 3*int(math.Sqrt(float64(share))))
		if err := v.scan(ctx, f.sample(), loop); err != nil {
			return err
		}
		for q := range qs.n {
			if near := qs.kept(q); len(near) == qs.k {
				limits = append(limits, int32(-near[0].score))
			}
		}
	}
	qs.keep(k)
	if len(limits) == qs.n {
		qs.limits = limits
		if err := v.scan(ctx, f, loop); err != nil || int(slices.Min(qs.counts)) == k {
			return err
		}
		qs.keep(k)
	}
	return v.scan(ctx, f, loop)
}

// sampled is of how many rows a sample has one.
const sampled = 16

// sample chooses one of sampled words of 64 rows.
func (f *Filter) sample() *Filter {
	some := &Filter{view: f.view, want: make([][]uint64, len(f.want))}
	for n, want := range f.want {
		some.want[n] = make([]uint64, len(want))
		for w := n % sampled; w < len(want); w += sampled {
			some.want[n][w] = want[w]
		}
	}
	return some
}

func (v *View) scan(ctx context.Context, f *Filter, do func(part)) error {
	for n, s := range v.segs {
		for p := range s.parts(f.want[n], uint32(n)<<slotBits) {
			if err := ctx.Err(); err != nil {
				return err
			}
			do(p)
		}
	}
	return nil
}

// Rescore puts exact cosines into hits and orders them by these. exact returns
// the vector of an id, or nil where it is no more: such a hit is left out.
func Rescore(query []float32, hits []Hit, exact func(id int64) []float32) []Hit {
	qq := best.Dot(query, query)
	left := hits[:0]
	for _, h := range hits {
		v := exact(h.ID)
		if len(v) != len(query) {
			continue
		}
		h.Score = cosine(best.Dot(query, v), qq, best.Dot(v, v))
		left = append(left, h)
	}
	slices.SortFunc(left, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	return left
}
