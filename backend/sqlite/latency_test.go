//go:build unix

package sqlite_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/sqlite"
)

// TestLatency prints how long searches by meaning take in a matter with so
// many passages as MARKAI_BENCH_PASSAGES says, and how long the first one after
// the matter was opened. build/bench/bench.py runs it.
func TestLatency(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("MARKAI_BENCH_PASSAGES"))
	if err != nil {
		t.Skip("MARKAI_BENCH_PASSAGES does not say with how many passages")
	}
	const dim, limit = 384, 50
	path, key := filepath.Join(t.TempDir(), "m.db"), marktest.Key()
	open := func(memory int64) mark.MatterStore {
		return must[mark.MatterStore](t)((&sqlite.Stores{VectorMemory: memory}).OpenMatter(t.Context(), path, key))
	}
	m := open(0)
	check(t, sqlite.FillVectors(t.Context(), m, n, randomVectors(min(n, 20_000), dim, 1)))
	documents := must[[]mark.Document](t)(m.Documents(t.Context()))
	check(t, m.Close())
	some := []mark.DocumentID{}
	for i := 0; i < len(documents); i += 10 {
		some = append(some, documents[i].ID)
	}
	queries := randomVectors(100, dim, 2)
	search := func(m mark.MatterStore, docs []mark.DocumentID, query []float32) time.Duration {
		began := time.Now()
		if hits := must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), query, docs, limit)); len(hits) != limit {
			t.Fatalf("found %d passages, want %d", len(hits), limit)
		}
		return time.Since(began)
	}
	first := func(what string) {
		m := open(0)
		before := used(t)
		took := search(m, nil, queries[0])
		t.Logf("%-34s %8.1f ms, %.1f ms of processor time, %d passages", what, ms(took), ms(used(t)-before), n)
		check(t, m.Close())
	}
	m = open(0)
	for _, id := range must[[]int64](t)(sqlite.Blocks(t.Context(), m)) {
		check(t, sqlite.DropBlock(t.Context(), m, id))
	}
	check(t, m.Close())
	first("first search, without blocks")
	m = open(0)
	must[[]int64](t)(sqlite.KeepBlocks(t.Context(), m))
	check(t, m.Close())
	first("first search, from blocks")
	for _, way := range []struct {
		name   string
		memory int64
		times  int
	}{{"search, in the table (sqlite-vec)", 1, 20}, {"search, in memory", 0, len(queries)}} {
		m := open(way.memory)
		for _, scope := range []struct {
			name string
			docs []mark.DocumentID
		}{{"", nil}, {" of a tenth", some}} {
			search(m, scope.docs, queries[0])
			var times []time.Duration
			for _, q := range queries[:way.times] {
				times = append(times, search(m, scope.docs, q))
			}
			slices.Sort(times)
			t.Logf("%-34s %8.2f ms p50, %.2f ms p95", way.name+scope.name, ms(times[len(times)/2]), ms(times[len(times)*95/100]))
		}
		check(t, m.Close())
	}
}

// used is the processor time of this process.
func used(t *testing.T) time.Duration {
	var u syscall.Rusage
	check(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
