package schedule

import (
	"slices"
	"time"
)

// Curve is what a step costs by the number of its rows, as it was seen. The
// kernels of a processor make it uneven: two rows can cost three times one, and
// sixteen little more than eight. The zero Curve knows nothing.
type Curve struct {
	points []point // by rows, ascending
}

// point is what steps of about so many rows cost.
type point struct {
	bucket int
	rows   float64 // their mean
	took   float64 // seconds, their moving mean
}

// recent is the weight of the newest step in a moving mean.
const recent = 0.2

// buckets are the numbers of rows up to which steps are told apart.
var buckets = []int{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024}

func bucketOf(rows int) int {
	at, _ := slices.BinarySearch(buckets, rows)
	return at
}

// Saw takes in that a step of so many rows took so long.
func (c *Curve) Saw(rows int, took time.Duration) {
	if rows <= 0 || took <= 0 {
		return
	}
	b := bucketOf(rows)
	at, known := slices.BinarySearchFunc(c.points, b, func(p point, b int) int { return p.bucket - b })
	if !known {
		c.points = slices.Insert(c.points, at, point{b, float64(rows), took.Seconds()})
		return
	}
	p := &c.points[at]
	p.rows += recent * (float64(rows) - p.rows)
	// One step that the machine held up must not stand for all.
	p.took += recent * (min(took.Seconds(), 4*p.took) - p.took)
}

// Predict returns what a step of so many rows is likely to take, and 0 where
// nothing is known. Between two sizes that were seen it interpolates; beyond
// the largest it assumes that every further row costs as much as those so far.
func (c *Curve) Predict(rows int) time.Duration {
	if len(c.points) == 0 || rows <= 0 {
		return 0
	}
	n := float64(rows)
	first, last := c.points[0], c.points[len(c.points)-1]
	switch {
	case n <= first.rows:
		return seconds(first.took)
	case n >= last.rows:
		return seconds(last.took * n / last.rows)
	}
	i := slices.IndexFunc(c.points, func(p point) bool { return p.rows >= n })
	a, b := c.points[i-1], c.points[i]
	if b.rows <= a.rows {
		return seconds(max(a.took, b.took))
	}
	return seconds(a.took + (b.took-a.took)*(n-a.rows)/(b.rows-a.rows))
}

// Rows returns the largest number of rows, from at least to at most, that is
// likely to take no longer than limit, and at least-1 where none is.
func (c *Curve) Rows(least, most int, limit time.Duration) int {
	// The curve need not rise everywhere: the largest that fits is wanted.
	for n := most; n >= least; n-- {
		if c.Predict(n) <= limit {
			return n
		}
	}
	return least - 1
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
