package pdf

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/worker"
)

// TestMain lets the test binary be its own worker.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "worker" {
		worker.Main(os.Args[2], Handlers())
	}
	os.Exit(m.Run())
}

// onePage makes a PDF with one page; page is added to its dictionary.
func onePage(page, content string) []byte {
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[4 0 R]>>",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 32/LastChar 126/Widths[" + strings.Repeat("500 ", 95) + "]/Encoding/WinAnsiEncoding>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<</Font<</F 3 0 R>>>>" + page + ">>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content),
		"<</Title(Notice  of Motion)>>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

const twoLines = "BT /F 12 Tf 72 720 Td (Notice of termination) Tj ET BT /F 12 Tf 72 706 Td (within thirty days.) Tj ET"

func file(data []byte) mark.File {
	return mark.File{Name: "a.pdf", Size: int64(len(data)), Data: bytes.NewReader(data)}
}

func TestPageHasTextAndBoxesAsShown(t *testing.T) {
	for page, want := range map[string]struct {
		w, h float64
		box  mark.Rect
	}{
		"":                         {612, 792, mark.Rect{X0: 72, Y0: 63, X1: 108, Y1: 74.4}},
		"/Rotate 90":               {792, 612, mark.Rect{X0: 717.6, Y0: 72, X1: 729, Y1: 108}},
		"/Rotate 180":              {612, 792, mark.Rect{X0: 504, Y0: 717.6, X1: 540, Y1: 729}},
		"/Rotate -90":              {792, 612, mark.Rect{X0: 63, Y0: 504, X1: 74.4, Y1: 540}},
		"/CropBox[50 100 562 752]": {512, 652, mark.Rect{X0: 22, Y0: 23, X1: 58, Y1: 34.4}},
	} {
		src, err := open(t.Context(), file(onePage(page, twoLines)))
		if err != nil {
			t.Fatal(err)
		}
		if in := src.Info(); in.Pages != 1 || in.Title != "Notice of Motion" || len(in.Notes) != 1 {
			t.Error(in)
		}
		p, err := src.Page(t.Context(), 1)
		if err != nil || p.Text != "Notice of termination\nwithin thirty days." || p.Width != want.w || p.Height != want.h {
			t.Errorf("%s: %q, %v × %v, %v", page, p.Text, p.Width, p.Height, err)
			continue
		}
		if p.Words[0].Box != want.box {
			t.Errorf("%s: the first word stands at %v, not %v", page, p.Words[0].Box, want.box)
		}
	}
}

func TestBrokenFilesSayWhatIsWrong(t *testing.T) {
	whole := onePage("", twoLines)
	for name, data := range map[string][]byte{"empty": nil, "text": []byte("Notice"), "cut": whole[:len(whole)-200]} {
		if _, err := open(t.Context(), file(data)); mark.CodeOf(err) != mark.Damaged {
			t.Errorf("%s: %v", name, err)
		}
	}
	src, err := open(t.Context(), file(onePage("", "BT /F 12 Tf (a) Tj 1 0 Tm ET")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := src.Page(t.Context(), 1); mark.CodeOf(err) != mark.Damaged {
		t.Error(err)
	}
	if _, err := src.Page(t.Context(), 2); mark.CodeOf(err) != mark.NotFound {
		t.Error(err)
	}
}

func FuzzOpen(f *testing.F) {
	limit := int64(1 << 16)
	f.Add(onePage("", twoLines))
	f.Add([]byte("%PDF-1.4\n%%EOF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		// Endless recursion and endless loops are the worker's business; what
		// can be caught must be.
		if int64(len(data)) > limit || !bytes.Equal(data[:min(len(data), 9)], []byte("%PDF-1.4\n")) {
			return
		}
		if src, err := open(t.Context(), file(data)); err == nil {
			src.Page(t.Context(), 1) //nolint:errcheck // that it ends is all
		}
	})
}

// page is a parser of one page.
type page struct {
	text   string
	err    error
	opened int
}

func (p *page) Score(string, []byte) int { return 7 }
func (p *page) Open(context.Context, mark.File) (mark.Source, error) {
	p.opened++
	if p.err != nil {
		return nil, p.err
	}
	return pageSource{p.text}, nil
}

type pageSource struct{ text string }

func (s pageSource) Info() mark.SourceInfo { return mark.SourceInfo{Pages: 1} }
func (s pageSource) Page(context.Context, int) (mark.Page, error) {
	return mark.Page{Number: 1, Text: s.text}, nil
}
func (s pageSource) Image(context.Context, int, int) (mark.Image, error) { return mark.Image{}, nil }
func (s pageSource) Attachments(context.Context) iter.Seq2[mark.Attachment, error] {
	return func(func(mark.Attachment, error) bool) {}
}
func (s pageSource) Close() error { return nil }

func TestSecondOpinionIsAskedWhereTheFirstFails(t *testing.T) {
	damaged, locked := mark.Errorf(mark.Damaged, "Damaged."), mark.Errorf(mark.NeedsPassword, "Locked.")
	words := strings.Repeat("either party may terminate this agreement at will ", 8)
	for _, c := range []struct {
		name          string
		first, second *page
		want          string
		code          mark.Code
		asked         int
	}{
		{"the first reads it", &page{text: "first"}, &page{text: words}, "first", "", 0},
		{"the first cannot open it", &page{err: damaged}, &page{text: "second"}, "second", "", 1},
		{"neither can open it", &page{err: damaged}, &page{err: locked}, "", mark.Damaged, 1},
		{"it needs a password", &page{err: locked}, &page{text: "second"}, "", mark.NeedsPassword, 0},
		{"the first finds nothing, the second words", &page{}, &page{text: words}, words, "", 1},
		{"the first finds nothing, the second a stamp", &page{}, &page{text: "Case 1:19-cv-1 Filed 03/04/20"}, "", "", 1},
		{"the first finds nothing, the second a stamp of single letters", &page{}, &page{text: "Case 1:19-cv-1 Filed 03/04/20 " + strings.Repeat("P\n\nR\n\nO ", 40)}, "", "", 1},
		{"the first finds nothing, the second nonsense", &page{}, &page{text: strings.Repeat("x~q #$rt \x01bz klmnp ", 30)}, "", "", 1},
		{"neither finds anything", &page{}, &page{err: damaged}, "", "", 1},
	} {
		src, err := Fallback(c.first, c.second).Open(t.Context(), mark.File{})
		if c.code != "" {
			if mark.CodeOf(err) != c.code {
				t.Errorf("%s: %v", c.name, err)
			}
		} else if p, err := src.Page(t.Context(), 1); err != nil || p.Text != c.want {
			t.Errorf("%s: %q, %v", c.name, p.Text, err)
		}
		if c.second.opened != c.asked {
			t.Errorf("%s: the second was asked %d times", c.name, c.second.opened)
		}
	}
}

// TestHostileFilesCostNoMoreThanTheWorker goes through a corpus of files.
func TestHostileFilesCostNoMoreThanTheWorker(t *testing.T) {
	dir := os.Getenv("MARKAI_CORPUS")
	if dir == "" {
		t.Skip("MARKAI_CORPUS does not name a folder of PDF files to measure on")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.pdf"))
	hostile, _ := filepath.Glob(filepath.Join(dir, "hostile", "*.pdf"))
	pool := worker.NewPool(worker.Spec{Kind: "pdf", MemoryLimit: 1 << 30}, 1, worker.PoolOptions{})
	defer pool.Close()
	parser := New(pool)
	for _, f := range append(files, hostile...) {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		src, err := parser.Open(t.Context(), file(data))
		if err != nil {
			t.Logf("%-60s %v", filepath.Base(f), mark.MessageOf(err))
			continue
		}
		words := 0
		for n := 1; n <= min(src.Info().Pages, 3) && err == nil; n++ {
			var p mark.Page
			p, err = src.Page(t.Context(), n)
			words += len(p.Words)
		}
		src.Close()
		t.Logf("%-60s %d words %v", filepath.Base(f), words, err)
	}
}
