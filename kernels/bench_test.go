package kernels

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// The sizes are passages of 384 numbers, as MiniLM and bge-small give.
// KERNELS_BENCH_MAX raises the greatest from 100,000; a million takes 0.6 GB.
const benchDim = 384

func benchSizes(b *testing.B) []int {
	most := 100_000
	if s := os.Getenv("KERNELS_BENCH_MAX"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatalf("KERNELS_BENCH_MAX: %v", err)
		}
		most = n
	}
	sizes := []int{}
	for _, n := range []int{10_000, 100_000, 1_000_000, 5_000_000} {
		if n <= most {
			sizes = append(sizes, n)
		}
	}
	return sizes
}

// benchIndex is an index of random rows. Their codes are made at once, not
// from vectors: what they are does not change how long a scan takes.
func benchIndex(n int) *Index {
	r := rand.New(rand.NewPCG(1, 2))
	ix := New(benchDim, Options{})
	var stock []encoded
	for range 1000 {
		e, err := ix.encode(gauss(r, benchDim))
		if err != nil {
			panic(err)
		}
		stock = append(stock, e)
	}
	for i := range n {
		e := stock[i%len(stock)]
		e.scale *= 1 - r.Float32()/10
		ix.place(int64(i), ix.room().put(int64(i), uint32(i/100), e))
	}
	return ix
}

func perRow(b *testing.B, rows int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}

func BenchmarkSearch(b *testing.B) {
	query := gauss(rand.New(rand.NewPCG(3, 4)), benchDim)
	for _, n := range benchSizes(b) {
		ix := benchIndex(n)
		for _, how := range []string{"bytes", "bits"} {
			ix.bitsAbove = map[string]int{"bytes": n, "bits": -1}[how]
			for _, p := range Paths() {
				if p == Reference && n > 100_000 {
					continue
				}
				ix.loops = p.loops()
				b.Run(fmt.Sprintf("passages=%d/%s/%s", n, how, p), func(b *testing.B) {
					for b.Loop() {
						search(b, ix, query, nil, 50)
					}
					perRow(b, n)
				})
			}
		}
	}
}

func BenchmarkSearchOfSomeDocuments(b *testing.B) {
	query := gauss(rand.New(rand.NewPCG(3, 4)), benchDim)
	for _, n := range benchSizes(b) {
		ix := benchIndex(n)
		for _, percent := range []int{50, 10, 1} {
			groups := GroupsOf()
			for g := 0; g < n/100; g += 100 / percent {
				groups = append(groups, make(Groups, max(0, g/64+1-len(groups)))...)
				groups[g/64] |= 1 << (g % 64)
			}
			b.Run(fmt.Sprintf("passages=%d/%d percent", n, percent), func(b *testing.B) {
				for b.Loop() {
					search(b, ix, query, groups, 50)
				}
			})
		}
	}
}

func BenchmarkSearchForSeveral(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range benchSizes(b) {
		view := benchIndex(n).View()
		for _, several := range []int{1, 4, 16} {
			queries := make([][]float32, several)
			for i := range queries {
				queries[i] = gauss(r, benchDim)
			}
			b.Run(fmt.Sprintf("passages=%d/queries=%d", n, several), func(b *testing.B) {
				for b.Loop() {
					if _, err := view.SearchAll(b.Context(), queries, nil, 50); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*several), "ns/query")
			})
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	vectors := make([][]float32, 1000)
	for i := range vectors {
		vectors[i] = gauss(r, benchDim)
	}
	for _, p := range Paths() {
		b.Run(p.String(), func(b *testing.B) {
			ix := New(benchDim, Options{Path: p})
			for i := 0; b.Loop(); i++ {
				if err := ix.Add(int64(i%100_000), 0, vectors[i%len(vectors)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMemory is near the limit: how fast one core copies the bytes of the
// rows, reading and writing counted.
func BenchmarkMemory(b *testing.B) {
	for _, n := range benchSizes(b) {
		from, to := make([]byte, n*benchDim), make([]byte, n*benchDim)
		for i := range from {
			from[i] = byte(i) // memory never written is not memory yet
		}
		b.Run(fmt.Sprintf("passages=%d", n), func(b *testing.B) {
			for b.Loop() {
				copy(to, from)
			}
			b.ReportMetric(float64(2*len(from)*b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
		})
	}
}
