package models_test

import (
	"os"
	"path/filepath"
	"testing"

	mark "markai/backend"
	"markai/backend/models"
)

func TestFolderThatCannotBeConvertedIsNamedForWhatItLacks(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		kind  string
		code  mark.Code
	}{
		{"empty", nil, "f16", mark.NotFound},
		{"another type", nil, "q4_0", mark.Invalid},
		{"no weights", map[string]string{"config.json": "{}", "tokenizer.json": "{}"}, "f16", mark.NotFound},
		{"weights cut off", map[string]string{"config.json": "{}", "tokenizer.json": "{}", "model.safetensors": "\xff"}, "f16", mark.Damaged},
		{"an unknown family", map[string]string{"config.json": `{"model_type":"t5"}`, "tokenizer.json": "{}", "model.safetensors": "\x02\x00\x00\x00\x00\x00\x00\x00{}"}, "f16", mark.Unsupported},
		{"sizes that make no network", map[string]string{"config.json": `{"model_type":"llama"}`, "tokenizer.json": "{}", "model.safetensors": "\x02\x00\x00\x00\x00\x00\x00\x00{}"}, "f16", mark.Damaged},
		{"an index that leads out", map[string]string{"config.json": "{}", "tokenizer.json": "{}", "model.safetensors.index.json": `{"weight_map":{"a":"../b"}}`}, "f16", mark.Damaged},
	}
	for _, tt := range tests {
		dir, out := t.TempDir(), t.TempDir()
		for name, text := range tt.files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := models.Convert(t.Context(), dir, filepath.Join(out, "x.gguf"), tt.kind); mark.CodeOf(err) != tt.code {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.code)
		}
		if left, err := os.ReadDir(out); err != nil || len(left) != 0 {
			t.Errorf("%s: left %v, %v", tt.name, left, err)
		}
	}
}
