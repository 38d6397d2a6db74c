package device

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEmbeddingsAreComputedTheFastestWayThatWasMeasured(t *testing.T) {
	fast := &Trial{Device: "Made-up 9000 (CUDA0)", Graphic: 900, Processor: 190}
	tests := []struct {
		name string
		o    Options
		want Way
	}{
		{"nothing is known of graphics", Options{Known: true, Loops: true, Runtime: true}, Native},
		{"no loops for the processor", Options{Known: true, Runtime: true}, Runtime},
		{"no loops, and no runtime either", Options{Known: true}, Native},
		{"a model that the encoder does not know", Options{Loops: true, Runtime: true}, Runtime},
		{"neither knows it", Options{Loops: true}, ""},
		{"a fast graphics processor", Options{Known: true, Loops: true, Runtime: true, Trial: fast}, Graphic},
		{"its runtime is gone", Options{Known: true, Loops: true, Trial: fast}, Native},
		{"one that is hardly faster", Options{Known: true, Loops: true, Runtime: true, Trial: &Trial{"Small (Vulkan0)", 200, 190}}, Native},
		{"one that is slower than llama.cpp without it", Options{Runtime: true, Trial: &Trial{"Small (Vulkan0)", 10, 30}}, Runtime},
		{"one that failed", Options{Known: true, Loops: true, Runtime: true, Trial: &Trial{"Broken (Vulkan0)", 0, 190}}, Native},
		{"none was found", Options{Known: true, Loops: true, Runtime: true, Trial: &Trial{}}, Native},
		{"the encoder is wanted", Options{Engine: "native", Known: true, Runtime: true, Trial: fast}, Native},
		{"it is wanted and does not know the model", Options{Engine: "native", Runtime: true, Trial: fast}, ""},
		{"llama.cpp is wanted", Options{Engine: "llama", Known: true, Loops: true, Runtime: true}, Runtime},
		{"llama.cpp is wanted and has graphics", Options{Engine: "llama", Known: true, Loops: true, Runtime: true, Trial: fast}, Graphic},
		{"llama.cpp is wanted and not there", Options{Engine: "llama", Known: true, Loops: true}, ""},
	}
	for _, tt := range tests {
		if got := tt.o.Embedder(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// No way is chosen that the machine does not have.
func TestWayThatIsChosenIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{
			Engine: rapid.SampledFrom([]string{"", "auto", "native", "llama"}).Draw(t, "engine"),
			Known:  rapid.Bool().Draw(t, "known"), Loops: rapid.Bool().Draw(t, "loops"), Runtime: rapid.Bool().Draw(t, "runtime"),
		}
		if rapid.Bool().Draw(t, "measured") {
			o.Trial = &Trial{"x", rapid.Float64Range(0, 1000).Draw(t, "graphic"), rapid.Float64Range(0, 1000).Draw(t, "processor")}
		}
		way := o.Embedder()
		there := map[Way]bool{
			"":      o.Engine == "native" && !o.Known || o.Engine == "llama" && !o.Runtime || !o.Known && !o.Runtime,
			Native:  o.Known && o.Engine != "llama",
			Runtime: o.Runtime && o.Engine != "native",
			Graphic: o.Runtime && o.Engine != "native" && o.Trial != nil && o.Trial.Graphic > 0 && o.Trial.Graphic >= o.Trial.Processor,
		}
		if !there[way] {
			t.Fatalf("%+v: %q", o, way)
		}
	})
}

func TestTrialsAreToldApartForPeople(t *testing.T) {
	for want, trial := range map[string]*Trial{
		"not measured": nil, "not run": {}, "failed": {Device: "x"}, "900 long passages a second against 190": {"x", 900, 190},
	} {
		if got := trial.String(); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
}
