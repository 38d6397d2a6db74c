package archive_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"testing"
	"time"
)

func TestAHundredThousandFilesAreListedAndHandedOut(t *testing.T) {
	if testing.Short() {
		t.Skip("packs a hundred thousand files")
	}
	const n = 100_000
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := range n {
		w, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%03d/%06d.txt", i/1000, i), Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	got, err := read(t, out.Bytes())
	if err != nil || len(got.files) != n || got.problems != nil || got.info.Pages > 30 {
		t.Errorf("%d files, %d problems, %d pages, %v", len(got.files), len(got.problems), got.info.Pages, err)
	}
	t.Logf("%v", time.Since(began))
}

// A nested bomb doubles at each level; each level alone is harmless.
func TestABombInABombComesOutOneLevelAtATime(t *testing.T) {
	inner := packed(t, nil, "bomb.txt", string(make([]byte, 20<<20)))
	outer := packed(t, nil, "a.zip", string(inner), "b.zip", string(inner))
	got, err := read(t, outer)
	if err != nil || len(got.files) != 2 {
		t.Fatalf("%d files, %v", len(got.files), err)
	}
	again, err := read(t, []byte(got.files["a.zip"]))
	if err != nil || len(again.files) != 0 || len(again.problems) != 1 {
		t.Errorf("%d files, %q, %v", len(again.files), again.problems, err)
	}
}
