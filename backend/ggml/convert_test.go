package ggml_test

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"markai/backend/convert"
	"markai/backend/gguf"
)

// shape is a tiny network that a test makes up.
type shape struct {
	kind                               string
	layers, width, feed, heads, kv, hd int
	vocab                              int
	base                               float64
	tied, bias, qkNorm, outer, gemma   bool
	experts, used                      int       // of a mixture
	attnCap, finalCap                  float64   // bounds of logits; 0: none
	factors                            []float64 // rotary frequencies are divided by these
	scaling                            map[string]any
}

const eps = 1e-6

// matrices are weights by the names of the source, rows first.
type matrices map[string][]float32

// random makes the weights of s.
func (s shape) random(r *rand.Rand) (matrices, map[string][]int) {
	m, dims := matrices{}, map[string][]int{}
	add := func(name string, scale float64, d ...int) {
		n := 1
		for _, x := range d {
			n *= x
		}
		w := make([]float32, n)
		for i := range w {
			w[i] = float32(r.NormFloat64() * scale)
		}
		if len(d) == 1 && !s.gemma && filepath.Ext(name) == ".weight" {
			for i := range w {
				w[i]++
			}
		}
		m[name], dims[name] = w, d
	}
	add("model.embed_tokens.weight", 1, s.vocab, s.width)
	add("model.norm.weight", 0.1, s.width)
	if !s.tied {
		add("lm_head.weight", 0.3, s.vocab, s.width)
	}
	for l := range s.layers {
		p := fmt.Sprintf("model.layers.%d.", l)
		add(p+"input_layernorm.weight", 0.1, s.width)
		add(p+"post_attention_layernorm.weight", 0.1, s.width)
		add(p+"self_attn.q_proj.weight", 0.3, s.heads*s.hd, s.width)
		add(p+"self_attn.k_proj.weight", 0.3, s.kv*s.hd, s.width)
		add(p+"self_attn.v_proj.weight", 0.3, s.kv*s.hd, s.width)
		add(p+"self_attn.o_proj.weight", 0.3, s.width, s.heads*s.hd)
		if s.experts > 0 {
			add(p+s.router()+".weight", 0.3, s.experts, s.width)
		}
		for e := range max(s.experts, 1) {
			gate, up, down := s.feedNames(e)
			add(p+gate+".weight", 0.3, s.feed, s.width)
			add(p+up+".weight", 0.3, s.feed, s.width)
			add(p+down+".weight", 0.3, s.width, s.feed)
		}
		if s.bias {
			add(p+"self_attn.q_proj.bias", 0.3, s.heads*s.hd)
			add(p+"self_attn.k_proj.bias", 0.3, s.kv*s.hd)
			add(p+"self_attn.v_proj.bias", 0.3, s.kv*s.hd)
		}
		if s.qkNorm {
			add(p+"self_attn.q_norm.weight", 0.1, s.hd)
			add(p+"self_attn.k_norm.weight", 0.1, s.hd)
		}
		if s.outer {
			add(p+"pre_feedforward_layernorm.weight", 0.1, s.width)
			add(p+"post_feedforward_layernorm.weight", 0.1, s.width)
		}
	}
	return m, dims
}

// router is the name of the matrix that chooses experts.
func (s shape) router() string {
	if s.kind == "mixtral" {
		return "block_sparse_moe.gate"
	}
	return "mlp.gate"
}

// feedNames are the names of the matrices of expert e, or of the only network.
func (s shape) feedNames(e int) (gate, up, down string) {
	switch {
	case s.experts == 0:
		return "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"
	case s.kind == "mixtral":
		p := fmt.Sprintf("block_sparse_moe.experts.%d.", e)
		return p + "w1", p + "w3", p + "w2"
	}
	p := fmt.Sprintf("mlp.experts.%d.", e)
	return p + "gate_proj", p + "up_proj", p + "down_proj"
}

// chosen are the shares of the experts that the router's logits choose, summing
// to one; those of the others are 0.
func (s shape) chosen(logits []float64) []float64 {
	if s.experts == 0 {
		return []float64{1}
	}
	order := make([]int, len(logits))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(logits[b], logits[a]) })
	out, sum := make([]float64, len(logits)), 0.0
	for _, i := range order[:s.used] {
		out[i] = math.Exp(logits[i])
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// capped keeps x within a bound, softly.
func capped(x, bound float64) float64 {
	if bound == 0 {
		return x
	}
	return bound * math.Tanh(x/bound)
}

// forward computes the logits after each token the plain way, in float64.
func (s shape) forward(m matrices, tokens []int32) [][]float64 {
	norm := func(x []float64, name string) []float64 {
		w, sum := m[name], 0.0
		for _, v := range x {
			sum += v * v
		}
		scale := 1 / math.Sqrt(sum/float64(len(x))+eps)
		out := make([]float64, len(x))
		for i, v := range x {
			g := float64(w[i])
			if s.gemma {
				g++
			}
			out[i] = v * scale * g
		}
		return out
	}
	mul := func(name string, x []float64) []float64 {
		w := m[name+".weight"]
		out := make([]float64, len(w)/len(x))
		for i := range out {
			for j, v := range x {
				out[i] += float64(w[i*len(x)+j]) * v
			}
			if b := m[name+".bias"]; b != nil {
				out[i] += float64(b[i])
			}
		}
		return out
	}
	rotate := func(x []float64, pos int, base float64) {
		half := s.hd / 2
		for i := range half {
			f := math.Pow(base, -2*float64(i)/float64(s.hd))
			if s.factors != nil {
				f /= s.factors[i]
			}
			sin, cos := math.Sincos(float64(pos) * f)
			x[i], x[i+half] = x[i]*cos-x[i+half]*sin, x[i+half]*cos+x[i]*sin
		}
	}
	add := func(x, y []float64) {
		for i := range x {
			x[i] += y[i]
		}
	}
	hidden := make([][]float64, len(tokens))
	for t, id := range tokens {
		hidden[t] = make([]float64, s.width)
		for i := range s.width {
			hidden[t][i] = float64(m["model.embed_tokens.weight"][int(id)*s.width+i])
			if s.gemma {
				hidden[t][i] *= math.Sqrt(float64(s.width))
			}
		}
	}
	for l := range s.layers {
		p := fmt.Sprintf("model.layers.%d.", l)
		base := s.base
		if s.kind == "gemma3_text" && (l+1)%6 != 0 {
			base = 10000 // local layers
		}
		var keys, values [][]float64
		for t := range tokens {
			x := norm(hidden[t], p+"input_layernorm.weight")
			q, k, v := mul(p+"self_attn.q_proj", x), mul(p+"self_attn.k_proj", x), mul(p+"self_attn.v_proj", x)
			for h := range s.heads {
				part := q[h*s.hd : (h+1)*s.hd]
				if s.qkNorm {
					copy(part, norm(part, p+"self_attn.q_norm.weight"))
				}
				rotate(part, t, base)
			}
			for h := range s.kv {
				part := k[h*s.hd : (h+1)*s.hd]
				if s.qkNorm {
					copy(part, norm(part, p+"self_attn.k_norm.weight"))
				}
				rotate(part, t, base)
			}
			keys, values = append(keys, k), append(values, v)
			mixed := make([]float64, s.heads*s.hd)
			for h := range s.heads {
				g := h / (s.heads / s.kv) * s.hd
				weights, sum := make([]float64, t+1), 0.0
				for j := range weights {
					dot := 0.0
					for i := range s.hd {
						dot += q[h*s.hd+i] * keys[j][g+i]
					}
					weights[j] = math.Exp(capped(dot/math.Sqrt(float64(s.hd)), s.attnCap))
					sum += weights[j]
				}
				for j, w := range weights {
					for i := range s.hd {
						mixed[h*s.hd+i] += w / sum * values[j][g+i]
					}
				}
			}
			out := mul(p+"self_attn.o_proj", mixed)
			before := p + "post_attention_layernorm.weight"
			if s.outer {
				out, before = norm(out, before), p+"pre_feedforward_layernorm.weight"
			}
			add(hidden[t], out)
			x = norm(hidden[t], before)
			var routed []float64
			if s.experts > 0 {
				routed = mul(p+s.router(), x)
			}
			out = make([]float64, s.width)
			for e, share := range s.chosen(routed) {
				if share == 0 {
					continue
				}
				gateName, upName, downName := s.feedNames(e)
				gate, up := mul(p+gateName, x), mul(p+upName, x)
				for i, g := range gate {
					act := g / (1 + math.Exp(-g))
					if s.gemma {
						act = 0.5 * g * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(g+0.044715*g*g*g)))
					}
					up[i] *= act
				}
				for i, v := range mul(p+downName, up) {
					out[i] += share * v
				}
			}
			if s.outer {
				out = norm(out, p+"post_feedforward_layernorm.weight")
			}
			add(hidden[t], out)
		}
	}
	var logits [][]float64
	for t := range tokens {
		head := "lm_head"
		if s.tied {
			head = "model.embed_tokens"
		}
		row := mul(head, norm(hidden[t], "model.norm.weight"))
		for i := range row {
			row[i] = capped(row[i], s.finalCap)
		}
		logits = append(logits, row)
	}
	return logits
}

// safetensors lays weights out as that format does, in 32 bits.
func safetensors(t *testing.T, m matrices, dims map[string][]int) []byte {
	t.Helper()
	head, at := map[string]any{}, 0
	var data bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(m)) {
		n := 4 * len(m[name])
		head[name] = map[string]any{"dtype": "F32", "shape": dims[name], "data_offsets": []int{at, at + n}}
		at += n
		if err := binary.Write(&data, binary.LittleEndian, m[name]); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(head)
	if err != nil {
		t.Fatal(err)
	}
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), data.Bytes()...)
}

// bytesOf is the alphabet of byte-level vocabularies: each byte as a printable
// character.
func bytesOf() []string {
	out, next := make([]string, 256), rune(256)
	for b := range 256 {
		r := rune(b)
		if !(b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae) {
			r, next = next, next+1
		}
		out[b] = string(r)
	}
	return out
}

// tokenizerJSON is a small byte-level vocabulary with three merges.
func tokenizerJSON(t *testing.T) (text []byte, words int) {
	t.Helper()
	vocab := map[string]int{}
	for i, s := range bytesOf() {
		vocab[s] = i
	}
	for _, s := range []string{"th", "the", "in"} {
		vocab[s] = len(vocab)
	}
	text, err := json.Marshal(map[string]any{
		"added_tokens":  []any{map[string]any{"id": 259, "content": "<|end|>", "special": true}},
		"pre_tokenizer": map[string]any{"type": "ByteLevel"},
		"model":         map[string]any{"type": "BPE", "vocab": vocab, "merges": []any{"t h", []string{"th", "e"}, "i n"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text, 288 // more than there are tokens, as in real models
}

// parts publishes the made-up network as its makers would.
func (s shape) parts(t *testing.T, m matrices, dims map[string][]int) convert.Parts {
	t.Helper()
	config := map[string]any{
		"model_type": s.kind, "num_hidden_layers": s.layers, "max_position_embeddings": 512, "hidden_size": s.width,
		"intermediate_size": s.feed, "num_attention_heads": s.heads, "num_key_value_heads": s.kv, "head_dim": s.hd,
		"rms_norm_eps": eps, "rope_theta": s.base, "vocab_size": s.vocab, "tie_word_embeddings": s.tied, "sliding_window": 512,
	}
	if s.scaling != nil {
		config["rope_scaling"] = s.scaling
	}
	if s.finalCap > 0 {
		config["attn_logit_softcapping"], config["final_logit_softcapping"], config["query_pre_attn_scalar"] = s.attnCap, s.finalCap, s.hd
	}
	switch {
	case s.kind == "mixtral":
		config["num_local_experts"], config["num_experts_per_tok"] = s.experts, s.used
	case s.experts > 0:
		config["num_experts"], config["num_experts_per_tok"], config["norm_topk_prob"] = s.experts, s.used, true
		config["moe_intermediate_size"], config["intermediate_size"] = s.feed, 4*s.feed
	}
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	raw := safetensors(t, m, dims)
	tensors, err := gguf.ReadSafetensors(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	words, _ := tokenizerJSON(t)
	return convert.Parts{
		Name: "tiny", Config: text, Tokenizer: words, Tensors: tensors,
		TokenizerConfig: []byte(`{"eos_token": {"content": "<|end|>"}, "add_bos_token": false, "chat_template": "{{ messages }}"}`),
	}
}

func TestConvertedNetworkComputesWhatTheOriginalDoes(t *testing.T) {
	tools, _ := tools(t)
	_, words := tokenizerJSON(t)
	// With a context of 64 before, waves longer than 64 are stretched by 8, those
	// shorter than 16 kept.
	const hd = 16
	factors := make([]float64, hd/2)
	for i := range factors {
		wave := 2 * math.Pi * math.Pow(10000, 2*float64(i)/hd)
		blend := min(max((64/wave-1)/3, 0), 1)
		factors[i] = 1 / ((1-blend)/8 + blend)
	}
	tests := []shape{
		{kind: "llama", layers: 2, width: 64, feed: 96, heads: 4, kv: 2, hd: hd, base: 10000},
		{kind: "llama", layers: 2, width: 64, feed: 96, heads: 4, kv: 4, hd: hd, base: 10000, tied: true, factors: factors,
			scaling: map[string]any{"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 64}},
		{kind: "qwen2", layers: 2, width: 64, feed: 96, heads: 4, kv: 2, hd: hd, base: 1e6, bias: true},
		{kind: "qwen3", layers: 2, width: 64, feed: 96, heads: 4, kv: 2, hd: 32, base: 1e6, qkNorm: true, tied: true},
		{kind: "gemma", layers: 2, width: 64, feed: 96, heads: 4, kv: 1, hd: 32, base: 10000, gemma: true, tied: true},
		{kind: "gemma2", layers: 3, width: 64, feed: 96, heads: 4, kv: 2, hd: 32, base: 10000, gemma: true, tied: true, outer: true, attnCap: 2, finalCap: 15},
		{kind: "mixtral", layers: 2, width: 64, feed: 96, heads: 4, kv: 2, hd: hd, base: 1e6, experts: 4, used: 2},
		{kind: "qwen3_moe", layers: 2, width: 64, feed: 32, heads: 4, kv: 2, hd: 32, base: 1e6, qkNorm: true, experts: 8, used: 3},
		{kind: "gemma3_text", layers: 7, width: 64, feed: 96, heads: 4, kv: 1, hd: 32, base: 1e6, gemma: true, tied: true, qkNorm: true, outer: true},
	}
	for i, s := range tests {
		t.Run(fmt.Sprint(i, " ", s.kind), func(t *testing.T) {
			s.vocab = words
			m, dims := s.random(rand.New(rand.NewPCG(7, uint64(i))))
			path := filepath.Join(t.TempDir(), "tiny.gguf")
			var file bytes.Buffer
			if err := convert.Write(&file, s.parts(t, m, dims), gguf.F32); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			tokens, got, err := tools.Logits(t.Context(), path, "the tenant in §5 pays thin rent, then the landlord in turn")
			if err != nil {
				t.Fatal(err)
			}
			if tokens[0] != 257 || !slices.Contains(tokens, 258) {
				t.Errorf("tokens %v: \"the\" and \"in\" are one each", tokens)
			}
			want := s.forward(m, tokens)
			worst, spread := 0.0, 0.0
			for p := range want {
				for j, w := range want[p] {
					worst, spread = max(worst, math.Abs(w-float64(got[p][j]))), max(spread, math.Abs(w))
				}
			}
			t.Logf("%d tokens, logits up to %.1f, largest difference %.2g", len(tokens), spread, worst)
			// The cache of keys and values is in half precision.
			if worst > 0.01*spread {
				t.Errorf("logits differ by up to %g of %g", worst, spread)
			}
		})
	}
}
