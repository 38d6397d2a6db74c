package models_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/gguf"
	"markai/backend/models"
)

// model writes a tiny GGUF file: a chat model, or an embedding model.
func model(t *testing.T, path string, embedding bool) {
	t.Helper()
	meta := []gguf.KV{
		{Key: "general.architecture", Value: "llama"}, {Key: "llama.block_count", Value: uint32(2)},
		{Key: "llama.embedding_length", Value: uint32(64)}, {Key: "llama.attention.head_count", Value: uint32(4)},
		{Key: "llama.context_length", Value: uint32(512)},
		{Key: "llama.attention.causal", Value: !embedding},
		{Key: "tokenizer.ggml.tokens", Value: []string{"a", "b"}},
	}
	header(t, path, meta)
}

func TestModelIsCheckedBeforeItIsLoaded(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	file := func(name string, b []byte) {
		if err := os.WriteFile(at(name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	model(t, at("good.gguf"), false)
	model(t, at("search.gguf"), true)
	good, err := os.ReadFile(at("good.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	file("short.gguf", good[:len(good)-100])
	file("letter.gguf", []byte("Dear Sir or Madam"))
	file("empty.gguf", nil)
	file("changed.gguf", good)
	file("changed.gguf.sha256", []byte(strings.Repeat("0", 64)))
	for _, c := range []struct {
		name string
		role models.Role
		free int64
		code mark.Code // "" means that it may be loaded
		says string
	}{
		{"good.gguf", models.Chat, 0, "", ""},
		{"good.gguf", models.Chat, 1 << 40, "", ""},
		{"good.gguf", models.Chat, 10 << 20, mark.TooBig, "The model needs 66 MB and 10 MB are free."},
		{"good.gguf", models.Embedding, 0, mark.Unsupported, "cannot be used for search"},
		{"search.gguf", models.Chat, 0, mark.Unsupported, "cannot write answers"},
		{"search.gguf", models.Embedding, 0, "", ""},
		{"missing.gguf", models.Chat, 0, mark.NotFound, "missing.gguf is not there"},
		{"short.gguf", models.Chat, 0, mark.Damaged, "short.gguf is cut off"},
		{"letter.gguf", models.Chat, 0, mark.Unsupported, "letter.gguf is not a GGUF model"},
		{"empty.gguf", models.Chat, 0, mark.Unsupported, "empty.gguf is not a GGUF model"},
		{"changed.gguf", models.Chat, 0, mark.Damaged, "changed.gguf has changed"},
	} {
		t.Run(c.name+" for "+string(c.role), func(t *testing.T) {
			err := models.Check(t.Context(), at(c.name), models.Load{Role: c.role, Context: 512, Free: c.free})
			if c.code == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if mark.CodeOf(err) != c.code || !strings.Contains(mark.MessageOf(err), c.says) {
				t.Errorf("got %s: %v", mark.CodeOf(err), err)
			}
		})
	}
}

func TestListNamesShippedModelsAndTheUsersOwn(t *testing.T) {
	own, shipped := filepath.Join(t.TempDir(), "my [models]"), t.TempDir()
	model(t, filepath.Join(shipped, "embed-q8_0.gguf"), true)
	model(t, filepath.Join(own, "big one.gguf"), false)
	if err := os.WriteFile(filepath.Join(own, "broken.gguf"), []byte("GGUF"), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := models.New(own, shipped).List()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]models.Model{}
	for _, m := range list {
		got[m.ID] = m
	}
	if m := got["smollm2-135m-instruct"]; m.Path != "" || !strings.Contains(m.Problem, "not installed") || !m.Default {
		t.Errorf("the chat model: %+v", m)
	}
	if m := got["all-minilm-l6-v2"]; m.Path == "" || m.Problem != "" || m.Role != models.Embedding || m.Width != 64 || m.Context != 256 {
		t.Errorf("the embedding model: %+v", m)
	}
	if m := got["big one"]; m.Role != models.Chat || m.Problem != "" || m.Context != 512 || m.Parameters != 128 || m.NeedsBytes <= 0 || m.Default {
		t.Errorf("the user's own: %+v", m)
	}
	if m := got["broken"]; !strings.Contains(m.Problem, "cut off") {
		t.Errorf("the broken one: %+v", m)
	}
}

func TestUsersFolderGoesBeforeTheShippedOne(t *testing.T) {
	own, shipped := t.TempDir(), t.TempDir()
	model(t, filepath.Join(shipped, "chat-q8_0.gguf"), false)
	l := models.New(own, shipped)
	m, err := l.Find(models.Chat, "")
	if err != nil || filepath.Dir(m.Path) != shipped {
		t.Fatalf("got %+v, %v", m, err)
	}
	model(t, filepath.Join(own, "chat-q8_0.gguf"), false)
	if m, err = l.Find(models.Chat, ""); err != nil || filepath.Dir(m.Path) != own {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestModelThatIsNotThereIsExplained(t *testing.T) {
	l := models.New(t.TempDir())
	if _, err := l.Find(models.Chat, ""); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("the default: %v", err)
	}
	if _, err := l.Find(models.Chat, "nonesuch"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("an unknown one: %v", err)
	}
}

func TestImportedModelIsCopiedCheckedAndRemovable(t *testing.T) {
	from := filepath.Join(t.TempDir(), "Llama.gguf")
	model(t, from, false)
	own := filepath.Join(t.TempDir(), "models")
	l := models.New(own)
	m, err := l.Import(t.Context(), from)
	if err != nil || m.ID != "Llama" || filepath.Dir(m.Path) != own {
		t.Fatalf("got %+v, %v", m, err)
	}
	if err := models.Check(t.Context(), m.Path, models.Load{Role: models.Chat, Context: 512}); err != nil {
		t.Errorf("the copy: %v", err)
	}
	if _, err := l.Import(t.Context(), from); mark.CodeOf(err) != mark.Exists {
		t.Errorf("a second time: %v", err)
	}
	b, err := os.ReadFile(m.Path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	if err := os.WriteFile(m.Path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := models.Check(t.Context(), m.Path, models.Load{Role: models.Chat, Context: 512}); mark.CodeOf(err) != mark.Damaged {
		t.Errorf("a flipped bit: %v", err)
	}
	if err := l.Remove("Llama"); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(own); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestImportRefusesWhatIsNoModelAndLeavesNothing(t *testing.T) {
	from := filepath.Join(t.TempDir(), "letter.gguf")
	if err := os.WriteFile(from, []byte("Dear Sir"), 0o600); err != nil {
		t.Fatal(err)
	}
	own := t.TempDir()
	l := models.New(own)
	if _, err := l.Import(t.Context(), from); mark.CodeOf(err) != mark.Unsupported {
		t.Errorf("got %v", err)
	}
	good := filepath.Join(t.TempDir(), "good.gguf")
	model(t, good, false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Import(ctx, good); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if left, err := os.ReadDir(own); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestShippedModelStays(t *testing.T) {
	shipped := t.TempDir()
	model(t, filepath.Join(shipped, "chat-q8_0.gguf"), false)
	if err := models.New(t.TempDir(), shipped).Remove("smollm2-135m-instruct"); mark.CodeOf(err) != mark.Forbidden {
		t.Errorf("got %v", err)
	}
}

func TestPrepareMakesTheShippedModelsOnce(t *testing.T) {
	cache := os.Getenv("MARKAI_CACHE")
	if cache == "" {
		cache = filepath.Join("..", "..", "build", "cache")
	}
	cache, err := filepath.Abs(filepath.Join(cache, "models"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"SmolLM2-135M-Instruct-Q4_1.gguf", "minilm"} {
		if _, err := os.Stat(filepath.Join(cache, name)); err != nil {
			t.Skipf("%s is not there: run `make setup`", name)
		}
		if err := os.Symlink(filepath.Join(cache, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	ready, err := models.Prepare(t.Context(), dir)
	if err != nil || len(ready) != 2 {
		t.Fatalf("ready %v, %v", ready, err)
	}
	before, err := os.Stat(ready[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []models.Role{models.Chat, models.Embedding} {
		m, err := models.New("", dir).Find(role, "")
		if err != nil || m.Problem != "" {
			t.Fatalf("%s: %+v, %v", role, m, err)
		}
		if err := models.Check(t.Context(), m.Path, models.Load{Role: role, Context: m.Context}); err != nil {
			t.Errorf("%s: %v", role, err)
		}
	}
	if _, err := models.Prepare(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(ready[0]); err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("prepared again: %v", err)
	}
}

func TestPrepareRefusesAFileThatIsNotThePinnedOne(t *testing.T) {
	dir := t.TempDir()
	if ready, err := models.Prepare(t.Context(), dir); err != nil || len(ready) != 0 {
		t.Errorf("an empty folder: %v, %v", ready, err)
	}
	model(t, filepath.Join(dir, "SmolLM2-135M-Instruct-Q4_1.gguf"), false)
	if _, err := models.Prepare(t.Context(), dir); mark.CodeOf(err) != mark.Damaged {
		t.Errorf("got %v", err)
	}
}
