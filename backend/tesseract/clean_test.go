package tesseract

import (
	"bytes"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	mark "markai/backend"

	"pgregory.net/rapid"
)

// ruled is a page with lines of short strokes, as print looks from afar.
func ruled(w, h, dpi int) mark.Image {
	img := mark.Image{Width: w, Height: h, DPI: dpi, Pix: bytes.Repeat([]byte{250}, w*h)}
	for y := 100; y < h-100; y += 60 {
		for x := 100; x < w-100; x += 20 {
			for dy := range 24 {
				for dx := range 6 {
					img.Pix[(y+dy)*w+x+dx] = 20
				}
			}
		}
	}
	return img
}

// changed returns img with every dot changed.
func changed(img mark.Image, f func(x, y int, v byte) byte) mark.Image {
	out := img
	out.Pix = make([]byte, len(img.Pix))
	for i, v := range img.Pix {
		out.Pix[i] = f(i%img.Width, i/img.Width, v)
	}
	return out
}

func TestOnlyWhatIsWrongWithAPageIsMended(t *testing.T) {
	good := ruled(1200, 1600, 300)
	r := rand.New(rand.NewPCG(1, 2))
	for name, c := range map[string]struct {
		img  mark.Image
		want defects
	}{
		"good":     {good, defects{}},
		"small":    {ruled(600, 800, 100), defects{small: true}},
		"shadowed": {changed(good, func(x, _ int, v byte) byte { return byte(float64(v) * (0.3 + 0.7*float64(x)/1200)) }), defects{uneven: true}},
		"speckled": {changed(good, func(_, _ int, v byte) byte {
			if r.IntN(300) == 0 {
				return 0
			}
			return v
		}), defects{dusty: true}},
	} {
		wrong, paper := examine(c.img)
		if wrong != c.want {
			t.Errorf("%s: %+v", name, wrong)
		}
		out, scale := cleaned(c.img, wrong, paper)
		if name == "good" && &out.Pix[0] != &c.img.Pix[0] {
			t.Error("a good page was touched")
		}
		if out.Width != int(math.Round(float64(c.img.Width)*scale)) || len(out.Pix) != out.Width*out.Height {
			t.Errorf("%s: %d × %d at %v", name, out.Width, out.Height, scale)
		}
		if again, _ := examine(out); again != (defects{}) {
			t.Errorf("%s: after cleaning %+v", name, again)
		}
	}
}

func TestMedianTakesTheMiddleOfNine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(3, 8).Draw(t, "width"), rapid.IntRange(3, 8).Draw(t, "height")
		img := mark.Image{Width: w, Height: h, Pix: rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(t, "dots")}
		out := median(img)
		for y := 1; y < h-1; y++ {
			for x := 1; x < w-1; x++ {
				less, more := 0, 0
				for dy := -1; dy <= 1; dy++ {
					for dx := -1; dx <= 1; dx++ {
						switch v := img.Pix[(y+dy)*w+x+dx]; {
						case v < out.Pix[y*w+x]:
							less++
						case v > out.Pix[y*w+x]:
							more++
						}
					}
				}
				if less > 4 || more > 4 {
					t.Fatalf("at %d, %d: %d are less and %d more", x, y, less, more)
				}
			}
		}
	})
}

func TestSkewIsMeasuredToATenthOfADegree(t *testing.T) {
	for _, degrees := range []float64{-9, -3.3, -1, 0, 0.4, 2, 7.5} {
		img := turningBy(-degrees, ruled(1200, 1600, 300)).straightened(ruled(1200, 1600, 300))
		if got := skew(img); math.Abs(got-degrees) > 0.11 {
			t.Errorf("%v° taken for %v°", degrees, got)
		}
	}
	if got := skew(mark.Image{Width: 700, Height: 700, Pix: bytes.Repeat([]byte{255}, 490_000)}); got != 0 {
		t.Errorf("a blank page is skewed by %v°", got)
	}
}

func TestWordsOfAStraightenedPageStandWhereTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		img := mark.Image{Width: 200, Height: 300, Pix: bytes.Repeat([]byte{255}, 60_000)}
		x, y := rapid.IntRange(20, 170).Draw(t, "x"), rapid.IntRange(20, 270).Draw(t, "y")
		for dy := range 9 {
			for dx := range 9 {
				img.Pix[(y+dy)*200+x+dx] = 0
			}
		}
		turn := turningBy(rapid.Float64Range(-mostSkew, mostSkew).Draw(t, "degrees"), img)
		out := turn.straightened(img)
		var at image.Rectangle
		for i, v := range out.Pix {
			if v < 128 {
				at = at.Union(image.Rect(i%out.Width, i/out.Width, i%out.Width+1, i/out.Width+1))
			}
		}
		words := []found{{box: at}}
		turn.turnBack(words)
		if b := words[0].box; !image.Rect(x+1, y+1, x+8, y+8).In(b) || b.Dx() > 17 || b.Dy() > 17 {
			t.Fatalf("the word at %d, %d is taken to stand at %v", x, y, b)
		}
	})
}

func TestBoxesOfAnEnlargedPictureAreBroughtBack(t *testing.T) {
	img := ruled(600, 800, 100)
	out, scale := enlarged(img)
	if out.Width != 1800 || out.DPI != goodDPI || scale != 3 {
		t.Fatal(out.Width, out.DPI, scale)
	}
	words := []found{{box: image.Rect(30, 60, 91, 120)}}
	if shrunk(words, scale); words[0].box != image.Rect(10, 20, 31, 40) {
		t.Fatal(words[0].box)
	}
}
