package pdfium_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
// of a corpus, and their mean over the born-digital ones. Of the two orders in
// which pdftotext reads, that of the page and that of the file, the one that is
// nearer counts: each takes words apart that the other does not.
func TestWordsAgreeWithPopplers(t *testing.T) {
	files := corpus(t)
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed")
	}
	p := newParser(t, 1)
	var sum float64
	var n, pageCount int
	for _, f := range files {
		if strings.Contains(f, "hostile") || strings.Contains(strings.ToLower(filepath.Base(f)), "ocr") {
			continue // a text layer made by OCR is not born digital
		}
		theirs := [2]string{poppler(t, f), poppler(t, f, "-raw")}
		if len(strings.Fields(theirs[0])) < 20 {
			continue
		}
		pages, _, err := readAll(t.Context(), p, f)
		if err != nil {
			t.Logf("%-60s %v", filepath.Base(f), err)
			continue
		}
		var got strings.Builder
		for _, pg := range pages {
			got.WriteString(pg.Text + "\n")
		}
		score := max(f1(got.String(), theirs[0]), f1(got.String(), theirs[1]))
		t.Logf("%-60s %.4f  %4d pages", filepath.Base(f), score, len(pages))
		sum += score
		n++
		pageCount += len(pages)
	}
	fmt.Printf("word F1 against pdftotext: mean %.4f over %d files, %d pages\n", sum/float64(n), n, pageCount)
	if mean := sum / float64(n); mean < 0.985 {
		t.Errorf("mean %.4f", mean)
	}
}

// poppler returns what pdftotext reads in a file, "" where it fails.
func poppler(t *testing.T, file string, options ...string) string {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "pdftotext", append(options, "-q", "-l", "300", file, "-")...).Output()
	if err != nil {
		return ""
	}
	return string(out)
}

// f1 compares two texts as bags of words.
func f1(a, b string) float64 {
	bag := map[string]int{}
	wa, wb := evened(a), evened(b)
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

// fold evens out how ligatures, hyphens and bullets are written.
var fold = strings.NewReplacer("\uFB00", "ff", "\uFB01", "fi", "\uFB02", "fl", "\uFB03", "ffi", "\uFB04", "ffl", "\u00AD", "-", "\f", " ",
	"\uF0A7", "\u2022", "\uF0B7", "\u2022", "...", " ", "\u202A", "", "\u202B", "", "\u202C", "", "\u200F", "", "\u200E", "")

// footnoted is a word with the number of a footnote glued to it.
var footnoted = regexp.MustCompile(`^(.*[^0-9]{2})([0-9]{1,3})$`)

// evened returns the words of a text as both programs would write them.
func evened(text string) []string {
	var out []string
	for _, w := range strings.Fields(fold.Replace(text)) {
		if strings.Trim(w, ".") == "" { // of a leader
			continue
		}
		if m := footnoted.FindStringSubmatch(w); m != nil {
			out = append(out, m[1], m[2])
			continue
		}
		out = append(out, w)
	}
	return out
}

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
