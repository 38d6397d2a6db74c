package tesseract

import (
	"image"
	"slices"

	mark "markai/backend"
)

// What lies across print, as a stamp does, is told by its grey: lighter than the
// print, and in strokes with an inside, which the soft edges of letters have not.
const (
	stampLeast  = 0.02 // share of the dark dots that lie inside grey strokes, for a stamp
	stampMost   = 0.60 // above it grey is what the page is about: a picture
	printLeast  = 8    // at least one in so many of the dark dots is black, or the print itself is grey
	nearWhite   = 200  // what is lighter is paper
	nearBlack   = 70   // what is darker is print
	sureStamped = 0.70 // confidence with which a word of a stamp is kept
)

// stampGrey is the grey of what lies across the print of a picture with white
// paper, 0 where there is nothing.
func stampGrey(img mark.Image) uint8 {
	var inside [256]int
	dark, black, n, w := 0, 0, 0, img.Width
	for y := 2; y < img.Height-2; y += 4 {
		for x := 2; x < w-2; x++ {
			v := img.Pix[y*w+x]
			if v >= nearWhite {
				continue
			}
			dark++
			if v < nearBlack {
				black++
				continue
			}
			// The same grey two dots away on all sides: an inside.
			i, same := y*w+x, true
			for _, j := range [4]int{i - 2, i + 2, i - 2*w, i + 2*w} {
				d := int(img.Pix[j]) - int(v)
				same = same && d > -24 && d < 24
			}
			if same {
				inside[v]++
				n++
			}
		}
	}
	if float64(n) < stampLeast*float64(dark) || float64(n) > stampMost*float64(dark) || black*printLeast < dark {
		return 0
	}
	// Most of it is darker than this.
	seen := 0
	for v := nearBlack; v < nearWhite; v++ {
		if seen += inside[v]; seen*10 > n {
			return uint8(v)
		}
	}
	return 0
}

// washed takes out what is about as light as grey or lighter.
func washed(img mark.Image, grey uint8) mark.Image {
	var to [256]uint8
	full := float64(grey) * 0.92 // white from here on
	keep := float64(grey) * 0.55 // as it was up to here
	for v := range to {
		switch f := float64(v); {
		case f <= keep:
			to[v] = uint8(v)
		case f >= full:
			to[v] = 255
		default:
			to[v] = uint8(keep + (f-keep)/(full-keep)*(255-keep))
		}
	}
	out := img
	out.Pix = make([]byte, len(img.Pix))
	for i, v := range img.Pix {
		out.Pix[i] = to[v]
	}
	return out
}

// mass is how much was read, and how surely.
func mass(words []found) float64 {
	sum := 0.0
	for _, w := range words {
		sum += float64(len(w.text)) * w.confidence
	}
	return sum
}

// merged is what was read of a page with a stamp on it: the print, read without
// the stamp, then the words of the stamp, where nothing of the print stands.
func merged(text, whole []found) []found {
	blocks := 0
	for _, w := range text {
		blocks = max(blocks, w.block)
	}
	out := slices.Clip(text)
	for _, w := range whole {
		if w.confidence < 100*sureStamped || overlaps(w.box, text) {
			continue
		}
		w.block += blocks
		out = append(out, w)
	}
	return out
}

func overlaps(box image.Rectangle, words []found) bool {
	for _, w := range words {
		if w.box.Overlaps(box) {
			return true
		}
	}
	return false
}
