package llama_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	mark "markai/backend"
	"markai/backend/gguf"
	"markai/backend/llama"
)

func TestCallersWhoComeTogetherShareOneWorker(t *testing.T) {
	g := newGenerator(t, 512)
	pids := make([]int, 6)
	var wg sync.WaitGroup
	for i := range pids {
		wg.Go(func() {
			if _, err := g.CountTokens(t.Context(), "one two"); err != nil {
				t.Error(err)
			}
			pids[i] = g.PID()
		})
	}
	wg.Wait()
	for _, pid := range pids {
		if pid == 0 || pid != pids[0] {
			t.Fatalf("workers %v", pids)
		}
	}
}

// A header can be sound and the network in it nonsense: only llama.cpp notices,
// in the worker, whatever it does then.
func TestModelThatNativeCodeRefusesCostsOneRequest(t *testing.T) {
	dir := cache(t)
	path := filepath.Join(t.TempDir(), "hollow.gguf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	err = gguf.Write(f, []gguf.KV{
		{Key: "general.architecture", Value: "llama"}, {Key: "llama.block_count", Value: uint32(1)},
		{Key: "llama.embedding_length", Value: uint32(32)}, {Key: "tokenizer.ggml.tokens", Value: []string{"a"}},
	}, []gguf.Tensor{{Name: "w", Dims: []uint64{32}, Type: gguf.F32}}, func(_ int, w io.Writer) error {
		_, err := w.Write(make([]byte, 128))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	g, err := llama.NewGenerator(llama.Config{Runtime: filepath.Join(dir, "runtime"), Model: path})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close() //nolint:errcheck // what matters is tested above
	for range 2 {
		_, _, _, err := collect(t.Context(), g, notice)
		if code := mark.CodeOf(err); code != mark.Unsupported && code != mark.Crashed {
			t.Errorf("got %v", err)
		}
		if mark.CodeOf(err) == mark.Unsupported && !strings.Contains(mark.MessageOf(err), "hollow.gguf") {
			t.Errorf("the model is not named: %v", err)
		}
	}
}

func TestMissingRuntimeIsUnavailable(t *testing.T) {
	g, err := llama.NewGenerator(llama.Config{Runtime: filepath.Join(t.TempDir(), "none"), Model: "x.gguf"})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close() //nolint:errcheck // what matters is tested above
	if _, err := g.CountTokens(t.Context(), "x"); mark.CodeOf(err) != mark.Unavailable || !strings.Contains(mark.MessageOf(err), "not installed") {
		t.Errorf("got %v", err)
	}
}
