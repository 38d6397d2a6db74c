//go:build cgo

package tesseract_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/tesseract"
	"markai/backend/worker"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// TestMain lets the test binary be its own worker.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "worker" {
		worker.Main(os.Args[2], tesseract.Handlers())
	}
	os.Exit(m.Run())
}

var sentences = []string{
	"IN THE UNITED STATES DISTRICT COURT",
	"Either party may terminate this Agreement",
	"upon fifteen (15) days written notice to the",
	"other party, with or without cause.",
	"The remaining provisions of Section 12 shall",
	"survive the expiration of this Agreement.",
}

// scan draws lines of text as a scanned letter page of 200 dots per inch.
func scan(t testing.TB, lines []string) mark.Image {
	t.Helper()
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 12, DPI: 200, Hinting: font.HintingFull})
	if err != nil {
		t.Fatal(err)
	}
	g := image.NewGray(image.Rect(0, 0, 1700, 1000))
	draw.Draw(g, g.Bounds(), image.NewUniform(color.Gray{Y: 250}), image.Point{}, draw.Src)
	d := font.Drawer{Dst: g, Src: image.NewUniform(color.Gray{Y: 20}), Face: face}
	for i, s := range lines {
		d.Dot = fixed.P(200, 200+i*60)
		d.DrawString(s)
	}
	return mark.Image{Width: 1700, Height: 1000, DPI: 200, Pix: g.Pix}
}

// recogniser makes a pool of two and a recogniser over it.
func recogniser(t testing.TB) (*tesseract.Recogniser, *worker.Pool) {
	t.Helper()
	pool := tesseract.NewPool(tesseract.Options{Processes: 2})
	t.Cleanup(func() { pool.Close() })
	r := tesseract.New(pool)
	blank := mark.Image{Width: 50, Height: 50, DPI: 100, Pix: bytes.Repeat([]byte{255}, 2500)}
	if _, err := r.Recognise(t.Context(), blank); mark.CodeOf(err) == mark.Unavailable {
		t.Skip("Tesseract's language data is not installed:", err)
	} else if err != nil {
		t.Fatal(err)
	}
	return r, pool
}

func flat(p mark.Page) string { return strings.Join(strings.Fields(p.Text), " ") }

func TestScanIsReadWithWordBoxesAndConfidence(t *testing.T) {
	r, _ := recogniser(t)
	p, err := r.Recognise(t.Context(), scan(t, sentences))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Join(sentences, " "); flat(p) != want {
		t.Errorf("got %q", flat(p))
	}
	if !p.OCR || p.Width != 612 || p.Height != 360 || p.Confidence < 0.8 || p.Confidence > 1 {
		t.Errorf("%v × %v, confidence %v", p.Width, p.Height, p.Confidence)
	}
	i := slices.IndexFunc(p.Words, func(w mark.Word) bool { return p.Text[w.Start:w.End] == "Either" })
	if i < 0 {
		t.Fatal("a word is missing")
	}
	if b := p.Words[i].Box; b.X0 < 70 || b.X0 > 74 || b.Y0 < 83 || b.Y1 > 100 {
		t.Errorf("the word stands at %v", b)
	}
}

// quarter turns a picture clockwise by a quarter.
func quarter(img mark.Image) mark.Image {
	out := img
	out.Width, out.Height, out.Pix = img.Height, img.Width, make([]byte, len(img.Pix))
	for y := range img.Height {
		for x := range img.Width {
			out.Pix[x*out.Width+out.Width-1-y] = img.Pix[y*img.Width+x]
		}
	}
	return out
}

func TestTurnedPageIsReadWhereItStands(t *testing.T) {
	r, _ := recogniser(t)
	img := scan(t, sentences)
	// Where the first line stands after each quarter turn, in points.
	for turns, line := range []mark.Rect{
		{X0: 70, Y0: 55, X1: 400, Y1: 75}, {X0: 285, Y0: 70, X1: 305, Y1: 400},
		{X0: 212, Y0: 285, X1: 542, Y1: 305}, {X0: 55, Y0: 212, X1: 75, Y1: 542},
	} {
		p, err := r.Recognise(t.Context(), img)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(flat(p), "IN THE UNITED STATES DISTRICT COURT") || !strings.Contains(flat(p), "fifteen (15) days written notice") {
			t.Errorf("%d turns: got %q", turns, flat(p))
		}
		for _, w := range p.Words[:min(len(p.Words), 6)] {
			if b := w.Box; b.X0 < line.X0 || b.Y0 < line.Y0 || b.X1 > line.X1 || b.Y1 > line.Y1 {
				t.Errorf("%d turns: the word %q stands at %v", turns, p.Text[w.Start:w.End], b)
			}
		}
		img = quarter(img)
	}
}

func TestBlankAndTinyPagesAreEmpty(t *testing.T) {
	r, _ := recogniser(t)
	for _, size := range []image.Point{{1, 1}, {3, 500}, {1700, 2200}} {
		p, err := r.Recognise(t.Context(), mark.Image{Width: size.X, Height: size.Y, DPI: 200, Pix: bytes.Repeat([]byte{255}, size.X*size.Y)})
		if err != nil || p.Text != "" || len(p.Words) != 0 {
			t.Errorf("%v: %q, %v", size, p.Text, err)
		}
	}
}

func TestIncompletePictureIsInvalid(t *testing.T) {
	r, _ := recogniser(t)
	for _, img := range []mark.Image{{}, {Width: 10, Height: 10, Pix: make([]byte, 99)}, {Width: -1, Height: -1, Pix: []byte{1}}} {
		if _, err := r.Recognise(t.Context(), img); mark.CodeOf(err) != mark.Invalid {
			t.Error(err)
		}
	}
}

func TestPagesAreReadAtOnce(t *testing.T) {
	r, pool := recogniser(t)
	img := scan(t, sentences)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if p, err := r.Recognise(t.Context(), img); err != nil || !strings.Contains(flat(p), "Section 12") {
				t.Errorf("%q, %v", flat(p), err)
			}
		})
	}
	wg.Wait()
	if n := len(pool.PIDs()); n != 2 {
		t.Error(n, "processes")
	}
}

func TestKilledWorkerCostsOnePage(t *testing.T) {
	r, _ := recogniser(t)
	r = r.WithPageLimit(20 * time.Millisecond)
	if _, err := r.Recognise(t.Context(), scan(t, sentences)); mark.CodeOf(err) != mark.Crashed {
		t.Fatal(err)
	}
}

func TestMissingLanguageDataIsUnavailable(t *testing.T) {
	for _, o := range []tesseract.Options{{Languages: []string{"xyz"}}, {Languages: []string{"../eng"}}} {
		pool := tesseract.NewPool(o)
		_, err := tesseract.New(pool).Recognise(t.Context(), scan(t, nil))
		pool.Close()
		if mark.CodeOf(err) != mark.Unavailable {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
