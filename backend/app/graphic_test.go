package app

import (
	"path/filepath"
	"slices"
	"testing"

	"markai/backend/fleet"
	"markai/backend/llama"
	"markai/backend/models"
)

func TestPlansReachTheEngine(t *testing.T) {
	const layers = 30
	load := fleet.Load{Layers: layers, LayerBytes: 100, OuterBytes: 50, WorkBytes: 10, Wanted: 1}
	tests := []struct {
		name string
		gpus []fleet.GPU
		most int
		want llama.Layout
	}{
		{"no graphics processor", nil, -1, llama.Layout{}},
		{"one that holds all", []fleet.GPU{{Free: 5000}}, -1, llama.Layout{Layers: 31}},
		{"the larger of two", []fleet.GPU{{Free: 1000}, {Free: 5000}}, -1, llama.Layout{Layers: 31, Main: 1}},
		{"one that holds a part", []fleet.GPU{{Free: 1020}}, -1, llama.Layout{Layers: 10}},
		{"two that share the layers", []fleet.GPU{{Free: 1600}, {Free: 1700}}, -1, llama.Layout{Layers: 31, Split: llama.SplitLayer, Main: 1, Parts: []float32{15, 15}}},
		{"two alike with a fast link", []fleet.GPU{{Free: 1700, Linked: true}, {Free: 1700, Linked: true}}, -1, llama.Layout{Layers: 31, Split: llama.SplitRow, Parts: []float32{15, 15}}},
		{"as the person chose", []fleet.GPU{{Free: 5000}}, 12, llama.Layout{Layers: 12}},
		{"more than there are", []fleet.GPU{{Free: 5000}}, 99, llama.Layout{Layers: 31}},
		{"none, as the person chose", []fleet.GPU{{Free: 5000}}, 0, llama.Layout{}},
		{"too small for a layer", []fleet.GPU{{Free: 60}}, -1, llama.Layout{}},
	}
	for _, tt := range tests {
		got := layoutOf(fleet.Choose(tt.gpus, load), layers, tt.most)
		if got.Layers != tt.want.Layers || got.Split != tt.want.Split || got.Main != tt.want.Main || !slices.Equal(got.Parts, tt.want.Parts) {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestProcessorsAreNumberedAsTheEngineDoes(t *testing.T) {
	own, other := llama.Processor{Name: "a"}, llama.Processor{Name: "b"}
	shared := llama.Processor{Name: "c", Integrated: true}
	for _, tt := range []struct {
		name      string
		all, want []llama.Processor
	}{
		{"none", nil, nil},
		{"what shares memory only where there is nothing else", []llama.Processor{shared, own, other}, []llama.Processor{own, other}},
		{"alone", []llama.Processor{shared, shared}, []llama.Processor{shared}},
	} {
		if got := usable(tt.all); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// The shipped runtime of Linux and Windows has no back end for graphics
// processors: there this says what was not run.
func TestModelStaysOnTheProcessorWhereTheRuntimeFindsNoOther(t *testing.T) {
	if !ModelsInstalled() {
		t.Skip("the models are not installed")
	}
	home := t.TempDir()
	m, err := Models(home).Find(models.Chat, "")
	if err != nil {
		t.Fatal(err)
	}
	g := readGraphics(home)
	l := g.layout(t.Context(), m, models.Settings{}, 1024)
	if found := g.known(); len(found) > 0 {
		t.Skipf("%s: here %d layers are offloaded", g, l.Layers)
	}
	if l.Layers != 0 {
		t.Errorf("%d layers are offloaded to nothing", l.Layers)
	}
	if err := g.settle(t.Context(), m, 512); err != nil {
		t.Error(err)
	}
	if list, err := filepath.Glob(filepath.Join(home, "layers.json")); err != nil || len(list) > 0 {
		t.Errorf("something was measured: %v, %v", list, err)
	}
	t.Log(g)
}

func TestWhatWasMeasuredBoundsTheLayers(t *testing.T) {
	if !ModelsInstalled() {
		t.Skip("the models are not installed")
	}
	home := t.TempDir()
	m, err := Models(home).Find(models.Chat, "")
	if err != nil {
		t.Fatal(err)
	}
	found := []llama.Processor{{Name: "made up", Free: 8 << 30, Total: 8 << 30}}
	g := &graphics{path: filepath.Join(home, "layers.json"), asked: true, found: found, best: map[string]int{}}
	if l := g.layout(t.Context(), m, models.Settings{}, 1024); l.Layers != m.Layers+1 {
		t.Errorf("unmeasured %d layers are offloaded, want %d", l.Layers, m.Layers+1)
	}
	g.best[laidKey(m, found)] = 7
	if l := g.layout(t.Context(), m, models.Settings{}, 1024); l.Layers != 7 {
		t.Errorf("as measured %d layers are offloaded, want 7", l.Layers)
	}
	three := 3
	if l := g.layout(t.Context(), m, models.Settings{GPULayers: &three}, 1024); l.Layers != 3 {
		t.Errorf("as chosen %d layers are offloaded, want 3", l.Layers)
	}
}
