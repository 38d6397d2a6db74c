//go:build unix

package encoder

import (
	"strconv"
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

// BenchmarkWidths computes four layers of the widths that models come in, with
// weights that mean nothing: how much of the arithmetic a wider model uses.
func BenchmarkWidths(b *testing.B) {
	for _, width := range []int{384, 768, 1024} {
		e := load(b, random(Config{Layers: 4, Width: width, Heads: width / 64, Feed: 4 * width, Words: 1000, Positions: 512}, 1), kernels.Auto)
		some := make([][]int32, 8)
		for i := range some {
			some[i] = make([]int32, 256)
			for j := range some[i] {
				some[i][j] = int32((31*i + 7*j) % 1000)
			}
		}
		b.Run(strconv.Itoa(width), func(b *testing.B) {
			began := cpuTime()
			for b.Loop() {
				if _, err := e.Embed(b.Context(), Request{Passages: some, Threads: 1}); err != nil {
					b.Fatal(err)
				}
			}
			_, products := e.products(some)
			b.ReportMetric(products/((cpuTime()-began).Seconds()/float64(b.N))/1e9, "GMAC/s")
		})
	}
}

// BenchmarkLoad packs a model that has been read.
func BenchmarkLoad(b *testing.B) {
	w := readModel(b)
	for b.Loop() {
		load(b, w, kernels.Auto)
	}
}
