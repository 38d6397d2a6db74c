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
	f.Add([]byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>endobj 2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 8 0 R>>>>/Annots[<</Subtype/Text/Rect[1 1 9 9]/Contents(Why?)/T(A)/M(D:20240101)>><</Subtype/Widget/FT/Tx/T(n)/V(v)/Rect[9 9 50 20]>><</Subtype/Redact/Rect[0 0 99 99]>>]>>endobj 4 0 obj<</Length 60>>stream\nBT /F 9 Tf 9 9 Td (a b) Tj ET 0 0 99 99 re f /X Do 3 Tr 1 g\nendstream endobj 5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj 6 0 obj<</First 7 0 R/Last 7 0 R>>endobj 7 0 obj<</Title(a b)/Parent 6 0 R/Dest[3 0 R/Fit]/First 7 0 R/Next 7 0 R>>endobj 8 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 8 0 R>>>>/Length 5>>stream\n/X Do\nendstream endobj trailer<</Root 1 0 R>>"))
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
			for _, f := range p.Features {
				if f.Start < 0 || f.End < f.Start || f.End > len(p.Text) || f.Page != n {
					t.Fatalf("a feature stands nowhere: %+v", f)
				}
			}
			if _, err := src.Image(t.Context(), n, 20); err != nil && mark.CodeOf(err) == mark.Internal {
				t.Fatal(err)
			}
		}
	})
}
