package llama_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"markai/backend/llama"
)

func TestBackEndsOfGraphicsProcessorsAreKnownByTheirFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"libggml-cuda.so", "ggml-vulkan.dll", "libggml-metal.dylib", // these are
		"libggml-cpu-haswell.so", "libggml-base.so", "libggml.so", "libllama.so", "libggml-cudart-notes.txt",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := llama.BackEnds(dir)
	if want := []string{"ggml-vulkan.dll", "libggml-cuda.so", "libggml-metal.dylib"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := llama.BackEnds(filepath.Join(dir, "none")); got != nil {
		t.Errorf("a folder that is not there has %v", got)
	}
}

// The shipped runtime of Linux and Windows has none; that of macOS has Metal.
func TestRuntimeWithoutBackEndFindsNoGraphicsProcessor(t *testing.T) {
	dir := filepath.Join(cache(t, "models/embed-q8_0.gguf"), "runtime")
	found, err := newEmbedder(t).Devices(t.Context())
	if err != nil || len(llama.BackEnds(dir)) == 0 && len(found) > 0 {
		t.Errorf("found %v, %v", found, err)
	}
}
