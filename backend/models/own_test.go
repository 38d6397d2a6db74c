package models_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/gguf"
	"markai/backend/models"
)

// header writes a GGUF file with this metadata and one small tensor.
func header(t *testing.T, path string, meta []gguf.KV) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	err = gguf.Write(f, meta, []gguf.Tensor{{Name: "w", Dims: []uint64{64, 2}, Type: gguf.F32}}, func(_ int, w io.Writer) error {
		_, err := w.Write(make([]byte, 512))
		return err
	})
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestModelsAreKnownByWhatTheyAreFor(t *testing.T) {
	own := t.TempDir()
	shape := func(arch string, more ...gguf.KV) []gguf.KV {
		return append([]gguf.KV{
			{Key: "general.architecture", Value: arch}, {Key: arch + ".block_count", Value: uint32(2)}, {Key: arch + ".embedding_length", Value: uint32(64)},
			{Key: "tokenizer.ggml.tokens", Value: []string{"a", "b"}}, {Key: "general.license", Value: "mit"},
		}, more...)
	}
	header(t, filepath.Join(own, "rerank.gguf"), shape("bert", gguf.KV{Key: "bert.attention.causal", Value: false}, gguf.KV{Key: "bert.pooling_type", Value: uint32(4)}))
	header(t, filepath.Join(own, "decoder.gguf"), shape("qwen3", gguf.KV{Key: "qwen3.pooling_type", Value: uint32(3)}))
	header(t, filepath.Join(own, "mmproj.gguf"), []gguf.KV{{Key: "general.architecture", Value: "clip"}, {Key: "clip.has_vision_encoder", Value: true}})
	l := models.New(own)
	list, err := l.List()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]models.Model{}
	for _, m := range list {
		got[m.ID] = m
	}
	if m := got["rerank"]; m.Role != models.Rerank || m.Licence != "mit" || m.Problem != "" {
		t.Errorf("got %+v", m)
	}
	if m := got["decoder"]; m.Role != models.Embedding {
		t.Errorf("got %+v", m)
	}
	if m := got["mmproj"]; !strings.Contains(m.Problem, "pictures") {
		t.Errorf("got %+v", m)
	}
	if err := models.Check(t.Context(), filepath.Join(own, "rerank.gguf"), models.Load{Role: models.Chat, Context: 512}); mark.CodeOf(err) != mark.Unsupported {
		t.Errorf("got %v", err)
	}
	if _, err := l.Import(t.Context(), filepath.Join(own, "mmproj.gguf")); mark.CodeOf(err) != mark.Unsupported {
		t.Errorf("got %v", err)
	}
}

func TestModelThatArrivesInPiecesIsTakenInWhole(t *testing.T) {
	l := models.New(filepath.Join(t.TempDir(), "models"))
	b := modelBytes(t)
	m, err := l.Receive(t.Context(), "Llama.GGUF", bytes.NewReader(b))
	if err != nil || m.ID != "Llama" || m.SHA256 != sumOf(b) {
		t.Fatalf("got %+v, %v", m, err)
	}
	for name, want := range map[string]mark.Code{"../up.gguf": mark.Invalid, ".hidden.gguf": mark.Invalid, "": mark.Invalid, "Llama.gguf": mark.Exists, "chat-q8_0.gguf": mark.Exists} {
		if _, err := l.Receive(t.Context(), name, bytes.NewReader(b)); mark.CodeOf(err) != want {
			t.Errorf("%q: got %v", name, err)
		}
	}
	_, err = l.Receive(t.Context(), "half.gguf", bytes.NewReader(b[:len(b)-10]))
	if mark.CodeOf(err) != mark.Damaged || !strings.Contains(mark.MessageOf(err), "half.gguf") {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(m.Path)); err != nil || len(left) != 2 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestVerificationTellsWhetherAFileIsAsItWas(t *testing.T) {
	own := t.TempDir()
	path := filepath.Join(own, "m.gguf")
	model(t, path, false)
	l := models.New(own)
	verify := func(sound bool, says string) {
		t.Helper()
		v, err := l.Verify(t.Context(), "m")
		if err != nil || v.Sound != sound || !strings.Contains(v.Report, says) {
			t.Errorf("got %+v, %v", v, err)
		}
	}
	verify(true, "remembered from now on")
	verify(true, "as it was when it was installed")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	verify(false, "has changed")
	if err := os.WriteFile(path, b[:len(b)-100], 0o600); err != nil {
		t.Fatal(err)
	}
	verify(false, "cut off")
	if _, err := l.Verify(t.Context(), "nonesuch"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestModelThatDoesNotFitSaysWhatWould(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wide.gguf")
	header(t, path, []gguf.KV{
		{Key: "general.architecture", Value: "llama"}, {Key: "llama.block_count", Value: uint32(64)}, {Key: "llama.embedding_length", Value: uint32(4096)},
		{Key: "llama.attention.head_count", Value: uint32(32)}, {Key: "tokenizer.ggml.tokens", Value: []string{"a", "b"}},
	})
	l := models.Load{Role: models.Chat, Context: 16384, Free: 9 << 30}
	err := models.Check(t.Context(), path, l)
	if mark.CodeOf(err) != mark.TooBig || !strings.Contains(mark.MessageOf(err), "choose a context of 8192 tokens") {
		t.Errorf("got %v", err)
	}
	l.Cache = "q8_0" // half as much
	if err := models.Check(t.Context(), path, l); err != nil {
		t.Errorf("with a cache of 8 bits: %v", err)
	}
}

func TestWhatAnImportLeftBehindIsTidiedAfterADay(t *testing.T) {
	own := t.TempDir()
	for name, age := range map[string]time.Duration{".incoming-1": 25 * time.Hour, ".incoming-2": time.Hour, ".incoming/part": 25 * time.Hour, "m.gguf": 25 * time.Hour} {
		path := filepath.Join(own, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := models.New(own).Tidy(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(own)
	if err != nil || len(left) != 3 || left[1].Name() != ".incoming-2" {
		t.Errorf("left %v, %v", left, err)
	}
	if err := models.New(filepath.Join(own, "nonesuch")).Tidy(); err != nil {
		t.Errorf("no folder: %v", err)
	}
}
