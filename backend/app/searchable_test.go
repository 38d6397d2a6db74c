package app

import (
	"bytes"
	"image"
	"image/png"
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
