//go:build unix

package encoder

import (
	"testing"

	"markai/kernels"
)

// BenchmarkEmbed counts the time of the processor, on one thread.
func BenchmarkEmbed(b *testing.B) {
	w := readModel(b)
	for _, path := range kernels.Paths()[1:] {
		e := load(b, w, path)
		for name, some := range sets(b) {
			b.Run(path.String()+"/"+name, func(b *testing.B) {
				began := cpuTime()
				for b.Loop() {
					if _, err := e.Embed(b.Context(), Request{Passages: some, Threads: 1}); err != nil {
						b.Fatal(err)
					}
				}
				seconds := (cpuTime() - began).Seconds() / float64(b.N)
				_, products := e.products(some)
				b.ReportMetric(float64(len(some))/seconds, "passages/s")
				b.ReportMetric(float64(count(some))/seconds, "tokens/s")
				b.ReportMetric(products/seconds/1e9, "GMAC/s")
			})
		}
	}
}

// BenchmarkLoad packs a model that has been read.
func BenchmarkLoad(b *testing.B) {
	w := readModel(b)
	for b.Loop() {
		load(b, w, kernels.Auto)
	}
}
