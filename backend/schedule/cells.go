package schedule

import "slices"

// cells counts the places of a unified key-value cache. A token of a sequence
// takes one; a sequence that was copied from another shares its places.
type cells struct {
	refs []int32 // sequences that hold each place
	free []int32
}

func newCells(n int) *cells {
	c := &cells{refs: make([]int32, n), free: make([]int32, n)}
	for i := range c.free {
		c.free[i] = int32(n - 1 - i)
	}
	return c
}

// used returns how many places somebody holds.
func (c *cells) used() int { return len(c.refs) - len(c.free) }

// take appends n free places to held. There must be as many.
func (c *cells) take(held []int32, n int) []int32 {
	at := len(c.free) - n
	for _, id := range c.free[at:] {
		c.refs[id] = 1
	}
	held = append(held, c.free[at:]...)
	c.free = c.free[:at]
	return held
}

// share returns the same places for another holder.
func (c *cells) share(held []int32) []int32 {
	for _, id := range held {
		c.refs[id]++
	}
	return slices.Clone(held)
}

// drop gives places back and returns how many became free.
func (c *cells) drop(held []int32) int {
	freed := 0
	for _, id := range held {
		c.refs[id]--
		if c.refs[id] == 0 {
			c.free = append(c.free, id)
			freed++
		}
	}
	return freed
}

// alone returns how many of the places nobody else holds.
func (c *cells) alone(held []int32) int {
	n := 0
	for _, id := range held {
		if c.refs[id] == 1 {
			n++
		}
	}
	return n
}
