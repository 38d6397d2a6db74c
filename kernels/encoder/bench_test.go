//go:build unix

package encoder

import (
	"context"
	"testing"

	"markai/kernels"
)

// products is how many multiplications a batch takes, those of attention and
// all.
func (c Config) products(passages [][]int32) float64 {
	sum := 0.0
	for _, p := range passages {
		n, w := float64(len(p)), float64(c.Width)
		sum += float64(c.Layers) * n * (4*w*w + 2*w*float64(c.Feed) + 2*n*w)
	}
	return sum
}

// BenchmarkEmbed counts the time of the processor, on one thread.
func BenchmarkEmbed(b *testing.B) {
	w := readModel(b)
	var long [][]int32
	flat := []int32{}
	for _, p := range tokens(b, 512) {
		flat = append(flat, p...)
	}
	for ; len(flat) >= 256 && len(long) < 32; flat = flat[256:] {
		long = append(long, flat[:256])
	}
	for _, path := range kernels.Paths()[1:] {
		e := load(b, w, path)
		for name, some := range map[string][][]int32{"256 tokens": long, "mixed": tokens(b, 400)} {
			b.Run(path.String()+"/"+name, func(b *testing.B) {
				var times Times
				total := 0
				for _, p := range some {
					total += len(p)
				}
				began := cpuTime()
				for b.Loop() {
					if _, err := e.Embed(context.Background(), Request{Passages: some, Threads: 1, Times: &times}); err != nil {
						b.Fatal(err)
					}
				}
				seconds := (cpuTime() - began).Seconds() / float64(b.N)
				b.ReportMetric(float64(len(some))/seconds, "passages/s")
				b.ReportMetric(float64(total)/seconds, "tokens/s")
				b.ReportMetric(e.products(some)/seconds/1e9, "GMAC/s")
				sum := 0.0
				for _, d := range times {
					sum += d.Seconds()
				}
				for s, d := range times {
					b.Logf("%-20s %5.1f %%", Stage(s), 100*d.Seconds()/sum)
				}
			})
		}
	}
}
