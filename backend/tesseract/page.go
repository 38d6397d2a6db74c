package tesseract

import (
	"image"
	"math"
	"strings"

	mark "markai/backend"
)

// found is a word as Tesseract reports it: in pixels, numbered by block,
// paragraph and line.
type found struct {
	text             string
	box              image.Rectangle
	confidence       float64 // 0 to 100
	block, par, line int
}

// evenLines makes boxes as high as their line.
func evenLines(words []found) {
	for i := 0; i < len(words); {
		j := i + 1
		line := words[i].box
		for j < len(words) && sameLine(words[i], words[j]) {
			line = line.Union(words[j].box)
			j++
		}
		if line.Dx() >= line.Dy() {
			for k := range words[i:j] {
				if box := &words[i+k].box; line.Dy() <= 5*box.Dy()/2 {
					box.Min.Y, box.Max.Y = line.Min.Y, line.Max.Y
				}
			}
		}
		i = j
	}
}

// assemble makes a page of the words found in an image, in Tesseract's reading
// order.
func assemble(words []found, img mark.Image) mark.Page {
	dpi := float64(img.DPI)
	if dpi <= 0 {
		dpi = 300
	}
	points := func(px int) float64 { return math.Round(float64(px)*7200/dpi) / 100 }
	page := mark.Page{OCR: true, Width: points(img.Width), Height: points(img.Height)}
	var text strings.Builder
	var sum float64
	var letters int
	var last found // written
	for i, w := range words {
		s := strings.Join(strings.Fields(strings.ToValidUTF8(w.text, "")), "")
		if s == "" || w.box.Empty() {
			continue
		}
		switch {
		case text.Len() == 0:
		case sameLine(last, w):
			text.WriteByte(' ')
		case last.block == w.block && last.par == w.par:
			text.WriteByte('\n')
		default:
			text.WriteString("\n\n")
		}
		last = words[i]
		start := text.Len()
		text.WriteString(s)
		c := min(max(w.confidence/100, 0), 1)
		page.Words = append(page.Words, mark.Word{
			Start: start, End: text.Len(),
			Box:        mark.Rect{X0: points(w.box.Min.X), Y0: points(w.box.Min.Y), X1: points(w.box.Max.X), Y1: points(w.box.Max.Y)},
			Confidence: float32(c),
		})
		sum += c * float64(len(s))
		letters += len(s)
	}
	page.Text = text.String()
	if letters > 0 {
		page.Confidence = float32(sum / float64(letters))
	}
	return page
}

func sameLine(a, b found) bool {
	return a.block == b.block && a.par == b.par && a.line == b.line
}

// better returns the page that was read better: b only when it is clearly
// surer and has not much less to say.
func better(a, b mark.Page) mark.Page {
	if b.Confidence > a.Confidence+0.1 && len(b.Text)*2 > len(a.Text) {
		return b
	}
	return a
}

// blank reports whether hardly anything of an image is dark.
func blank(img mark.Image) bool {
	dark := 0
	for _, p := range img.Pix {
		if p < 128 {
			dark++
		}
	}
	return dark*5000 < len(img.Pix)
}

// turned turns a picture clockwise by quarter turns.
func turned(img mark.Image, turn int) mark.Image {
	w, h := img.Width, img.Height
	if turn&3 == 0 {
		return img
	}
	out := img
	out.Pix = make([]byte, len(img.Pix))
	if turn&1 == 1 {
		out.Width, out.Height = h, w
	}
	for y := range h {
		row := img.Pix[y*w : y*w+w]
		switch turn & 3 {
		case 1:
			for x, v := range row {
				out.Pix[x*h+h-1-y] = v
			}
		case 2:
			for x, v := range row {
				out.Pix[(h-1-y)*w+w-1-x] = v
			}
		case 3:
			for x, v := range row {
				out.Pix[(w-1-x)*h+y] = v
			}
		}
	}
	return out
}

// turnBack moves boxes found in img as turned by quarter turns clockwise back to
// where they stand in img.
func turnBack(words []found, img mark.Image, turn int) {
	w, h := img.Width, img.Height
	for i, f := range words {
		a, b := f.box.Min, f.box.Max
		switch turn & 3 {
		case 1:
			words[i].box = image.Rect(a.Y, h-b.X, b.Y, h-a.X)
		case 2:
			words[i].box = image.Rect(w-b.X, h-b.Y, w-a.X, h-a.Y)
		case 3:
			words[i].box = image.Rect(w-b.Y, a.X, w-a.Y, b.X)
		}
	}
}
