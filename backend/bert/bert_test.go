package bert_test

import (
	"context"
	"encoding/json"
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
	"time"

	mark "markai/backend"
	"markai/backend/bert"
	"markai/backend/gguf"
	"markai/backend/worker"
)

// TestMain is also the worker: the parent's side starts this very binary with
// the arguments of `markai worker <kind>`.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "worker" {
		worker.Main(os.Args[2], bert.Handlers())
	}
	os.Exit(m.Run())
}

// minilm returns the path of the model that set-up prepares, or skips.
func minilm(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("MARKAI_CACHE")
	if dir == "" {
		dir = filepath.Join("..", "..", "build", "cache")
	}
	path, err := filepath.Abs(filepath.Join(dir, "models", "embed-q8_0.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skip("the embedding model is not there: run `make setup` and `markai models prepare`")
	}
	return path
}

func newEmbedder(t testing.TB, cfg bert.Config) *bert.Embedder {
	t.Helper()
	e, err := bert.NewEmbedder(cfg)
	if err != nil {
		t.Fatal(err)
	}
	e.SetThreads(2)
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func newMiniLM(t testing.TB) *bert.Embedder {
	return newEmbedder(t, bert.Config{Model: minilm(t), Name: "minilm", Context: 256, Dim: 384})
}

func embed(t testing.TB, e *bert.Embedder, texts ...string) [][]float32 {
	t.Helper()
	v, err := e.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	if len(v) != len(texts) {
		t.Fatalf("%d vectors for %d texts", len(v), len(texts))
	}
	return v
}

func dot(a, b []float32) float64 {
	s := 0.0
	for i := range a {
		s += float64(a[i]) * float64(b[i])
	}
	return s
}

// The vectors were computed in double precision from the published weights.
func TestVectorsAgreeWithTheReference(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "llama", "testdata", "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var refs []struct {
		Text   string
		Vector []float32
	}
	if err := json.Unmarshal(raw, &refs); err != nil {
		t.Fatal(err)
	}
	e := newMiniLM(t)
	for _, r := range refs {
		v := embed(t, e, r.Text)[0]
		if c := dot(v, r.Vector); c < 0.995 {
			t.Errorf("%.40q: cosine %.5f, want at least 0.995", r.Text, c)
		} else {
			t.Logf("cosine %.5f", c)
		}
		if n := dot(v, v); math.Abs(n-1) > 1e-5 {
			t.Errorf("%.40q: length² %v, want 1", r.Text, n)
		}
	}
	if e.Dim() != 384 || !strings.HasPrefix(e.Model(), "minilm/") {
		t.Errorf("%d numbers of %s", e.Dim(), e.Model())
	}
}

func TestVectorsKeepTheOrderOfTheirTexts(t *testing.T) {
	e := newMiniLM(t)
	texts := []string{strings.Repeat("a longer sentence about leases ", 8), "notice", "", "a sentence about bananas", "\x00", "notice", "\xff"}
	for len(texts) < 70 { // more than travel in one call
		texts = append(texts, strings.Repeat("word ", len(texts)))
	}
	all := embed(t, e, texts...)
	for i, text := range texts {
		if one := embed(t, e, text); !slices.Equal(one[0], all[i]) {
			t.Errorf("text %d has another vector when it is alone", i)
		}
	}
}

func TestTextThatIsTooLongIsCutAndNotRefused(t *testing.T) {
	long := strings.Repeat("Each party keeps the other's secrets. ", 20_000)
	v := embed(t, newMiniLM(t), long, long+" bananas")
	if !slices.Equal(v[0], v[1]) {
		t.Error("what lies beyond the context changed the vector")
	}
}

func TestNoTextsNeedNoWorker(t *testing.T) {
	e := newMiniLM(t)
	if v, err := e.Embed(t.Context(), nil); err != nil || len(v) != 0 {
		t.Errorf("got %d vectors, %v", len(v), err)
	}
	if e.PID() != 0 {
		t.Error("a worker was started")
	}
}

func TestWorkerKilledWhileEncodingIsReplacedAndTheBatchDoneAgain(t *testing.T) {
	e := newMiniLM(t)
	embed(t, e, "warm")
	first := e.PID()
	texts := make([]string, 250)
	for i := range texts {
		texts[i] = strings.Repeat("The lessee shall pay all costs. ", 30)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		time.Sleep(100 * time.Millisecond)
		p, err := os.FindProcess(first)
		if err == nil {
			err = p.Kill()
		}
		if err != nil {
			t.Error(err)
		}
	})
	embed(t, e, texts...)
	wg.Wait()
	if e.PID() == first {
		t.Error("the worker was not replaced: it finished before it could be killed")
	}
}

func TestCancelledEncodingReturnsSoon(t *testing.T) {
	e := newMiniLM(t)
	embed(t, e, "warm")
	texts := make([]string, 4000)
	for i := range texts {
		texts[i] = strings.Repeat("The lessee shall pay all costs. ", 30)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := e.Embed(ctx, texts); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

// tiny writes a BERT of one layer. change may spoil it.
func tiny(t testing.TB, change func(meta map[string]any, tensors map[string]gguf.Tensor)) string {
	t.Helper()
	const width, feed = 32, 64
	tokens := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "\u2581lease", "s", "\u2581Lease"}
	meta := map[string]any{
		"general.architecture": "bert", "bert.block_count": uint32(1), "bert.embedding_length": uint32(width),
		"bert.attention.head_count": uint32(2), "bert.feed_forward_length": uint32(feed), "bert.context_length": uint32(16),
		"bert.attention.layer_norm_epsilon": float32(1e-12), "bert.attention.causal": false, "bert.pooling_type": uint32(2),
		"tokenizer.ggml.model": "bert", "tokenizer.ggml.tokens": tokens,
	}
	tensors := map[string]gguf.Tensor{}
	add := func(name string, dims ...uint64) { tensors[name] = gguf.Tensor{Name: name, Dims: dims, Type: gguf.F32} }
	add("token_embd.weight", width, uint64(len(tokens)))
	add("position_embd.weight", width, 16)
	for _, p := range []string{"token_embd_norm", "blk.0.attn_output_norm", "blk.0.layer_output_norm"} {
		add(p+".weight", width)
		add(p+".bias", width)
	}
	for _, p := range []string{"attn_q", "attn_k", "attn_v", "attn_output"} {
		add("blk.0."+p+".weight", width, width)
		add("blk.0."+p+".bias", width)
	}
	add("blk.0.ffn_up.weight", width, feed)
	add("blk.0.ffn_up.bias", feed)
	add("blk.0.ffn_down.weight", feed, width)
	add("blk.0.ffn_down.bias", width)
	if change != nil {
		change(meta, tensors)
	}
	var kvs []gguf.KV
	for k, v := range meta {
		kvs = append(kvs, gguf.KV{Key: k, Value: v})
	}
	var list []gguf.Tensor
	for _, x := range tensors {
		list = append(list, x)
	}
	slices.SortFunc(list, func(a, b gguf.Tensor) int { return strings.Compare(a.Name, b.Name) })
	path := filepath.Join(t.TempDir(), "tiny.gguf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	err = gguf.Write(f, kvs, list, func(i int, w io.Writer) error {
		size, err := list[i].Size()
		if err != nil {
			return err
		}
		raw := make([]byte, 0, size)
		for len(raw) < int(size) {
			b := math.Float32bits(float32(r.NormFloat64()) / 4)
			raw = append(raw, byte(b), byte(b>>8), byte(b>>16), byte(b>>24))
		}
		_, err = w.Write(raw[:size])
		return err
	})
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// testdata/tiny.gguf, the seed of the fuzz target, is what tiny writes.
func TestSeedOfTheFuzzTargetIsASoundModel(t *testing.T) {
	want, err := os.ReadFile(tiny(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	seed := filepath.Join("testdata", "tiny.gguf")
	got, err := os.ReadFile(seed)
	if err != nil || len(got) != len(want) {
		t.Errorf("%d bytes, want %d: %v", len(got), len(want), err)
	}
	if err := bert.Supports(seed); err != nil {
		t.Error(err)
	}
}

func TestModelWithCapitalsInItsVocabularyTellsThemApart(t *testing.T) {
	path := tiny(t, nil)
	if err := bert.Supports(path); err != nil {
		t.Fatal(err)
	}
	v := embed(t, newEmbedder(t, bert.Config{Model: path, Dim: 32}), "lease", "Lease", "LEASE", "XYZ", "leases")
	if slices.Equal(v[0], v[1]) || !slices.Equal(v[2], v[3]) || slices.Equal(v[0], v[4]) {
		t.Error("capitals or pieces of words were not told apart")
	}
}

func TestModelThatTheEncoderDoesNotComputeIsNamed(t *testing.T) {
	for name, change := range map[string]func(map[string]any, map[string]gguf.Tensor){
		"another architecture": func(m map[string]any, _ map[string]gguf.Tensor) { m["general.architecture"] = "nomic-bert" },
		"heads of 8":           func(m map[string]any, _ map[string]gguf.Tensor) { m["bert.attention.head_count"] = uint32(4) },
		"pooling of rank":      func(m map[string]any, _ map[string]gguf.Tensor) { m["bert.pooling_type"] = uint32(4) },
		"another tokenizer":    func(m map[string]any, _ map[string]gguf.Tensor) { m["tokenizer.ggml.model"] = "t5" },
		"no epsilon":           func(m map[string]any, _ map[string]gguf.Tensor) { delete(m, "bert.attention.layer_norm_epsilon") },
		"no layers":            func(m map[string]any, _ map[string]gguf.Tensor) { m["bert.block_count"] = uint32(0) },
		"no bias": func(_ map[string]any, x map[string]gguf.Tensor) {
			delete(x, "blk.0.ffn_up.bias")
		},
		"one more tensor": func(_ map[string]any, x map[string]gguf.Tensor) {
			x["blk.0.ffn_gate.weight"] = gguf.Tensor{Name: "blk.0.ffn_gate.weight", Dims: []uint64{32, 64}, Type: gguf.F32}
		},
		"a type that is not read": func(_ map[string]any, x map[string]gguf.Tensor) {
			x["blk.0.attn_q.bias"] = gguf.Tensor{Name: "blk.0.attn_q.bias", Dims: []uint64{256}, Type: 12}
		},
	} {
		err := bert.Supports(tiny(t, change))
		if mark.CodeOf(err) != mark.Unsupported || !strings.Contains(mark.MessageOf(err), "tiny.gguf") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := bert.Supports(filepath.Join(t.TempDir(), "none.gguf")); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("no file: %v", err)
	}
}

func TestWeightsThatDoNotFitTheShapeAreRefusedByTheWorker(t *testing.T) {
	path := tiny(t, func(_ map[string]any, x map[string]gguf.Tensor) {
		x["blk.0.ffn_up.weight"] = gguf.Tensor{Name: "blk.0.ffn_up.weight", Dims: []uint64{32, 32}, Type: gguf.F32}
	})
	_, err := newEmbedder(t, bert.Config{Model: path, Dim: 32}).Embed(t.Context(), []string{"lease"})
	if mark.CodeOf(err) != mark.Unsupported || !strings.Contains(mark.MessageOf(err), "tiny.gguf") {
		t.Errorf("got %v", err)
	}
	_, err = newEmbedder(t, bert.Config{Model: filepath.Join(t.TempDir(), "gone.gguf"), Dim: 32}).Embed(t.Context(), []string{"lease"})
	if mark.CodeOf(err) != mark.Unsupported || !strings.Contains(mark.MessageOf(err), "gone.gguf") {
		t.Errorf("got %v", err)
	}
	_, err = newEmbedder(t, bert.Config{Model: tiny(t, nil), Dim: 384}).Embed(t.Context(), []string{"lease"})
	if mark.CodeOf(err) != mark.Unsupported {
		t.Errorf("another width: %v", err)
	}
}

func BenchmarkFirstText(b *testing.B) {
	for b.Loop() {
		e := newMiniLM(b)
		embed(b, e, "What is the notice period for termination?")
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQuestion(b *testing.B) {
	e := newMiniLM(b)
	for b.Loop() {
		embed(b, e, "What is the notice period for termination?")
	}
}
