package models_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/models"
)

func TestSettingsOfAModelAreKeptBesideItAndGoWithIt(t *testing.T) {
	own := t.TempDir()
	model(t, filepath.Join(own, "big.gguf"), false)
	model(t, filepath.Join(own, "small.gguf"), false)
	l := models.New(own)
	if s, err := l.Settings("big"); err != nil || s != (models.Settings{}) {
		t.Fatalf("nothing chosen: %+v, %v", s, err)
	}
	none := 0
	want := models.Settings{Context: 256, Threads: 2, Cache: "q8_0", GPULayers: &none, Draft: "small", Temperature: 0.5}
	if err := l.SetSettings("big", want); err != nil {
		t.Fatal(err)
	}
	if s, err := models.New(own).Settings("big"); err != nil || !reflect.DeepEqual(s, want) {
		t.Errorf("after a restart: %+v, %v", s, err)
	}
	list, err := l.List()
	if err != nil || len(list) != 4 {
		t.Errorf("the file of settings is taken for a model: %+v, %v", list, err)
	}
	if big, small := list[2], list[3]; big.Context != 256 || big.NeedsBytes >= small.NeedsBytes {
		t.Errorf("the settings change nothing: %+v, %+v", big, small)
	}
	if err := l.Remove("big"); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(own); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestSettingsThatMakeNoSenseAreRefused(t *testing.T) {
	own := t.TempDir()
	model(t, filepath.Join(own, "big.gguf"), false)
	l := models.New(own)
	less := -1
	for _, tt := range []struct {
		name string
		s    models.Settings
		code mark.Code
		says string
	}{
		{"a longer context than trained on", models.Settings{Context: 1024}, mark.Invalid, "trained on 512"},
		{"a negative context", models.Settings{Context: -1}, mark.Invalid, "context of -1"},
		{"no such cache", models.Settings{Cache: "q2"}, mark.Invalid, "f16, q8_0 or q4_0"},
		{"too hot", models.Settings{Temperature: 3}, mark.Invalid, "temperature"},
		{"negative layers", models.Settings{GPULayers: &less}, mark.Invalid, "-1 layers"},
		{"its own draft", models.Settings{Draft: "big"}, mark.Invalid, "itself"},
		{"a draft that is not there", models.Settings{Draft: "nonesuch"}, mark.NotFound, "nonesuch"},
		{"more threads than any machine has", models.Settings{Threads: 1 << 20}, mark.Invalid, "threads"},
	} {
		err := l.SetSettings("big", tt.s)
		if mark.CodeOf(err) != tt.code || !strings.Contains(mark.MessageOf(err), tt.says) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
	if err := l.SetSettings("../big", models.Settings{Threads: 1}); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("a path: %v", err)
	}
	if err := os.WriteFile(filepath.Join(own, "big.settings.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Settings("big"); mark.CodeOf(err) != mark.Damaged {
		t.Errorf("a damaged file: %v", err)
	}
}
