package convert

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"markai/backend/gguf"
)

// Parts are the files of a published model.
type Parts struct {
	Name            string
	Config          []byte                 // config.json
	Tokenizer       []byte                 // tokenizer.json
	TokenizerConfig []byte                 // tokenizer_config.json; may be empty
	Template        string                 // chat_template.jinja; may be empty
	Tensors         map[string]gguf.Stored // of all safetensors files
}

// config is what we need of config.json.
type config struct {
	Type       string          `json:"model_type"`
	Layers     uint32          `json:"num_hidden_layers"`
	Context    uint32          `json:"max_position_embeddings"`
	Width      uint32          `json:"hidden_size"`
	Feed       uint32          `json:"intermediate_size"`
	Heads      uint32          `json:"num_attention_heads"`
	KVHeads    uint32          `json:"num_key_value_heads"`
	HeadDim    uint32          `json:"head_dim"`
	Epsilon    float32         `json:"rms_norm_eps"`
	RopeBase   float32         `json:"rope_theta"`
	Vocab      uint32          `json:"vocab_size"`
	Tied       *bool           `json:"tie_word_embeddings"`
	Window     uint32          `json:"sliding_window"`
	Pattern    uint32          `json:"sliding_window_pattern"`
	LocalBase  float32         `json:"rope_local_base_freq"`
	QueryScale float32         `json:"query_pre_attn_scalar"`
	Experts    uint32          `json:"num_local_experts"`
	Scaling    json.RawMessage `json:"rope_scaling"`
	AttnBias   bool            `json:"attention_bias"`
	MLPBias    bool            `json:"mlp_bias"`
}

// family is how an architecture is named and laid out in GGUF.
type family struct {
	arch    string
	permute bool // rotary pairs lie side by side in GGUF, half a head apart in the source
	addOne  bool // norms are stored as what is added to one
	outer   bool // has norms after attention and feed-forward too
}

var families = map[string]family{
	"llama":       {arch: "llama", permute: true},
	"mistral":     {arch: "llama", permute: true},
	"qwen2":       {arch: "qwen2"},
	"qwen3":       {arch: "qwen3"},
	"gemma":       {arch: "gemma", addOne: true},
	"gemma3_text": {arch: "gemma3", addOne: true, outer: true},
}

// limits of what any real model has.
const (
	maxLayers = 1 << 10
	maxWidth  = 1 << 20
	maxWords  = 1 << 22
)

// Write converts the model. Matrices are stored as to (F32, F16 or Q8_0), all
// else as F32. Errors: gguf.ErrType for a family, scaling or tokenizer that is
// not known; gguf.ErrMalformed for files that contradict each other.
func Write(w io.Writer, p Parts, to gguf.Type) error {
	var c config
	if err := json.Unmarshal(p.Config, &c); err != nil {
		return fmt.Errorf("config.json: %w: %w", gguf.ErrMalformed, err)
	}
	f, ok := families[c.Type]
	if !ok {
		return fmt.Errorf("config.json: models of type %q: %w", c.Type, gguf.ErrType)
	}
	if !to.Writable() {
		return fmt.Errorf("writing %v: %w", to, gguf.ErrType)
	}
	if err := c.check(f); err != nil {
		return err
	}
	factors, err := c.factors()
	if err != nil {
		return err
	}
	meta := c.meta(p.Name, f, to)
	vocab, err := vocabulary(p, int(c.Vocab))
	if err != nil {
		return err
	}
	tensors, sources, err := layOut(p.Tensors, c, f, to)
	if err != nil {
		return err
	}
	if factors != nil {
		tensors = append(tensors, gguf.Tensor{Name: "rope_freqs.weight", Dims: []uint64{uint64(len(factors))}, Type: gguf.F32})
	}
	return gguf.Write(w, append(meta, vocab...), tensors, func(i int, w io.Writer) error {
		if i == len(sources) {
			return binary.Write(w, binary.LittleEndian, factors)
		}
		s := sources[i]
		add := float32(0)
		if f.addOne && strings.Contains(tensors[i].Name, "norm") {
			add = 1
		}
		var order func(int) int
		if heads := headsOf(tensors[i].Name, c); f.permute && heads > 0 {
			order = interleave(int(s.Shape[0]) / heads)
		}
		return s.Write(w, tensors[i].Type, order, add)
	})
}

// check fills in what may be left out and refuses what makes no sense.
func (c *config) check(f family) error {
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.Width / c.Heads
	}
	if c.RopeBase == 0 {
		c.RopeBase = 10000
	}
	switch {
	case c.Layers == 0 || c.Layers > maxLayers || c.Width == 0 || c.Width > maxWidth || c.Heads == 0 || c.Heads > c.Width ||
		c.HeadDim == 0 || c.HeadDim > maxWidth || c.HeadDim%2 != 0 || c.Feed == 0 || c.Vocab == 0 || c.Vocab > maxWords || c.KVHeads > c.Heads || c.Heads%c.KVHeads != 0:
		return fmt.Errorf("config.json: sizes that make no network: %w", gguf.ErrMalformed)
	case c.Experts > 1:
		return fmt.Errorf("config.json: mixtures of experts: %w", gguf.ErrType)
	case f.arch == "gemma3" && (c.Pattern != 0 && c.Pattern != 6 || c.LocalBase != 0 && c.LocalBase != 10000):
		return fmt.Errorf("config.json: a pattern of local attention that the engine does not know: %w", gguf.ErrType)
	case f.arch == "gemma3" && c.QueryScale != 0 && c.QueryScale != float32(c.HeadDim):
		return fmt.Errorf("config.json: a scale of attention that the engine does not know: %w", gguf.ErrType)
	}
	return nil
}

// factors are what the rotary frequencies are divided by, or nil. They follow
// Llama 3.1's reference code: long waves are stretched, short ones kept, those
// between blended.
func (c *config) factors() ([]float32, error) {
	if len(c.Scaling) == 0 || string(c.Scaling) == "null" {
		return nil, nil
	}
	var s struct {
		Type   string  `json:"rope_type"`
		Old    string  `json:"type"`
		Factor float64 `json:"factor"`
		Low    float64 `json:"low_freq_factor"`
		High   float64 `json:"high_freq_factor"`
		Before float64 `json:"original_max_position_embeddings"`
	}
	if err := json.Unmarshal(c.Scaling, &s); err != nil {
		return nil, fmt.Errorf("config.json: rope_scaling: %w: %w", gguf.ErrMalformed, err)
	}
	if s.Type == "" {
		s.Type = s.Old
	}
	switch {
	case s.Type == "default":
		return nil, nil
	case s.Type != "llama3":
		return nil, fmt.Errorf("config.json: positions scaled by %q: %w", s.Type, gguf.ErrType)
	case s.Factor <= 0 || s.High <= s.Low || s.Low <= 0 || s.Before <= 0:
		return nil, fmt.Errorf("config.json: rope_scaling: %w", gguf.ErrMalformed)
	}
	out := make([]float32, c.HeadDim/2)
	for i := range out {
		wave := 2 * math.Pi * math.Pow(float64(c.RopeBase), 2*float64(i)/float64(c.HeadDim))
		switch {
		case wave < s.Before/s.High:
			out[i] = 1
		case wave > s.Before/s.Low:
			out[i] = float32(s.Factor)
		default:
			smooth := (s.Before/wave - s.Low) / (s.High - s.Low)
			out[i] = float32(1 / ((1-smooth)/s.Factor + smooth))
		}
	}
	return out, nil
}

// meta describes the network.
func (c *config) meta(name string, f family, to gguf.Type) []gguf.KV {
	key := func(k string) string { return f.arch + "." + k }
	meta := []gguf.KV{
		{Key: "general.architecture", Value: f.arch},
		{Key: "general.name", Value: name},
		{Key: "general.file_type", Value: to.FileType()},
		{Key: key("block_count"), Value: c.Layers},
		{Key: key("context_length"), Value: c.Context},
		{Key: key("embedding_length"), Value: c.Width},
		{Key: key("feed_forward_length"), Value: c.Feed},
		{Key: key("attention.head_count"), Value: c.Heads},
		{Key: key("attention.head_count_kv"), Value: c.KVHeads},
		{Key: key("attention.key_length"), Value: c.HeadDim},
		{Key: key("attention.value_length"), Value: c.HeadDim},
		{Key: key("attention.layer_norm_rms_epsilon"), Value: c.Epsilon},
		{Key: key("rope.dimension_count"), Value: c.HeadDim},
		{Key: key("rope.freq_base"), Value: c.RopeBase},
		{Key: key("vocab_size"), Value: c.Vocab},
	}
	if f.arch == "gemma3" {
		meta = append(meta, gguf.KV{Key: key("attention.sliding_window"), Value: c.Window})
	}
	return meta
}

// What the parts are called in the source, and in GGUF.
var (
	outerNames = map[string]string{"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
	innerNames = map[string]string{
		"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
		"self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
		"mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "post_attention_layernorm": "ffn_norm",
	}
	gemmaNames = map[string]string{
		"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm", "post_feedforward_layernorm": "post_ffw_norm",
	}
)

// rename translates a tensor's name, such as "model.layers.0.mlp.up_proj.weight"
// to "blk.0.ffn_up.weight".
func rename(name string, f family) (string, bool) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return "", false
	}
	part, kind := name[:dot], name[dot:]
	if kind != ".weight" && kind != ".bias" {
		return "", false
	}
	if outer, ok := outerNames[part]; ok {
		return outer + kind, true
	}
	rest, ok := strings.CutPrefix(part, "model.layers.")
	if !ok {
		return "", false
	}
	layer, part, _ := strings.Cut(rest, ".")
	inner, ok := innerNames[part]
	if f.outer {
		if other, renamed := gemmaNames[part]; renamed {
			inner, ok = other, true
		}
	}
	return "blk." + layer + "." + inner + kind, ok
}

// layOut lists the tensors to write, by name, and where each comes from, and
// checks that the network is whole.
func layOut(source map[string]gguf.Stored, c config, f family, to gguf.Type) ([]gguf.Tensor, []gguf.Stored, error) {
	names := make([]string, 0, len(source))
	for name := range source {
		names = append(names, name)
	}
	slices.Sort(names)
	var tensors []gguf.Tensor
	var from []gguf.Stored
	have := map[string]bool{}
	for _, name := range names {
		if strings.HasSuffix(name, "rotary_emb.inv_freq") {
			continue // computed by the engine
		}
		as, ok := rename(name, f)
		if !ok {
			return nil, nil, fmt.Errorf("tensor %q is in no model of type %q: %w", name, c.Type, gguf.ErrMalformed)
		}
		if as == "output.weight" && (c.Tied != nil && *c.Tied || f.addOne) {
			continue // the embeddings serve
		}
		s := source[name]
		t := gguf.Tensor{Name: as, Dims: s.Dims(), Type: gguf.F32}
		if want := c.dims(as); !slices.Equal(t.Dims, want) {
			return nil, nil, fmt.Errorf("tensor %q is of %v and config.json says %v: %w", name, t.Dims, want, gguf.ErrMalformed)
		}
		if len(t.Dims) == 2 {
			t.Type = to
			if to == gguf.Q8_0 && t.Dims[0]%32 != 0 {
				t.Type = gguf.F16
			}
		}
		have[as] = true
		tensors, from = append(tensors, t), append(from, s)
	}
	for _, want := range c.needed(f) {
		if !have[want] {
			return nil, nil, fmt.Errorf("there is no tensor for %q: %w", want, gguf.ErrMalformed)
		}
	}
	return tensors, from, nil
}

// dims is the shape that a tensor must have, the contiguous dimension first.
func (c *config) dims(name string) []uint64 {
	w, feed, head := uint64(c.Width), uint64(c.Feed), uint64(c.HeadDim)
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
	case "ffn_gate.weight", "ffn_up.weight":
		return []uint64{w, feed}
	case "ffn_down.weight":
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
	parts := []string{"attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down", "ffn_norm"}
	if f.outer {
		parts = append(parts, "post_attention_norm", "post_ffw_norm")
	}
	if f.outer || f.arch == "qwen3" {
		parts = append(parts, "attn_q_norm", "attn_k_norm")
	}
	for l := range c.Layers {
		for _, p := range parts {
			out = append(out, "blk."+strconv.Itoa(int(l))+"."+p+".weight")
		}
	}
	if f.arch == "qwen2" {
		for l := range c.Layers {
			for _, p := range []string{"q", "k", "v"} {
				out = append(out, "blk."+strconv.Itoa(int(l))+".attn_"+p+".bias")
			}
		}
	}
	return out
}

// headsOf is how many heads the rows of a query or key projection form; 0 for
// other tensors.
func headsOf(name string, c config) int {
	switch {
	case strings.Contains(name, ".attn_q.") || strings.HasSuffix(name, ".attn_q.bias"):
		return int(c.Heads)
	case strings.Contains(name, ".attn_k.") || strings.HasSuffix(name, ".attn_k.bias"):
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
