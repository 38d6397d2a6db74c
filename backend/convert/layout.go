package convert

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"markai/backend/gguf"
)

// names translate the parts of a network: those outside its layers, and those of
// a layer, which stand in the source after prefix and the layer's number.
type names struct {
	outer, inner map[string]string
	prefix       string
}

// What the parts are called in the source, and in GGUF.
var (
	decoderNames = names{
		prefix: "model.layers.",
		outer:  map[string]string{"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"},
		inner: map[string]string{
			"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
			"self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
			"mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "post_attention_layernorm": "ffn_norm",
			"mlp.gate": "ffn_gate_inp", "block_sparse_moe.gate": "ffn_gate_inp",
		},
	}
	outerNormNames = map[string]string{
		"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm", "post_feedforward_layernorm": "post_ffw_norm",
	}
	// experts' matrices, by their name after the expert's number.
	expertNames = map[string]string{
		"gate_proj": "ffn_gate_exps", "up_proj": "ffn_up_exps", "down_proj": "ffn_down_exps",
		"w1": "ffn_gate_exps", "w3": "ffn_up_exps", "w2": "ffn_down_exps",
	}
)

// rename translates a tensor's name, such as "model.layers.0.mlp.up_proj.weight"
// to "blk.0.ffn_up.weight".
func (n names) rename(name string) (string, bool) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return "", false
	}
	part, kind := name[:dot], name[dot:]
	if kind != ".weight" && kind != ".bias" {
		return "", false
	}
	if outer, ok := n.outer[part]; ok {
		return outer + kind, true
	}
	rest, ok := strings.CutPrefix(part, n.prefix)
	if !ok {
		return "", false
	}
	layer, part, _ := strings.Cut(rest, ".")
	inner, ok := n.inner[part]
	return "blk." + layer + "." + inner + kind, ok
}

// names are those of the family's networks.
func (f family) names() names {
	n := decoderNames
	if f.outer {
		n.inner = maps.Clone(n.inner)
		maps.Copy(n.inner, outerNormNames)
	}
	return n
}

// expertOf splits the name of an expert's matrix, such as
// "model.layers.0.mlp.experts.3.up_proj.weight", into the name of the tensor that
// holds those of all experts and the expert's number.
func expertOf(name string) (as string, expert int, ok bool) {
	rest, ok := strings.CutPrefix(name, decoderNames.prefix)
	if !ok {
		return "", 0, false
	}
	layer, rest, _ := strings.Cut(rest, ".")
	for _, where := range []string{"mlp.experts.", "block_sparse_moe.experts."} {
		if inside, found := strings.CutPrefix(rest, where); found {
			number, part, _ := strings.Cut(inside, ".")
			part, weight := strings.CutSuffix(part, ".weight")
			n, err := strconv.Atoi(number)
			as, known := expertNames[part]
			return "blk." + layer + "." + as + ".weight", n, weight && known && err == nil && n >= 0 && strconv.Itoa(n) == number
		}
	}
	return "", 0, false
}

// laid is a tensor to write and where its numbers come from, one after the other.
type laid struct {
	gguf.Tensor
	from []gguf.Stored
}

// layOut lists the tensors to write, by name, and checks that the network is
// whole.
func layOut(source map[string]gguf.Stored, c config, f family, to gguf.Type) ([]laid, error) {
	var out []laid
	known, mixtures := f.names(), map[string]int{} // index into out
	for _, name := range slices.Sorted(maps.Keys(source)) {
		if strings.HasSuffix(name, "rotary_emb.inv_freq") {
			continue // computed by the engine
		}
		s := source[name]
		as, expert, isExpert := expertOf(name)
		isExpert = isExpert && f.mixed
		if !isExpert {
			var ok bool
			if as, ok = known.rename(name); !ok {
				return nil, fmt.Errorf("tensor %q is in no model of type %q: %w", name, c.Type, gguf.ErrMalformed)
			}
		}
		if as == "output.weight" && (c.Tied != nil && *c.Tied || f.addOne) {
			continue // the embeddings serve
		}
		dims := s.Dims()
		if want := c.dims(as, f); !slices.Equal(dims, want) {
			return nil, fmt.Errorf("tensor %q is of %v and config.json says %v: %w", name, dims, want, gguf.ErrMalformed)
		}
		if !isExpert {
			out = append(out, laid{gguf.Tensor{Name: as, Dims: dims, Type: typeOf(as, dims, to)}, []gguf.Stored{s}})
			continue
		}
		at, begun := mixtures[as]
		if !begun {
			at = len(out)
			mixtures[as] = at
			all := append(slices.Clone(dims), uint64(c.experts()))
			out = append(out, laid{gguf.Tensor{Name: as, Dims: all, Type: typeOf(as, dims, to)}, make([]gguf.Stored, c.experts())})
		}
		if expert >= len(out[at].from) {
			return nil, fmt.Errorf("tensor %q is of an expert that config.json does not know: %w", name, gguf.ErrMalformed)
		}
		out[at].from[expert] = s
	}
	return out, whole(out, c, f)
}

// typeOf is how a tensor is stored: matrices as to, except the small ones that
// choose experts.
func typeOf(name string, dims []uint64, to gguf.Type) gguf.Type {
	switch {
	case len(dims) < 2 || strings.HasSuffix(name, "ffn_gate_inp.weight"):
		return gguf.F32
	case to == gguf.Q8_0 && dims[0]%32 != 0:
		return gguf.F16
	}
	return to
}

// whole reports what is missing of the network.
func whole(out []laid, c config, f family) error {
	have := map[string]bool{}
	for _, l := range out {
		have[l.Name] = true
		for i, s := range l.from {
			if len(s.Shape) == 0 {
				return fmt.Errorf("there is no expert %d of %q: %w", i, l.Name, gguf.ErrMalformed)
			}
		}
	}
	for _, want := range c.needed(f) {
		if !have[want] {
			return fmt.Errorf("there is no tensor for %q: %w", want, gguf.ErrMalformed)
		}
	}
	return nil
}

// dims is the shape that a tensor of the source must have, the contiguous
// dimension first.
func (c *config) dims(name string, f family) []uint64 {
	w, feed, head := uint64(c.Width), uint64(c.feed(f)), uint64(c.HeadDim)
	q, kv := head*uint64(c.Heads), head*uint64(c.KVHeads)
	last := name
	if rest, ok := strings.CutPrefix(name, "blk."); ok {
		_, last, _ = strings.Cut(rest, ".")
	}
	switch last {
	case "token_embd.weight", "output.weight":
		return []uint64{w, uint64(c.Vocab)}
	case "attn_q.weight":
		return []uint64{w, q}
	case "attn_k.weight", "attn_v.weight":
		return []uint64{w, kv}
	case "attn_output.weight":
		return []uint64{q, w}
	case "ffn_gate_inp.weight":
		return []uint64{w, uint64(c.experts())}
	case "ffn_gate.weight", "ffn_up.weight", "ffn_gate_exps.weight", "ffn_up_exps.weight":
		return []uint64{w, feed}
	case "ffn_down.weight", "ffn_down_exps.weight":
		return []uint64{feed, w}
	case "attn_q.bias":
		return []uint64{q}
	case "attn_k.bias", "attn_v.bias":
		return []uint64{kv}
	case "ffn_gate.bias", "ffn_up.bias":
		return []uint64{feed}
	case "attn_q_norm.weight", "attn_k_norm.weight":
		return []uint64{head}
	}
	return []uint64{w}
}

// needed names every tensor that the network cannot do without.
func (c *config) needed(f family) []string {
	out := []string{"token_embd.weight", "output_norm.weight"}
	if !f.addOne && (c.Tied == nil || !*c.Tied) {
		out = append(out, "output.weight")
	}
	parts := []string{"attn_norm.weight", "attn_q.weight", "attn_k.weight", "attn_v.weight", "attn_output.weight", "ffn_norm.weight"}
	if f.mixed {
		parts = append(parts, "ffn_gate_inp.weight", "ffn_gate_exps.weight", "ffn_up_exps.weight", "ffn_down_exps.weight")
	} else {
		parts = append(parts, "ffn_gate.weight", "ffn_up.weight", "ffn_down.weight")
	}
	if f.outer {
		parts = append(parts, "post_attention_norm.weight", "post_ffw_norm.weight")
	}
	if f.qkNorm {
		parts = append(parts, "attn_q_norm.weight", "attn_k_norm.weight")
	}
	if f.bias {
		parts = append(parts, "attn_q.bias", "attn_k.bias", "attn_v.bias")
	}
	for l := range c.Layers {
		for _, p := range parts {
			out = append(out, "blk."+strconv.Itoa(int(l))+"."+p)
		}
	}
	return out
}

// headsOf is how many heads the rows of a query or key projection form; 0 for
// other tensors.
func headsOf(name string, c config) int {
	switch {
	case strings.Contains(name, ".attn_q."):
		return int(c.Heads)
	case strings.Contains(name, ".attn_k."):
		return int(c.KVHeads)
	}
	return 0
}

// interleave maps row 2j+k of each head of so many rows to row j+k·half: what
// lay half a head apart comes to lie side by side.
func interleave(head int) func(int) int {
	half := head / 2
	return func(i int) int {
		at := i % head
		return i - at + at/2 + at%2*half
	}
}
