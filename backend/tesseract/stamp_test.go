package tesseract

import (
	"image"
	"slices"
	"testing"

	mark "markai/backend"

	"pgregory.net/rapid"
)

// stampOn draws a frame of a grey across a page, 16 dots thick.
func stampOn(img mark.Image, grey byte) mark.Image {
	return changed(img, func(x, y int, v byte) byte {
		in := func(m int) bool { return x > 300+m && x < 900-m && y > 400+m && y < 900-m }
		if in(0) && !in(16) {
			return byte(int(v) * int(grey) / 255)
		}
		return v
	})
}

func TestStampIsToldFromPrintByItsGrey(t *testing.T) {
	good := ruled(1200, 1600, 300)
	for name, c := range map[string]struct {
		img  mark.Image
		want bool
	}{
		"print alone":      {good, false},
		"a grey stamp":     {stampOn(good, 130), true},
		"a darker one":     {stampOn(good, 100), true},
		"a black frame":    {stampOn(good, 10), false},
		"grey print":       {changed(good, func(_, _ int, v byte) byte { return max(v, 120) }), false},
		"a grey page":      {changed(good, func(_, _ int, v byte) byte { return min(v, 150) }), false},
		"nothing":          {changed(good, func(_, _ int, _ byte) byte { return 255 }), false},
		"too small to say": {mark.Image{Width: 2, Height: 2, Pix: make([]byte, 4)}, false},
	} {
		if got := stampGrey(c.img); got != 0 != c.want {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func TestWashingTakesTheStampAndLeavesThePrint(t *testing.T) {
	img := stampOn(ruled(1200, 1600, 300), 130)
	out := washed(img, stampGrey(img))
	for i, v := range img.Pix {
		if v < 30 && out.Pix[i] != v || v > 110 && out.Pix[i] < nearWhite {
			t.Fatalf("%d became %d", v, out.Pix[i])
		}
	}
}

func TestWordsOfAStampFollowThePrintAndNeverCoverIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) []found {
			var out []found
			for range rapid.IntRange(0, 8).Draw(t, name) {
				x, y := rapid.IntRange(0, 90).Draw(t, "x"), rapid.IntRange(0, 90).Draw(t, "y")
				out = append(out, found{text: "word", box: image.Rect(x, y, x+20, y+8), confidence: rapid.Float64Range(0, 100).Draw(t, "confidence"), block: rapid.IntRange(1, 3).Draw(t, "block")})
			}
			return out
		}
		text, whole := draw("print"), draw("whole")
		got := merged(text, whole)
		if !slices.Equal(got[:len(text)], text) {
			t.Fatal("the print changed")
		}
		for _, w := range got[len(text):] {
			if w.confidence < 70 || overlaps(w.box, text) || slices.ContainsFunc(text, func(f found) bool { return f.block == w.block }) {
				t.Fatalf("%+v was kept", w)
			}
		}
	})
}
