package similar

import (
	"cmp"
	"slices"
)

// edit says that a stretch of one sequence stands for a stretch of another:
// both equal, or one of them empty.
type edit struct {
	a, b, an, bn int // where they begin, how long they are
	equal        bool
}

// differ compares two sequences of words.
type differ struct {
	a, b  []int32
	out   []edit
	steps int // left, so that hostile texts cost no more than long ones
	// stopped says that nobody waits for the comparison any more; it is asked now
	// and then, and ends it as no steps left do.
	stopped func() bool
}

const (
	// maxSteps bounds the work of one comparison: some seconds.
	maxSteps = 100 << 20
	// maxEdits bounds the differences that are sought within a stretch that no
	// anchor divides; beyond, one stretch replaces the other as a whole.
	maxEdits = 1000
	// maxDepth bounds how often stretches between anchors are divided again.
	maxDepth = 24
	// short is up to how many words no anchors are sought.
	short = 64
)

// compare returns edits that turn a into b, in order: stretches that occur once
// in both anchor the rest (Cohen's patience diff), and what lies between is
// compared with the fewest edits (Myers, "An O(ND) difference algorithm and its
// variations", 1986, in linear space).
func compare(a, b []int32, stopped func() bool) []edit {
	d := &differ{a: a, b: b, steps: maxSteps, stopped: stopped}
	d.between(0, len(a), 0, len(b), 0)
	return tidy(d.out)
}

func (d *differ) equal(a, b, n int) {
	if n > 0 {
		d.out = append(d.out, edit{a, b, n, n, true})
	}
}

func (d *differ) replace(a, an, b, bn int) {
	if an > 0 {
		d.out = append(d.out, edit{a: a, b: b, an: an})
	}
	if bn > 0 {
		d.out = append(d.out, edit{a: a + an, b: b, bn: bn})
	}
}

// between compares a[a0:a1] with b[b0:b1].
func (d *differ) between(a0, a1, b0, b1, depth int) {
	n := 0
	for a0+n < a1 && b0+n < b1 && d.a[a0+n] == d.b[b0+n] {
		n++
	}
	d.equal(a0, b0, n)
	a0, b0 = a0+n, b0+n
	tail := 0
	for a1-tail > a0 && b1-tail > b0 && d.a[a1-tail-1] == d.b[b1-tail-1] {
		tail++
	}
	a1, b1 = a1-tail, b1-tail
	d.middle(a0, a1, b0, b1, depth)
	d.equal(a1, b1, tail)
}

// middle compares stretches that neither begin nor end alike.
func (d *differ) middle(a0, a1, b0, b1, depth int) {
	d.steps -= (a1 - a0) + (b1 - b0)
	if d.stopped() {
		d.steps = -1
	}
	if a0 == a1 || b0 == b1 || d.steps < 0 {
		d.replace(a0, a1-a0, b0, b1-b0)
		return
	}
	if a1-a0+b1-b0 > short && depth < maxDepth {
		for _, size := range []int{12, 4, 1} {
			if anchors := anchorsOf(d.a[a0:a1], d.b[b0:b1], size); len(anchors) > 0 {
				d.divide(a0, a1, b0, b1, anchors, size, depth)
				return
			}
		}
	}
	d.myers(a0, a1, b0, b1)
}

// divide compares what lies between anchors, and the anchors' own words.
func (d *differ) divide(a0, a1, b0, b1 int, anchors []anchor, size, depth int) {
	atA, atB := a0, b0
	for _, n := range anchors {
		a, b := a0+n.a, b0+n.b
		skip := max(0, atA-a, atB-b) // anchors overlap where text runs on
		if skip >= size || a+skip < atA || b+skip < atB {
			continue
		}
		a, b = a+skip, b+skip
		d.between(atA, a, atB, b, depth+1)
		d.equal(a, b, size-skip)
		atA, atB = a+size-skip, b+size-skip
	}
	d.between(atA, a1, atB, b1, depth+1)
}

// anchor is where a sequence that occurs once in both begins.
type anchor struct{ a, b int }

// anchorsOf returns the sequences of size words that occur once in a and once
// in b, as many of them as are in the same order in both.
func anchorsOf(a, b []int32, size int) []anchor {
	once := func(words []int32) []hashed {
		if len(words) < size {
			return nil
		}
		list := make([]hashed, 0, len(words)-size+1)
		for i := 0; i+size <= len(words); i++ {
			h := uint64(0)
			for _, w := range words[i : i+size] {
				h = (h ^ uint64(uint32(w))) * 0x9e3779b97f4a7c15
				h ^= h >> 32
			}
			list = append(list, hashed{h, i})
		}
		slices.SortFunc(list, func(x, y hashed) int { return cmp.Compare(x.hash, y.hash) })
		kept := list[:0]
		for i := 0; i < len(list); {
			j := i + 1
			for j < len(list) && list[j].hash == list[i].hash {
				j++
			}
			if j == i+1 {
				kept = append(kept, list[i])
			}
			i = j
		}
		return kept
	}
	inA, inB := once(a), once(b)
	var both []anchor
	for i, j := 0, 0; i < len(inA) && j < len(inB); {
		switch {
		case inA[i].hash < inB[j].hash:
			i++
		case inA[i].hash > inB[j].hash:
			j++
		default:
			// Equal hashes of different words would be a wrong anchor.
			if slices.Equal(a[inA[i].at:inA[i].at+size], b[inB[j].at:inB[j].at+size]) {
				both = append(both, anchor{inA[i].at, inB[j].at})
			}
			i, j = i+1, j+1
		}
	}
	slices.SortFunc(both, func(x, y anchor) int { return cmp.Compare(x.a, y.a) })
	return ascending(both)
}

type hashed struct {
	hash uint64
	at   int
}

// ascending returns the longest subsequence whose places in b ascend.
func ascending(all []anchor) []anchor {
	var ends []int // of the best subsequence of each length, its last element
	before := make([]int, len(all))
	for i, n := range all {
		k, _ := slices.BinarySearchFunc(ends, n.b, func(e, b int) int { return cmp.Compare(all[e].b, b) })
		before[i] = -1
		if k > 0 {
			before[i] = ends[k-1]
		}
		if k == len(ends) {
			ends = append(ends, i)
		} else {
			ends[k] = i
		}
	}
	if len(ends) == 0 {
		return nil
	}
	out := make([]anchor, 0, len(ends))
	for i := ends[len(ends)-1]; i >= 0; i = before[i] {
		out = append(out, all[i])
	}
	slices.Reverse(out)
	return out
}

// myers compares a[a0:a1] with b[b0:b1], which neither begin nor end alike,
// with the fewest edits, by finding where the middle of the shortest way lies
// and comparing both halves.
func (d *differ) myers(a0, a1, b0, b1 int) {
	x, y, ok := d.middleOf(a0, a1, b0, b1)
	if !ok || x == a0 && y == b0 || x == a1 && y == b1 {
		d.replace(a0, a1-a0, b0, b1-b0)
		return
	}
	d.between(a0, x, b0, y, maxDepth)
	d.between(x, a1, y, b1, maxDepth)
}

// middleOf returns a point on a shortest way from (a0, b0) to (a1, b1), found
// from both ends at once. It reports not ok when that takes too many edits.
func (d *differ) middleOf(a0, a1, b0, b1 int) (x, y int, ok bool) {
	n, m := a1-a0, b1-b0
	limit := min((n+m+1)/2, maxEdits)
	delta, odd := n-m, (n-m)%2 != 0
	forward, backward := make([]int, 2*limit+2), make([]int, 2*limit+2)
	at := func(k int) int { return (k + 2*limit + 2) % (2*limit + 2) }
	for e := 0; e <= limit; e++ {
		if d.steps -= e + 1; d.steps < 0 || e&63 == 63 && d.stopped() {
			return 0, 0, false
		}
		for k := -e; k <= e; k += 2 {
			x := 0
			switch {
			case e == 0:
			case k == -e || k != e && forward[at(k-1)] < forward[at(k+1)]:
				x = forward[at(k+1)]
			default:
				x = forward[at(k-1)] + 1
			}
			y := x - k
			if x > n || y > m || y < 0 {
				forward[at(k)] = x
				continue
			}
			for x < n && y < m && d.a[a0+x] == d.b[b0+y] {
				x, y = x+1, y+1
			}
			forward[at(k)] = x
			if r := delta - k; odd && r >= -(e-1) && r <= e-1 && x+backward[at(r)] >= n {
				return a0 + x, b0 + y, true
			}
		}
		for k := -e; k <= e; k += 2 {
			x := 0
			switch {
			case e == 0:
			case k == -e || k != e && backward[at(k-1)] < backward[at(k+1)]:
				x = backward[at(k+1)]
			default:
				x = backward[at(k-1)] + 1
			}
			y := x - k
			if x > n || y > m || y < 0 {
				backward[at(k)] = x
				continue
			}
			for x < n && y < m && d.a[a1-1-x] == d.b[b1-1-y] {
				x, y = x+1, y+1
			}
			backward[at(k)] = x
			if r := delta - k; !odd && r >= -e && r <= e && x+forward[at(r)] >= n {
				return a1 - x, b1 - y, true
			}
		}
	}
	return 0, 0, false
}

// tidy joins edits that follow one another, deletions before insertions.
func tidy(all []edit) []edit {
	var out []edit
	for i := 0; i < len(all); {
		if all[i].equal {
			e := all[i]
			for i++; i < len(all) && all[i].equal; i++ {
				e.an, e.bn = e.an+all[i].an, e.bn+all[i].bn
			}
			out = append(out, e)
			continue
		}
		e := all[i]
		for i++; i < len(all) && !all[i].equal; i++ {
			e.an, e.bn = e.an+all[i].an, e.bn+all[i].bn
		}
		if e.an > 0 {
			out = append(out, edit{a: e.a, b: e.b, an: e.an})
		}
		if e.bn > 0 {
			out = append(out, edit{a: e.a + e.an, b: e.b, bn: e.bn})
		}
	}
	return out
}

// slide moves insertions and deletions, where the words allow it, so that they
// do not begin with a sign that closes what stands before: "a. [b.]" instead of
// "a[. b]." Both are true; the first is what a person would mark.
func slide(all []edit, a, b []int32, closing func(word int32) bool) []edit {
	for i := 0; i < len(all); i++ {
		e := &all[i]
		alone := !e.equal && i > 0 && all[i-1].equal && i+1 < len(all) && all[i+1].equal
		for alone {
			before, next := &all[i-1], &all[i+1]
			words, from, n := a, e.a, e.an
			if e.bn > 0 {
				words, from, n = b, e.b, e.bn
			}
			if next.an == 0 || !closing(words[from]) || words[from] != words[from+n] {
				break
			}
			before.an, before.bn = before.an+1, before.bn+1
			e.a, e.b = e.a+1, e.b+1
			next.a, next.b, next.an, next.bn = next.a+1, next.b+1, next.an-1, next.bn-1
		}
	}
	return tidy(slices.DeleteFunc(all, func(e edit) bool { return e.an+e.bn == 0 }))
}
