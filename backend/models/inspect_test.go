package models_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"markai/backend/models"
)

func TestCardSaysWhetherTheModelFits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.gguf")
	model(t, path, false)
	tests := []struct {
		free int64
		fits bool
		says string
	}{
		{0, true, "could not be found"},
		{1 << 40, true, "It runs here"},
		{1 << 20, false, "are free. Choose a smaller one"},
	}
	for _, tt := range tests {
		c, err := models.Inspect(path, tt.free)
		if err != nil {
			t.Fatal(err)
		}
		if c.Needs[0].Fits != tt.fits || !strings.Contains(c.Advice, tt.says) || c.Architecture == "" {
			t.Errorf("%d free: got %+v", tt.free, c)
		}
		if !slices.IsSortedFunc(c.Needs, func(a, b models.MemoryNeed) int { return int(a.Bytes - b.Bytes) }) {
			t.Errorf("a longer context needs less: %+v", c.Needs)
		}
	}
}
