package sqlite

import (
	"encoding/binary"
	"errors"
	"math"

	mark "markai/backend"
)

// The words of a page are one blob, about ten bytes a word instead of the
// sixty of JSON: a version byte, then per word, as varints relative to the
// word before it,
//
//	start − end of the previous word, end − start,
//	x0 − x1 of the previous word, x1 − x0, y0 − y0 of the previous word, y1 − y0,
//
// and a byte of confidence (0 to 255). Coordinates are rounded to hundredths
// of a point, a tenth of what a printer can place.
const wordsVersion = 1

// maxPoint bounds coordinates; the largest page PDF allows is 14,400 points.
const maxPoint = 1e9

var errWords = errors.New("the words of a page are not as they were written")

// packWords writes words. Their texts lie in the page's text.
func packWords(words []mark.Word) []byte {
	if len(words) == 0 {
		return nil
	}
	b := make([]byte, 1, 1+12*len(words))
	b[0] = wordsVersion
	var end, right, top int64
	for _, w := range words {
		x0, y0, x1, y1 := hundredths(w.Box.X0), hundredths(w.Box.Y0), hundredths(w.Box.X1), hundredths(w.Box.Y1)
		for _, v := range [...]int64{
			int64(w.Start) - end, int64(w.End) - int64(w.Start),
			x0 - right, x1 - x0, y0 - top, y1 - y0,
		} {
			b = binary.AppendVarint(b, v)
		}
		b = append(b, byte(math.Round(255*min(1, max(0, finite(float64(w.Confidence)))))))
		end, right, top = int64(w.End), x1, y0
	}
	return b
}

// unpackWords reads what packWords wrote.
func unpackWords(b []byte) ([]mark.Word, error) {
	if len(b) == 0 {
		return nil, nil
	}
	if b[0] != wordsVersion {
		return nil, errWords
	}
	b = b[1:]
	words := make([]mark.Word, 0, len(b)/8)
	var end, right, top int64
	for len(b) > 0 {
		var v [6]int64
		for i := range v {
			n := 0
			if v[i], n = binary.Varint(b); n <= 0 {
				return nil, errWords
			}
			b = b[n:]
		}
		if len(b) == 0 {
			return nil, errWords
		}
		confidence := b[0]
		b = b[1:]
		start := end + v[0]
		end = start + v[1]
		x0 := right + v[2]
		right = x0 + v[3]
		top += v[4]
		words = append(words, mark.Word{
			Start: int(start), End: int(end),
			Box:        mark.Rect{X0: points(x0), Y0: points(top), X1: points(right), Y1: points(top + v[5])},
			Confidence: float32(confidence) / 255,
		})
	}
	return words, nil
}

func hundredths(points float64) int64 {
	return int64(math.Round(100 * min(maxPoint, max(-maxPoint, finite(points)))))
}

func points(hundredths int64) float64 { return float64(hundredths) / 100 }

// finite maps what is not a number to 0.
func finite(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}
