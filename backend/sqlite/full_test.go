package sqlite_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/sqlite"
)

// smallDisk returns a folder on a disk of its own of a few megabytes, and a
// function that fills it to the last byte and returns one that gives the space
// back. It skips the test where no disk can be made.
func smallDisk(t *testing.T) (dir string, fill func() (free func())) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("a small disk is made with tmpfs, which this system lacks")
	}
	dir = t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("no small disk can be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("unmount: %v: %s", err, out)
		}
	})
	return dir, func() func() {
		t.Helper()
		path := filepath.Join(dir, "filler")
		f, err := os.Create(path)
		check(t, err)
		for size := 1 << 20; size > 0; size /= 2 {
			for err = nil; err == nil; {
				_, err = f.Write(make([]byte, size))
			}
		}
		check(t, f.Close())
		return func() { check(t, os.Remove(path)) }
	}
}

func TestFullDiskIsSaidAndReadingGoesOn(t *testing.T) {
	dir, fill := smallDisk(t)
	path, key := filepath.Join(dir, "m.db"), marktest.Key()
	m := must[mark.MatterStore](t)(sqlite.New().OpenMatter(t.Context(), path, key))
	doc := marktest.AddText(t, m, "a.txt", "the tenant pays rent")
	read := func(m mark.MatterStore) {
		t.Helper()
		p := must[mark.Page](t)(m.Page(t.Context(), doc.ID, 1))
		hits := must[[]mark.ScoredChunk](t)(m.MatchWords(t.Context(), "rent", [2]float64{1, 1}, nil, 10))
		if !strings.Contains(p.Text, "tenant") || len(hits) != 1 {
			t.Errorf("page %q, %d hits", p.Text, len(hits))
		}
	}
	free := fill()
	err := m.PutOriginal(t.Context(), doc.ID, io.LimitReader(zeros{}, 4<<20))
	wantCode(t, err, mark.DiskFull)
	read(m)
	check(t, m.Close())
	free()
	free = fill() // what closing gave back too
	m = must[mark.MatterStore](t)(sqlite.New().OpenMatter(t.Context(), path, key))
	read(m)
	wantCode(t, m.PutOriginal(t.Context(), doc.ID, io.LimitReader(zeros{}, 4<<20)), mark.DiskFull)
	free()
	check(t, m.PutOriginal(t.Context(), doc.ID, io.LimitReader(zeros{}, 1<<20)))
	check(t, sqlite.CheckIntegrity(t.Context(), m))
	check(t, m.Close())
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
