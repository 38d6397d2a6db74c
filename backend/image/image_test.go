package image

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/worker"

	"golang.org/x/image/tiff"
	"pgregory.net/rapid"
)

// TestMain lets the test binary be its own worker.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "worker" {
		worker.Main(os.Args[2], Handlers())
	}
	os.Exit(m.Run())
}

// picture is white with a black corner at the top left.
func picture(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := uint8(255)
			if x < w/4 && y < h/4 {
				v = 0
			}
			g.SetGray(x, y, color.Gray{Y: v})
		}
	}
	return g
}

func encoded(t testing.TB, format string, g image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, g)
	case "jpeg":
		err = jpeg.Encode(&b, g, nil)
	case "tiff":
		err = tiff.Encode(&b, g, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pagesTIFF writes bilevel-free grey pages into one TIFF, each with its own
// directory, resolution and orientation.
func pagesTIFF(order binary.ByteOrder, pages []*image.Gray, dpi uint32, orientation uint16) []byte {
	var b bytes.Buffer
	put := func(v any) { binary.Write(&b, order, v) }
	if order == binary.LittleEndian {
		b.WriteString("II*\x00")
	} else {
		b.WriteString("MM\x00*")
	}
	put(uint32(8))
	for i, g := range pages {
		w, h := g.Rect.Dx(), g.Rect.Dy()
		const entries = 12
		data := uint32(b.Len() + 2 + entries*12 + 4)
		next := data + 16 + uint32(w*h)
		next += next % 2
		if i == len(pages)-1 {
			next = 0
		}
		put(uint16(entries))
		entry := func(tag, kind uint16, v uint32) {
			put(tag)
			put(kind)
			put(uint32(1))
			if kind == 3 {
				put(uint16(v))
				put(uint16(0))
			} else {
				put(v)
			}
		}
		entry(tagSubfile, 4, 0)
		entry(256, 4, uint32(w))
		entry(257, 4, uint32(h))
		entry(258, 3, 8)
		entry(259, 3, 1)
		entry(262, 3, 1)
		entry(273, 4, data+16)
		entry(tagOrientation, 3, uint32(orientation))
		entry(278, 4, uint32(h))
		entry(279, 4, uint32(w*h))
		entry(tagXResolution, 5, data)
		entry(tagYResolution, 5, data+8)
		put(next)
		for range 2 {
			put(dpi)
			put(uint32(1))
		}
		b.Write(g.Pix)
		if b.Len()%2 == 1 {
			b.WriteByte(0)
		}
	}
	return b.Bytes()
}

func file(data []byte) mark.File {
	return mark.File{Name: "scan", Size: int64(len(data)), Data: bytes.NewReader(data)}
}

func TestPicturesOfEveryFormatComeInGrey(t *testing.T) {
	pool := NewPool(Options{Processes: 1})
	defer pool.Close()
	parser := New(pool)
	for _, f := range []string{"png", "jpeg", "tiff"} {
		data := encoded(t, f, picture(400, 200))
		if f == "tiff" {
			data = pagesTIFF(binary.LittleEndian, []*image.Gray{picture(400, 200)}, 200, 1)
		}
		if Score("x", data) != 100 {
			t.Errorf("%s is not known", f)
		}
		src, err := parser.Open(t.Context(), file(data))
		if err != nil {
			t.Fatal(f, err)
		}
		if in := src.Info(); in.Pages != 1 || in.Kind != mark.KindImage {
			t.Error(f, in)
		}
		p, err := src.Page(t.Context(), 1)
		if err != nil || p.Text != "" || p.Width != 144 || p.Height != 72 {
			t.Errorf("%s: %v × %v, %v", f, p.Width, p.Height, err)
		}
		img, err := src.Image(t.Context(), 1, 100)
		if err != nil || img.Width != 200 || img.Height != 100 || img.DPI != 100 || img.Pix[5*200+5] > 20 || img.Pix[90*200+190] < 235 {
			t.Errorf("%s: %d × %d at %d, %v", f, img.Width, img.Height, img.DPI, err)
		}
		if img, err := src.Image(t.Context(), 1, 600); err != nil || img.Width != 400 || img.DPI != 200 {
			t.Errorf("%s: a picture was blown up: %d at %d, %v", f, img.Width, img.DPI, err)
		}
		src.Close()
	}
}

func TestEveryPageOfATIFFIsRead(t *testing.T) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		pages := []*image.Gray{picture(40, 80), picture(60, 30), picture(51, 33)}
		src, err := open(t.Context(), file(pagesTIFF(order, pages, 72, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if n := src.Info().Pages; n != 3 {
			t.Fatal(n, "pages")
		}
		for i, g := range pages {
			p, err := src.Page(t.Context(), i+1)
			if err != nil || p.Width != float64(g.Rect.Dx()) || p.Height != float64(g.Rect.Dy()) {
				t.Errorf("page %d: %v × %v, %v", i+1, p.Width, p.Height, err)
			}
			img, err := src.Image(t.Context(), i+1, 300)
			if err != nil || !bytes.Equal(img.Pix, g.Pix) {
				t.Errorf("page %d: another picture, %v", i+1, err)
			}
		}
	}
}

func TestPictureIsShownTheWayItStands(t *testing.T) {
	// Where the black corner is shown for each orientation.
	for orientation, corner := range map[uint16]image.Point{1: {2, 2}, 3: {37, 77}, 6: {77, 2}, 8: {2, 37}} {
		src, err := open(t.Context(), file(pagesTIFF(binary.LittleEndian, []*image.Gray{picture(40, 80)}, 72, orientation)))
		if err != nil {
			t.Fatal(err)
		}
		img, err := src.Image(t.Context(), 1, 72)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := src.Page(t.Context(), 1)
		if int(p.Width) != img.Width || int(p.Height) != img.Height {
			t.Errorf("orientation %d: a page of %v × %v has a picture of %d × %d", orientation, p.Width, p.Height, img.Width, img.Height)
		}
		if img.Pix[corner.Y*img.Width+corner.X] != 0 {
			t.Errorf("orientation %d: the corner is elsewhere", orientation)
		}
	}
}

func TestBrokenPicturesSayWhatIsWrong(t *testing.T) {
	whole := encoded(t, "png", picture(400, 200))
	bomb := bytes.Clone(whole)
	binary.BigEndian.PutUint32(bomb[16:], 1<<20)
	binary.BigEndian.PutUint32(bomb[20:], 1<<20)
	loop := pagesTIFF(binary.LittleEndian, []*image.Gray{picture(8, 8)}, 72, 1)
	binary.LittleEndian.PutUint32(loop[8+2+12*12:], 8) // the next directory is this one
	for name, c := range map[string]struct {
		data []byte
		code mark.Code
	}{
		"empty":           {nil, mark.Unsupported},
		"a text":          {[]byte("Notice of motion"), mark.Unsupported},
		"cut in the head": {whole[:20], mark.Damaged},
		"no directory":    {[]byte("II*\x00\xff\xff\xff\xff"), mark.Damaged},
		"a bomb":          {bomb, ""},
		"a loop":          {loop, ""},
	} {
		src, err := open(t.Context(), file(c.data))
		if c.code != "" {
			if mark.CodeOf(err) != c.code {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil && src.Info().Pages != 1 {
			t.Errorf("%s: %d pages", name, src.Info().Pages)
		}
	}
	src, err := open(t.Context(), file(whole[:len(whole)/2]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := src.Image(t.Context(), 1, 100); mark.CodeOf(err) != mark.Damaged {
		t.Error("half a picture:", err)
	}
	if _, err := src.Page(t.Context(), 2); mark.CodeOf(err) != mark.NotFound {
		t.Error(err)
	}
}

func TestResolutionIsBelievedOnlyWhenItCanBe(t *testing.T) {
	for _, c := range []struct {
		dpi  [2]float64
		w, h int
		want [2]float64
	}{
		{[2]float64{300, 300}, 2550, 3300, [2]float64{300, 300}},
		{[2]float64{204, 98}, 1728, 1078, [2]float64{204, 98}}, // a fax
		{[2]float64{0, 0}, 1700, 2200, [2]float64{200, 200}},
		{[2]float64{72, 72}, 612, 792, [2]float64{72, 72}},
		{[2]float64{1, 1}, 3300, 2550, [2]float64{300, 300}},
		{[2]float64{72, 72}, 3300, 2550, [2]float64{300, 300}}, // a photograph, not a poster
	} {
		if got := (place{dpi: c.dpi}).resolution(image.Config{Width: c.w, Height: c.h}); got != c.want {
			t.Errorf("%v for %d × %d: %v, want %v", c.dpi, c.w, c.h, got, c.want)
		}
	}
}

// TestEveryKindOfPictureIsRead reads pictures that other programs wrote: each a
// white page of 80 × 40 dots with a black corner.
func TestEveryKindOfPictureIsRead(t *testing.T) {
	files, err := filepath.Glob("testdata/pictures/*.*")
	if err != nil || len(files) < 12 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if filepath.Ext(f) == ".md" {
			continue
		}
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if Score("x", data[:min(len(data), 4096)]) != 100 {
			t.Errorf("%s is not known", f)
		}
		src, err := open(t.Context(), file(data))
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		img, err := src.Image(t.Context(), 1, 600)
		if err != nil || img.Width != 80 || img.Height != 40 {
			t.Errorf("%s: %d × %d, %v", f, img.Width, img.Height, err)
			continue
		}
		for y := range 40 {
			for x := range 80 {
				black := x < 20 && y < 10
				edge := x > 10 && x < 30 && y > 3 && y < 17 || x < 30 && y > 3 && y < 17 || x > 10 && x < 30 && y < 17 // blurred by JPEG
				if v := img.Pix[y*80+x]; !edge && (black && v > 40 || !black && v < 215) {
					t.Fatalf("%s: %d at %d, %d", f, v, x, y)
				}
			}
		}
		if p, err := src.Page(t.Context(), 1); filepath.Ext(f) == ".tif" && (err != nil || p.Width != 57.6) {
			t.Errorf("%s: %v points wide, %v", f, p.Width, err)
		}
	}
}

func TestGreyIsTheSameHoweverColoursAreStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := color.NRGBA{rapid.Byte().Draw(t, "r"), rapid.Byte().Draw(t, "g"), rapid.Byte().Draw(t, "b"), rapid.Byte().Draw(t, "a")}
		n := image.NewNRGBA(image.Rect(3, 2, 5, 4))
		r := image.NewRGBA(n.Rect)
		p := image.NewPaletted(n.Rect, color.Palette{color.White, c})
		for y := 2; y < 4; y++ {
			for x := 3; x < 5; x++ {
				n.Set(x, y, c)
				r.Set(x, y, c)
				p.SetColorIndex(x, y, 1)
			}
		}
		white := image.NewRGBA(n.Rect)
		draw.Draw(white, white.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(white, white.Rect, n, n.Rect.Min, draw.Over)
		want := int(color.GrayModel.Convert(white.At(3, 2)).(color.Gray).Y)
		for _, img := range []image.Image{n, r, p} {
			g := greyOf(img)
			if g.Rect != image.Rect(0, 0, 2, 2) {
				t.Fatal(g.Rect)
			}
			for _, v := range g.Pix {
				if d := int(v) - want; d < -2 || d > 2 {
					t.Fatalf("%T: %d, want %d", img, v, want)
				}
			}
		}
	})
}

func TestHugePicturesAndPhonePhotosAreRefusedWithAReason(t *testing.T) {
	huge := pagesTIFF(binary.LittleEndian, []*image.Gray{picture(8, 8)}, 300, 1)
	for _, at := range []int{8 + 2 + 12 + 8, 8 + 2 + 24 + 8} {
		binary.LittleEndian.PutUint32(huge[at:], 30_000)
	}
	if _, err := open(t.Context(), file(huge)); mark.CodeOf(err) != mark.TooBig || !strings.Contains(mark.MessageOf(err), "30000 × 30000") {
		t.Error(err)
	}
	heic := append([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 100)...)
	if _, err := open(t.Context(), file(heic)); Score("x", heic) != 100 || mark.CodeOf(err) != mark.Unsupported || !strings.Contains(mark.MessageOf(err), "JPEG") {
		t.Error(err)
	}
}

func TestPageThatCannotBeReadCostsThatPage(t *testing.T) {
	data := pagesTIFF(binary.LittleEndian, []*image.Gray{picture(40, 80), picture(60, 30)}, 72, 1)
	binary.LittleEndian.PutUint16(data[8+2+5*12+8:], 3333) // no such kind of colour
	src, err := open(t.Context(), file(data))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := src.Image(t.Context(), 1, 72); mark.CodeOf(err) != mark.Unsupported {
		t.Error(err)
	}
	if img, err := src.Image(t.Context(), 2, 72); err != nil || img.Width != 60 {
		t.Error(img.Width, err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, format := range []string{"png", "jpeg", "tiff"} {
		f.Add(encoded(f, format, picture(9, 7)))
	}
	f.Add(pagesTIFF(binary.BigEndian, []*image.Gray{picture(5, 5), picture(4, 4)}, 72, 6))
	files, _ := filepath.Glob("testdata/pictures/*.*")
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil && len(data) < 4000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		src, err := open(t.Context(), file(data))
		if err != nil {
			return
		}
		for n := 1; n <= min(src.Info().Pages, 3); n++ {
			p, err := src.Page(t.Context(), n)
			if err != nil || p.Width*p.Height > 1e6 {
				continue
			}
			img, err := src.Image(t.Context(), n, 72)
			if err == nil && len(img.Pix) != img.Width*img.Height {
				t.Fatalf("%d bytes for %d × %d", len(img.Pix), img.Width, img.Height)
			}
		}
	})
}

// TestCorpusPicturesEndReadOrWithTheirReason goes through a corpus.
func TestCorpusPicturesEndReadOrWithTheirReason(t *testing.T) {
	dir := os.Getenv("MARKAI_CORPUS")
	if dir == "" {
		t.Skip("MARKAI_CORPUS does not name a folder of files to measure on")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.tif"))
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		src, err := open(t.Context(), file(data))
		if err != nil {
			t.Log(filepath.Base(f), err)
			continue
		}
		for n := 1; n <= src.Info().Pages; n++ {
			p, err1 := src.Page(t.Context(), n)
			img, err2 := src.Image(t.Context(), n, 300)
			t.Log(filepath.Base(f), n, p.Width, p.Height, img.Width, img.Height, img.DPI, err1, err2)
		}
	}
}

func TestFillingIsTakenOutOfAFaxAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bitsOf := func(b []byte) string {
			var s strings.Builder
			for _, v := range b {
				fmt.Fprintf(&s, "%08b", v)
			}
			return s.String()
		}
		raw := rapid.SliceOf(rapid.SampledFrom([]byte{0, 0, 0, 1, 16, 128, 255})).Draw(t, "fax")
		want := regexp.MustCompile("0{12,}").ReplaceAllString(bitsOf(raw), strings.Repeat("0", 11))
		got := bitsOf(unfilled(raw))
		if strings.TrimRight(got, "0") != strings.TrimRight(want, "0") || len(got)-len(want) > 7 || len(got) < len(want) {
			t.Fatalf("%s became %s", bitsOf(raw), got)
		}
	})
}
