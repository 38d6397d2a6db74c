package pdfium_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestCoarseScanIsDrawnAsItIsStored(t *testing.T) {
	p := newParser(t, 1)
	scan := func(w, h int) string {
		return fmt.Sprintf("<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Length %d>>\nstream\n%s\nendstream", w, h, w*h, strings.Repeat("\x7f", w*h))
	}
	whole := "q 612 0 0 792 0 0 cm /Im Do Q"
	for name, c := range map[string]struct {
		content, image string
		turn           string
		want           int
	}{
		"coarse":            {whole, scan(850, 1100), "", 100},
		"coarse and turned": {whole, scan(850, 1100), "/Rotate 90", 100},
		"fine":              {whole, scan(1700, 2200), "", 300},
		"a logo":            {"q 100 0 0 100 0 0 cm /Im Do Q", scan(85, 110), "", 300},
		"a background":      {whole, scan(8, 10), "", 300},
	} {
		img, err := open(t, p, pdfOf(c.turn, []string{c.content}, c.image), "").Image(t.Context(), 1, 300)
		if err != nil || img.DPI != c.want {
			t.Errorf("%s: %d dots per inch, %v", name, img.DPI, err)
		}
	}
}
