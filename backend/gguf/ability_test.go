package gguf

import "testing"

func TestAbilitiesComeFromTheHeader(t *testing.T) {
	tests := []struct {
		name string
		meta []KV
		want Abilities
	}{
		{"a chat model with tools", []KV{{"general.architecture", "llama"}, {"tokenizer.chat_template", "{% if tools %}"}},
			Abilities{Form: Transformer, Chat: true, Tools: true}},
		{"a base model", []KV{{"general.architecture", "gemma3"}}, Abilities{Form: Transformer}},
		{"an encoder", []KV{{"general.architecture", "bert"}, {"bert.attention.causal", false}, {"bert.pooling_type", uint32(1)}},
			Abilities{Form: Transformer, Embedding: true}},
		{"a reranker", []KV{{"general.architecture", "bert"}, {"bert.attention.causal", false}, {"bert.pooling_type", uint32(4)}},
			Abilities{Form: Transformer, Rerank: true}},
		{"an embedding model made from a chat model", []KV{{"general.architecture", "qwen3"}, {"qwen3.pooling_type", uint32(3)}, {"tokenizer.chat_template", "x"}},
			Abilities{Form: Transformer, Embedding: true}},
		{"a recurrent model", []KV{{"general.architecture", "mamba2"}, {"mamba2.ssm.state_size", uint32(128)}}, Abilities{Form: Recurrent}},
		{"a hybrid one", []KV{{"general.architecture", "jamba"}, {"jamba.expert_count", uint32(16)}}, Abilities{Form: Hybrid, Experts: 16}},
		{"an unknown one with a state", []KV{{"general.architecture", "new"}, {"new.ssm.state_size", uint32(16)}}, Abilities{Form: Hybrid}},
		{"a projector", []KV{{"general.architecture", "clip"}, {"clip.has_vision_encoder", true}}, Abilities{Form: Transformer, Vision: true}},
	}
	for _, tt := range tests {
		if got := (&File{Meta: tt.meta}).Abilities(); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestTemplateFallsBackToTheFamilysOwn(t *testing.T) {
	tests := []struct{ arch, token, want string }{
		{"llama", "<|start_header_id|>", "llama3"}, {"llama", "", ""}, {"qwen3", "", "chatml"},
		{"gemma3", "", "gemma"}, {"phi3", "", "phi3"}, {"never-heard-of", "<|im_start|>", "chatml"},
	}
	for _, tt := range tests {
		f := &File{Meta: []KV{{"general.architecture", tt.arch}, {"tokenizer.ggml.tokens", []string{"a", tt.token}}}}
		if got := f.TemplateName(); got != tt.want {
			t.Errorf("%s with %q: got %q, want %q", tt.arch, tt.token, got, tt.want)
		}
	}
}
