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
	Normalizer json.RawMessage `json:"normalizer"`
	Pre        json.RawMessage `json:"pre_tokenizer"`
	Post       json.RawMessage `json:"post_processor"`
	Model      struct {
		Type     string            `json:"type"`
		Vocab    json.RawMessage   `json:"vocab"`
		Merges   []json.RawMessage `json:"merges"`
		Fallback bool              `json:"byte_fallback"`
		Unknown  *string           `json:"unk_token"`

		UnknownID *int `json:"unk_id"`
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
	var meta []gguf.KV
	var err error
	switch t.Model.Type {
	case "BPE", "":
		meta, err = t.pairs(p, words)
	case "Unigram":
		meta, err = t.unigram(words)
	default:
		err = fmt.Errorf("tokenizer.json: tokens found by %q: %w", t.Model.Type, ErrUnknown)
	}
	if err != nil {
		return nil, err
	}
	frame, err := t.framing(p, meta)
	return append(meta, frame...), err
}

// pairs describes a vocabulary in which neighbouring pieces are merged, the pair
// that was most frequent first (Sennrich et al., Neural Machine Translation of
// Rare Words with Subword Units, 2016).
func (t *tokenizer) pairs(p Parts, words int) ([]gguf.KV, error) {
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
		return append(meta, gguf.KV{Key: "tokenizer.ggml.model", Value: "llama"}, gguf.KV{Key: "tokenizer.ggml.scores", Value: scores},
			gguf.KV{Key: "tokenizer.ggml.add_space_prefix", Value: t.prefixed()}), nil
	}
	pre, err := t.splitter()
	if err != nil {
		return nil, err
	}
	merges, err := t.merges()
	if err != nil {
		return nil, err
	}
	return append(meta, gguf.KV{Key: "tokenizer.ggml.model", Value: "gpt2"}, gguf.KV{Key: "tokenizer.ggml.pre", Value: pre},
		gguf.KV{Key: "tokenizer.ggml.merges", Value: merges}), nil
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
	return "", fmt.Errorf("tokenizer.json: a way to cut text into words that is not known: %w", ErrUnknown)
}

// framing says which tokens begin and end a text, and how a conversation is laid
// out.
func (t *tokenizer) framing(p Parts, vocabulary []gguf.KV) ([]gguf.KV, error) {
	ids, known := map[string]int{}, map[string]bool{}
	for _, kv := range vocabulary {
		known[kv.Key] = true
		if tokens, ok := kv.Value.([]string); ok && kv.Key == "tokenizer.ggml.tokens" {
			for id, text := range tokens {
				ids[text] = id
			}
		}
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
		if key := "tokenizer.ggml." + s.to + "_token_id"; !known[key] {
			meta = append(meta, gguf.KV{Key: key, Value: uint32(id)})
		}
	}
	first, last, told := t.frame()
	for _, k := range []struct{ key, frames, token string }{{"add_bos_token", first, "bos_token"}, {"add_eos_token", last, "eos_token"}} {
		var yes bool
		switch {
		case c[k.key] != nil && json.Unmarshal(c[k.key], &yes) == nil:
		case told:
			yes = k.frames != "" && k.frames == textOf(c[k.token])
		default:
			continue
		}
		meta = append(meta, gguf.KV{Key: "tokenizer.ggml." + k.key, Value: yes})
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

// frame reads which tokens stand before and after a text, and whether the file
// tells.
func (t *tokenizer) frame() (first, last string, told bool) {
	type piece struct {
		Special *struct {
			ID string `json:"id"`
		} `json:"SpecialToken"`
	}
	type processor struct {
		Type   string      `json:"type"`
		Steps  []processor `json:"processors"`
		Single []piece     `json:"single"`
	}
	var post processor
	if json.Unmarshal(t.Post, &post) != nil {
		return "", "", false // none, or of a kind that frames nothing
	}
	for _, x := range append(post.Steps, post) {
		if x.Type != "TemplateProcessing" || len(x.Single) == 0 {
			continue
		}
		if s := x.Single[0].Special; s != nil {
			first = s.ID
		}
		if s := x.Single[len(x.Single)-1].Special; s != nil && len(x.Single) > 1 {
			last = s.ID
		}
		return first, last, true
	}
	return "", "", false
}

// prefixed reports whether a space is put before a text.
func (t *tokenizer) prefixed() bool {
	var normal, pre step
	_ = json.Unmarshal(t.Normalizer, &normal) // what is not there puts none
	_ = json.Unmarshal(t.Pre, &pre)
	for _, x := range append(normal.Steps, normal) {
		if x.Type == "Prepend" {
			return true
		}
	}
	for _, x := range append(pre.Cuts, pre) {
		if x.Type == "Metaspace" && x.Scheme != "never" && (x.Scheme != "" || x.Prefix == nil || *x.Prefix) {
			return true
		}
	}
	return false
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
