package app

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	mark "markai/backend"
)

// onePagePDF is a PDF whose one page says text, which has no parentheses.
func onePagePDF(text string) []byte { return pagesPDF(1, func(int) string { return text }) }

// pagesPDF is a PDF of n pages; text gives what page i, from 1, says.
func pagesPDF(n int, text func(i int) string) []byte {
	const first = 4 // object of the first page; its content follows it
	kids := ""
	for i := range n {
		kids += fmt.Sprintf("%d 0 R ", first+2*i)
	}
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids, n),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}
	for i := range n {
		content := "BT /F1 14 Tf 72 700 Td (" + text(i+1) + ") Tj ET"
		objects = append(objects,
			fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>", first+2*i+1),
			fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content))
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

// drawn is a picture of a few words in 18-point letters, at 300 dots per inch.
func drawn(text string) (mark.Image, error) {
	const size, dpi, margin = 18, 300, 100
	letters, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return mark.Image{}, err
	}
	face, err := opentype.NewFace(letters, &opentype.FaceOptions{Size: size, DPI: dpi})
	if err != nil {
		return mark.Image{}, err
	}
	defer face.Close()
	paper := image.NewGray(image.Rect(0, 0, font.MeasureString(face, text).Ceil()+2*margin, 2*margin+size*dpi/72))
	draw.Draw(paper, paper.Rect, image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: paper, Src: image.Black, Face: face, Dot: fixed.P(margin, margin+size*dpi/72)}
	d.DrawString(text)
	return mark.Image{Width: paper.Rect.Dx(), Height: paper.Rect.Dy(), DPI: dpi, Pix: paper.Pix}, nil
}
