package llama_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	mark "markai/backend"
	"markai/backend/gguf"
	"markai/backend/llama"
)

// readModel reads what a model's file says of itself.
func readModel(t *testing.T, path string) *gguf.File {
	t.Helper()
	from, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close() //nolint:errcheck // it is only read
	info, err := from.Stat()
	if err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Read(from, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// writeMamba writes a small Mamba model with random weights and the vocabulary
// of the chat model: what it says is noise, how it is served is not.
func writeMamba(t *testing.T, path, vocabulary string) {
	t.Helper()
	f := readModel(t, vocabulary)
	const width, inner, state, rank, kernel, layers = 32, 64, 16, 2, 4, 2
	meta := []gguf.KV{
		{Key: "general.architecture", Value: "mamba"}, {Key: "mamba.block_count", Value: uint32(layers)},
		{Key: "mamba.context_length", Value: uint32(4096)}, {Key: "mamba.embedding_length", Value: uint32(width)},
		{Key: "mamba.feed_forward_length", Value: uint32(0)}, {Key: "mamba.attention.head_count", Value: uint32(0)},
		{Key: "mamba.ssm.conv_kernel", Value: uint32(kernel)}, {Key: "mamba.ssm.inner_size", Value: uint32(inner)},
		{Key: "mamba.ssm.state_size", Value: uint32(state)}, {Key: "mamba.ssm.time_step_rank", Value: uint32(rank)},
		{Key: "mamba.attention.layer_norm_rms_epsilon", Value: float32(1e-5)},
	}
	words := uint64(0)
	for _, kv := range f.Meta {
		if strings.HasPrefix(kv.Key, "tokenizer.") {
			meta = append(meta, kv)
		}
		if tokens, ok := kv.Value.([]string); ok && kv.Key == "tokenizer.ggml.tokens" {
			words = uint64(len(tokens))
		}
	}
	tensors := []gguf.Tensor{{Name: "token_embd.weight", Dims: []uint64{width, words}}, {Name: "output_norm.weight", Dims: []uint64{width}}}
	for i := range layers {
		for name, dims := range map[string][]uint64{
			"attn_norm.weight": {width}, "ssm_in.weight": {width, 2 * inner}, "ssm_conv1d.weight": {kernel, inner}, "ssm_conv1d.bias": {inner},
			"ssm_x.weight": {inner, rank + 2*state}, "ssm_dt.weight": {rank, inner}, "ssm_dt.bias": {inner},
			"ssm_a": {state, inner}, "ssm_d": {inner}, "ssm_out.weight": {inner, width},
		} {
			tensors = append(tensors, gguf.Tensor{Name: fmt.Sprintf("blk.%d.%s", i, name), Dims: dims})
		}
	}
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	err = gguf.Write(out, meta, tensors, func(i int, w io.Writer) error {
		n, err := tensors[i].Numbers()
		if err != nil {
			return err
		}
		b := make([]byte, 0, 4*n)
		for range n {
			v := float32(r.NormFloat64() * 0.5)
			switch {
			case strings.HasSuffix(tensors[i].Name, "norm.weight"):
				v = 1
			case strings.HasSuffix(tensors[i].Name, "ssm_a"):
				v = -1 - v*v // the state decays
			}
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		_, err = w.Write(b)
		return err
	})
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestModelThatCannotForgetTheEndOfATextIsServedLikeOthers(t *testing.T) {
	dir := cache(t, "models/chat-q8_0.gguf")
	path := filepath.Join(t.TempDir(), "mamba.gguf")
	writeMamba(t, path, filepath.Join(dir, "models", "chat-q8_0.gguf"))
	open := func() *llama.Generator {
		g, err := llama.NewGenerator(llama.Config{Runtime: filepath.Join(dir, "runtime"), Model: path, Context: 2048, Cells: 4096})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = g.Close() })
		return g
	}
	ps := make([]mark.Prompt, 3)
	for i := range ps {
		ps[i] = mark.Prompt{System: passages(400), User: fmt.Sprintf("Question %d?", i), MaxTokens: 8, Deterministic: true}
	}
	g := open()
	texts := make([]string, len(ps))
	for i, p := range ps {
		text, prompt, cached, _, err := gather(t.Context(), g, p)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = text
		// The second shows where prompts part; there the state is kept.
		if i == 2 && cached < prompt/2 {
			t.Errorf("of the third prompt %d of %d tokens were kept", cached, prompt)
		}
	}
	for i, p := range ps {
		if text, _, _, err := collect(t.Context(), open(), p); err != nil || text != texts[i] {
			t.Errorf("question %d: %q, by a fresh worker %q, %v", i, texts[i], text, err)
		}
	}
	var wg sync.WaitGroup
	for i, p := range ps {
		wg.Go(func() {
			if _, _, tokens, err := collect(t.Context(), g, p); err != nil || tokens == 0 {
				t.Errorf("question %d beside others: %d tokens, %v", i, tokens, err)
			}
		})
	}
	wg.Wait()
	state, err := g.SaveState(t.Context(), ps[0], 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	other := open()
	if err := other.RestoreState(t.Context(), state); err != nil {
		t.Fatal(err)
	}
}
