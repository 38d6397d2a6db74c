package pdfium_test

import (
	"bytes"
	"encoding/xml"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/pdfium"
)

// recognised is a page with words and where they stand.
func recognised(n int, words ...mark.Word) mark.Page {
	return mark.Page{Number: n, OCR: true, Text: "Either party may αντίγραφο", Words: words}
}

var layerWords = []mark.Word{
	{Start: 0, End: 6, Box: mark.Rect{X0: 80, Y0: 100, X1: 130, Y1: 114}},
	{Start: 7, End: 12, Box: mark.Rect{X0: 136, Y0: 100, X1: 170, Y1: 114}},
	{Start: 13, End: 16, Box: mark.Rect{X0: 176, Y0: 100, X1: 203, Y1: 114}},
	{Start: 17, End: 35, Box: mark.Rect{X0: 80, Y0: 130, X1: 160, Y1: 144}},
}

// layered is data with words on its pages.
func layered(t *testing.T, data []byte, password string, pages ...mark.Page) []byte {
	t.Helper()
	pool := pdfium.NewPool(pdfium.Options{Processes: 1, CacheDir: cacheDir(t)})
	defer pool.Close()
	var out bytes.Buffer
	f := mark.File{Name: "scan.pdf", Size: int64(len(data)), Data: bytes.NewReader(data), Password: password}
	if err := pdfium.Layer(t.Context(), pool, f, pages, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func standsAt(a, b mark.Rect, points float64) bool {
	return max(math.Abs(a.X0-b.X0), math.Abs(a.X1-b.X1)) <= points && max(math.Abs(a.Y0-b.Y0), math.Abs(a.Y1-b.Y1)) <= 4+points
}

func TestRecognisedWordsAreFoundWhereTheyStand(t *testing.T) {
	p := newParser(t, 1)
	picture := "<</Type/XObject/Subtype/Image/Width 300/Height 1000/ColorSpace/DeviceGray/BitsPerComponent 8/Length 300000>>\nstream\n" + strings.Repeat("\x7f", 300_000) + "\nendstream"
	for _, turn := range []string{"", "/Rotate 90", "/Rotate 180", "/Rotate 270", "/CropBox[20 30 500 700]", "/CropBox[20 30 500 700]/Rotate 90"} {
		data := pdfOf(turn, []string{"q 90 0 0 90 40 40 cm /Im Do", text(72, 300, "Second")}, picture)
		out := layered(t, data, "", recognised(1, layerWords...))
		if len(out) > len(data)+100_000 { // the font with Greek letters is most of it
			t.Errorf("%q: %d bytes became %d", turn, len(data), len(out))
		}
		src := open(t, p, out, "")
		page, err := src.Page(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(page.Text), " "); got != "Either party may αντίγραφο" || len(page.Words) != 4 {
			t.Errorf("%q: %q", turn, got)
			continue
		}
		for i, w := range page.Words {
			if !standsAt(w.Box, layerWords[i].Box, 2) {
				t.Errorf("%q: %q stands at %v, want %v", turn, page.Text[w.Start:w.End], w.Box, layerWords[i].Box)
			}
		}
		before, _ := open(t, p, data, "").Image(t.Context(), 1, 72)
		after, err := src.Image(t.Context(), 1, 72)
		if err != nil || !bytes.Equal(before.Pix, after.Pix) {
			t.Errorf("%q: the page looks different, %v", turn, err)
		}
		if second, err := src.Page(t.Context(), 2); err != nil || second.Text != "Second" {
			t.Errorf("%q: the other page says %q, %v", turn, second.Text, err)
		}
	}
}

func TestOtherReadersFindTheRecognisedWordsToo(t *testing.T) {
	poppler, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	for _, turn := range []string{"", "/Rotate 90"} {
		data := pdfOf(turn, []string{"q 0.5 0 0 0.5 9 9 cm 0 0 5 5 re f"})
		file := filepath.Join(t.TempDir(), "layered.pdf")
		if err := os.WriteFile(file, layered(t, data, "", recognised(1, layerWords...)), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), poppler, "-bbox", file, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Words []struct {
				X0   float64 `xml:"xMin,attr"`
				Y0   float64 `xml:"yMin,attr"`
				X1   float64 `xml:"xMax,attr"`
				Y1   float64 `xml:"yMax,attr"`
				Text string  `xml:",chardata"`
			} `xml:"body>doc>page>word"`
		}
		if err := xml.Unmarshal(out, &page); err != nil || len(page.Words) != len(layerWords) {
			t.Fatalf("%q: %d words, %v\n%s", turn, len(page.Words), err, out)
		}
		for i, w := range page.Words {
			want := layerWords[i]
			if w.Text != recognised(1).Text[want.Start:want.End] || !standsAt(mark.Rect{X0: w.X0, Y0: w.Y0, X1: w.X1, Y1: w.Y1}, want.Box, 2) {
				t.Errorf("%q: %q at %v, %v to %v, %v; want %v", turn, w.Text, w.X0, w.Y0, w.X1, w.Y1, want.Box)
			}
		}
	}
}

func TestWordsOfAPageOnItsSideKeepTheirDirection(t *testing.T) {
	p := newParser(t, 1)
	data := pdfOf("", []string{"0 0 5 5 re f"})
	for name, words := range map[string][]mark.Word{
		"down": {{Start: 0, End: 6, Box: mark.Rect{X0: 100, Y0: 80, X1: 114, Y1: 130}}, {Start: 7, End: 12, Box: mark.Rect{X0: 100, Y0: 136, X1: 114, Y1: 170}}},
		"up":   {{Start: 0, End: 6, Box: mark.Rect{X0: 100, Y0: 580, X1: 114, Y1: 630}}, {Start: 7, End: 12, Box: mark.Rect{X0: 100, Y0: 540, X1: 114, Y1: 574}}},
	} {
		page, err := open(t, p, layered(t, data, "", recognised(1, words...)), "").Page(t.Context(), 1)
		if err != nil || strings.Join(strings.Fields(page.Text), " ") != "Either party" {
			t.Errorf("%s: %q, %v", name, page.Text, err)
			continue
		}
		for i, w := range page.Words {
			if b := words[i].Box; math.Abs(w.Box.Y0-b.Y0) > 2 || math.Abs(w.Box.Y1-b.Y1) > 2 || w.Box.X0 < b.X0-4 || w.Box.X1 > b.X1+4 {
				t.Errorf("%s: %v, want %v", name, w.Box, b)
			}
		}
	}
}

func TestProtectedFileStaysProtectedUnderItsWords(t *testing.T) {
	p := newParser(t, 1)
	out := layered(t, encrypted("sesame", "Notice"), "sesame", recognised(1, layerWords[:3]...))
	if _, err := p.Open(t.Context(), mark.File{Name: "notice.pdf", Size: int64(len(out)), Data: bytes.NewReader(out)}); mark.CodeOf(err) != mark.NeedsPassword {
		t.Error("it opens without its password:", err)
	}
	page, err := open(t, p, out, "sesame").Page(t.Context(), 1)
	if err != nil || !strings.Contains(page.Text, "Notice") || !strings.Contains(page.Text, "Either party may") {
		t.Errorf("%q, %v", page.Text, err)
	}
}

func TestLayerOfWhatIsNoPDFSaysSo(t *testing.T) {
	pool := pdfium.NewPool(pdfium.Options{Processes: 1, CacheDir: cacheDir(t)})
	defer pool.Close()
	data := []byte("Notice of motion")
	f := mark.File{Name: "notice.txt", Size: int64(len(data)), Data: bytes.NewReader(data)}
	var out bytes.Buffer
	if err := pdfium.Layer(t.Context(), pool, f, nil, &out); mark.CodeOf(err) != mark.Unsupported || out.Len() != 0 {
		t.Errorf("%v, %d bytes", err, out.Len())
	}
	if err := pdfium.Layer(t.Context(), pool, mark.File{Size: 1, Data: bytes.NewReader([]byte("x"))}, []mark.Page{recognised(3, layerWords...)}, &out); err == nil {
		t.Error("no error")
	}
}
