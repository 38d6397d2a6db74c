package convert

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"markai/backend/gguf"
)

// The kinds of token, as GGUF numbers them.
const (
	normalToken  = int32(1)
	unknownToken = int32(2)
	controlToken = int32(3)
	userToken    = int32(4)
	unusedToken  = int32(5)
	byteToken    = int32(6)
)

// tokenizer is what we need of tokenizer.json.
type tokenizer struct {
	Added []struct {
		ID      int    `json:"id"`
		Content string `json:"content"`
		Special bool   `json:"special"`
	} `json:"added_tokens"`
	Pre   json.RawMessage `json:"pre_tokenizer"`
	Model struct {
		Type     string            `json:"type"`
		Vocab    json.RawMessage   `json:"vocab"`
		Merges   []json.RawMessage `json:"merges"`
		Fallback bool              `json:"byte_fallback"`
		Unknown  *string           `json:"unk_token"`
	} `json:"model"`
}

// aByte is how vocabularies with byte fallback spell a byte.
var aByte = regexp.MustCompile(`^<0x[0-9A-F]{2}>$`)

// vocabulary describes the tokens. words is how many the network knows: ids that
// no token has are filled up.
func vocabulary(p Parts, words int) ([]gguf.KV, error) {
	var t tokenizer
	if err := json.Unmarshal(p.Tokenizer, &t); err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w: %w", gguf.ErrMalformed, err)
	}
	if t.Model.Type != "BPE" && t.Model.Type != "" {
		return nil, fmt.Errorf("tokenizer.json: tokens found by %q: %w", t.Model.Type, gguf.ErrType)
	}
	var vocab map[string]int
	if err := json.Unmarshal(t.Model.Vocab, &vocab); err != nil {
		return nil, fmt.Errorf("tokenizer.json: vocabulary: %w: %w", gguf.ErrMalformed, err)
	}
	tokens, kinds, err := t.list(vocab, words)
	if err != nil {
		return nil, err
	}
	meta := []gguf.KV{{Key: "tokenizer.ggml.tokens", Value: tokens}, {Key: "tokenizer.ggml.token_type", Value: kinds}}
	if t.Model.Fallback {
		// Such vocabularies are in the order in which pieces are to be merged.
		scores := make([]float32, len(tokens))
		for i := range scores {
			scores[i] = -float32(i)
		}
		meta = append(meta, gguf.KV{Key: "tokenizer.ggml.model", Value: "llama"}, gguf.KV{Key: "tokenizer.ggml.scores", Value: scores},
			gguf.KV{Key: "tokenizer.ggml.add_space_prefix", Value: strings.Contains(string(p.Tokenizer), `"Prepend"`)})
	} else {
		pre, err := t.splitter()
		if err != nil {
			return nil, err
		}
		merges, err := t.merges()
		if err != nil {
			return nil, err
		}
		meta = append(meta, gguf.KV{Key: "tokenizer.ggml.model", Value: "gpt2"}, gguf.KV{Key: "tokenizer.ggml.pre", Value: pre},
			gguf.KV{Key: "tokenizer.ggml.merges", Value: merges})
	}
	frame, err := framing(p, vocab, t)
	return append(meta, frame...), err
}

// list puts the tokens in the order of their ids.
func (t *tokenizer) list(vocab map[string]int, words int) ([]string, []int32, error) {
	tokens, kinds := make([]string, words), make([]int32, words)
	put := func(text string, id int, kind int32) error {
		if id < 0 || id >= words {
			return fmt.Errorf("tokenizer.json: token %d, and config.json knows %d: %w", id, words, gguf.ErrMalformed)
		}
		tokens[id], kinds[id] = text, kind
		return nil
	}
	for text, id := range vocab {
		kind := normalToken
		switch {
		case t.Model.Fallback && aByte.MatchString(text):
			kind = byteToken
		case t.Model.Unknown != nil && text == *t.Model.Unknown:
			kind = unknownToken
		}
		if err := put(text, id, kind); err != nil {
			return nil, nil, err
		}
	}
	for _, a := range t.Added {
		kind := userToken
		if a.Special {
			kind = controlToken
		}
		if a.ID >= 0 && a.ID < words && kinds[a.ID] == unknownToken {
			kind = unknownToken
		}
		if err := put(a.Content, a.ID, kind); err != nil {
			return nil, nil, err
		}
	}
	for i := range tokens {
		if kinds[i] == 0 {
			tokens[i], kinds[i] = fmt.Sprintf("[PAD%d]", i), unusedToken
		}
	}
	return tokens, kinds, nil
}

// merges returns the pairs to merge, each as "left right".
func (t *tokenizer) merges() ([]string, error) {
	out := make([]string, 0, len(t.Model.Merges))
	for _, raw := range t.Model.Merges {
		var one string
		var two [2]string
		switch {
		case json.Unmarshal(raw, &one) == nil:
		case json.Unmarshal(raw, &two) == nil:
			one = two[0] + " " + two[1]
		default:
			return nil, fmt.Errorf("tokenizer.json: a merge of %d bytes: %w", len(raw), gguf.ErrMalformed)
		}
		out = append(out, one)
	}
	return out, nil
}

// splitters tell how text is cut into words before its bytes are merged, by a
// piece of the pattern that the families are known by; the engine has the
// patterns themselves under these names.
var splitters = []struct{ piece, name string }{
	{`\\p{N}{1,3}`, "llama-bpe"},
	{`[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|`, "qwen2"},
}

// splitter names the way text is cut into words.
func (t *tokenizer) splitter() (string, error) {
	raw := string(t.Pre)
	for _, s := range splitters {
		if strings.Contains(raw, s.piece) {
			return s.name, nil
		}
	}
	var pre struct {
		Type  string `json:"type"`
		Parts []struct {
			Type       string `json:"type"`
			Individual bool   `json:"individual_digits"`
		} `json:"pretokenizers"`
	}
	if err := json.Unmarshal(t.Pre, &pre); err != nil {
		return "", fmt.Errorf("tokenizer.json: pre_tokenizer: %w: %w", gguf.ErrMalformed, err)
	}
	switch {
	case pre.Type == "ByteLevel":
		return "gpt-2", nil
	case pre.Type == "Sequence" && len(pre.Parts) == 2 && pre.Parts[0].Type == "Digits" && pre.Parts[0].Individual && pre.Parts[1].Type == "ByteLevel":
		return "smollm", nil
	}
	return "", fmt.Errorf("tokenizer.json: a way to cut text into words that is not known: %w", gguf.ErrType)
}

// framing says which tokens begin and end a text, and how a conversation is laid
// out.
func framing(p Parts, vocab map[string]int, t tokenizer) ([]gguf.KV, error) {
	ids := map[string]int{}
	for text, id := range vocab {
		ids[text] = id
	}
	for _, a := range t.Added {
		ids[a.Content] = a.ID
	}
	var c map[string]json.RawMessage
	if len(p.TokenizerConfig) > 0 {
		if err := json.Unmarshal(p.TokenizerConfig, &c); err != nil {
			return nil, fmt.Errorf("tokenizer_config.json: %w: %w", gguf.ErrMalformed, err)
		}
	}
	var meta []gguf.KV
	for _, s := range []struct{ key, to string }{
		{"bos_token", "bos"}, {"eos_token", "eos"}, {"unk_token", "unknown"}, {"pad_token", "padding"},
	} {
		text := textOf(c[s.key])
		if text == "" {
			continue
		}
		id, ok := ids[text]
		if !ok {
			return nil, fmt.Errorf("tokenizer_config.json: there is no token for %s: %w", s.key, gguf.ErrMalformed)
		}
		meta = append(meta, gguf.KV{Key: "tokenizer.ggml." + s.to + "_token_id", Value: uint32(id)})
	}
	for _, k := range []string{"add_bos_token", "add_eos_token"} {
		var yes bool
		if json.Unmarshal(c[k], &yes) == nil {
			meta = append(meta, gguf.KV{Key: "tokenizer.ggml." + k, Value: yes})
		}
	}
	template := p.Template
	if template == "" {
		template = templateOf(c["chat_template"])
	}
	if template != "" {
		meta = append(meta, gguf.KV{Key: "tokenizer.chat_template", Value: template})
	}
	return meta, nil
}

// textOf reads a token that is written as text or as an object.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var token struct {
		Content string `json:"content"`
	}
	_ = json.Unmarshal(raw, &token) // what is neither is none
	return token.Content
}

// templateOf reads a chat template: text, or the one named default of a list.
func templateOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var list []struct{ Name, Template string }
	_ = json.Unmarshal(raw, &list) // what is neither is none
	for _, t := range list {
		if t.Name == "default" {
			return t.Template
		}
	}
	return ""
}
