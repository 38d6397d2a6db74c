package models_test

import (
	"path/filepath"
	"testing"

	"markai/backend/fleet"
	"markai/backend/models"
)

func TestModelIsPlacedByItsOwnSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.gguf")
	model(t, path, false)
	tests := []struct {
		free int64
		want fleet.Mode
	}{{0, fleet.None}, {1 << 40, fleet.Single}}
	for _, tt := range tests {
		p, err := models.Place(path, 64, 1, []fleet.GPU{{Free: tt.free}})
		if err != nil || len(p.Copies) != 1 || p.Copies[0].Mode != tt.want {
			t.Errorf("%d free: got %+v, %v", tt.free, p, err)
		}
	}
}
