package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"markai/backend/device"
	"markai/backend/sqlite"
	"markai/kernels"
)

// stores opens stores. A matter's vectors in memory may take a quarter of the
// machine's: one that would need more is searched on disk.
func stores() *sqlite.Stores {
	return &sqlite.Stores{VectorMemory: device.Read().Memory / 4}
}

// checkScan times searches among as many invented vectors as can be made in
// some hundredths of a second.
func checkScan(ctx context.Context) (string, error) {
	const (
		dim, passages = 384, 16384
		different     = 64 // vectors, each of which is added many times
	)
	r := rand.New(rand.NewPCG(1, 2))
	vectors := make([][]float32, different)
	for i := range vectors {
		vectors[i] = make([]float32, dim)
		for d := range vectors[i] {
			vectors[i][d] = float32(r.NormFloat64())
		}
	}
	ix := kernels.New(dim, kernels.Options{Expect: passages})
	defer ix.Close()
	for i := range passages {
		if err := ix.Add(int64(i), 0, vectors[i%different]); err != nil {
			return "", err
		}
	}
	best := time.Hour
	for range 10 {
		began := time.Now()
		if _, err := ix.Search(ctx, vectors[0], nil, 50); err != nil {
			return "", err
		}
		best = min(best, time.Since(began))
	}
	return fmt.Sprintf("%s, %d passages compared in %.2f ms", kernels.Best(), passages, float64(best.Microseconds())/1000), nil
}
