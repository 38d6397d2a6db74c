package tesseract

import (
	"image"
	"math"

	mark "markai/backend"
)

const (
	mostSkew  = 12.0 // degrees that are looked for to either side
	leastSkew = 1.5  // degrees below which Tesseract reads better than after turning
	clearer   = 1.25 // how much sharper the lines must be when turned back
)

// skew is by how many degrees the lines of a picture run down to the right; 0
// where it has no lines to tell. The dots of a picture made small are projected
// along every angle: along the lines, rows of print and the white between
// them part most sharply (Postl, 1986; Baird, 1987).
func skew(img mark.Image) float64 {
	xs, ys, h := dots(img)
	const most = 40_000 // enough to tell
	step := max(len(xs)/most, 1)
	if len(xs) < 500 {
		return 0
	}
	rows := make([]int32, 0, h*2)
	sharpness := func(degrees float64) float64 {
		t := math.Tan(degrees * math.Pi / 180)
		// Rows are counted from the highest that a dot can come to.
		offset := 0.0
		width := float64(img.Width) / shrink(img)
		if t > 0 {
			offset = t * width
		}
		n := h + int(math.Abs(t)*width) + 2
		rows = append(rows[:0], make([]int32, n)...)
		for i := 0; i < len(xs); i += step {
			rows[int(float64(ys[i])-t*float64(xs[i])+offset)]++
		}
		sum := 0.0
		for i := 1; i < n; i++ {
			d := float64(rows[i] - rows[i-1])
			sum += d * d
		}
		return sum
	}
	level := sharpness(0)
	best, at := level, 0.0
	try := func(from, to, by float64) {
		for a := from; a <= to; a += by {
			if s := sharpness(a); s > best {
				best, at = s, a
			}
		}
	}
	try(-mostSkew, mostSkew, 0.5)
	try(at-0.4, at+0.4, 0.1)
	if best < clearer*level || math.Abs(at) > mostSkew-0.5 {
		return 0
	}
	return at
}

// shrink is by how much a picture is made smaller to look for its lines: to
// some hundred dots across.
func shrink(img mark.Image) float64 { return float64(max(img.Width/600, 1)) }

// dots are where the small picture is dark, and how high it is.
func dots(img mark.Image) (xs, ys []int16, h int) {
	n := int(shrink(img))
	w := img.Width / n
	h = img.Height / n
	sums := make([]int, w)
	for y := range h {
		clear(sums)
		for dy := range n {
			row := img.Pix[(y*n+dy)*img.Width:][:w*n]
			for x := range sums {
				for _, v := range row[x*n : x*n+n] {
					sums[x] += int(v)
				}
			}
		}
		for x, s := range sums {
			if s < 190*n*n {
				xs, ys = append(xs, int16(x)), append(ys, int16(y))
			}
		}
	}
	return xs, ys, h
}

// turning is a turn of a picture about its middle, into one in which all of it
// has room.
type turning struct {
	sin, cos float64
	from, to image.Point // sizes
}

func turningBy(degrees float64, img mark.Image) turning {
	s, c := math.Sincos(degrees * math.Pi / 180)
	w, h := float64(img.Width), float64(img.Height)
	return turning{
		sin: s, cos: c, from: image.Pt(img.Width, img.Height),
		to: image.Pt(int(math.Ceil(w*c+h*math.Abs(s))), int(math.Ceil(h*c+w*math.Abs(s)))),
	}
}

// back is where a point of the turned picture was.
func (t turning) back(x, y float64) (float64, float64) {
	x, y = x-float64(t.to.X)/2, y-float64(t.to.Y)/2
	return x*t.cos - y*t.sin + float64(t.from.X)/2, x*t.sin + y*t.cos + float64(t.from.Y)/2
}

// straightened turns a picture back whose lines run down to the right.
func (t turning) straightened(img mark.Image) mark.Image {
	out := mark.Image{Width: t.to.X, Height: t.to.Y, DPI: img.DPI, Pix: make([]byte, t.to.X*t.to.Y)}
	w, h := img.Width, img.Height
	for y := range out.Height {
		row := out.Pix[y*out.Width : (y+1)*out.Width]
		fx, fy := t.back(0.5, float64(y)+0.5)
		// In 65536ths of a dot.
		px, py := int(math.Round((fx-0.5)*65536)), int(math.Round((fy-0.5)*65536))
		dx, dy := int(math.Round(t.cos*65536)), int(math.Round(t.sin*65536))
		for x := range row {
			ix, iy := px>>16, py>>16
			if ix < 0 || iy < 0 || ix >= w-1 || iy >= h-1 {
				row[x] = 255
			} else {
				ax, ay := (px&0xffff)>>8, (py&0xffff)>>8
				i := iy*w + ix
				top := int(img.Pix[i])*(256-ax) + int(img.Pix[i+1])*ax
				bottom := int(img.Pix[i+w])*(256-ax) + int(img.Pix[i+w+1])*ax
				row[x] = uint8((top*(256-ay) + bottom*ay) >> 16)
			}
			px, py = px+dx, py+dy
		}
	}
	return out
}

// turnBack moves boxes found in the straightened picture back: each to the
// upright box around it.
func (t turning) turnBack(words []found) {
	for i, w := range words {
		b := w.box
		x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
		for _, c := range [4]image.Point{b.Min, {X: b.Max.X, Y: b.Min.Y}, b.Max, {X: b.Min.X, Y: b.Max.Y}} {
			x, y := t.back(float64(c.X), float64(c.Y))
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
		}
		words[i].box = image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1))).
			Intersect(image.Rectangle{Max: t.from})
	}
}
