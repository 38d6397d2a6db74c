package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime/debug"
	"strings"
	"sync"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/layout"

	ledong "github.com/ledongthuc/pdf"
)

const (
	maxPages = 20_000
	maxChars = 500_000 // of a page
	maxStack = 64 << 20
)

// limitStack ends endless recursion early: it ends the process, which costs
// more time the more memory it may take first.
var limitStack = sync.OnceFunc(func() { debug.SetMaxStack(maxStack) })

func pdfHead(head []byte) bool { return bytes.HasPrefix(head, []byte("%PDF-1.")) }

// document is an open PDF. It is used by one goroutine at a time.
type document struct {
	r    *ledong.Reader
	info mark.SourceInfo
}

// open opens a PDF in this process.
func open(_ context.Context, f mark.File) (_ mark.Source, err error) {
	limitStack()
	defer func() {
		if v := recover(); v != nil {
			err = damaged(v)
		}
	}()
	left := 1
	r, err := ledong.NewReaderEncrypted(f.Data, f.Size, func() string {
		if left--; left < 0 {
			return ""
		}
		return f.Password
	})
	switch {
	case errors.Is(err, ledong.ErrInvalidPassword) && f.Password == "":
		return nil, mark.Errorf(mark.NeedsPassword, "This PDF needs a password. Enter it to have the file read.")
	case errors.Is(err, ledong.ErrInvalidPassword):
		return nil, mark.Errorf(mark.NeedsPassword, "The password does not open this PDF. Check it and try again.")
	case err != nil:
		return nil, damaged(err)
	}
	n := r.NumPage()
	switch {
	case n <= 0:
		return nil, mark.Errorf(mark.Damaged, "This PDF has no pages. Ask for it again where it came from.")
	case n > maxPages:
		return nil, mark.Errorf(mark.TooBig, "This PDF says that it has %d pages; at most %d can be read. Split it.", n, maxPages)
	}
	return &document{r: r, info: mark.SourceInfo{
		Kind: mark.KindPDF, Pages: n,
		Title: strings.Join(strings.Fields(r.Trailer().Key("Info").Key("Title").Text()), " "),
		Notes: []string{"The usual reader could not open this file; a second one did. Compare important passages with the original."},
	}}, nil
}

// damaged wraps what the library says, which may quote the file: it stays in
// the worker.
func damaged(cause any) error {
	return mark.Errorf(mark.Damaged, "This PDF is damaged and could not be opened. Ask for it again where it came from.").Because(fmt.Errorf("%v", cause))
}

// Info implements mark.Source.
func (d *document) Info() mark.SourceInfo { return d.info }

// Page implements mark.Source.
func (d *document) Page(_ context.Context, n int) (_ mark.Page, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = mark.Errorf(mark.Damaged, "Page %d is damaged and could not be read. It was left out.", n).Because(fmt.Errorf("%v", v))
		}
	}()
	if n < 1 || n > d.info.Pages {
		return mark.Page{}, mark.Errorf(mark.NotFound, "There is no page %d in this document.", n)
	}
	p := d.r.Page(n)
	if p.V.IsNull() {
		return mark.Page{}, mark.Errorf(mark.Damaged, "Page %d is missing from the file. It was left out.", n)
	}
	f := frameOf(p)
	var chars []layout.Char
	for _, t := range p.Content().Text {
		if chars = f.add(chars, t); len(chars) > maxChars {
			return mark.Page{}, mark.Errorf(mark.TooBig, "Page %d has more than %d characters. It was left out.", n, maxChars)
		}
	}
	out := mark.Page{Number: n, Width: f.width, Height: f.height}
	out.Text, out.Words = layout.Text(chars)
	return out, nil
}

// frame is how a page's points become points as shown.
type frame struct {
	box           mark.Rect // in the page's own space, Y0 the bottom
	turn          int       // quarter turns clockwise
	width, height float64
}

func frameOf(p ledong.Page) frame {
	f := frame{box: mark.Rect{X1: 612, Y1: 792}}
	media := rectOf(inherited(p, "MediaBox"), f.box)
	f.box = rectOf(inherited(p, "CropBox"), media)
	f.turn = int(inherited(p, "Rotate").Int64()/90) & 3
	f.width, f.height = f.box.X1-f.box.X0, f.box.Y1-f.box.Y0
	if f.turn&1 == 1 {
		f.width, f.height = f.height, f.width
	}
	return f
}

func rectOf(v ledong.Value, otherwise mark.Rect) mark.Rect {
	if v.Len() != 4 {
		return otherwise
	}
	a, b, c, d := v.Index(0).Float64(), v.Index(1).Float64(), v.Index(2).Float64(), v.Index(3).Float64()
	r := mark.Rect{X0: min(a, c), Y0: min(b, d), X1: max(a, c), Y1: max(b, d)}
	if w, h := r.X1-r.X0, r.Y1-r.Y0; w <= 0 || h <= 0 || w > 1e5 || h > 1e5 {
		return otherwise
	}
	return r
}

// inherited finds a key on the page or above it.
func inherited(p ledong.Page, key string) ledong.Value {
	v := p.V
	for range 50 { // a parent may be its own ancestor
		if got := v.Key(key); !got.IsNull() {
			return got
		}
		if v = v.Key("Parent"); v.IsNull() {
			break
		}
	}
	return ledong.Value{}
}

// add appends the characters of t. The library knows where they stand and how
// wide they are; their height follows from the font's size.
func (f frame) add(chars []layout.Char, t ledong.Text) []layout.Char {
	n := float64(utf8.RuneCountInString(t.S))
	size := math.Abs(t.FontSize)
	for i, r := range []rune(t.S) {
		if r == '\n' {
			continue // the library ends each piece with one, also inside words
		}
		x0 := t.X + t.W*float64(i)/n
		l, b, rt, top := x0-f.box.X0, t.Y-0.2*size-f.box.Y0, x0+t.W/n-f.box.X0, t.Y+0.75*size-f.box.Y0
		w, h := f.box.X1-f.box.X0, f.box.Y1-f.box.Y0
		var box mark.Rect
		switch f.turn {
		case 0:
			box = mark.Rect{X0: l, Y0: h - top, X1: rt, Y1: h - b}
		case 1:
			box = mark.Rect{X0: b, Y0: l, X1: top, Y1: rt}
		case 2:
			box = mark.Rect{X0: w - rt, Y0: b, X1: w - l, Y1: top}
		case 3:
			box = mark.Rect{X0: h - top, Y0: w - rt, X1: h - b, Y1: w - l}
		}
		chars = append(chars, layout.Char{Rune: r, Box: box, Turn: f.turn})
	}
	return chars
}

// Image implements mark.Source: this reader cannot draw.
func (d *document) Image(context.Context, int, int) (mark.Image, error) {
	return mark.Image{}, mark.Errorf(mark.Unsupported, "The pages of this damaged PDF cannot be drawn, so scanned ones among them cannot be read. Ask for the file again where it came from.")
}

// Attachments implements mark.Source: this reader looks for none.
func (d *document) Attachments(context.Context) iter.Seq2[mark.Attachment, error] {
	return func(func(mark.Attachment, error) bool) {}
}

// Close implements mark.Source.
func (d *document) Close() error { return nil }
