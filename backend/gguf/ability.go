package gguf

import "strings"

// Form is how a network carries what came before.
type Form string

// The forms. A recurrent network has a state that cannot be rewound.
const (
	Transformer Form = "transformer"
	Recurrent   Form = "recurrent"
	Hybrid      Form = "hybrid"
)

// Abilities are what a model file says that the model is made for.
type Abilities struct {
	Form      Form
	Chat      bool // has a chat template
	Tools     bool // its template lays out tools
	Embedding bool // texts in, vectors out
	Rerank    bool // a pair of texts in, a score out
	Vision    bool // is, or names, a projector of pictures
	Experts   int  // of a mixture; 0: dense
}

// recurrent and hybrid are the architectures that llama.cpp runs with a state.
var (
	recurrent = map[string]bool{"mamba": true, "mamba2": true, "rwkv6": true, "rwkv6qwen2": true, "rwkv7": true, "arwkv7": true}
	hybrid    = map[string]bool{
		"jamba": true, "falcon-h1": true, "plamo2": true, "granitehybrid": true, "lfm2": true, "lfm2moe": true,
		"nemotron_h": true, "nemotron_h_moe": true, "qwen3next": true, "kimi-linear": true,
	}
)

// poolingRank is llama.cpp's pooling type of models that score a pair of texts.
const poolingRank = 4

// Abilities reads out of the header what the model is made for.
func (f *File) Abilities() Abilities {
	name := f.Text("general.architecture")
	a := Abilities{Form: Transformer}
	switch _, state := f.Uint(name + ".ssm.state_size"); {
	case recurrent[name]:
		a.Form = Recurrent
	case hybrid[name], state:
		a.Form = Hybrid
	}
	causal, stated := f.Value(name + ".attention.causal").(bool)
	pooling, pooled := f.Uint(name + ".pooling_type")
	a.Rerank = pooled && pooling == poolingRank
	a.Embedding = !a.Rerank && (stated && !causal || pooled && pooling > 0)
	a.Vision = name == "clip" || f.Value("clip.has_vision_encoder") == true
	if template := f.Text("tokenizer.chat_template"); template != "" && !a.Embedding && !a.Rerank {
		a.Chat = true
		a.Tools = strings.Contains(template, "tools") || strings.Contains(template, "tool_call")
	}
	if n, ok := f.Uint(name + ".expert_count"); ok && n <= maxEntries {
		a.Experts = int(n)
	}
	return a
}

// fallbacks are llama.cpp's names of the chat templates of families whose files
// often come without one.
var fallbacks = []struct{ begins, template string }{
	{"llama4", "llama4"}, {"qwen", "chatml"}, {"gemma", "gemma"}, {"phi3", "phi3"}, {"mistral", "mistral-v7"},
	{"deepseek2", "deepseek3"}, {"command-r", "command-r"}, {"falcon-h1", "falcon3"}, {"granite", "granite"}, {"gpt-oss", "gpt-oss"},
	{"chatglm", "chatglm4"}, {"minicpm", "minicpm"}, {"exaone", "exaone3"}, {"smollm", "smolvlm"},
}

// TemplateName is the chat template of llama.cpp that suits a model whose file
// has none that llama.cpp knows: its family's, told by a special token of the
// vocabulary, or by architecture; "" where nothing tells.
func (f *File) TemplateName() string {
	tokens, _ := f.Value("tokenizer.ggml.tokens").([]string)
	for _, t := range tokens {
		switch t {
		case "<|start_header_id|>":
			return "llama3"
		case "<|im_start|>":
			return "chatml"
		case "<start_of_turn>":
			return "gemma"
		}
	}
	name := f.Text("general.architecture")
	for _, b := range fallbacks {
		if strings.HasPrefix(name, b.begins) {
			return b.template
		}
	}
	return ""
}
