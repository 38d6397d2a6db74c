package convert

import (
	"encoding/json"
	"fmt"
	"math"

	"markai/backend/gguf"
)

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
	AttnCap    float32         `json:"attn_logit_softcapping"`
	FinalCap   float32         `json:"final_logit_softcapping"`
	Scaling    json.RawMessage `json:"rope_scaling"`

	// Of mixtures of experts. Mixtral and Qwen name their number differently.
	LocalExperts uint32   `json:"num_local_experts"`
	NumExperts   uint32   `json:"num_experts"`
	Used         uint32   `json:"num_experts_per_tok"`
	ExpertFeed   uint32   `json:"moe_intermediate_size"`
	NormTop      *bool    `json:"norm_topk_prob"`
	Step         uint32   `json:"decoder_sparse_step"`
	Dense        []uint32 `json:"mlp_only_layers"`
}

// family is how an architecture is named and laid out in GGUF.
type family struct {
	arch    string
	permute bool // rotary pairs lie side by side in GGUF, half a head apart in the source
	addOne  bool // norms are stored as what is added to one
	outer   bool // has norms after attention and feed-forward too
	qkNorm  bool // has norms of queries and keys
	bias    bool // queries, keys and values have biases
	capped  bool // keeps logits within bounds
	mixed   bool // feed-forward is a mixture of experts
}

var families = map[string]family{
	"llama":       {arch: "llama", permute: true},
	"mistral":     {arch: "llama", permute: true},
	"mixtral":     {arch: "llama", permute: true, mixed: true},
	"qwen2":       {arch: "qwen2", bias: true},
	"qwen3":       {arch: "qwen3", qkNorm: true},
	"qwen3_moe":   {arch: "qwen3moe", qkNorm: true, mixed: true},
	"gemma":       {arch: "gemma", addOne: true},
	"gemma2":      {arch: "gemma2", addOne: true, outer: true, capped: true},
	"gemma3_text": {arch: "gemma3", addOne: true, outer: true, qkNorm: true},
}

// limits of what any real model has.
const (
	maxLayers  = 1 << 10
	maxWidth   = 1 << 20
	maxWords   = 1 << 22
	maxExperts = 1 << 10
)

// experts is how many there are; 0 or 1 for a dense network.
func (c *config) experts() uint32 { return max(c.LocalExperts, c.NumExperts) }

// feed is the width of a feed-forward network: of one expert, in a mixture.
func (c *config) feed(f family) uint32 {
	if f.mixed && c.ExpertFeed > 0 {
		return c.ExpertFeed
	}
	return c.Feed
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
	unknown := func(what string) error { return fmt.Errorf("config.json: %s: %w", what, ErrUnknown) }
	switch {
	case c.Layers == 0 || c.Layers > maxLayers || c.Width == 0 || c.Width > maxWidth || c.Heads == 0 || c.Heads > c.Width ||
		c.HeadDim == 0 || c.HeadDim > maxWidth || c.HeadDim%2 != 0 || c.feed(f) == 0 || c.feed(f) > maxWidth || c.Vocab == 0 || c.Vocab > maxWords ||
		c.KVHeads > c.Heads || c.Heads%c.KVHeads != 0:
		return fmt.Errorf("config.json: sizes that make no network: %w", gguf.ErrMalformed)
	case f.mixed && (c.experts() < 2 || c.experts() > maxExperts || c.Used == 0 || c.Used > c.experts()):
		return fmt.Errorf("config.json: %d of %d experts make no mixture: %w", c.Used, c.experts(), gguf.ErrMalformed)
	case !f.mixed && c.experts() > 1:
		return unknown("mixtures of experts in this family")
	case f.mixed && (c.Step > 1 || len(c.Dense) > 0):
		return unknown("layers with and without experts")
	case f.arch == "qwen3moe" && (c.NormTop == nil || !*c.NormTop):
		return unknown("experts whose weights do not sum to one, which the engine does not know")
	case f.arch == "gemma3" && (c.Pattern != 0 && c.Pattern != 6 || c.LocalBase != 0 && c.LocalBase != 10000):
		return unknown("a pattern of local attention that the engine does not know")
	case f.outer && c.QueryScale != 0 && c.QueryScale != c.queryScale(f):
		return unknown("a scale of attention that the engine does not know")
	case f.capped && (c.AttnCap <= 0 || c.FinalCap <= 0):
		return unknown("logits without bounds, which the engine does not know of this family")
	}
	return nil
}

// largestGemma2 is the number of layers by which the engine knows the largest
// Gemma 2, the only one with a scale of its own.
const largestGemma2 = 46

// queryScale is what the engine divides the squares of queries by.
func (c *config) queryScale(f family) float32 {
	if f.arch == "gemma2" && c.Layers == largestGemma2 {
		return float32(c.Width / c.Heads)
	}
	return float32(c.HeadDim)
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
		return nil, fmt.Errorf("config.json: positions scaled by %q: %w", s.Type, ErrUnknown)
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
		{Key: key("feed_forward_length"), Value: max(c.Feed, c.feed(f))},
		{Key: key("attention.head_count"), Value: c.Heads},
		{Key: key("attention.head_count_kv"), Value: c.KVHeads},
		{Key: key("attention.key_length"), Value: c.HeadDim},
		{Key: key("attention.value_length"), Value: c.HeadDim},
		{Key: key("attention.layer_norm_rms_epsilon"), Value: c.Epsilon},
		{Key: key("rope.dimension_count"), Value: c.HeadDim},
		{Key: key("rope.freq_base"), Value: c.RopeBase},
		{Key: key("vocab_size"), Value: c.Vocab},
	}
	if f.arch == "gemma2" || f.arch == "gemma3" {
		meta = append(meta, gguf.KV{Key: key("attention.sliding_window"), Value: c.Window})
	}
	if f.capped {
		meta = append(meta, gguf.KV{Key: key("attn_logit_softcapping"), Value: c.AttnCap}, gguf.KV{Key: key("final_logit_softcapping"), Value: c.FinalCap})
	}
	if f.mixed {
		meta = append(meta, gguf.KV{Key: key("expert_count"), Value: c.experts()}, gguf.KV{Key: key("expert_used_count"), Value: c.Used})
		if c.ExpertFeed > 0 {
			meta = append(meta, gguf.KV{Key: key("expert_feed_forward_length"), Value: c.ExpertFeed})
		}
	}
	return meta
}
