package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
)

const (
	// sparse is the number of letters and digits under which a page's text may
	// be no more than a stamp over a scan.
	sparse = 100
	// ink is the number of dark dots under which a picture counts as blank.
	ink = 40
	// sketchDPI is the resolution of a picture that is only looked over.
	sketchDPI = 75
	// faint is the grey value of a dot that a sketch may have washed out.
	faint = 200
	// dark is the grey value of a dot that was meant to be seen.
	dark = 150
)

// unread is page n when it could not be read.
func unread(n int, err error) mark.Page {
	return mark.Page{Number: n, Problem: mark.MessageOf(err)}
}

// sound is page n with what every page must have: its number, a size and text
// in UTF-8.
func sound(p mark.Page, n int) mark.Page {
	p.Number = n
	if !(p.Width > 0 && p.Height > 0) {
		p.Width, p.Height = 612, 792
	}
	if !utf8.ValidString(p.Text) {
		// Replaced bytes would move every word behind them.
		p.Text, p.Words = strings.ToValidUTF8(p.Text, "\ufffd"), nil
	}
	if p.Problem != "" {
		p.Text, p.Words, p.Features = "", nil, nil
	}
	return p
}

// letters counts the letters and digits of s, and the characters that no font
// gave a meaning.
func letters(s string) (good, bad int) {
	for _, r := range s {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Co, r), r < 0x20 && !unicode.IsSpace(r):
			bad++
		case unicode.IsLetter(r), unicode.IsDigit(r):
			good++
		}
	}
	return good, bad
}

// garbled reports whether text came from fonts that do not say what their
// glyphs mean.
func garbled(text string) bool {
	good, bad := letters(text)
	return bad > 10 && bad*4 > good
}

// doubtful reports whether a page's picture may show more than its text says.
func doubtful(text string) bool {
	good, _ := letters(text)
	return good < sparse || garbled(text) || noise(text) > noisy
}

// blank reports whether there is nothing to read on a picture.
func blank(img mark.Image) bool {
	seen := 0
	for _, v := range img.Pix {
		if v < dark {
			if seen++; seen >= ink {
				return false
			}
		}
	}
	return true
}

// bare reports whether a sketch of a page shows next to nothing besides the
// page's own words, so that recognition could add nothing to them.
func bare(sketch mark.Image, own mark.Page) bool {
	const margin = 3 // points that glyphs may reach beyond their boxes
	hidden := make([]bool, len(sketch.Pix))
	perPoint := float64(sketch.DPI) / 72
	for _, w := range own.Words {
		x0, x1 := span(w.Box.X0-margin, w.Box.X1+margin, perPoint, sketch.Width)
		y0, y1 := span(w.Box.Y0-margin, w.Box.Y1+margin, perPoint, sketch.Height)
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				hidden[y*sketch.Width+x] = true
			}
		}
	}
	seen := 0
	for i, v := range sketch.Pix {
		if v < faint && !hidden[i] {
			if seen++; seen >= ink {
				return false
			}
		}
	}
	return true
}

// span turns a length in points into dots from, inclusive, and to, exclusive.
func span(from, to, perPoint float64, limit int) (int, int) {
	return min(max(int(from*perPoint), 0), limit), min(max(int(to*perPoint)+1, 0), limit)
}

// better chooses between the text that a page carries and the text recognised
// on its picture. Size and label stay the page's own.
func better(own, seen mark.Page) mark.Page {
	mine, _ := letters(own.Text)
	theirs, _ := letters(seen.Text)
	switch {
	case theirs == 0:
		return own
	case mine == 0:
	case garbled(own.Text) && theirs >= 20 && seen.Confidence >= 0.5:
	case theirs*2 > mine && seen.Confidence >= 0.6 && noise(own.Text) > noisy && noise(seen.Text) < noise(own.Text)/2:
	case theirs > 2*mine+40 && seen.Confidence >= 0.6:
	default:
		return own
	}
	out := sound(seen, own.Number)
	out.OCR, out.Label, out.Features = true, own.Label, toldOtherwise(own)
	if own.Problem == "" {
		out.Width, out.Height = own.Width, own.Height
	}
	return out
}
