package recipe_test

import (
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
	"markai/backend/gguf"
	"markai/backend/recipe"
)

// model is a made-up network of so many weights.
func model(weights uint64, experts uint32) *gguf.File {
	meta := []gguf.KV{
		{Key: "general.architecture", Value: "llama"}, {Key: "llama.block_count", Value: uint32(32)},
		{Key: "llama.embedding_length", Value: uint32(4096)}, {Key: "llama.attention.head_count", Value: uint32(32)},
		{Key: "llama.attention.head_count_kv", Value: uint32(8)},
	}
	if experts > 0 {
		meta = append(meta, gguf.KV{Key: "llama.expert_count", Value: experts})
	}
	return &gguf.File{Meta: meta, Tensors: []gguf.Tensor{{Name: "blk.0.ffn_up.weight", Dims: []uint64{4096, weights / 4096}, Type: gguf.F16}}}
}

func TestTypesAreUnderstoodOrRefusedWithAWayOut(t *testing.T) {
	tests := []struct {
		name    string
		experts uint32
		want    string
		code    mark.Code
	}{
		{"Q4_K_M", 0, "q4_k_m", ""},
		{"iq4_xs", 0, "iq4", ""},
		{" fp16 ", 0, "f16", ""},
		{"mxfp4", 8, "mxfp4", ""},
		{"mxfp4", 0, "", mark.Unsupported},
		{"fp8", 0, "", mark.Unsupported},
		{"nvfp4", 0, "", mark.Unsupported},
		{"q5_9", 0, "", mark.Invalid},
	}
	for _, tt := range tests {
		r, err := recipe.Parse(tt.name, model(8<<30, tt.experts))
		if r.Name != tt.want || tt.code != "" && mark.CodeOf(err) != tt.code || tt.code == "" && err != nil {
			t.Errorf("%q with %d experts: got %q, %v", tt.name, tt.experts, r.Name, err)
		}
	}
}

func TestTypeIsChosenByWhatFits(t *testing.T) {
	const gb = 1 << 30
	tests := []struct {
		weights uint64
		free    int64
		want    string
	}{
		{8 * gb, 0, "q8_0"}, // not known: the safe choice
		{8 * gb, 32 * gb, "q8_0"},
		{8 * gb, 12 * gb, "q6_k"},
		{8 * gb, 9 * gb, "q4_k_m"},
		{8 * gb, 2 * gb, ""},
	}
	for _, tt := range tests {
		r, why, err := recipe.Auto(model(tt.weights, 0), 4096, tt.free)
		if r.Name != tt.want || (err != nil) != (tt.want == "") || err == nil && why == "" {
			t.Errorf("%d free: got %q, %q, %v; want %q", tt.free, r.Name, why, err, tt.want)
		}
	}
}

func TestMoreMemoryNeverGivesFewerBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := model(4096*rapid.Uint64Range(1, 1<<24).Draw(t, "rows"), 0)
		a, b := rapid.Int64Range(1, 1<<40).Draw(t, "a"), rapid.Int64Range(1, 1<<40).Draw(t, "b")
		if a > b {
			a, b = b, a
		}
		less, _, errLess := recipe.Auto(f, 4096, a)
		more, _, errMore := recipe.Auto(f, 4096, b)
		if errLess == nil && (errMore != nil || more.Bits < less.Bits) {
			t.Fatalf("%d free: %s, %d free: %s, %v", a, less.Name, b, more.Name, errMore)
		}
	})
}

func rows() []recipe.Row {
	return []recipe.Row{
		{Name: "a-f16", Type: "F16", Bytes: 270e6, PeakBytes: 400e6, DecodePerSecond: 60, PromptPerSecond: 300, Perplexity: 15},
		{Name: "a-q8", Type: "Q8_0", Bytes: 145e6, PeakBytes: 260e6, DecodePerSecond: 90, Divergence: 0.002, SameFirst: 0.98, Questions: 40, Quality: 0.5},
		{Name: "a-q4", Type: "Q4_0 <x>", Bytes: 92e6, PeakBytes: 200e6, DecodePerSecond: 150, Divergence: 0.2},
	}
}

func TestRecommendationIsFastAndLikeTheOriginal(t *testing.T) {
	tests := []struct {
		free int64
		want int
	}{{0, 1}, {1 << 40, 1}, {220e6, 2}, {1e6, -1}}
	for _, tt := range tests {
		if got, why := recipe.Recommend(rows(), tt.free); got != tt.want || why == "" {
			t.Errorf("%d free: got %d, %q; want %d", tt.free, got, why, tt.want)
		}
	}
}

func TestChartIsWellFormedWhateverTheFigures(t *testing.T) {
	r := rows()
	r[1].Divergence, r[2].DecodePerSecond = math.NaN(), math.Inf(1)
	svg := recipe.Chart(r)
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") || strings.Count(svg, "<circle") != 3 {
		t.Errorf("got %s", svg)
	}
}

func TestTableHasALineForEachCopy(t *testing.T) {
	table := recipe.Table(rows())
	if strings.Count(table, "\n") != 5 || !strings.Contains(table, "50 % of 40") {
		t.Errorf("got %s", table)
	}
}

func TestPlanSaysThatItIsNotRun(t *testing.T) {
	if p := recipe.Plan(model(4096, 0), "x"); !strings.Contains(p, "Not run here") || !strings.Contains(p, "vllm serve") {
		t.Errorf("got %s", p)
	}
}

func TestFileStatesItsType(t *testing.T) {
	f := model(4096, 0)
	if got := recipe.Stated(f); got != "" {
		t.Errorf("nothing stated: got %q", got)
	}
	f.Meta = append(f.Meta, gguf.KV{Key: "general.file_type", Value: uint32(15)})
	if got := recipe.Stated(f); got != "q4_k_m" {
		t.Errorf("got %q", got)
	}
}
