package infer

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// family is a group of metrics of one name.
type family struct {
	name, kind, help string
	value            func(ModelStats) float64
	histogram        func(ModelStats) *Histogram
	scale            float64 // of a histogram's values, to the unit in its name; 0: 1
}

// families are all metrics, in their order.
var families = []family{
	{name: "markai_model_loaded", kind: "gauge", help: "1 while the model is loaded.", value: func(m ModelStats) float64 {
		if m.Status.State == Ready {
			return 1
		}
		return 0
	}},
	{name: "markai_model_memory_bytes", kind: "gauge", help: "Memory that the model's process holds.", value: func(m ModelStats) float64 { return float64(m.Memory) }},
	{name: "markai_requests_total", kind: "counter", help: "Requests that ended.", value: func(m ModelStats) float64 { return float64(m.Stats.Requests) }},
	{name: "markai_requests_failed_total", kind: "counter", help: "Requests that ended with an error.", value: func(m ModelStats) float64 { return float64(m.Stats.Failed) }},
	{name: "markai_requests_cancelled_total", kind: "counter", help: "Requests whose caller left before the end.", value: func(m ModelStats) float64 { return float64(m.Stats.Cancelled) }},
	{name: "markai_requests_refused_total", kind: "counter", help: "Requests turned away because too many waited.", value: func(m ModelStats) float64 { return float64(m.Stats.Refused) }},
	{name: "markai_requests_waiting", kind: "gauge", help: "Requests that wait for the model now.", value: func(m ModelStats) float64 { return float64(m.Stats.Waiting) }},
	{name: "markai_requests_running", kind: "gauge", help: "Requests that the model has now.", value: func(m ModelStats) float64 { return float64(m.Stats.Running) }},
	{name: "markai_tokens_written_total", kind: "counter", help: "Tokens written.", value: func(m ModelStats) float64 { return float64(m.Stats.Tokens) }},
	{name: "markai_prompt_tokens_total", kind: "counter", help: "Tokens of prompts.", value: func(m ModelStats) float64 { return float64(m.Stats.Prompt) }},
	{name: "markai_prompt_tokens_cached_total", kind: "counter", help: "Tokens of prompts that need not be computed.", value: func(m ModelStats) float64 { return float64(m.Stats.Cached) }},
	{name: "markai_tokens_guessed_total", kind: "counter", help: "Tokens guessed ahead and verified.", value: func(m ModelStats) float64 { return float64(m.Stats.Guessed) }},
	{name: "markai_tokens_held_total", kind: "counter", help: "Guessed tokens that stand in the text.", value: func(m ModelStats) float64 { return float64(m.Stats.Held) }},
	{name: "markai_first_token_seconds", kind: "histogram", help: "Time until the first token.", histogram: func(m ModelStats) *Histogram { return &m.Stats.FirstToken }},
	{name: "markai_inter_token_seconds", kind: "histogram", help: "Time from a token to the next.", histogram: func(m ModelStats) *Histogram { return &m.Stats.Between }, scale: 1e-3},
	{name: "markai_decode_tokens_per_second", kind: "histogram", help: "Tokens a second after the first, of each request.", histogram: func(m ModelStats) *Histogram { return &m.Stats.PerSecond }},
	{name: "markai_prompt_tokens_per_second", kind: "histogram", help: "Tokens of a prompt computed a second, of each request.", histogram: func(m ModelStats) *Histogram { return &m.Stats.Reading }},
	{name: "markai_batch_requests", kind: "histogram", help: "Requests computed in one step, counted at every token.", histogram: func(m ModelStats) *Histogram { return &m.Stats.Batch }},
}

// WriteMetrics writes how models did in Prometheus' text format (version
// 0.0.4). It holds numbers and the names of models alone.
func WriteMetrics(w io.Writer, models []ModelStats) error {
	b := bufio.NewWriter(w)
	for _, f := range families {
		fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
		for _, m := range models {
			label := `model="` + escape.Replace(m.Model) + `"`
			if f.value != nil {
				fmt.Fprintf(b, "%s{%s} %s\n", f.name, label, number(f.value(m)))
				continue
			}
			scale := f.scale
			if scale == 0 {
				scale = 1
			}
			f.histogram(m).write(b, f.name, label, scale)
		}
	}
	return b.Flush() // the first error of all writes
}

// escape makes a label's value of a name.
var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (h *Histogram) write(w io.Writer, name, label string, scale float64) {
	below := 0
	for i, n := range h.Counts {
		below += n
		bound := "+Inf"
		if up := h.Upper(i); !math.IsInf(up, 1) {
			bound = number(up * scale)
		}
		fmt.Fprintf(w, "%s_bucket{%s,le=\"%s\"} %d\n", name, label, bound, below)
	}
	fmt.Fprintf(w, "%s_sum{%s} %s\n%s_count{%s} %d\n", name, label, number(h.Sum*scale), name, label, h.N)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
