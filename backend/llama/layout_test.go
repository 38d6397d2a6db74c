package llama

import (
	"slices"
	"testing"

	native "github.com/hybridgroup/yzma/pkg/llama"
)

func TestLayoutIsToldToTheEngine(t *testing.T) {
	tests := []struct {
		name   string
		layout Layout
		mode   native.SplitMode
		layers int32
		main   int32
		parts  []float32
	}{
		{"everything on the processor", Layout{Split: SplitRow, Main: 3, Parts: []float32{1}}, native.SplitModeLayer, 0, 0, nil},
		{"one graphics processor", Layout{Layers: 20, Main: 1}, native.SplitModeNone, 20, 1, nil},
		{"split by layers", Layout{Layers: 33, Split: SplitLayer, Parts: []float32{20, 13}}, native.SplitModeLayer, 33, 0, []float32{20, 13}},
		{"split by rows", Layout{Layers: 33, Split: SplitRow, Main: 1, Parts: []float32{0, 16, 17}}, native.SplitModeRow, 33, 1, []float32{0, 16, 17}},
	}
	for _, tt := range tests {
		p := native.ModelParams{SplitMode: native.SplitModeLayer, NGpuLayers: 99} // as llama.cpp begins
		keep := tt.layout.apply(&p)
		if p.SplitMode != tt.mode || p.NGpuLayers != tt.layers || p.MainGpu != tt.main {
			t.Errorf("%s: %+v", tt.name, p)
		}
		if tt.parts == nil {
			if keep != nil || p.TensorSplit != nil {
				t.Errorf("%s: shares are given: %v", tt.name, keep)
			}
			continue
		}
		if len(keep) != mostParts || p.TensorSplit != &keep[0] || !slices.Equal(keep[:len(tt.parts)], tt.parts) {
			t.Errorf("%s: shares are %v", tt.name, keep)
		}
	}
}
