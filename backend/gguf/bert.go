package gguf

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// BERT names the parts of a BERT model as they are published.
type BERT struct {
	Name    string // of the model, for the file's metadata
	Weights io.ReaderAt
	Size    int64     // bytes of Weights, a safetensors file
	Config  io.Reader // config.json
	Vocab   io.Reader // vocab.txt: one token a line
}

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
}

// WriteBERT converts a BERT encoder with mean pooling to GGUF. Matrices are
// stored as to (F32, F16 or Q8_0); vectors, positions and token types always
// as F32.
func WriteBERT(w io.Writer, m BERT, to Type) error {
	if _, ok := fileTypes[to]; !ok {
		return fmt.Errorf("writing %v: %w", to, ErrType)
	}
	var c bertConfig
	if err := json.NewDecoder(m.Config).Decode(&c); err != nil {
		return fmt.Errorf("config.json: %w: %w", ErrMalformed, err)
	}
	if c.Layers == 0 || c.Width == 0 || c.Heads == 0 || c.Positions != "" && c.Positions != "absolute" {
		return fmt.Errorf("config.json describes no BERT with absolute positions: %w", ErrMalformed)
	}
	src, err := readSafetensors(m.Weights, m.Size)
	if err != nil {
		return err
	}
	meta, err := bertMeta(m, c, to)
	if err != nil {
		return err
	}
	tensors, from, err := bertTensors(src, to)
	if err != nil {
		return err
	}
	return Write(w, meta, tensors, func(i int, w io.Writer) error {
		s := from[i]
		return convert(w, io.NewSectionReader(src.r, s.start, s.size), s.kind, tensors[i].Type, s.size)
	})
}

// bertMeta describes the network and its vocabulary.
func bertMeta(m BERT, c bertConfig, to Type) ([]KV, error) {
	vocab, types, special, err := bertVocab(m.Vocab)
	if err != nil {
		return nil, err
	}
	if uint32(len(vocab)) != c.Vocab {
		return nil, fmt.Errorf("vocab.txt has %d tokens and config.json says %d: %w", len(vocab), c.Vocab, ErrMalformed)
	}
	const mean = uint32(1)
	meta := []KV{
		{"general.architecture", "bert"},
		{"general.name", m.Name},
		{"general.file_type", fileTypes[to]},
		{"bert.block_count", c.Layers},
		{"bert.context_length", c.Context},
		{"bert.embedding_length", c.Width},
		{"bert.feed_forward_length", c.Feed},
		{"bert.attention.head_count", c.Heads},
		{"bert.attention.layer_norm_epsilon", c.Epsilon},
		{"bert.attention.causal", false},
		{"bert.pooling_type", mean},
		{"bert.vocab_size", c.Vocab},
		{"tokenizer.ggml.token_type_count", max(c.Types, 1)},
		{"tokenizer.ggml.model", "bert"},
		{"tokenizer.ggml.pre", "default"},
		{"tokenizer.ggml.tokens", vocab},
		{"tokenizer.ggml.token_type", types},
	}
	for _, s := range []struct{ token, key string }{
		{"[UNK]", "unknown"}, {"[SEP]", "seperator"}, // the format's own spelling
		{"[PAD]", "padding"}, {"[MASK]", "mask"}, {"[CLS]", "cls"},
	} {
		id, ok := special[s.token]
		if !ok {
			return nil, fmt.Errorf("vocab.txt has no %s: %w", s.token, ErrMalformed)
		}
		meta = append(meta, KV{"tokenizer.ggml." + s.key + "_token_id", id})
	}
	return meta, nil
}

// bertVocab reads vocab.txt. WordPiece marks what continues a word; GGUF marks
// what begins one.
func bertVocab(r io.Reader) (tokens []string, types []int32, special map[string]uint32, err error) {
	const normal, control = 1, 3
	special = make(map[string]uint32)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		t := strings.TrimSuffix(lines.Text(), "\r")
		switch {
		case slices.Contains([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}, t):
			special[t] = uint32(len(tokens))
			tokens, types = append(tokens, t), append(types, control)
		case strings.HasPrefix(t, "##"):
			tokens, types = append(tokens, t[2:]), append(types, normal)
		default:
			tokens, types = append(tokens, "\u2581"+t), append(types, normal)
		}
		if len(tokens) > maxElements {
			return nil, nil, nil, fmt.Errorf("vocab.txt: %w", ErrTooLarge)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, nil, nil, fmt.Errorf("vocab.txt: %w: %w", ErrMalformed, err)
	}
	return tokens, types, special, nil
}

// bertTensors lists the tensors to write, by name, and where each comes from.
func bertTensors(src *weights, to Type) ([]Tensor, []stored, error) {
	var tensors []Tensor
	var from []stored
	names := make([]string, 0, len(src.tensors))
	for name := range src.tensors {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		short := strings.TrimPrefix(name, "bert.")
		if strings.HasPrefix(short, "pooler.") || strings.HasSuffix(short, "position_ids") {
			continue
		}
		as, ok := bertName(short)
		if !ok {
			return nil, nil, fmt.Errorf("tensor %q is in no BERT: %w", name, ErrMalformed)
		}
		s := src.tensors[name]
		t := Tensor{Name: as, Dims: slices.Clone(s.shape), Type: F32}
		slices.Reverse(t.Dims)
		if len(t.Dims) == 2 && !strings.HasPrefix(as, "position_embd") && !strings.HasPrefix(as, "token_types") {
			t.Type = to
		}
		tensors, from = append(tensors, t), append(from, s)
	}
	return tensors, from, nil
}

// What BERT calls its parts, and what GGUF does.
var (
	bertOuter = map[string]string{
		"embeddings.word_embeddings":       "token_embd",
		"embeddings.token_type_embeddings": "token_types",
		"embeddings.position_embeddings":   "position_embd",
		"embeddings.LayerNorm":             "token_embd_norm",
	}
	bertInner = map[string]string{
		"attention.self.query":       "attn_q",
		"attention.self.key":         "attn_k",
		"attention.self.value":       "attn_v",
		"attention.output.dense":     "attn_output",
		"attention.output.LayerNorm": "attn_output_norm",
		"intermediate.dense":         "ffn_up",
		"output.dense":               "ffn_down",
		"output.LayerNorm":           "layer_output_norm",
	}
)

// bertName translates the name of a tensor, such as
// "encoder.layer.0.output.dense.bias" to "blk.0.ffn_down.bias".
func bertName(name string) (string, bool) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return "", false
	}
	part, kind := name[:dot], name[dot:]
	if outer, ok := bertOuter[part]; ok {
		return outer + kind, true
	}
	rest, ok := strings.CutPrefix(part, "encoder.layer.")
	if !ok {
		return "", false
	}
	layer, part, _ := strings.Cut(rest, ".")
	inner, ok := bertInner[part]
	return "blk." + layer + "." + inner + kind, ok
}
