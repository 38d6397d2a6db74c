package fleet_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"markai/backend/fleet"
)

const gb = 1 << 30

func of(free ...int64) []fleet.GPU {
	var out []fleet.GPU
	for _, f := range free {
		out = append(out, fleet.GPU{Free: f * gb})
	}
	return out
}

func linked(n int, free int64) []fleet.GPU {
	out := make([]fleet.GPU, n)
	for i := range out {
		out[i] = fleet.GPU{Free: free * gb, Linked: true}
	}
	return out
}

func TestModelsAreLaidOverMadeUpFleets(t *testing.T) {
	// An 8B model in 8 bits, and a 70B model in 4 bits.
	small := fleet.Load{Layers: 32, LayerBytes: gb / 4, OuterBytes: gb, WorkBytes: gb / 2, Wanted: 1}
	large := fleet.Load{Layers: 80, LayerBytes: gb / 2, OuterBytes: 2 * gb, WorkBytes: gb, Wanted: 1}
	two := small
	two.Wanted = 2
	tests := []struct {
		name string
		gpus []fleet.GPU
		load fleet.Load
		want []fleet.Copy
	}{
		{"no GPU", nil, small, []fleet.Copy{{Mode: fleet.None, Main: -1}}},
		{"one that holds all", of(24), small, []fleet.Copy{{fleet.Single, []int{0}, []int{32}, 0}}},
		{"one that holds half", of(5), small, []fleet.Copy{{fleet.Single, []int{0}, []int{18}, 0}}},
		{"one too small for a layer", of(0), small, []fleet.Copy{{Mode: fleet.None, Main: -1}}},
		{"two copies on two", of(12, 24), two, []fleet.Copy{{fleet.Single, []int{1}, []int{32}, 1}, {fleet.Single, []int{0}, []int{32}, 0}}},
		{"the faster first", []fleet.GPU{{Free: 24 * gb, Speed: 1}, {Free: 12 * gb, Speed: 2}}, small, []fleet.Copy{{fleet.Single, []int{1}, []int{32}, 1}}},
		{"two of unequal memory", of(16, 32), large, []fleet.Copy{{fleet.Layer, []int{1, 0}, []int{53, 27}, 1}}},
		{"four alike and linked: two are enough", linked(4, 24), large, []fleet.Copy{{fleet.Row, []int{0, 1}, []int{38, 42}, 0}}},
		{"eight small ones", of(8, 8, 8, 8, 8, 8, 8, 8), large, []fleet.Copy{{fleet.Layer, []int{0, 1, 2, 3, 4, 5}, []int{10, 14, 14, 14, 14, 14}, 0}}},
	}
	for _, tt := range tests {
		if got := fleet.Choose(tt.gpus, tt.load); !reflect.DeepEqual(got.Copies, tt.want) || got.Why == "" {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestNoGPUHoldsMoreThanItHasRoomFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gpus := make([]fleet.GPU, rapid.SampledFrom([]int{0, 1, 2, 4, 8}).Draw(t, "gpus"))
		for i := range gpus {
			gpus[i] = fleet.GPU{Free: rapid.Int64Range(0, 80*gb).Draw(t, "free"), Linked: rapid.Bool().Draw(t, "linked")}
		}
		l := fleet.Load{
			Layers: rapid.IntRange(1, 120).Draw(t, "layers"), LayerBytes: rapid.Int64Range(1, 4*gb).Draw(t, "layer"),
			OuterBytes: rapid.Int64Range(0, 4*gb).Draw(t, "outer"), WorkBytes: rapid.Int64Range(0, gb).Draw(t, "work"), Wanted: rapid.IntRange(1, 8).Draw(t, "wanted"),
		}
		p := fleet.Choose(gpus, l)
		used := map[int]bool{}
		for _, c := range p.Copies {
			if c.Offloaded() > l.Layers || len(c.GPUs) != len(c.Layers) {
				t.Fatalf("%+v", c)
			}
			for i, g := range c.GPUs {
				if used[g] {
					t.Fatalf("GPU %d serves twice: %+v", g, p)
				}
				used[g] = true
				need := int64(c.Layers[i])*l.LayerBytes + l.WorkBytes
				if need > gpus[g].Free {
					t.Fatalf("GPU %d of %d bytes is given %d: %+v", g, gpus[g].Free, need, p)
				}
			}
		}
		if len(p.Copies) == 0 || len(p.Copies) > l.Wanted {
			t.Fatalf("%d copies of %d wanted", len(p.Copies), l.Wanted)
		}
	})
}
