//go:build cgo

package tesseract_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"

	mark "markai/backend"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
)

// degradations are what happens to pages before they reach a law office, each
// applied to a page as it was printed. The random ones are seeded.
var degradations = []struct {
	name  string
	apply func(*image.Gray, *rand.Rand) *image.Gray
	scale float64 // of the resolution; 0: 1
}{
	{"clean", func(g *image.Gray, _ *rand.Rand) *image.Gray { return g }, 0},
	{"skewed by 1°", func(g *image.Gray, _ *rand.Rand) *image.Gray { return skewed(g, 1) }, 0},
	{"skewed by 4°", func(g *image.Gray, _ *rand.Rand) *image.Gray { return skewed(g, -4) }, 0},
	{"skewed by 8°", func(g *image.Gray, _ *rand.Rand) *image.Gray { return skewed(g, 8) }, 0},
	{"speckled", func(g *image.Gray, r *rand.Rand) *image.Gray { return speckled(g, r, 0.01) }, 0},
	{"speckled badly", func(g *image.Gray, r *rand.Rand) *image.Gray { return speckled(g, r, 0.04) }, 0},
	{"grain", func(g *image.Gray, r *rand.Rand) *image.Gray { return grainy(g, r, 50) }, 0},
	{"JPEG of quality 8", func(g *image.Gray, _ *rand.Rand) *image.Gray { return squeezed(g, 8) }, 0},
	{"100 dpi", func(g *image.Gray, _ *rand.Rand) *image.Gray { return resized(g, 1./3, 1./3) }, 1. / 3},
	{"75 dpi", func(g *image.Gray, _ *rand.Rand) *image.Gray { return resized(g, 0.25, 0.25) }, 0.25},
	{"stamped", func(g *image.Gray, _ *rand.Rand) *image.Gray { return stamped(g) }, 0},
	{"grey and faint", func(g *image.Gray, r *rand.Rand) *image.Gray { return grainy(levels(g, 110, 170), r, 8) }, 0},
	{"shadow of a book", func(g *image.Gray, r *rand.Rand) *image.Gray { return grainy(shadowed(g), r, 6) }, 0},
	{"fax", func(g *image.Gray, r *rand.Rand) *image.Gray { return faxed(g, r, 98) }, 204. / 300},
	{"fine fax", func(g *image.Gray, r *rand.Rand) *image.Gray { return faxed(g, r, 196) }, 204. / 300},
	{"copied often", func(g *image.Gray, r *rand.Rand) *image.Gray { return copied(g, r) }, 0},
	{"on its head", func(g *image.Gray, _ *rand.Rand) *image.Gray { return quarters(g, 2) }, 0},
	{"turned by a quarter", func(g *image.Gray, _ *rand.Rand) *image.Gray { return quarters(g, 1) }, 0},
	{"turned by three quarters", func(g *image.Gray, _ *rand.Rand) *image.Gray { return quarters(g, 3) }, 0},
	{"skewed, speckled, JPEG", func(g *image.Gray, r *rand.Rand) *image.Gray {
		return squeezed(speckled(skewed(g, 2), r, 0.01), 20)
	}, 0},
	{"faint, 150 dpi, JPEG", func(g *image.Gray, r *rand.Rand) *image.Gray {
		return squeezed(grainy(levels(resized(g, 0.5, 0.5), 90, 200), r, 10), 30)
	}, 0.5},
	{"on its head, speckled", func(g *image.Gray, r *rand.Rand) *image.Gray {
		return speckled(quarters(g, 2), r, 0.01)
	}, 0},
}

func imageOf(g *image.Gray, dpi float64) mark.Image {
	return mark.Image{Width: g.Rect.Dx(), Height: g.Rect.Dy(), DPI: int(math.Round(dpi)), Pix: g.Pix}
}

func white(w, h int) *image.Gray {
	return &image.Gray{Pix: bytes.Repeat([]byte{255}, w*h), Stride: w, Rect: image.Rect(0, 0, w, h)}
}

// each returns g with every grey value changed.
func each(g *image.Gray, f func(x, y int, v float64) float64) *image.Gray {
	out := white(g.Rect.Dx(), g.Rect.Dy())
	for i, v := range g.Pix {
		out.Pix[i] = uint8(min(max(math.Round(f(i%g.Stride, i/g.Stride, float64(v))), 0), 255))
	}
	return out
}

// skewed turns a page about its middle.
func skewed(g *image.Gray, degrees float64) *image.Gray {
	out := white(g.Rect.Dx(), g.Rect.Dy())
	s, c := math.Sincos(degrees * math.Pi / 180)
	x, y := float64(g.Rect.Dx())/2, float64(g.Rect.Dy())/2
	draw.BiLinear.Transform(out, f64.Aff3{c, -s, x - c*x + s*y, s, c, y - s*x - c*y}, g, g.Rect, draw.Src, nil)
	return out
}

// speckled throws dust: black and white dots of one to four pixels.
func speckled(g *image.Gray, r *rand.Rand, share float64) *image.Gray {
	out := each(g, func(_, _ int, v float64) float64 { return v })
	w, h := g.Rect.Dx(), g.Rect.Dy()
	for range int(share * float64(w*h) / 2) {
		x, y, v := r.IntN(w-1), r.IntN(h-1), uint8(r.IntN(2)*255)
		for range 1 + r.IntN(3) {
			out.Pix[(y+r.IntN(2))*w+x+r.IntN(2)] = v
		}
	}
	return out
}

// grainy adds a sensor's noise.
func grainy(g *image.Gray, r *rand.Rand, sigma float64) *image.Gray {
	return each(g, func(_, _ int, v float64) float64 { return v + sigma*r.NormFloat64() })
}

// levels maps black and white to dark and light.
func levels(g *image.Gray, dark, light float64) *image.Gray {
	return each(g, func(_, _ int, v float64) float64 { return dark + v/255*(light-dark) })
}

// shadowed darkens a page towards one side, as a copier's lid left open does.
func shadowed(g *image.Gray) *image.Gray {
	w := float64(g.Rect.Dx())
	return each(g, func(x, _ int, v float64) float64 { return v * (0.22 + 0.78*min(float64(x)/w*2, 1)) })
}

func squeezed(g *image.Gray, quality int) *image.Gray {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, g, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	back, err := jpeg.Decode(&b)
	if err != nil {
		panic(err)
	}
	padded := back.(*image.Gray) //nolint:forcetypeassert // a grey picture comes back grey
	out := white(g.Rect.Dx(), g.Rect.Dy())
	draw.Draw(out, out.Rect, padded, image.Point{}, draw.Src)
	return out
}

func resized(g *image.Gray, x, y float64) *image.Gray {
	out := white(int(float64(g.Rect.Dx())*x), int(float64(g.Rect.Dy())*y))
	draw.CatmullRom.Scale(out, out.Rect, g, g.Rect, draw.Src, nil)
	return out
}

// bilevel is what a machine that knows black and white only makes of a page.
func bilevel(g *image.Gray, r *rand.Rand, sigma float64) *image.Gray {
	return each(g, func(_, _ int, v float64) float64 {
		if v+sigma*r.NormFloat64() < 140 {
			return 0
		}
		return 255
	})
}

// faxed sends a page by fax, with down lines to the inch, and prints it with as
// many dots down as across.
func faxed(g *image.Gray, r *rand.Rand, down float64) *image.Gray {
	return resized(bilevel(resized(g, 204./300, down/300), r, 25), 1, 204/down)
}

// copied is a copy of copies: blurred and hardened again and again.
func copied(g *image.Gray, r *rand.Rand) *image.Gray {
	for range 3 {
		g = bilevel(resized(resized(g, 0.5, 0.5), 2, 2), r, 22)
	}
	return g
}

// stamped puts a court's stamp across the text.
func stamped(g *image.Gray) *image.Gray {
	f, err := opentype.Parse(gobold.TTF)
	if err != nil {
		panic(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 30, DPI: 300})
	if err != nil {
		panic(err)
	}
	w, h := g.Rect.Dx(), g.Rect.Dy()
	stamp := white(w, h)
	d := font.Drawer{Dst: stamp, Src: image.NewUniform(color.Gray{Y: 130}), Face: face}
	for i, s := range []string{"RECEIVED", "CLERK OF THE COURT", "2013 JUN 13 P 4:05"} {
		d.Dot = fixed.P(w/5, h/3+i*150)
		d.DrawString(s)
	}
	stamp = skewed(stamp, -12)
	return each(g, func(x, y int, v float64) float64 { return v * float64(stamp.Pix[y*w+x]) / 255 })
}

// quarters turns a page clockwise by quarters.
func quarters(g *image.Gray, n int) *image.Gray {
	img := imageOf(g, 300)
	for range n {
		img = quarter(img)
	}
	return &image.Gray{Pix: img.Pix, Stride: img.Width, Rect: image.Rect(0, 0, img.Width, img.Height)}
}
