package llama_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	mark "markai/backend"
	"markai/backend/gguf"
	"markai/backend/llama"
)

// writeAdapter writes a LoRA adapter of rank 4 for every matrix of the model
// whose name ends so. Its numbers are random, with the given spread in the
// second factor: with 0 it changes nothing.
func writeAdapter(t *testing.T, path, model, end string, spread float64, seed uint64) {
	t.Helper()
	f := readModel(t, model)
	const rank = 4
	meta := []gguf.KV{
		{Key: "general.architecture", Value: f.Text("general.architecture")}, {Key: "general.type", Value: "adapter"},
		{Key: "adapter.type", Value: "lora"}, {Key: "adapter.lora.alpha", Value: float32(rank)},
	}
	var tensors []gguf.Tensor
	for _, m := range f.Tensors {
		if strings.HasSuffix(m.Name, end) {
			tensors = append(tensors, gguf.Tensor{Name: m.Name + ".lora_a", Dims: []uint64{m.Dims[0], rank}, Type: gguf.F32},
				gguf.Tensor{Name: m.Name + ".lora_b", Dims: []uint64{rank, m.Dims[1]}, Type: gguf.F32})
		}
	}
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 7))
	err = gguf.Write(out, meta, tensors, func(i int, w io.Writer) error {
		n, err := tensors[i].Numbers()
		if err != nil {
			return err
		}
		scale := 1 / math.Sqrt(float64(tensors[i].Dims[0]))
		if strings.HasSuffix(tensors[i].Name, ".lora_b") {
			scale = spread
		}
		b := make([]byte, 0, 4*n)
		for range n {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(r.NormFloat64()*scale)))
		}
		_, err = w.Write(b)
		return err
	})
	if err = errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
}

// odds returns the odds of the tokens of a text, and how many tokens of its
// prompt were kept. It may run in any goroutine of a test.
func odds(t *testing.T, g *llama.Generator, p mark.Prompt) (text []mark.TokenScores, cached int) {
	for d, err := range g.Generate(t.Context(), p) {
		if err != nil {
			t.Errorf("%q: %v", p.Adapter, err)
			return text, cached
		}
		cached += d.Cached
		text = append(text, d.Scores...)
	}
	return text, cached
}

// apart returns by how much the log odds of the first token differ, at the
// tokens that are the likeliest in both texts. Kernels that decide alike differ
// by up to 0.15 for this model in eight bits.
func apart(a, b []mark.TokenScores) float64 {
	if len(a) == 0 || len(b) == 0 {
		return math.Inf(1)
	}
	most := 0.0
	for _, x := range a[0].Top {
		if at := slices.IndexFunc(b[0].Top, func(y mark.TokenScore) bool { return bytes.Equal(x.Piece, y.Piece) }); at >= 0 {
			most = max(most, math.Abs(x.Logprob-b[0].Top[at].Logprob))
		}
	}
	return most
}

func TestRequestsWithDifferentAdaptersAreComputedSideBySideAndStayApart(t *testing.T) {
	dir := cache(t, "models/chat-q8_0.gguf")
	model := filepath.Join(dir, "models", "chat-q8_0.gguf")
	folder := t.TempDir()
	writeAdapter(t, filepath.Join(folder, "a.gguf"), model, "attn_v.weight", 0.4, 1)
	writeAdapter(t, filepath.Join(folder, "b.gguf"), model, "attn_v.weight", 0.4, 2)
	writeAdapter(t, filepath.Join(folder, "nothing.gguf"), model, "attn_v.weight", 0, 3)
	// An adapter of another model: its matrices have other sizes.
	writeAdapter(t, filepath.Join(folder, "other.gguf"), filepath.Join(dir, "models", "embed-q8_0.gguf"), "attn_v.weight", 0.1, 5)
	g, err := llama.NewGenerator(llama.Config{
		Runtime: filepath.Join(dir, "runtime"), Model: model, Name: "smollm2", Context: 512, Cells: 2048,
		Adapter: func(id string) (string, error) { return filepath.Join(folder, id+".gguf"), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	ask := func(adapter string) mark.Prompt {
		return mark.Prompt{User: "Who pays the rent of a lease?", Adapter: adapter, MaxTokens: 16, Deterministic: true, Scores: 5}
	}
	alone := map[string][]mark.TokenScores{}
	for _, id := range []string{"", "a", "b", "nothing"} {
		text, cached := odds(t, g, ask(id))
		if cached > 0 {
			t.Errorf("%q goes on from %d tokens that another computed", id, cached)
		}
		alone[id] = text
	}
	const same, different = 0.35, 0.5
	if d := apart(alone["nothing"], alone[""]); d > same {
		t.Errorf("an adapter that changes nothing is apart by %.2f", d)
	}
	for _, pair := range [][2]string{{"a", ""}, {"b", ""}, {"a", "b"}} {
		if d := apart(alone[pair[0]], alone[pair[1]]); d < different {
			t.Errorf("%q and %q are apart by %.2f", pair[0], pair[1], d)
		}
	}
	if _, cached := odds(t, g, ask("a")); cached == 0 {
		t.Error("asked again with the same adapter nothing was kept")
	}
	ids := []string{"", "a", "b", "nothing", "a", ""}
	beside := make([][]mark.TokenScores, len(ids))
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() { beside[i], _ = odds(t, g, ask(id)) })
	}
	wg.Wait()
	for i, id := range ids {
		if d := apart(beside[i], alone[id]); d > same {
			t.Errorf("with adapter %q it is apart by %.2f when others write", id, d)
		}
		// Every later token, too, is as likely as it is when the same text is
		// continued alone.
		for k := 1; k < min(len(beside[i]), 10); k++ {
			p := ask(id)
			for _, x := range beside[i][:k] {
				p.Prefix += string(x.Piece)
			}
			p.MaxTokens = 1
			next, _ := odds(t, g, p)
			if d := apart(beside[i][k:], next); len(next) > 0 && d > 2*same {
				t.Errorf("with adapter %q token %d is apart by %.2f when others write", id, k, d)
			}
		}
	}
	for id, want := range map[string]mark.Code{"other": mark.Unsupported, "absent": mark.NotFound} {
		if _, _, _, err := collect(t.Context(), g, ask(id)); mark.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", id, err, want)
		}
	}
	if _, err := g.SaveState(t.Context(), ask("a"), 1<<30); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("what an adapter computed is kept: %v", err)
	}
	text, _ := odds(t, g, ask(""))
	if d := apart(text, alone[""]); d > same {
		t.Errorf("afterwards it is apart by %.2f", d)
	}
	none := newGenerator(t, 512)
	if _, _, _, err := collect(t.Context(), none, ask("a")); mark.CodeOf(err) != mark.Unsupported {
		t.Errorf("a model without adapters: %v", err)
	}
}
