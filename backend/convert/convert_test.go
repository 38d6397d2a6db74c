package convert_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"markai/backend/convert"
	"markai/backend/gguf"
)

// What the converted network computes is checked against a plain forward pass
// in package ggml, where the engine is.

const config = `{"model_type":"llama","num_hidden_layers":1,"hidden_size":32,"intermediate_size":32,"num_attention_heads":2,"vocab_size":4,"rms_norm_eps":1e-5}`

const words = `{"pre_tokenizer":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[]}}`

const scored = `{"pre_tokenizer":{"type":"Metaspace"},"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-1]]}}`

func TestWhatIsNotKnownIsRefused(t *testing.T) {
	tests := []struct {
		name, config, words string
		want                error
	}{
		{"another family", strings.Replace(config, `"llama"`, `"mamba"`, 1), words, convert.ErrUnknown},
		{"a mixture", strings.Replace(config, `"vocab_size"`, `"num_local_experts":8,"vocab_size"`, 1), words, convert.ErrUnknown},
		{"another scaling", strings.Replace(config, `"vocab_size"`, `"rope_scaling":{"rope_type":"yarn"},"vocab_size"`, 1), words, convert.ErrUnknown},
		{"absurd sizes", strings.Replace(config, `"num_hidden_layers":1`, `"num_hidden_layers":4000000000`, 1), words, gguf.ErrMalformed},
		{"an absurd vocabulary", strings.Replace(config, `"vocab_size":4`, `"vocab_size":4000000000`, 1), words, gguf.ErrMalformed},
		{"another tokenizer", config, strings.Replace(words, "BPE", "WordLevel", 1), convert.ErrUnknown},
		{"scores with bytes for the rest", config, strings.Replace(scored, `"unk_id"`, `"byte_fallback":true,"unk_id"`, 1), convert.ErrUnknown},
		{"scores that are none", config, strings.Replace(scored, "-1", `"much"`, 1), gguf.ErrMalformed},
		{"nothing for what is not known", config, strings.Replace(scored, `"unk_id":0,`, "", 1), gguf.ErrMalformed},
		{"another way to make characters alike", config, strings.Replace(scored, `{"pre`, `{"normalizer":{"type":"Lowercase"},"pre`, 1), convert.ErrUnknown},
		{"a table that is none", config, strings.Replace(scored, `{"pre`, `{"normalizer":{"type":"Precompiled","precompiled_charsmap":"?"},"pre`, 1), gguf.ErrMalformed},
		{"experts that do not sum to one", strings.NewReplacer(`"llama"`, `"qwen3_moe"`, `"vocab_size"`, `"num_experts":4,"num_experts_per_tok":2,"vocab_size"`).Replace(config), words, convert.ErrUnknown},
		{"more experts used than there are", strings.NewReplacer(`"llama"`, `"mixtral"`, `"vocab_size"`, `"num_local_experts":4,"num_experts_per_tok":5,"vocab_size"`).Replace(config), words, gguf.ErrMalformed},
		{"logits without bounds", strings.Replace(config, `"llama"`, `"gemma2"`, 1), words, convert.ErrUnknown},
		{"another splitter", config, strings.Replace(words, "ByteLevel", "Whitespace", 1), convert.ErrUnknown},
		{"more words than the network knows", config, strings.Replace(words, `"b":1`, `"b":4`, 1), gguf.ErrMalformed},
		{"no weights", config, words, gguf.ErrMalformed},
		{"no JSON", "{", words, gguf.ErrMalformed},
	}
	for _, tt := range tests {
		err := convert.Write(io.Discard, convert.Parts{Config: []byte(tt.config), Tokenizer: []byte(tt.words)}, gguf.F16)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
}

// FuzzFiles looks for a panic, or a file that our own reader refuses.
func FuzzFiles(f *testing.F) {
	head := `{"model.norm.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`
	f.Add([]byte(config), []byte(words), []byte(`{"chat_template":[{"name":"default","template":"x"}]}`),
		append(append([]byte{byte(len(head)), 0, 0, 0, 0, 0, 0, 0}, head...), make([]byte, 8)...))
	f.Add([]byte(tinyConfig), []byte(`{"model":{"type":"WordPiece","vocab":{}}}`), []byte{}, tinyBERT(f))
	f.Add([]byte(config), []byte(scored), []byte{}, []byte{})
	f.Add([]byte(strings.Replace(config, `"llama"`, `"gemma3_text"`, 1)), []byte(words), []byte(`{"bos_token":"a"}`), []byte{})
	f.Fuzz(func(t *testing.T, config, words, extra, weights []byte) {
		tensors, err := gguf.ReadSafetensors(bytes.NewReader(weights), int64(len(weights)))
		if err != nil {
			tensors = nil
		}
		var out bytes.Buffer
		if convert.Write(&out, convert.Parts{Config: config, Tokenizer: words, TokenizerConfig: extra, Pooling: convert.Mean, Tensors: tensors}, gguf.F32) != nil {
			return
		}
		if _, err := gguf.Read(bytes.NewReader(out.Bytes()), int64(out.Len())); err != nil {
			t.Fatal(err)
		}
	})
}
