package pdfium

import (
	"math"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/requests"
)

const (
	coarse   = 200 // dots per inch below which a scan is drawn as it is stored
	coarsest = 40  // below it a picture is no scan of a page
)

// scanDPI is the resolution that drawing a page needs at most: that of the
// scan, when the page is a coarse one. PDFium repeats dots where it makes
// pictures larger; recognition does that better itself.
func (d *document) scanDPI(p page, dpi int) int {
	if dpi < coarse {
		return dpi
	}
	n, err := d.lib.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: p.request()})
	if err != nil || n.Count > maxObjects {
		return dpi
	}
	covered, finest := 0.0, 0.0
	for i := range n.Count {
		o, err := d.lib.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: p.request(), Index: i})
		if err != nil {
			return dpi
		}
		kind, err := d.lib.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: o.PageObject})
		if err != nil || kind.Type != enums.FPDF_PAGEOBJ_IMAGE {
			continue
		}
		b, err := d.lib.FPDFPageObj_GetBounds(&requests.FPDFPageObj_GetBounds{PageObject: o.PageObject})
		if err != nil {
			return dpi
		}
		size, err := d.lib.FPDFImageObj_GetImagePixelSize(&requests.FPDFImageObj_GetImagePixelSize{ImageObject: o.PageObject})
		if err != nil {
			return dpi
		}
		w, h := float64(b.Right-b.Left), float64(b.Top-b.Bottom)
		if w <= 0 || h <= 0 {
			continue
		}
		covered += w * h
		// A picture may be turned: its long side is the box's.
		finest = max(finest, 72*float64(max(size.Width, size.Height))/max(w, h))
	}
	if covered < 0.8*p.width*p.height || finest < coarsest || finest >= coarse {
		return dpi
	}
	return int(math.Round(finest))
}
