package pdfium_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/pdfium"
	"markai/backend/worker"
)

// TestMain lets the test binary be its own worker.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "worker" {
		worker.Main(os.Args[2], pdfium.Handlers())
	}
	os.Exit(m.Run())
}

// newParser starts PDFium's workers; compiled code is kept between runs.
func newParser(t testing.TB, n int) *worker.Parser {
	t.Helper()
	o := pdfium.Options{CacheDir: cacheDir(t), Processes: n}
	pool := pdfium.NewPool(o)
	t.Cleanup(func() { pool.Close() })
	return pdfium.New(pool, o)
}

// cacheDir holds compiled code, and is kept between runs.
func cacheDir(t testing.TB) string {
	t.Helper()
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	dir := filepath.Join(base, "markai", "code")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// corpus names the PDF files to measure on.
func corpus(t testing.TB) []string {
	t.Helper()
	dir := os.Getenv("MARKAI_CORPUS")
	if dir == "" {
		t.Skip("MARKAI_CORPUS does not name a folder of PDF files to measure on")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.pdf"))
	if err != nil || len(files) == 0 {
		t.Fatal("no PDF files there", err)
	}
	hostile, _ := filepath.Glob(filepath.Join(dir, "hostile", "*.pdf"))
	return append(files, hostile...)
}

func readAll(ctx context.Context, p mark.Parser, path string) (pages []mark.Page, took time.Duration, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, err
	}
	began := time.Now()
	src, err := p.Open(ctx, mark.File{Name: filepath.Base(path), Size: int64(len(data)), Data: bytes.NewReader(data)})
	if err != nil {
		return nil, time.Since(began), err
	}
	defer src.Close()
	for n := 1; n <= src.Info().Pages && n <= 300; n++ {
		pg, e := src.Page(ctx, n)
		if e != nil {
			err = e
			continue
		}
		pages = append(pages, pg)
	}
	return pages, time.Since(began), err
}

// TestWordsAgreeWithPopplers prints the word F1 against pdftotext of every file
// of a corpus, and their mean over the born-digital ones.
func TestWordsAgreeWithPopplers(t *testing.T) {
	files := corpus(t)
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed")
	}
	p := newParser(t, 1)
	var sum float64
	var n, pageCount int
	var ours, theirs time.Duration
	for _, f := range files {
		if strings.Contains(f, "hostile") || strings.Contains(strings.ToLower(filepath.Base(f)), "ocr") {
			continue // a text layer made by OCR is not born digital
		}
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		cmd := exec.CommandContext(ctx, "pdftotext", "-q", "-l", "300", f, "-")
		want, err := cmd.Output()
		cancel()
		wall := time.Since(began)
		if err != nil || len(strings.Fields(string(want))) < 20 {
			continue
		}
		pages, took, err := readAll(t.Context(), p, f)
		if err != nil {
			t.Logf("%-60s %v", filepath.Base(f), err)
			continue
		}
		var got strings.Builder
		for _, pg := range pages {
			got.WriteString(pg.Text + "\n")
		}
		score := f1(got.String(), string(want))
		t.Logf("%-60s %.4f  %4d pages  %s against %s", filepath.Base(f), score, len(pages), took.Round(time.Millisecond), wall.Round(time.Millisecond))
		sum += score
		n++
		pageCount += len(pages)
		ours += took
		theirs += wall
	}
	fmt.Printf("word F1 against pdftotext: mean %.4f over %d files; %d pages in %s against %s\n", sum/float64(n), n, pageCount, ours.Round(time.Millisecond), theirs.Round(time.Millisecond))
	if mean := sum / float64(n); mean < 0.98 {
		t.Errorf("mean %.4f", mean)
	}
}

// f1 compares two texts as bags of words.
func f1(a, b string) float64 {
	bag := map[string]int{}
	wa, wb := strings.Fields(fold.Replace(a)), strings.Fields(fold.Replace(b))
	for _, w := range wb {
		bag[w]++
	}
	same := 0
	for _, w := range wa {
		if bag[w] > 0 {
			bag[w]--
			same++
		}
	}
	if len(wa)+len(wb) == 0 {
		return 1
	}
	return 2 * float64(same) / float64(len(wa)+len(wb))
}

// fold evens out how ligatures and hyphens are written.
var fold = strings.NewReplacer("\uFB00", "ff", "\uFB01", "fi", "\uFB02", "fl", "\uFB03", "ffi", "\uFB04", "ffl", "\u00AD", "-", "\f", " ",
	"\u202A", "", "\u202B", "", "\u202C", "", "\u200F", "", "\u200E", "")

// TestEveryFileEndsReadOrWithItsReason goes through all of a corpus.
func TestEveryFileEndsReadOrWithItsReason(t *testing.T) {
	p := newParser(t, 1)
	for _, f := range corpus(t) {
		pages, took, err := readAll(t.Context(), p, f)
		words := 0
		for _, pg := range pages {
			words += len(pg.Words)
		}
		reason := ""
		if err != nil {
			reason = string(mark.CodeOf(err)) + ": " + mark.MessageOf(err)
			if c := mark.CodeOf(err); c == mark.Internal || c == mark.Canceled {
				t.Errorf("%s: %v", filepath.Base(f), err)
			}
		}
		t.Logf("%-62s %4d pages %6d words %8s  %s", filepath.Base(f), len(pages), words, took.Round(time.Millisecond), reason)
		if took > 60*time.Second && len(pages) < 100 {
			t.Errorf("%s took %s", filepath.Base(f), took)
		}
	}
}
