// Package fleet decides how a model is laid over the graphics processors of a
// machine: which of them, how many layers on each, whole copies or parts. It is
// pure: where there are none, everything stays on the processor.
package fleet

import (
	"cmp"
	"fmt"
	"slices"
)

// GPU is one graphics processor.
type GPU struct {
	Name   string
	Free   int64   // bytes
	Speed  float64 // of its memory, bytes a second, or any unit that all share; 0: not known
	Linked bool    // has a fast link to the others (NVLink or the like)
}

// Load is what is to be laid out.
type Load struct {
	Layers     int   // blocks of the network; at least 1
	LayerBytes int64 // of one block's weights and its cache for the context
	OuterBytes int64 // of embeddings and output
	WorkBytes  int64 // of work space, on every GPU that computes
	Wanted     int   // copies that would be used; at least 1
}

// Mode is how several GPUs share a model.
type Mode string

// The modes.
const (
	None   Mode = "none"   // the processor computes
	Single Mode = "single" // one GPU holds all that is offloaded
	Layer  Mode = "layer"  // each GPU holds some of the layers
	Row    Mode = "row"    // each GPU holds a part of every layer
)

// Copy is one instance of the model.
type Copy struct {
	Mode   Mode
	GPUs   []int // indices into the fleet
	Layers []int // layers on each of GPUs; of Row, what its part of all layers amounts to
	Main   int   // index into the fleet of the GPU with the outer tensors; -1: none
}

// Offloaded is how many layers lie on GPUs.
func (c Copy) Offloaded() int {
	n := 0
	for _, l := range c.Layers {
		n += l
	}
	return n
}

// Plan is how a load is laid out.
type Plan struct {
	Copies []Copy
	Why    string // a sentence
}

// Choose lays l over the fleet. Whole copies on single GPUs come first, as many
// as are wanted: they share nothing and never wait for each other. Where none
// holds the model, the fewest GPUs that do together hold one copy: by rows where
// all are linked and alike, else by layers in proportion to memory. Where even
// all do not, as many layers as fit are offloaded and the processor keeps the
// rest.
func Choose(gpus []GPU, l Load) Plan {
	l.Layers, l.Wanted = max(l.Layers, 1), max(l.Wanted, 1)
	order := make([]int, len(gpus))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(gpus[b].Speed, gpus[a].Speed), cmp.Compare(gpus[b].Free, gpus[a].Free))
	})
	var p Plan
	for _, i := range order {
		if len(p.Copies) < l.Wanted && room(gpus[i], l, true) >= l.Layers {
			p.Copies = append(p.Copies, Copy{Single, []int{i}, []int{l.Layers}, i})
		}
	}
	if len(p.Copies) > 0 {
		p.Why = fmt.Sprintf("The model fits one GPU: %d of %d copies that would be used, each on its own.", len(p.Copies), l.Wanted)
		return p
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(gpus[b].Free, gpus[a].Free) })
	for n := 2; n <= len(order); n++ {
		if c, ok := share(gpus, order[:n], l); ok {
			return Plan{[]Copy{c}, fmt.Sprintf("The model fits no single GPU; %d hold it together, split by %s.", n, c.Mode)}
		}
	}
	c := partly(gpus, order, l)
	if c.Mode == None {
		return Plan{[]Copy{c}, "No GPU has room for a layer of this model: the processor computes."}
	}
	return Plan{[]Copy{c}, fmt.Sprintf("The GPUs hold %d of %d layers; the processor computes the rest.", c.Offloaded(), l.Layers)}
}

// room is how many layers g holds, beside the outer tensors where it is the main
// GPU.
func room(g GPU, l Load, outer bool) int {
	free := g.Free - l.WorkBytes
	if outer {
		free -= l.OuterBytes
	}
	if free <= 0 {
		return 0
	}
	if l.LayerBytes <= 0 {
		return l.Layers
	}
	return int(min(free/l.LayerBytes, int64(l.Layers)))
}

// share lays one copy over all of these GPUs, the first, largest, being the main
// one.
func share(gpus []GPU, use []int, l Load) (Copy, bool) {
	limits, total := make([]int, len(use)), 0
	for i, g := range use {
		limits[i] = room(gpus[g], l, i == 0)
		total += limits[i]
	}
	if total < l.Layers {
		return Copy{}, false
	}
	c := Copy{Mode: Layer, GPUs: slices.Clone(use), Layers: proportion(limits, l.Layers), Main: use[0]}
	if alike(gpus, use) && limits[0]*len(use) >= l.Layers {
		c.Mode = Row
	}
	return c, true
}

// alike reports whether the GPUs are linked and of nearly the same memory: a
// part of every layer on each makes all wait for the slowest.
func alike(gpus []GPU, use []int) bool {
	for _, i := range use {
		g := gpus[i]
		if !g.Linked || g.Free < gpus[use[0]].Free/10*9 || g.Speed != gpus[use[0]].Speed {
			return false
		}
	}
	return true
}

// proportion divides n among limits, which hold it together, in proportion to
// them, by largest remainder.
func proportion(limits []int, n int) []int {
	total := 0
	for _, x := range limits {
		total += x
	}
	out, left := make([]int, len(limits)), n
	for i, x := range limits {
		out[i] = n * x / total
		left -= out[i]
	}
	for left > 0 {
		best := -1
		for i, x := range limits {
			if out[i] < x && (best < 0 || x*n-out[i]*total > limits[best]*n-out[best]*total) {
				best = i
			}
		}
		out[best]++
		left--
	}
	return out
}

// partly offloads as many layers as fit. The outer tensors stay with the
// processor.
func partly(gpus []GPU, order []int, l Load) Copy {
	c := Copy{Mode: None, Main: -1}
	left := l.Layers
	for _, g := range order {
		if n := min(room(gpus[g], l, false), left); n > 0 {
			c.GPUs, c.Layers = append(c.GPUs, g), append(c.Layers, n)
			left -= n
		}
	}
	switch len(c.GPUs) {
	case 0:
	case 1:
		c.Mode, c.Main = Single, c.GPUs[0]
	default:
		c.Mode, c.Main = Layer, c.GPUs[0]
	}
	return c
}
