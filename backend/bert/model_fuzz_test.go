package bert

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzModel gives the reader damaged models: it may refuse them, or compute
// what they say, but neither crash nor take memory that the file does not have.
func FuzzModel(f *testing.F) {
	raw, err := os.ReadFile(filepath.Join("testdata", "tiny.gguf"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw, 0, byte(0))
	for at := 0; at < len(raw); at += 97 {
		f.Add(raw, at, byte(0x80))
	}
	f.Fuzz(func(t *testing.T, raw []byte, at int, flip byte) {
		if at >= 0 && at < len(raw) {
			raw = append([]byte{}, raw...)
			raw[at] ^= flip
		}
		path := filepath.Join(t.TempDir(), "model.gguf")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		taken := Supports(path)
		m, err := open(path, 16)
		if err != nil {
			return
		}
		if taken != nil {
			t.Fatalf("refused and then opened: %v", taken)
		}
		v, err := m.embed(t.Context(), []string{"Leases end", ""}, 1)
		if err == nil && (len(v) != 2 || len(v[0]) != m.enc.Width) {
			t.Fatalf("%d vectors", len(v))
		}
	})
}
