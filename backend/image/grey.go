package image

import (
	"image"
	"image/color"
	"image/draw"

	scale "golang.org/x/image/draw"
)

// grey makes a grey picture of the size asked for; what is transparent is white.
func grey(img image.Image, size image.Point) *image.Gray {
	g := greyOf(img)
	if g.Rect.Size() == size {
		return g
	}
	out := image.NewGray(image.Rectangle{Max: size})
	scale.ApproxBiLinear.Scale(out, out.Rect, g, g.Rect, draw.Src, nil)
	return out
}

// greyOf makes a picture grey, the kinds that scans come in without asking for
// the colour of each dot.
func greyOf(img image.Image) *image.Gray {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if g, ok := img.(*image.Gray); ok && g.Stride == w && b.Min == (image.Point{}) {
		return g
	}
	g := image.NewGray(image.Rect(0, 0, w, h))
	row := func(y int) []uint8 { return g.Pix[y*g.Stride : y*g.Stride+w] }
	switch p := img.(type) {
	case *image.Gray:
		for y := range h {
			copy(row(y), p.Pix[p.PixOffset(b.Min.X, b.Min.Y+y):])
		}
	case *image.YCbCr: // what JPEG calls Y is its grey
		for y := range h {
			copy(row(y), p.Y[p.YOffset(b.Min.X, b.Min.Y+y):])
		}
	case *image.Paletted:
		var to [256]uint8
		for i, c := range p.Palette {
			if i < len(to) {
				to[i] = onWhite(c)
			}
		}
		for y := range h {
			from := p.Pix[p.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range row(y) {
				row(y)[x] = to[from[x]]
			}
		}
	case *image.RGBA: // premultiplied: what is missing is white
		fromRGBA(g, func(y int) []uint8 { return p.Pix[p.PixOffset(b.Min.X, b.Min.Y+y):] }, false)
	case *image.NRGBA:
		fromRGBA(g, func(y int) []uint8 { return p.Pix[p.PixOffset(b.Min.X, b.Min.Y+y):] }, true)
	default:
		for i := range g.Pix {
			g.Pix[i] = 255
		}
		draw.Draw(g, g.Rect, img, b.Min, draw.Over)
	}
	return g
}

// fromRGBA fills g from rows of four bytes a dot.
func fromRGBA(g *image.Gray, from func(y int) []uint8, multiply bool) {
	for y := range g.Rect.Dy() {
		in, out := from(y), g.Pix[y*g.Stride:y*g.Stride+g.Rect.Dx()]
		for x := range out {
			p := in[4*x : 4*x+4 : 4*x+4]
			v, a := (19595*uint32(p[0])+38470*uint32(p[1])+7471*uint32(p[2])+1<<15)>>16, uint32(p[3])
			if multiply {
				v = v * a / 255
			}
			out[x] = uint8(min(v+255-a, 255))
		}
	}
}

// onWhite is the grey of a colour on white paper.
func onWhite(c color.Color) uint8 {
	if c == nil {
		return 255
	}
	_, _, _, a := c.RGBA()
	v := uint32(color.Gray16Model.Convert(c).(color.Gray16).Y) //nolint:forcetypeassert // what the model makes
	return uint8(min(v+0xffff-a, 0xffff) >> 8)
}

// bytesPerDot is what a decoded picture of a colour model takes.
func bytesPerDot(m color.Model) int {
	switch m {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.YCbCrModel:
		return 3
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	return 4
}
