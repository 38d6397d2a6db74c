package gguf

import (
	"fmt"
	"slices"
)

// Architecture is what a model file says about the network's shape.
type Architecture struct {
	Name       string // "llama", "bert", …
	Title      string // the model's own name; may be empty
	Context    int    // tokens it was trained on; 0 unknown
	Layers     int
	Width      int // of the hidden state
	Heads      int
	Vocabulary int
	Parameters uint64
	Weights    uint64 // bytes of tensor data
	Chat       bool   // carries a chat template
	Embedding  bool   // an encoder: texts in, vectors out
	Quantised  Type   // the type that holds most of the numbers
	kvBytes    uint64 // per token of context, at half precision
	state      uint64 // bytes of recurrent state, of models that have one
}

// Architecture reads the shape of the network out of the metadata. A file that
// does not say what it is, or whose counts are absurd, is ErrMalformed.
func (f *File) Architecture() (Architecture, error) {
	a := Architecture{Name: f.Text("general.architecture"), Title: f.Text("general.name")}
	if a.Name == "" {
		return a, fmt.Errorf("no general.architecture: %w", ErrMalformed)
	}
	for _, n := range []struct {
		key string
		to  *int
	}{
		{"context_length", &a.Context}, {"block_count", &a.Layers},
		{"embedding_length", &a.Width}, {"attention.head_count", &a.Heads},
	} {
		v, _ := f.number(a.Name + "." + n.key)
		if v > 1<<24 {
			return a, fmt.Errorf("%s is %d: %w", n.key, v, ErrTooLarge)
		}
		*n.to = int(v)
	}
	if a.Layers == 0 || a.Width == 0 {
		return a, fmt.Errorf("no layers or no width: %w", ErrMalformed)
	}
	if tokens, ok := f.Value("tokenizer.ggml.tokens").([]string); ok {
		a.Vocabulary = len(tokens)
	}
	a.Chat = f.Text("tokenizer.chat_template") != ""
	causal, stated := f.Value(a.Name + ".attention.causal").(bool)
	a.Embedding = stated && !causal
	if err := a.count(f.Tensors); err != nil {
		return a, err
	}
	a.cache(f)
	return a, nil
}

// count sums up the tensors.
func (a *Architecture) count(tensors []Tensor) error {
	numbers := make(map[Type]uint64)
	for _, t := range tensors {
		n, err := t.Numbers()
		if err != nil {
			return err
		}
		size, err := t.Size()
		if err != nil {
			return err
		}
		a.Parameters += n
		a.Weights += size
		numbers[t.Type] += n
		if numbers[t.Type] > numbers[a.Quantised] {
			a.Quantised = t.Type
		}
	}
	return nil
}

// cache works out what a token of context costs.
func (a *Architecture) cache(f *File) {
	if a.Embedding {
		return
	}
	key := func(k string, otherwise uint64) uint64 {
		if v, ok := f.number(a.Name + "." + k); ok {
			return min(v, 1<<24)
		}
		return otherwise
	}
	heads := uint64(max(a.Heads, 1))
	head := uint64(a.Width) / heads
	perHead := key("attention.key_length", head) + key("attention.value_length", head)
	a.kvBytes = f.perLayer(a.Name+".attention.head_count_kv", heads, a.Layers) * perHead * halfBytes
	if inner := key("ssm.inner_size", 0); inner > 0 {
		const single = 4
		a.state = uint64(a.Layers) * inner * (key("ssm.state_size", 0) + key("ssm.conv_kernel", 0)) * single
	}
}

// perLayer sums a number over all layers: one that holds for each, or a list with
// each layer's own, in which layers that keep a state instead of a cache have 0.
func (f *File) perLayer(key string, otherwise uint64, layers int) (sum uint64) {
	const most = 1 << 24
	if list := f.list(key); list != nil {
		for _, n := range list {
			sum += min(n, most)
		}
		return sum
	}
	if n, ok := f.Uint(key); ok {
		otherwise = min(n, most)
	}
	return uint64(layers) * otherwise
}

// number returns the whole number under key; of a list (one number a layer) the
// largest.
func (f *File) number(key string) (uint64, bool) {
	if list := f.list(key); len(list) > 0 {
		return slices.Max(list), true
	}
	return f.Uint(key)
}

// list returns the whole numbers under key, nil where there is no list of them.
// Negative ones count as 0.
func (f *File) list(key string) []uint64 {
	switch list := f.Value(key).(type) {
	case []uint32:
		return widen(list)
	case []int32:
		return widen(list)
	case []uint64:
		return widen(list)
	case []int64:
		return widen(list)
	}
	return nil
}

// widen returns at most as many numbers as any model has layers.
func widen[T uint32 | int32 | uint64 | int64](list []T) []uint64 {
	out := make([]uint64, min(len(list), 1<<16))
	for i := range out {
		out[i] = uint64(max(list[i], 0))
	}
	return out
}

// Shape is what has to be known of a network whose file is not here to estimate
// the memory that it will take.
type Shape struct {
	Layers, KVHeads, HeadDim, Width, Vocabulary int
	Weights                                     uint64 // bytes
	Encoder                                     bool   // keeps nothing of a text that it has read
}

// Memory is Architecture.Memory of a network of this shape.
func (s Shape) Memory(context int) uint64 {
	a := Architecture{Width: s.Width, Vocabulary: s.Vocabulary, Weights: s.Weights, Embedding: s.Encoder}
	if !s.Encoder {
		a.kvBytes = uint64(s.Layers) * uint64(s.KVHeads) * uint64(2*s.HeadDim) * halfBytes
	}
	return a.Memory(context)
}

// halfBytes is what a number in the cache takes, where nothing else is chosen.
const halfBytes = 2

// Memory estimates, in bytes, what running the model with a context of so many
// tokens takes: weights, key-value cache at half precision and work space.
func (a Architecture) Memory(context int) uint64 { return a.MemoryIn(context, F16) }

// MemoryIn is Memory with a cache of numbers of another type.
func (a Architecture) MemoryIn(context int, cache Type) uint64 {
	l, ok := layouts[cache]
	if !ok {
		l = layouts[F16]
	}
	a.kvBytes = a.kvBytes / halfBytes * l.bytes / l.numbers
	return a.memory(context)
}

func (a Architecture) memory(context int) uint64 {
	const (
		batch  = 512      // tokens computed at a time
		single = 4        // bytes of an activation
		base   = 64 << 20 // libraries, vocabulary, the process itself
	)
	work := uint64(batch) * single * uint64(8*a.Width+a.Vocabulary)
	if a.Embedding {
		work = uint64(batch) * single * uint64(12*a.Width)
	}
	return a.Weights + uint64(max(context, 0))*a.kvBytes + a.state + work + base
}
