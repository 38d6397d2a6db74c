package convert

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"markai/backend/gguf"
)

// wordStart is how vocabularies mark the beginning of a word.
const wordStart = "\u2581"

// unigram describes a vocabulary in which a text is cut into the pieces whose
// scores sum highest (Kudo, Subword Regularization, 2018). words is how many
// tokens the network knows.
func (t *tokenizer) unigram(words int) ([]gguf.KV, error) {
	if t.Model.Fallback {
		return nil, fmt.Errorf("tokenizer.json: pieces by score with bytes for the rest, which the engine does not know: %w", ErrUnknown)
	}
	var pairs [][2]json.RawMessage
	if err := json.Unmarshal(t.Model.Vocab, &pairs); err != nil {
		return nil, fmt.Errorf("tokenizer.json: vocabulary: %w: %w", gguf.ErrMalformed, err)
	}
	vocab, scores := make(map[string]int, len(pairs)), make([]float32, words)
	for id, pair := range pairs {
		var text string
		var score float32
		if json.Unmarshal(pair[0], &text) != nil || json.Unmarshal(pair[1], &score) != nil {
			return nil, fmt.Errorf("tokenizer.json: piece %d: %w", id, gguf.ErrMalformed)
		}
		if _, twice := vocab[text]; twice || id >= words {
			return nil, fmt.Errorf("tokenizer.json: piece %d, and config.json knows %d: %w", id, words, gguf.ErrMalformed)
		}
		vocab[text], scores[id] = id, score
	}
	tokens, kinds, err := t.list(vocab, words)
	if err != nil {
		return nil, err
	}
	if t.Model.UnknownID == nil || *t.Model.UnknownID < 0 || *t.Model.UnknownID >= len(pairs) {
		return nil, fmt.Errorf("tokenizer.json: no piece stands for what is not known: %w", gguf.ErrMalformed)
	}
	kinds[*t.Model.UnknownID] = unknownToken
	meta := []gguf.KV{
		{Key: "tokenizer.ggml.model", Value: "t5"}, // the engine's name of such vocabularies
		{Key: "tokenizer.ggml.pre", Value: "default"},
		{Key: "tokenizer.ggml.tokens", Value: tokens},
		{Key: "tokenizer.ggml.token_type", Value: kinds},
		{Key: "tokenizer.ggml.scores", Value: scores},
		{Key: "tokenizer.ggml.unknown_token_id", Value: uint32(*t.Model.UnknownID)},
	}
	spaces, err := t.spaces()
	if err != nil {
		return nil, err
	}
	table, err := t.normalizer(&spaces)
	if err != nil {
		return nil, err
	}
	if table != nil {
		meta = append(meta, gguf.KV{Key: "tokenizer.ggml.precompiled_charsmap", Value: table})
	}
	return append(meta, gguf.KV{Key: "tokenizer.ggml.add_space_prefix", Value: spaces.prefix},
		gguf.KV{Key: "tokenizer.ggml.remove_extra_whitespaces", Value: spaces.single}), nil
}

// spacing is how spaces are treated before pieces are looked for.
type spacing struct {
	prefix bool // one is put before the text
	single bool // several count as one, those at the ends as none
}

// step is a part of a normalizer or of a pre-tokenizer.
type step struct {
	Type    string  `json:"type"`
	Steps   []step  `json:"normalizers"`
	Cuts    []step  `json:"pretokenizers"`
	Table   *string `json:"precompiled_charsmap"`
	Content string  `json:"content"`
	Pattern struct {
		Regex string `json:"Regex"`
	} `json:"pattern"`
	Scheme string `json:"prepend_scheme"`
	Prefix *bool  `json:"add_prefix_space"`
}

// spaces reads how words are told apart: spaces become marks, of which one stands
// before the text.
func (t *tokenizer) spaces() (spacing, error) {
	var pre step
	if err := json.Unmarshal(t.Pre, &pre); err != nil {
		return spacing{}, fmt.Errorf("tokenizer.json: pre_tokenizer: %w: %w", gguf.ErrMalformed, err)
	}
	cuts := pre.Cuts
	if pre.Type != "Sequence" {
		cuts = []step{pre}
	}
	var s spacing
	for i, c := range cuts {
		switch {
		case c.Type == "WhitespaceSplit" && i == 0 && len(cuts) == 2:
			s.single = true
		case c.Type == "Metaspace" && i == len(cuts)-1 && c.Scheme != "first":
			s.prefix = c.Scheme == "always" || c.Scheme == "" && (c.Prefix == nil || *c.Prefix)
		default:
			return s, fmt.Errorf("tokenizer.json: a way to cut text into words, %q, that is not known: %w", c.Type, ErrUnknown)
		}
	}
	return s, nil
}

// normalizer returns the table by which characters are made alike before pieces
// are looked for, nil where there is none.
func (t *tokenizer) normalizer(s *spacing) ([]uint8, error) {
	if len(t.Normalizer) == 0 || string(t.Normalizer) == "null" {
		return nil, nil
	}
	var n step
	if err := json.Unmarshal(t.Normalizer, &n); err != nil {
		return nil, fmt.Errorf("tokenizer.json: normalizer: %w: %w", gguf.ErrMalformed, err)
	}
	steps := n.Steps
	if n.Type != "Sequence" {
		steps = []step{n}
	}
	var table []uint8
	for _, x := range steps {
		switch {
		case x.Type == "Precompiled" && x.Table != nil && table == nil:
			raw, err := base64.StdEncoding.DecodeString(*x.Table)
			if err != nil {
				return nil, fmt.Errorf("tokenizer.json: precompiled_charsmap: %w: %w", gguf.ErrMalformed, err)
			}
			table = raw
		case x.Type == "Replace" && x.Pattern.Regex == " {2,}" && (x.Content == " " || x.Content == wordStart):
			s.single = true
		default:
			return nil, fmt.Errorf("tokenizer.json: a way to make characters alike, %q, that is not known: %w", x.Type, ErrUnknown)
		}
	}
	return table, nil
}
