package bind_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/bind"

	"pgregory.net/rapid"
)

func pictures(all ...mark.Image) iter.Seq2[mark.Image, error] {
	return func(yield func(mark.Image, error) bool) {
		for _, img := range all {
			if !yield(img, nil) {
				return
			}
		}
	}
}

var imageObject = regexp.MustCompile(`/Width (\d+)/Height (\d+)/ColorSpace/DeviceGray/BitsPerComponent (\d).*/Length (\d+)>>\nstream\n`)

// unbound reads the pictures of a PDF that Pictures wrote.
func unbound(data []byte) ([]mark.Image, error) {
	var out []mark.Image
	for _, m := range imageObject.FindAllSubmatchIndex(data, -1) {
		n := func(i int) int { v, _ := strconv.Atoi(string(data[m[2*i]:m[2*i+1]])); return v }
		w, h, bits := n(1), n(2), n(3)
		z, err := zlib.NewReader(bytes.NewReader(data[m[1] : m[1]+n(4)]))
		if err != nil {
			return nil, err
		}
		raw, err := io.ReadAll(z)
		if err != nil {
			return nil, err
		}
		size := (w*bits + 7) / 8
		if len(raw) != h*(size+1) {
			return nil, fmt.Errorf("%d bytes for %d × %d", len(raw), w, h)
		}
		img := mark.Image{Width: w, Height: h}
		row := make([]byte, size)
		for y := range h {
			for i, v := range raw[y*(size+1)+1:][:size] {
				row[i] += v
			}
			for x := range w {
				v := row[min(x, size-1)]
				if bits == 1 {
					v = row[x/8] >> (7 - x%8) & 1 * 255
				}
				img.Pix = append(img.Pix, v)
			}
		}
		out = append(out, img)
	}
	return out, nil
}

func TestPicturesComeOutAsTheyWentIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []mark.Image
		for range rapid.IntRange(1, 3).Draw(t, "pages") {
			w, h := rapid.IntRange(1, 20).Draw(t, "width"), rapid.IntRange(1, 9).Draw(t, "height")
			dot := rapid.Byte()
			if rapid.Bool().Draw(t, "black and white") {
				dot = rapid.SampledFrom([]byte{0, 255})
			}
			all = append(all, mark.Image{Width: w, Height: h, DPI: rapid.IntRange(0, 600).Draw(t, "dpi"), Pix: rapid.SliceOfN(dot, w*h, w*h).Draw(t, "dots")})
		}
		var b bytes.Buffer
		if n, err := bind.Pictures(&b, pictures(all...)); err != nil || n != len(all) {
			t.Fatal(n, err)
		}
		got, err := unbound(b.Bytes())
		if err != nil || len(got) != len(all) {
			t.Fatal(len(got), err)
		}
		for i, img := range all {
			if got[i].Width != img.Width || !bytes.Equal(got[i].Pix, img.Pix) {
				t.Fatalf("picture %d changed", i)
			}
		}
	})
}

func TestEveryObjectBeginsWhereTheTableSays(t *testing.T) {
	var b bytes.Buffer
	img := mark.Image{Width: 3, Height: 2, DPI: 72, Pix: []byte{0, 9, 0, 255, 255, 9}}
	if _, err := bind.Pictures(&b, pictures(img, img)); err != nil {
		t.Fatal(err)
	}
	data := b.String()
	table := regexp.MustCompile(`(\d{10}) 00000 n`).FindAllStringSubmatch(data, -1)
	if len(table) != 8 {
		t.Fatal(len(table), "objects")
	}
	for i, m := range table {
		at, _ := strconv.Atoi(m[1])
		if !strings.HasPrefix(data[at:], fmt.Sprintf("%d 0 obj\n", i+1)) {
			t.Errorf("object %d does not begin at %d", i+1, at)
		}
	}
}

func TestPopplerReadsTheFile(t *testing.T) {
	info, err := exec.LookPath("pdfinfo")
	if err != nil {
		t.Skip("pdfinfo is not installed")
	}
	file := filepath.Join(t.TempDir(), "bound.pdf")
	var b bytes.Buffer
	if _, err := bind.Pictures(&b, pictures(mark.Image{Width: 850, Height: 1100, DPI: 100, Pix: bytes.Repeat([]byte{255}, 850*1100)})); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), info, file).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "612 x 792 pts") || strings.Contains(string(out), "rror") {
		t.Errorf("%v\n%s", err, out)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestWhatCannotBeBoundSaysSo(t *testing.T) {
	good := mark.Image{Width: 1, Height: 1, Pix: []byte{7}}
	if _, err := bind.Pictures(io.Discard, pictures()); mark.CodeOf(err) != mark.Invalid {
		t.Error("no pages:", err)
	}
	if _, err := bind.Pictures(io.Discard, pictures(good, mark.Image{Width: 2, Height: 2, Pix: []byte{7}})); mark.CodeOf(err) != mark.Invalid {
		t.Error("half a picture:", err)
	}
	if _, err := bind.Pictures(full{}, pictures(good)); err == nil || err.Error() != "no space" {
		t.Error("a full disk:", err)
	}
	bad := mark.Errorf(mark.Damaged, "Page 2 is damaged.")
	if _, err := bind.Pictures(io.Discard, func(yield func(mark.Image, error) bool) { yield(mark.Image{}, bad) }); !errors.Is(err, bad) {
		t.Error("a damaged page:", err)
	}
}
