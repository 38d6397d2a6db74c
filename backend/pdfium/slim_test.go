package pdfium

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"

	mark "markai/backend"
)

func TestEngineThatAPageMadeLargeIsGivenUp(t *testing.T) {
	e := &compiled
	before := e.memory.Load()
	const w, h = 6500, 6500 // 127 MB in colour
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(make([]byte, 3*w*h)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	picture := fmt.Sprintf("<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream", w, h, packed.Len(), packed.String())
	const draw = "q 612 0 0 792 0 0 cm /Im Do Q"
	pdf := "%PDF-1.4\n" + strings.Join([]string{
		"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
		"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj",
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</Im 5 0 R>>>>>>endobj",
		fmt.Sprintf("4 0 obj<</Length %d>>\nstream\n%s\nendstream endobj", len(draw), draw),
		"5 0 obj" + picture + " endobj",
		"trailer<</Root 1 0 R>>\n%%EOF",
	}, "\n")
	src, err := e.open(t.Context(), mark.File{Size: int64(len(pdf)), Data: strings.NewReader(pdf)})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if e.memory.Load() == before {
		t.Skip("what engines hold is not counted on this system")
	}
	for range 2 { // it is opened again where it is needed
		img, err := src.Image(t.Context(), 1, 72)
		if err != nil || img.Width != 612 || img.Pix[0] > 10 {
			t.Fatal("not drawn:", err)
		}
		if n := e.memory.Load() - before; n > maxGrown {
			t.Errorf("%d MiB are held after the page", n>>20)
		}
	}
}
