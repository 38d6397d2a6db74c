package ingest

import (
	"bytes"
	"strings"
	"testing"
	"time"

	mark "markai/backend"

	"pgregory.net/rapid"
)

func TestEstimateFollowsTheLatestSpeed(t *testing.T) {
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(seconds float64) time.Time { return began.Add(time.Duration(seconds * float64(time.Second))) }
	for _, c := range []struct {
		name    string
		samples []sample
		total   int
		now     float64
		rate    float64
		left    time.Duration
	}{
		{"nothing yet", nil, 10, 0, 0, 0},
		{"one sample tells no speed", []sample{{at(0), 0}}, 10, 5, 0, 0},
		{"no progress", []sample{{at(0), 3}, {at(5), 3}}, 10, 5, 0, 0},
		{"one a second", []sample{{at(0), 0}, {at(5), 5}}, 10, 5, 1, 5 * time.Second},
		{"done", []sample{{at(0), 0}, {at(5), 10}}, 10, 5, 2, 0},
		{"an unknown total", []sample{{at(0), 0}, {at(5), 5}}, 0, 5, 1, 0},
		{"a page that hangs slows the rate", []sample{{at(0), 0}, {at(1), 1}, {at(2), 2}}, 4, 5, 0.5, 4 * time.Second},
	} {
		rate, left := estimate(c.samples, c.total, at(c.now))
		if rate != c.rate || left != c.left {
			t.Errorf("%s: %v a second, %v left; want %v, %v", c.name, rate, left, c.rate, c.left)
		}
	}
}

func TestProgressNeverRunsBackAndMemoryIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(0, 0)
		var samples []sample
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 3000), 0, 200).Draw(t, "milliseconds") {
			now = now.Add(time.Duration(step) * time.Millisecond)
			samples = remember(samples, sample{now, rapid.IntRange(0, 100).Draw(t, "done")})
			for i := 1; i < len(samples); i++ {
				if samples[i].done < samples[i-1].done || samples[i].at.Before(samples[i-1].at) {
					t.Fatalf("samples run back: %v", samples)
				}
			}
			if most := int(memory/(100*time.Millisecond)) + 3; len(samples) > most {
				t.Fatalf("%d samples are kept, want %d at most", len(samples), most)
			}
			if rate, left := estimate(samples, 100, now); rate < 0 || left < 0 {
				t.Fatalf("%v a second, %v left", rate, left)
			}
		}
	})
}

func TestOnlyDoubtfulPagesAreLookedAt(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"no text", "", true},
		{"a stamp over a scan", "Case 1:20-cv-01234 Document 5 Filed 01/02/20 Page 3 of 9", true},
		{"a page of text", strings.Repeat("The parties agree. ", 20), false},
		{"fonts without meaning", strings.Repeat("\ue001\ue002\ue003 ab ", 100), true},
	} {
		if got := doubtful(c.text); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestTheFullerReadingOfAPageWins(t *testing.T) {
	long := strings.Repeat("The parties agree. ", 20)
	page := func(text string, confidence float32) mark.Page { return mark.Page{Text: text, Confidence: confidence} }
	for _, c := range []struct {
		name      string
		own, seen mark.Page
		ocr       bool
	}{
		{"nothing but the picture", page("", 0), page("word", 0.3), true},
		{"nothing on the picture either", page("", 0), page(" ", 0), false},
		{"a stamp over a scan", page("Filed 01/02/20 Page 3", 0), page(long, 0.9), true},
		{"a stamp over a scan nobody can read", page("Filed 01/02/20 Page 3", 0), page(long, 0.2), false},
		{"a title page", page("LEASE between A and B", 0), page("LEASE between A and B", 0.95), false},
		{"fonts without meaning", page(strings.Repeat("\ue001\ue002 ", 50), 0), page(long, 0.7), true},
	} {
		own := c.own
		own.Number, own.Width, own.Height, own.Label = 7, 500, 600, "vii"
		got := better(own, c.seen)
		if got.OCR != c.ocr || got.Number != 7 || got.Width != 500 || got.Height != 600 || got.Label != "vii" {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestAWhitePictureIsBlank(t *testing.T) {
	white := bytes.Repeat([]byte{250}, 10_000)
	specks := bytes.Clone(white)
	for i := range ink - 1 {
		specks[i*7] = 0
	}
	written := bytes.Clone(specks)
	written[9_999] = 0
	for i, c := range []struct {
		pix  []byte
		want bool
	}{{nil, true}, {white, true}, {specks, true}, {written, false}} {
		if got := blank(mark.Image{Pix: c.pix}); got != c.want {
			t.Errorf("picture %d: %v", i, got)
		}
	}
}

func TestASoundPageHasANumberASizeAndUTF8(t *testing.T) {
	got := sound(mark.Page{Number: 3, Text: "a\xffb", Words: []mark.Word{{End: 1}}}, 5)
	if got.Number != 5 || got.Width != 612 || got.Height != 792 || got.Text != "a\ufffdb" || got.Words != nil {
		t.Errorf("got %+v", got)
	}
	if got := sound(mark.Page{Text: "half", Problem: "It broke."}, 1); got.Text != "" {
		t.Errorf("a page with a problem has text: %+v", got)
	}
}

func TestASketchShowsWhetherThereIsMoreThanTheWords(t *testing.T) {
	page := mark.Page{Width: 612, Height: 792, Text: "one", Words: []mark.Word{{End: 3, Box: mark.Rect{X0: 72, Y0: 72, X1: 120, Y1: 84}}}}
	sketch := func(areas ...mark.Rect) mark.Image {
		img := mark.Image{Width: 638, Height: 825, DPI: 75, Pix: bytes.Repeat([]byte{255}, 638*825)}
		for _, r := range areas {
			for y := int(r.Y0 * 75 / 72); y < int(r.Y1*75/72); y++ {
				for x := int(r.X0 * 75 / 72); x < int(r.X1*75/72); x++ {
					img.Pix[y*img.Width+x] = 60
				}
			}
		}
		return img
	}
	word := page.Words[0].Box
	tests := []struct {
		name string
		img  mark.Image
		want bool
	}{
		{"white paper", sketch(), true},
		{"its own words", sketch(word), true},
		{"a speck of dust", sketch(word, mark.Rect{X0: 300, Y0: 300, X1: 303, Y1: 303}), true},
		{"a signature below", sketch(word, mark.Rect{X0: 300, Y0: 600, X1: 380, Y1: 604}), false},
		{"a scan behind", sketch(mark.Rect{X1: 612, Y1: 792}), false},
	}
	for _, tt := range tests {
		if got := bare(tt.img, page); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
	page.Words[0].Box = mark.Rect{X0: -900, Y0: -5, X1: 9000, Y1: 9000} // boxes come from the file
	if !bare(sketch(mark.Rect{X1: 612, Y1: 792}), page) {
		t.Error("a box beyond the page hides all of it")
	}
}
