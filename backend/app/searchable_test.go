package app

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/config"
)

func TestPictureBecomesAPDFThatCanBeSearched(t *testing.T) {
	c, err := config.Load(nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(c)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	// As many letters as a page has: with few, a reader takes them for a stamp.
	const line = "Either party may terminate this Agreement."
	img, err := drawn(line)
	if err != nil {
		t.Fatal(err)
	}
	g := &image.Gray{Pix: bytes.Repeat(img.Pix, 9), Stride: img.Width, Rect: image.Rect(0, 0, img.Width, 9*img.Height)}
	var data bytes.Buffer
	if err := png.Encode(&data, g); err != nil {
		t.Fatal(err)
	}
	scratch, err := os.Create(filepath.Join(t.TempDir(), "scratch"))
	if err != nil {
		t.Fatal(err)
	}
	defer scratch.Close()
	var out bytes.Buffer
	n, err := r.Searchable(t.Context(), mark.File{Name: "notice.png", Size: int64(data.Len()), Data: bytes.NewReader(data.Bytes())}, scratch, &out)
	if mark.CodeOf(err) == mark.Unavailable {
		t.Skip("scans cannot be read here:", err)
	}
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	_, pages, err := r.Read(t.Context(), mark.File{Name: "notice.pdf", Size: int64(out.Len()), Data: bytes.NewReader(out.Bytes())})
	if err != nil {
		t.Fatal(err)
	}
	for p, err := range pages {
		if err != nil || p.OCR || strings.Count(p.Text, line) != 9 {
			t.Errorf("recognised again: %v; %q, %v", p.OCR, p.Text, err)
		}
	}
}

func TestWhatIsNoScanCannotBeMadeSearchable(t *testing.T) {
	c, err := config.Load(nil, nil, []string{"modules.ocr=true"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(c)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text := []byte("The tenant pays.")
	if _, err := r.Searchable(t.Context(), mark.File{Name: "note.txt", Size: int64(len(text)), Data: bytes.NewReader(text)}, nil, &bytes.Buffer{}); mark.CodeOf(err) != mark.Unsupported {
		t.Error(err)
	}
}

func TestAScanOfAMatterIsDrawnReadAgainAndCopied(t *testing.T) {
	a := start(t, filepath.Join(t.TempDir(), "home"), "modules.embeddings=false", "modules.chat=false")
	const line = "Either party may terminate this Agreement."
	img, err := drawn(line)
	if err != nil {
		t.Fatal(err)
	}
	g := &image.Gray{Pix: bytes.Repeat(img.Pix, 9), Stride: img.Width, Rect: image.Rect(0, 0, img.Width, 9*img.Height)}
	var data bytes.Buffer
	if err := png.Encode(&data, g); err != nil {
		t.Fatal(err)
	}
	m := add(t, a, write(t, map[string][]byte{"notice.png": data.Bytes()}))
	doc := documents(t, a, m.ID)["notice.png"]
	if doc.OCRPages == 0 {
		t.Skip("scans cannot be read here:", doc.Problem)
	}
	picture, err := a.Desk.Picture(t.Context(), m.ID, doc.ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	if seen, err := png.Decode(bytes.NewReader(picture)); err != nil || seen.Bounds().Dx() < 300 {
		t.Errorf("the page is drawn as %v, %v", seen, err)
	}
	var copied bytes.Buffer
	if err := a.Desk.Searchable(t.Context(), m.ID, doc.ID, func(string) (io.Writer, error) { return &copied, nil }); err != nil {
		t.Fatal(err)
	}
	// The copy has text of its own, and is read again from its picture.
	if _, err := a.Desk.Upload(t.Context(), m.ID, "copy.pdf", bytes.NewReader(copied.Bytes())); err != nil {
		t.Fatal(err)
	}
	await(t, a, m.ID)
	own := documents(t, a, m.ID)["copy.pdf"]
	page, err := a.Desk.Page(t.Context(), m.ID, own.ID, 1)
	if err != nil || page.OCR || strings.Count(page.Text, line) != 9 {
		t.Fatalf("the copy reads %q, recognised: %v, %v", page.Text, page.OCR, err)
	}
	job, err := a.Desk.ReadAgain(t.Context(), m.ID, own.ID)
	if err != nil {
		t.Fatal(err)
	}
	await(t, a, m.ID)
	if page, err = a.Desk.Page(t.Context(), m.ID, job.Document, 1); err != nil || !page.OCR || !strings.Contains(page.Text, "terminate") {
		t.Errorf("read again: %q, recognised: %v, %v", page.Text, page.OCR, err)
	}
}
