package convert

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"markai/backend/gguf"
)

// bertSpecial are the tokens that every BERT has, and what GGUF calls them.
var bertSpecial = []struct{ token, key string }{
	{"[UNK]", "unknown"}, {"[SEP]", "seperator"}, // the format's own spelling
	{"[PAD]", "padding"}, {"[MASK]", "mask"}, {"[CLS]", "cls"},
}

// wordPieces describes BERT's vocabulary. words is how many tokens the network
// knows.
func wordPieces(p Parts, words int) ([]gguf.KV, error) {
	list, err := pieces(p, words)
	if err != nil {
		return nil, err
	}
	if len(list) != words {
		return nil, fmt.Errorf("the vocabulary has %d tokens and config.json says %d: %w", len(list), words, gguf.ErrMalformed)
	}
	tokens, kinds, special := make([]string, len(list)), make([]int32, len(list)), map[string]uint32{}
	for i, t := range list {
		kinds[i] = normalToken
		switch continued, ok := strings.CutPrefix(t, "##"); {
		case slices.ContainsFunc(bertSpecial, func(s struct{ token, key string }) bool { return s.token == t }):
			special[t] = uint32(i)
			tokens[i], kinds[i] = t, controlToken
		case ok: // WordPiece marks what continues a word; GGUF marks what begins one
			tokens[i] = continued
		default:
			tokens[i] = wordStart + t
		}
	}
	meta := []gguf.KV{
		{Key: "tokenizer.ggml.model", Value: "bert"},
		{Key: "tokenizer.ggml.pre", Value: "default"},
		{Key: "tokenizer.ggml.tokens", Value: tokens},
		{Key: "tokenizer.ggml.token_type", Value: kinds},
	}
	for _, s := range bertSpecial {
		id, ok := special[s.token]
		if !ok {
			return nil, fmt.Errorf("the vocabulary has no %s: %w", s.token, gguf.ErrMalformed)
		}
		meta = append(meta, gguf.KV{Key: "tokenizer.ggml." + s.key + "_token_id", Value: id})
	}
	return meta, nil
}

// pieces lists the tokens in the order of their ids: of vocab.txt, or of
// tokenizer.json where there is none.
func pieces(p Parts, words int) ([]string, error) {
	var c struct {
		Lower *bool `json:"do_lower_case"`
	}
	if len(p.TokenizerConfig) > 0 {
		if err := json.Unmarshal(p.TokenizerConfig, &c); err != nil {
			return nil, fmt.Errorf("tokenizer_config.json: %w: %w", gguf.ErrMalformed, err)
		}
	}
	if c.Lower != nil && !*c.Lower {
		return nil, fmt.Errorf("tokenizer_config.json: words that keep their case, which the engine does not know of this family: %w", ErrUnknown)
	}
	if len(p.Vocab) > 0 {
		var list []string
		for lines := bufio.NewScanner(bytes.NewReader(p.Vocab)); ; {
			if !lines.Scan() {
				if err := lines.Err(); err != nil {
					return nil, fmt.Errorf("vocab.txt: %w: %w", gguf.ErrMalformed, err)
				}
				return list, nil
			}
			if list = append(list, strings.TrimSuffix(lines.Text(), "\r")); len(list) > maxWords {
				return nil, fmt.Errorf("vocab.txt: %w", gguf.ErrTooLarge)
			}
		}
	}
	var t tokenizer
	if err := json.Unmarshal(p.Tokenizer, &t); err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w: %w", gguf.ErrMalformed, err)
	}
	if t.Model.Type != "WordPiece" {
		return nil, fmt.Errorf("tokenizer.json: tokens found by %q: %w", t.Model.Type, ErrUnknown)
	}
	var vocab map[string]int
	if err := json.Unmarshal(t.Model.Vocab, &vocab); err != nil {
		return nil, fmt.Errorf("tokenizer.json: vocabulary: %w: %w", gguf.ErrMalformed, err)
	}
	if words > maxWords || len(vocab) != words {
		return nil, fmt.Errorf("tokenizer.json: %d tokens, and config.json says %d: %w", len(vocab), words, gguf.ErrMalformed)
	}
	list := make([]string, words)
	seen := make([]bool, words)
	for text, id := range vocab {
		if id < 0 || id >= words || seen[id] {
			return nil, fmt.Errorf("tokenizer.json: token %d: %w", id, gguf.ErrMalformed)
		}
		list[id], seen[id] = text, true
	}
	return list, nil
}
