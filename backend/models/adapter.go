package models

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	mark "markai/backend"
)

// adapterID is a file's name without its end.
var adapterID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`)

// adaptersDir is the folder of LoRA adapters in the user's models folder: they
// are no models, and are not listed among them.
func (l *Library) adaptersDir() string { return filepath.Join(l.own, "adapters") }

// Adapter returns the path of a LoRA adapter, by its file's name without .gguf.
// Errors: NotFound, Damaged, Unsupported for a file that is no LoRA adapter.
func (l *Library) Adapter(id string) (string, error) {
	if !adapterID.MatchString(id) {
		return "", mark.Errorf(mark.NotFound, "%q is no name of an adapter.", id)
	}
	path := filepath.Join(l.adaptersDir(), id+".gguf")
	if _, err := os.Stat(path); l.own == "" || err != nil {
		return "", mark.Errorf(mark.NotFound, "There is no adapter named %q. Put %s.gguf into the folder adapters beside your models.", id, id)
	}
	head, err := headOf(path)
	if err != nil {
		return "", err
	}
	if head.Text("general.type") != "adapter" || head.Text("adapter.type") != "lora" {
		return "", mark.Errorf(mark.Unsupported, "%s.gguf is no LoRA adapter. Choose another file.", id)
	}
	for _, t := range head.Tensors {
		if !strings.HasSuffix(t.Name, ".lora_a") && !strings.HasSuffix(t.Name, ".lora_b") {
			return "", mark.Errorf(mark.Unsupported, "The adapter %s changes more than weights (%s). Choose a plain LoRA adapter.", id, t.Name)
		}
	}
	return path, nil
}

// Adapters returns the names of the LoRA adapters in the user's folder.
func (l *Library) Adapters() []string {
	if l.own == "" {
		return nil
	}
	paths, _ := filepath.Glob(filepath.Join(escapeGlob(l.adaptersDir()), "*.gguf")) // only a bad pattern fails
	var out []string
	for _, p := range paths {
		out = append(out, strings.TrimSuffix(filepath.Base(p), ".gguf"))
	}
	return out
}
