package sqlite

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
)

// Whatever boxes a parser gives, offsets come back exactly, boxes to a
// hundredth of a point, and what came back once comes back the same for ever.
func TestWordsComeBackFromTheirBlob(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coordinate := rapid.OneOf(rapid.Float64Range(-100, 15_000), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)), rapid.Just(math.Inf(-1)))
		var words []mark.Word
		at := 0
		for range rapid.IntRange(0, 30).Draw(t, "words") {
			start := at + rapid.IntRange(0, 50).Draw(t, "gap")
			at = start + rapid.IntRange(0, 1000).Draw(t, "length")
			words = append(words, mark.Word{Start: start, End: at,
				Box:        mark.Rect{X0: coordinate.Draw(t, "x0"), Y0: coordinate.Draw(t, "y0"), X1: coordinate.Draw(t, "x1"), Y1: coordinate.Draw(t, "y1")},
				Confidence: rapid.Float32Range(0, 1).Draw(t, "confidence")})
		}
		got, err := unpackWords(packWords(words))
		if err != nil || len(got) != len(words) {
			t.Fatalf("got %d words, %v; want %d", len(got), err, len(words))
		}
		for i, w := range words {
			g := got[i]
			if g.Start != w.Start || g.End != w.End || math.Abs(float64(g.Confidence-w.Confidence)) > 0.003 {
				t.Fatalf("word %d: got %+v, want %+v", i, g, w)
			}
			for _, pair := range [][2]float64{{g.Box.X0, w.Box.X0}, {g.Box.Y0, w.Box.Y0}, {g.Box.X1, w.Box.X1}, {g.Box.Y1, w.Box.Y1}} {
				if math.Abs(pair[1]) < maxPoint && math.Abs(pair[0]-pair[1]) > 0.0051 {
					t.Fatalf("word %d: got %+v, want %+v", i, g.Box, w.Box)
				}
			}
		}
		again, err := unpackWords(packWords(got))
		if err != nil || !reflect.DeepEqual(again, got) {
			t.Fatalf("a second time: got %+v, %v; want %+v", again, err, got)
		}
	})
}

func TestCertainWordStaysCertain(t *testing.T) {
	got, err := unpackWords(packWords([]mark.Word{{Start: 0, End: 1, Confidence: 1}, {Start: 1, End: 2, Confidence: 0}}))
	if err != nil || got[0].Confidence != 1 || got[1].Confidence != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func FuzzUnpackWords(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{wordsVersion})
	f.Add([]byte{9, 1, 2})
	f.Add(packWords([]mark.Word{{Start: 3, End: 9, Box: mark.Rect{X0: 72, Y0: 72, X1: 100, Y1: 84}, Confidence: 0.9}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		words, err := unpackWords(b)
		if err == nil && len(words) > len(b) {
			t.Errorf("%d words from %d bytes", len(words), len(b))
		}
	})
}
