//go:build cgo

package tesseract_test

import (
	"bytes"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	mark "markai/backend"
	"markai/backend/tesseract"
)

// printed is a page as it came from the printer, at 300 dots per inch, and what
// it says.
type printed struct {
	name string
	gray *image.Gray
	text string
}

// TestDegradedScansAreReadBetterThanByTesseractAlone prints the character error
// rates on pages of known text. MARKAI_OCR_PAGES names a folder of NAME.pgm,
// grey at 300 dots per inch, beside NAME.txt; each is degraded in every way.
func TestDegradedScansAreReadBetterThanByTesseractAlone(t *testing.T) {
	dir := os.Getenv("MARKAI_OCR_PAGES")
	if dir == "" {
		t.Skip("MARKAI_OCR_PAGES does not name a folder of pages to measure on")
	}
	r, _ := recogniser(t)
	pages := printedPages(t, dir)
	var oursAll, theirsAll float64
	for i, d := range degradations {
		if only := os.Getenv("MARKAI_OCR_ONLY"); only != "" && !strings.Contains(d.name, only) {
			continue
		}
		ours, theirs := errorRates(t, r, pages, i)
		t.Logf("%-26s Tesseract alone %6.2f %%   here %6.2f %%", d.name, 100*theirs, 100*ours)
		if i == 0 {
			if ours > theirs+0.001 {
				t.Errorf("clean pages are read worse")
			}
			continue
		}
		oursAll, theirsAll = oursAll+ours, theirsAll+theirs
	}
	n := float64(len(degradations) - 1)
	t.Logf("%-26s Tesseract alone %6.2f %%   here %6.2f %%", "mean of the degraded", 100*theirsAll/n, 100*oursAll/n)
	if oursAll > theirsAll {
		t.Errorf("degraded pages are read worse")
	}
}

// errorRates are the mean error rates of this program and of the tesseract
// command on the pages, degraded in one way.
func errorRates(t *testing.T, r *tesseract.Recogniser, pages []printed, way int) (ours, theirs float64) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	at := make(chan struct{}, 2)
	d := degradations[way]
	for n, p := range pages {
		wg.Go(func() {
			at <- struct{}{}
			defer func() { <-at }()
			dpi := 300.
			if d.scale != 0 {
				dpi *= d.scale
			}
			img := imageOf(d.apply(p.gray, rand.New(rand.NewPCG(uint64(way), uint64(n)))), dpi)
			page, err := r.Recognise(t.Context(), img)
			if err != nil {
				t.Errorf("%s, %s: %v", p.name, d.name, err)
				return
			}
			a, b := errorRate(p.text, page.Text), errorRate(p.text, command(t, img))
			if os.Getenv("MARKAI_OCR_VERBOSE") != "" {
				t.Logf("%s, %s: alone %.4f here %.4f", p.name, d.name, b, a)
			}
			mu.Lock()
			defer mu.Unlock()
			ours, theirs = ours+a, theirs+b
		})
	}
	wg.Wait()
	n := float64(len(pages))
	return ours / n, theirs / n
}

// command is what the tesseract command reads on a picture.
func command(t *testing.T, img mark.Image) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "tesseract", "stdin", "stdout", "-l", "eng", "--dpi", strconv.Itoa(img.DPI))
	c.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	c.Stdin = bytes.NewReader(append(fmt.Appendf(nil, "P5\n%d %d\n255\n", img.Width, img.Height), img.Pix...))
	out, err := c.Output()
	if err != nil {
		t.Error("the tesseract command:", err)
	}
	return string(out)
}

func printedPages(t *testing.T, dir string) []printed {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*.pgm"))
	var out []printed
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(strings.TrimSuffix(f, ".pgm") + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		var w, h, top int
		if _, err := fmt.Sscanf(string(raw[:min(len(raw), 60)]), "P5\n%d %d\n%d\n", &w, &h, &top); err != nil || len(raw) < w*h {
			t.Fatal(f, "is no grey picture", err)
		}
		out = append(out, printed{filepath.Base(f), &image.Gray{Pix: raw[len(raw)-w*h:], Stride: w, Rect: image.Rect(0, 0, w, h)}, string(text)})
	}
	if len(out) == 0 {
		t.Fatal("there are no pages in ", dir)
	}
	return out
}

// errorRate is the character error rate: the edits that turn got into want, by
// the length of want. How either is broken into lines does not matter.
func errorRate(want, got string) float64 {
	a, b := []rune(strings.Join(strings.Fields(want), " ")), []rune(strings.Join(strings.Fields(got), " "))
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return float64(row[len(b)]) / float64(max(len(a), 1))
}

// TestSpoiltPagesAreStillRead holds what the long measurement found, on one
// drawn page.
func TestSpoiltPagesAreStillRead(t *testing.T) {
	r, _ := recogniser(t)
	small := scan(t, sentences)
	page := resized(&image.Gray{Pix: small.Pix, Stride: small.Width, Rect: image.Rect(0, 0, small.Width, small.Height)}, 1.5, 1.5)
	want := strings.Join(sentences, " ")
	for i, d := range degradations {
		switch d.name {
		case "skewed by 8°", "speckled badly", "grain", "75 dpi", "shadow of a book", "on its head, speckled", "stamped":
		default:
			continue
		}
		dpi := 300.
		if d.scale != 0 {
			dpi *= d.scale
		}
		got, err := r.Recognise(t.Context(), imageOf(d.apply(page, rand.New(rand.NewPCG(uint64(i), 0))), dpi))
		if err != nil {
			t.Fatal(err)
		}
		read := got.Text
		if d.name == "stamped" { // the stamp's own words follow
			read = flat(got)[:min(len(flat(got)), len(want))]
		}
		if rate := errorRate(want, read); rate > 0.02 {
			t.Errorf("%s: %.1f %% of the characters are wrong: %q", d.name, 100*rate, flat(got))
		}
	}
}
