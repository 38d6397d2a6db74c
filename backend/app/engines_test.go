package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/bert"
	"markai/backend/config"
	"markai/backend/models"
)

func TestTheModelsOfTheStartAreThoseThatRun(t *testing.T) {
	some := &engines{chat: &chat{model: models.Model{ID: "writes"}}, embed: &embedding{model: models.Model{ID: "finds"}}}
	for _, tt := range []struct {
		e    *engines
		id   string
		want bool
	}{{some, "writes", true}, {some, "finds", true}, {some, "chosen-since", false}, {&engines{}, "writes", false}} {
		if got := tt.e.runs(tt.id); got != tt.want {
			t.Errorf("runs(%q) = %v", tt.id, got)
		}
	}
}

func TestEmbeddingModelIsComputedByWhatTheSettingsName(t *testing.T) {
	if !ModelsInstalled() {
		t.Skip("the models are not installed")
	}
	m, err := models.New("", models.ShippedDirs()...).Find(models.Embedding, "")
	if err != nil {
		t.Fatal(err)
	}
	other := m
	other.Path = filepath.Join(t.TempDir(), "other.gguf")
	if err := os.WriteFile(other.Path, []byte("GGUF"), 0o600); err != nil {
		t.Fatal(err)
	}
	auto := "llama.cpp"
	if bert.Fast() {
		auto = "8-bit encoder"
	}
	names := map[string]bool{}
	for _, tt := range []struct {
		engine string
		m      models.Model
		want   string // how the engine's name begins; empty: refused
	}{{"auto", m, auto}, {"native", m, "8-bit encoder"}, {"llama", m, "llama.cpp"}, {"auto", other, "llama.cpp"}, {"native", other, ""}} {
		e := embedding{model: tt.m}
		if e.runtime, err = runtimeDir(); err != nil {
			t.Fatal(err)
		}
		err := e.open(config.Embedding{Engine: tt.engine})
		v, engine := e.vectors, e.engine
		if tt.want == "" {
			if mark.CodeOf(err) != mark.Unsupported {
				t.Errorf("%s: %s, %v", tt.engine, engine, err)
			}
			continue
		}
		if err != nil || !strings.HasPrefix(engine, tt.want) {
			t.Errorf("%s: %s, %v", tt.engine, engine, err)
			continue
		}
		names[v.Model()] = true
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(names) != 2 {
		t.Errorf("vectors that differ must have two names: %v", names)
	}
}
