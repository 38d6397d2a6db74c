package pdfium

import (
	"bytes"
	"testing"

	mark "markai/backend"
)

// FuzzOpen feeds the engine itself: whatever the file, it ends with pages or
// with an error that has a sentence.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj 4 0 obj<</Length 30>>stream\nBT /F 9 Tf 9 9 Td (a b) Tj ET \nendstream endobj 5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj trailer<</Root 1 0 R>>"))
	f.Add([]byte("%PDF-1.7\n%%EOF"))
	f.Add([]byte{})
	e := &engine{}
	f.Fuzz(func(t *testing.T, data []byte) {
		src, err := e.open(t.Context(), mark.File{Size: int64(len(data)), Data: bytes.NewReader(data)})
		if err != nil {
			if mark.CodeOf(err) == mark.Internal {
				t.Fatal(err)
			}
			return
		}
		defer src.Close()
		for n := 1; n <= min(src.Info().Pages, 2); n++ {
			p, err := src.Page(t.Context(), n)
			if err == nil && len(p.Words) > 0 && p.Words[len(p.Words)-1].End > len(p.Text) {
				t.Fatal("a word ends after the text")
			}
			if _, err := src.Image(t.Context(), n, 20); err != nil && mark.CodeOf(err) == mark.Internal {
				t.Fatal(err)
			}
		}
	})
}
