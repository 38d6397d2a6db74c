//go:build linux

package sqlite_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/sqlite"
)

// TestLoading prints how long the vectors of an encrypted matter take to be in
// memory after it was opened, with a file that the system has at hand and with
// one that it must read from the disk. MARKAI_BENCH_LOAD says how many there
// are; build/bench/bench.py runs it.
func TestLoading(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("MARKAI_BENCH_LOAD"))
	if err != nil {
		t.Skip("MARKAI_BENCH_LOAD does not say how many vectors")
	}
	const dim = 384
	path, key := filepath.Join(t.TempDir(), "m.db"), marktest.Key()
	open := func() mark.MatterStore {
		return must[mark.MatterStore](t)((&sqlite.Stores{}).OpenMatter(t.Context(), path, key))
	}
	m := open()
	check(t, sqlite.FillVectorsAlone(t.Context(), m, n, randomVectors(min(n, 2000), dim, 1)))
	must[[]int64](t)(sqlite.KeepBlocks(t.Context(), m))
	check(t, m.Close())
	query := randomVectors(1, dim, 2)[0]
	for _, cold := range []bool{true, false, true, false, true, false} {
		what := "loading, file at hand"
		if cold {
			what = "loading, file from the disk"
			forget(t, path)
		}
		began, before := time.Now(), used(t)
		m := open()
		if hits := must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), query, nil, 50)); len(hits) != 50 {
			t.Fatalf("found %d passages, want 50", len(hits))
		}
		million := float64(n) / 1e6
		t.Logf("%-34s %8.1f ms a million, %.1f ms of processor time, %d passages", what, ms(time.Since(began))/million, ms(used(t)-before)/million, n)
		check(t, m.Close())
	}
}

// forget has the system forget what it remembers of a file.
func forget(t *testing.T, path string) {
	f := must[*os.File](t)(os.Open(path))
	defer f.Close()
	check(t, f.Sync())
	check(t, unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED))
}
