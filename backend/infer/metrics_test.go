package infer

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sample is a line of Prometheus' text format.
var sample = regexp.MustCompile(`^([a-z_]+)\{((?:[a-z]+="(?:[^"\\]|\\.)*",?)+)\} ([0-9eE.+-]+)$`)

func TestMetricsFollowTheFormatOfPrometheus(t *testing.T) {
	m := ModelStats{Model: "a\"b\\c\n", Status: Status{State: Ready}, Memory: 7, Stats: Stats{Requests: 3, Tokens: 40, Waiting: 2}}
	for _, v := range []float64{0.001, 0.3, 0.3, 1e9} {
		m.Stats.FirstToken.add(v)
	}
	m.Stats.Between.add(100)
	var b bytes.Buffer
	if err := WriteMetrics(&b, []ModelStats{m, {Model: "other"}}); err != nil {
		t.Fatal(err)
	}
	kinds, family := map[string]string{}, ""
	counts := map[string]float64{}
	last := 0.0
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			if kinds[name] != "" {
				t.Errorf("%s is declared twice", name)
			}
			kinds[name], family, last = kind, name, 0
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		g := sample.FindStringSubmatch(line)
		if g == nil {
			t.Fatalf("%q is no sample", line)
		}
		name, labels := g[1], g[2]
		v, err := strconv.ParseFloat(g[3], 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count"); base != family {
			t.Errorf("%q stands under %s", line, family)
		}
		if !strings.HasPrefix(labels, `model="a\"b\\c\n"`) {
			continue
		}
		if strings.HasSuffix(name, "_bucket") {
			if v < last {
				t.Errorf("%q is below the bucket before it", line)
			}
			last = v
			if strings.Contains(labels, `le="+Inf"`) {
				name += "_all"
			} else {
				continue
			}
		}
		counts[name] = v
	}
	for name, want := range map[string]float64{
		"markai_model_loaded": 1, "markai_model_memory_bytes": 7, "markai_requests_total": 3, "markai_tokens_written_total": 40, "markai_requests_waiting": 2,
		"markai_first_token_seconds_count": 4, "markai_first_token_seconds_bucket_all": 4, "markai_inter_token_seconds_sum": 0.1,
	} {
		if got, ok := counts[name]; !ok || got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if kinds["markai_first_token_seconds"] != "histogram" || kinds["markai_tokens_written_total"] != "counter" {
		t.Errorf("kinds are %v", kinds)
	}
}
