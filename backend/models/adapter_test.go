package models

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	mark "markai/backend"
	"markai/backend/gguf"
)

func TestAdaptersAreFoundByNameAndNothingElseIs(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "adapters"), 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name string, meta []gguf.KV, tensor string) {
		f, err := os.Create(filepath.Join(dir, "adapters", name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		err = gguf.Write(f, meta, []gguf.Tensor{{Name: tensor, Dims: []uint64{4, 2}, Type: gguf.F32}}, func(_ int, w io.Writer) error {
			_, err := w.Write(make([]byte, 32))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	lora := []gguf.KV{{Key: "general.architecture", Value: "llama"}, {Key: "general.type", Value: "adapter"}, {Key: "adapter.type", Value: "lora"}}
	write("leases.gguf", lora, "blk.0.attn_q.weight.lora_a")
	write("model.gguf", lora[:1], "blk.0.attn_q.weight")
	write("whole.gguf", lora, "blk.0.attn_norm.weight")
	if err := os.WriteFile(filepath.Join(dir, "adapters", "broken.gguf"), []byte("GGUF"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := New(dir)
	for id, want := range map[string]mark.Code{
		"leases": "", "model": mark.Unsupported, "whole": mark.Unsupported, "broken": mark.Damaged, "absent": mark.NotFound,
		"../adapters/leases": mark.NotFound, "": mark.NotFound, ".hidden": mark.NotFound,
	} {
		path, err := l.Adapter(id)
		if want == "" && (err != nil || filepath.Base(path) != "leases.gguf") || want != "" && mark.CodeOf(err) != want {
			t.Errorf("%q: %q, %v, want %q", id, path, err, want)
		}
	}
	if got := l.Adapters(); !slices.Equal(got, []string{"broken", "leases", "model", "whole"}) {
		t.Errorf("the folder holds %v", got)
	}
	if list, err := l.List(); err != nil || slices.ContainsFunc(list, func(m Model) bool { return m.ID == "leases" }) {
		t.Errorf("an adapter is listed as a model: %v", err)
	}
	if _, err := New("").Adapter("leases"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("without a folder: %v", err)
	}
}
