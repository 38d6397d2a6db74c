package tesseract

import (
	"image"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"

	"pgregory.net/rapid"
)

func TestWordsBecomeLinesAndParagraphs(t *testing.T) {
	w := func(text string, x, y, block, par, line int) found {
		return found{text, image.Rect(x, y, x+50, y+20), 90, block, par, line}
	}
	p := assemble([]found{
		w("Notice", 0, 0, 1, 1, 1), w("of", 60, 0, 1, 1, 1), w("Motion", 0, 30, 1, 1, 2),
		w(" ", 0, 60, 1, 2, 1), w("Page", 0, 90, 1, 2, 2), w("two", 0, 200, 2, 1, 1),
	}, mark.Image{Width: 300, Height: 300, DPI: 100})
	if want := "Notice of\nMotion\n\nPage\n\ntwo"; p.Text != want {
		t.Errorf("got %q, want %q", p.Text, want)
	}
	if b := p.Words[1].Box; b != (mark.Rect{X0: 43.2, Y0: 0, X1: 79.2, Y1: 14.4}) {
		t.Errorf("the box is %v", b)
	}
}

func TestWordsOfAnOCRPageCoverItsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var words []found
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			words = append(words, found{
				text:       rapid.StringN(0, 8, -1).Draw(t, "text"),
				box:        image.Rect(rapid.IntRange(-5, 900).Draw(t, "x0"), rapid.IntRange(-5, 900).Draw(t, "y0"), rapid.IntRange(-5, 900).Draw(t, "x1"), rapid.IntRange(-5, 900).Draw(t, "y1")),
				confidence: rapid.Float64Range(-1, 100).Draw(t, "confidence"),
				block:      rapid.IntRange(1, 3).Draw(t, "block"), par: rapid.IntRange(1, 2).Draw(t, "par"), line: rapid.IntRange(1, 3).Draw(t, "line"),
			})
		}
		p := assemble(words, mark.Image{Width: 900, Height: 900, DPI: rapid.IntRange(0, 600).Draw(t, "dpi")})
		at := 0
		for _, w := range p.Words {
			if w.Start < at || w.End <= w.Start || w.End > len(p.Text) || strings.TrimSpace(p.Text[at:w.Start]) != "" {
				t.Fatalf("%v after %d in %q", w, at, p.Text)
			}
			at = w.End
		}
		if at != len(p.Text) {
			t.Fatalf("%q after the last word", p.Text[at:])
		}
	})
}

func TestTurningBackFindsWhereAWordStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 9).Draw(t, "width"), rapid.IntRange(1, 9).Draw(t, "height")
		x, y, turn := rapid.IntRange(0, w-1).Draw(t, "x"), rapid.IntRange(0, h-1).Draw(t, "y"), rapid.IntRange(0, 3).Draw(t, "turn")
		img := mark.Image{Width: w, Height: h, Pix: make([]byte, w*h)}
		img.Pix[y*w+x] = 1
		got := turned(img, turn)
		at := slices.Index(got.Pix, 1)
		words := []found{{box: image.Rect(at%got.Width, at/got.Width, at%got.Width+1, at/got.Width+1)}}
		if turnBack(words, img, turn); words[0].box != image.Rect(x, y, x+1, y+1) {
			t.Fatalf("%v, want %d, %d", words[0].box, x, y)
		}
		if back := turned(got, 4-turn); !slices.Equal(back.Pix, img.Pix) {
			t.Fatal("turned all the way round it is another picture")
		}
	})
}
