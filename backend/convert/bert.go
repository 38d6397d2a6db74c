package convert

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"markai/backend/gguf"
)

// Pooling is how an encoder makes one vector of those of all tokens.
type Pooling string

// The ways that the engine knows.
const (
	Mean  Pooling = "mean"  // of all of them
	First Pooling = "first" // that of the token which begins every text
)

// poolings are llama.cpp's numbers of them.
var poolings = map[Pooling]uint32{Mean: 1, First: 2}

// bertConfig is what we need of config.json.
type bertConfig struct {
	Layers    uint32  `json:"num_hidden_layers"`
	Context   uint32  `json:"max_position_embeddings"`
	Width     uint32  `json:"hidden_size"`
	Feed      uint32  `json:"intermediate_size"`
	Heads     uint32  `json:"num_attention_heads"`
	Epsilon   float32 `json:"layer_norm_eps"`
	Vocab     uint32  `json:"vocab_size"`
	Types     uint32  `json:"type_vocab_size"`
	Positions string  `json:"position_embedding_type"`
	Act       string  `json:"hidden_act"`
}

// writeBERT converts a BERT encoder. Vectors, positions and token types are
// always stored as F32.
func writeBERT(w io.Writer, p Parts, to gguf.Type) error {
	var c bertConfig
	if err := json.Unmarshal(p.Config, &c); err != nil {
		return fmt.Errorf("config.json: %w: %w", gguf.ErrMalformed, err)
	}
	pool, ok := poolings[p.Pooling]
	switch {
	case c.Layers == 0 || c.Width == 0 || c.Heads == 0 || c.Positions != "" && c.Positions != "absolute":
		return fmt.Errorf("config.json describes no BERT with absolute positions: %w", gguf.ErrMalformed)
	case c.Act != "" && c.Act != "gelu":
		return fmt.Errorf("config.json: activation %q: %w", c.Act, ErrUnknown)
	case !ok:
		return fmt.Errorf("a way to make one vector of all, %q: %w", p.Pooling, ErrUnknown)
	}
	words, err := wordPieces(p, int(c.Vocab))
	if err != nil {
		return err
	}
	meta := append([]gguf.KV{
		{Key: "general.architecture", Value: "bert"},
		{Key: "general.name", Value: p.Name},
		{Key: "general.file_type", Value: to.FileType()},
		{Key: "bert.block_count", Value: c.Layers},
		{Key: "bert.context_length", Value: c.Context},
		{Key: "bert.embedding_length", Value: c.Width},
		{Key: "bert.feed_forward_length", Value: c.Feed},
		{Key: "bert.attention.head_count", Value: c.Heads},
		{Key: "bert.attention.layer_norm_epsilon", Value: c.Epsilon},
		{Key: "bert.attention.causal", Value: false},
		{Key: "bert.pooling_type", Value: pool},
		{Key: "bert.vocab_size", Value: c.Vocab},
		{Key: "tokenizer.ggml.token_type_count", Value: max(c.Types, 1)},
	}, words...)
	tensors, from, err := layOutBERT(p.Tensors, to)
	if err != nil {
		return err
	}
	return gguf.Write(w, meta, tensors, func(i int, w io.Writer) error { return from[i].Write(w, tensors[i].Type, nil, 0) })
}

// bertNames are what BERT calls its parts, and what GGUF does.
var bertNames = names{
	prefix: "encoder.layer.",
	outer: map[string]string{
		"embeddings.word_embeddings": "token_embd", "embeddings.token_type_embeddings": "token_types",
		"embeddings.position_embeddings": "position_embd", "embeddings.LayerNorm": "token_embd_norm",
	},
	inner: map[string]string{
		"attention.self.query": "attn_q", "attention.self.key": "attn_k", "attention.self.value": "attn_v",
		"attention.output.dense": "attn_output", "attention.output.LayerNorm": "attn_output_norm",
		"intermediate.dense": "ffn_up", "output.dense": "ffn_down", "output.LayerNorm": "layer_output_norm",
	},
}

// layOutBERT lists the tensors to write, by name, and where each comes from.
func layOutBERT(source map[string]gguf.Stored, to gguf.Type) ([]gguf.Tensor, []gguf.Stored, error) {
	var tensors []gguf.Tensor
	var from []gguf.Stored
	for _, name := range slices.Sorted(maps.Keys(source)) {
		short := strings.TrimPrefix(name, "bert.")
		if strings.HasPrefix(short, "pooler.") || strings.HasSuffix(short, "position_ids") {
			continue
		}
		as, ok := bertNames.rename(short)
		if !ok {
			return nil, nil, fmt.Errorf("tensor %q is in no BERT: %w", name, gguf.ErrMalformed)
		}
		s := source[name]
		t := gguf.Tensor{Name: as, Dims: s.Dims(), Type: gguf.F32}
		if !strings.HasPrefix(as, "position_embd") && !strings.HasPrefix(as, "token_types") {
			t.Type = typeOf(as, t.Dims, to)
		}
		tensors, from = append(tensors, t), append(from, s)
	}
	if len(tensors) == 0 {
		return nil, nil, fmt.Errorf("there are no weights: %w", gguf.ErrMalformed)
	}
	return tensors, from, nil
}
