package tesseract

import (
	"image"
	"math"

	mark "markai/backend"

	"golang.org/x/image/draw"
)

// What is done to a picture before it is read, and when. Each was measured on
// pages of known text that were spoilt in known ways; what is not wrong with a
// page is left alone, because every filter costs good pages something.
const (
	goodDPI    = 300 // resolution that Tesseract was trained for
	fewDPI     = 200 // below it a picture is made larger
	tile       = 32  // side of a tile of which the paper's grey is taken
	faintPaper = 200 // paper darker than this is lightened
	dust       = 60  // specks to the square inch that no print has
)

// defects is what is wrong with a picture.
type defects struct {
	small  bool // too few dots per inch
	uneven bool // grey or shadowed paper
	dusty  bool // speckled
}

// examine measures what is wrong with a picture.
func examine(img mark.Image) (defects, paper) {
	p := paperOf(img)
	return defects{
		small:  img.DPI > 0 && img.DPI < fewDPI,
		uneven: p.uneven(),
		dusty:  specks(img, p) > dust,
	}, p
}

// cleaned mends what examine found. The picture may come back larger; scale is
// by how much.
func cleaned(img mark.Image, d defects, p paper) (out mark.Image, scale float64) {
	out = img
	if d.uneven {
		out = p.lightened(out)
	}
	if d.dusty {
		out = median(out)
	}
	if d.small {
		return enlarged(out)
	}
	return out, 1
}

// paper is the grey of the paper around each tile of a picture.
type paper struct {
	w, h int // tiles
	grey []uint8
}

// paperOf takes a tile's paper for as light as the lightest tenth of its dots,
// and that of its neighbours where they are lighter: a tile may lie within a
// heading or a picture.
func paperOf(img mark.Image) paper {
	p := paper{w: (img.Width + tile - 1) / tile, h: (img.Height + tile - 1) / tile}
	own := make([]uint8, p.w*p.h)
	for ty := range p.h {
		for tx := range p.w {
			x0, x1 := tx*tile, min((tx+1)*tile, img.Width)
			y0, y1 := ty*tile, min((ty+1)*tile, img.Height)
			var counts [64]int
			n := 0
			for y := y0; y < y1; y += 2 {
				for _, v := range img.Pix[y*img.Width+x0 : y*img.Width+x1] {
					counts[v>>2]++
				}
				n += x1 - x0
			}
			level := 63
			for seen := counts[63]; level > 0 && seen*10 < n; {
				level--
				seen += counts[level]
			}
			own[ty*p.w+tx] = uint8(level<<2 | 3)
		}
	}
	p.grey = make([]uint8, len(own))
	for ty := range p.h {
		for tx := range p.w {
			var lightest uint8
			for y := max(ty-1, 0); y < min(ty+2, p.h); y++ {
				for x := max(tx-1, 0); x < min(tx+2, p.w); x++ {
					lightest = max(lightest, own[y*p.w+x])
				}
			}
			p.grey[ty*p.w+tx] = lightest
		}
	}
	return p
}

// uneven reports whether a good part of the paper is grey.
func (p paper) uneven() bool {
	grey := 0
	for _, v := range p.grey {
		if v < faintPaper {
			grey++
		}
	}
	return grey*20 > len(p.grey)
}

// at is the paper's grey at a dot, between the middles of four tiles.
func (p paper) row(y int, out []float32) {
	fy := (float32(y)+0.5)/tile - 0.5
	y0 := min(max(int(fy), 0), p.h-1)
	y1 := min(y0+1, p.h-1)
	ay := min(max(fy-float32(y0), 0), 1)
	for x := range out {
		fx := (float32(x)+0.5)/tile - 0.5
		x0 := min(max(int(fx), 0), p.w-1)
		x1 := min(x0+1, p.w-1)
		ax := min(max(fx-float32(x0), 0), 1)
		top := float32(p.grey[y0*p.w+x0])*(1-ax) + float32(p.grey[y0*p.w+x1])*ax
		bottom := float32(p.grey[y1*p.w+x0])*(1-ax) + float32(p.grey[y1*p.w+x1])*ax
		out[x] = top*(1-ay) + bottom*ay
	}
}

// lightened makes the paper white everywhere, and the print on it as much
// darker as it is on white paper.
func (p paper) lightened(img mark.Image) mark.Image {
	out := img
	out.Pix = make([]byte, len(img.Pix))
	level := make([]float32, img.Width)
	for y := range img.Height {
		p.row(y, level)
		row := img.Pix[y*img.Width : (y+1)*img.Width]
		to := out.Pix[y*img.Width : (y+1)*img.Width]
		for x, v := range row {
			to[x] = uint8(min(float32(v)*255/max(level[x], 1), 255))
		}
	}
	return out
}

// specks counts the dark specks of up to three by three dots with nothing
// around them, to the square inch; the dot of an i is larger. Every fourth row
// is looked at. In a picture of few dots per inch they cannot be told from
// print.
func specks(img mark.Image, p paper) float64 {
	w, dpi := img.Width, float64(img.DPI)
	if img.DPI <= 0 {
		dpi = goodDPI
	}
	if w < 5 || img.Height < 5 || dpi < fewDPI {
		return 0
	}
	n, looked := 0, 0
	for y := 2; y < img.Height-2; y += 4 {
		looked++
		row := img.Pix[y*w : (y+1)*w]
		levels := p.grey[y/tile*p.w:]
		for x := 2; x < w-2; x++ {
			limit := uint8(uint(levels[x/tile]) * 5 / 8)
			if row[x] < limit && row[x-1] >= limit && alone(img, x, y, limit) {
				n++
			}
		}
	}
	return float64(n) / (float64(looked) * float64(w)) * dpi * dpi
}

// alone reports whether the ring two dots around a dot, or around the dot at its
// right, is light.
func alone(img mark.Image, x, y int, limit uint8) bool {
	return ring(img, x, y, limit) || x+3 < img.Width && ring(img, x+1, y, limit)
}

func ring(img mark.Image, x, y int, limit uint8) bool {
	w := img.Width
	above, below := img.Pix[(y-2)*w+x-2:][:5], img.Pix[(y+2)*w+x-2:][:5]
	for i := range 5 {
		if above[i] < limit || below[i] < limit {
			return false
		}
	}
	for dy := -1; dy <= 1; dy++ {
		row := img.Pix[(y+dy)*w+x-2:][:5]
		if row[0] < limit || row[4] < limit {
			return false
		}
	}
	return true
}

// median replaces every dot by the middle one of the nine around it.
func median(img mark.Image) mark.Image {
	w, h := img.Width, img.Height
	if w < 3 || h < 3 {
		return img
	}
	out := img
	out.Pix = append([]byte(nil), img.Pix...)
	// Columns of three are sorted once and used by three dots.
	lo, mid, hi := make([]uint8, w), make([]uint8, w), make([]uint8, w)
	for y := 1; y < h-1; y++ {
		above, row, below := img.Pix[(y-1)*w:y*w], img.Pix[y*w:(y+1)*w], img.Pix[(y+1)*w:(y+2)*w]
		for x, b := range row {
			a, c := above[x], below[x]
			lo[x], mid[x], hi[x] = min(a, b, c), max(min(a, b), min(max(a, b), c)), max(a, b, c)
		}
		to := out.Pix[y*w : (y+1)*w]
		for x := 1; x < w-1; x++ {
			// The median of nine: of the greatest low, the middle mid and the least high.
			a := max(lo[x-1], lo[x], lo[x+1])
			b := max(min(mid[x-1], mid[x]), min(max(mid[x-1], mid[x]), mid[x+1]))
			c := min(hi[x-1], hi[x], hi[x+1])
			to[x] = max(min(a, b), min(max(a, b), c))
		}
	}
	return out
}

// enlarged brings a picture to goodDPI.
func enlarged(img mark.Image) (out mark.Image, scale float64) {
	scale = float64(goodDPI) / float64(img.DPI)
	w, h := int(math.Round(float64(img.Width)*scale)), int(math.Round(float64(img.Height)*scale))
	if w > maxPixels/h {
		return img, 1
	}
	from := &image.Gray{Pix: img.Pix, Stride: img.Width, Rect: image.Rect(0, 0, img.Width, img.Height)}
	to := image.NewGray(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(to, to.Rect, from, from.Rect, draw.Src, nil)
	return mark.Image{Width: w, Height: h, DPI: goodDPI, Pix: to.Pix}, scale
}

// shrunk moves boxes found in an enlarged picture back to the one it was made
// from.
func shrunk(words []found, scale float64) {
	if scale == 1 {
		return
	}
	for i, w := range words {
		b := w.box
		words[i].box = image.Rect(
			int(math.Floor(float64(b.Min.X)/scale)), int(math.Floor(float64(b.Min.Y)/scale)),
			int(math.Ceil(float64(b.Max.X)/scale)), int(math.Ceil(float64(b.Max.Y)/scale)))
	}
}
