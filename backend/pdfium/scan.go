package pdfium

import (
	"context"
	"math"
)

const (
	coarse   = 200 // dots per inch below which a scan is drawn as it is stored
	coarsest = 40  // below it a picture is no scan of a page
)

// scanDPI is the resolution that drawing a page needs at most: that of the
// scan, when the page is a coarse one. PDFium repeats dots where it makes
// pictures larger; recognition does that better itself.
func (d *document) scanDPI(ctx context.Context, p page, dpi int) int {
	if dpi < coarse {
		return dpi
	}
	v := d.native
	covered, finest := 0.0, 0.0
	things := v.pictures(ctx, p, func(at uint64, l, b, r, t float64) {
		w, h := r-l, t-b
		if w <= 0 || h <= 0 || !v.is(ctx, "FPDFImageObj_GetImagePixelSize", at, v.result(0), v.result(1)) {
			return
		}
		size := v.uint32s()
		covered += w * h
		// A picture may be turned: its long side is the box's.
		finest = max(finest, 72*float64(max(size[0], size[1]))/max(w, h))
	})
	if things > maxObjects || v.err != nil || covered < 0.8*p.width*p.height || finest < coarsest || finest >= coarse {
		return dpi
	}
	return int(math.Round(finest))
}
