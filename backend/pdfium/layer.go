package pdfium

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/worker"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"
	"golang.org/x/image/font/gofont/goregular"
)

const (
	layerMethod = name + ".layer"
	layerLimit  = 15 * time.Minute // for one document
	layerBlock  = 1 << 20          // bytes of the new file sent at once
	maxLayer    = 20_000           // words of one page
	// A font's letters reach this far above and below the line they stand on,
	// as shares of its size; a recognised word's box holds both.
	ascent, descent = 0.73, 0.21
)

// layerPage is the words to be written onto one page.
type layerPage struct {
	Number int
	Words  []layerWord
}

type layerWord struct {
	Text string
	Box  mark.Rect
}

// Layer writes a copy of the PDF f to w whose pages carry the words of pages,
// unseen, where they stand: readers can then search, select and copy what was
// recognised. What is seen does not change, and pages that are not given stay
// as they are; the file is written anew, so that a signature no longer vouches
// for it. (Writing the changes after the original would repeat every picture.) Errors: those of opening f, Damaged,
// TooBig, Crashed, and what w returns.
func Layer(ctx context.Context, pool *worker.Pool, f mark.File, pages []mark.Page, w io.Writer) error {
	body, err := json.Marshal(layerPages(pages))
	if err != nil {
		return fmt.Errorf("write a layer of words: %w", err)
	}
	inner, cancel := context.WithTimeout(ctx, layerLimit)
	defer cancel()
	return pool.Do(inner, func(p *worker.Process) error {
		for m, err := range p.Stream(inner, layerMethod, openRequest{f.Name, f.Password}, body, worker.WithFile(f.Data, f.Size)) {
			if err != nil {
				if inner.Err() != nil {
					p.Kill(inner.Err()) // the engine does not listen while it writes
				}
				return err
			}
			if _, err := w.Write(m.Body); err != nil {
				return fmt.Errorf("write a layer of words: %w", err)
			}
		}
		return nil
	})
}

type openRequest struct{ Name, Password string }

func layerPages(pages []mark.Page) []layerPage {
	var out []layerPage
	for _, p := range pages {
		l := layerPage{Number: p.Number}
		for _, w := range p.Words {
			l.Words = append(l.Words, layerWord{p.Text[w.Start:w.End], w.Box})
		}
		if len(l.Words) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// serveLayer answers Layer in the worker.
func (e *engine) serveLayer(ctx context.Context, c *worker.Call) error {
	var r openRequest
	var pages []layerPage
	if err := c.Decode(&r); err != nil {
		return err
	}
	if err := json.Unmarshal(c.Body(), &pages); err != nil {
		return mark.Errorf(mark.Invalid, "The words to be written are incomplete. Try again.") // err may quote them
	}
	f := c.File()
	if f == nil {
		return mark.Errorf(mark.Invalid, "There is no file to open.")
	}
	return e.layer(ctx, mark.File{Name: r.Name, Size: f.Size(), Data: f, Password: r.Password}, pages, blocks(func(b []byte) error {
		return c.Send(nil, b)
	}))
}

// blocks is a writer that sends what it is given, copied.
type blocks func([]byte) error

func (send blocks) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		k := min(len(b), layerBlock)
		if err := send(append([]byte(nil), b[:k]...)); err != nil {
			return n - len(b), err
		}
		b = b[k:]
	}
	return n, nil
}

// layer writes f with the words of pages to w.
func (e *engine) layer(ctx context.Context, f mark.File, pages []layerPage, w io.Writer) error {
	src, err := e.open(ctx, f)
	if err != nil {
		return err
	}
	defer src.Close() //nolint:errcheck // nothing to lose
	d, ok := src.(*document)
	if !ok {
		return errors.New("another kind of document was opened")
	}
	fonts := &layerFonts{d: d}
	for _, p := range pages {
		if ctx.Err() != nil {
			return fmt.Errorf("write a layer of words: %w", ctx.Err())
		}
		if len(p.Words) > maxLayer {
			return mark.Errorf(mark.TooBig, "Page %d has %d words; at most %d can be written onto one page.", p.Number, len(p.Words), maxLayer)
		}
		if err := d.writeOn(ctx, p, fonts); err != nil {
			return d.failed(p.Number, err)
		}
	}
	b := &buffered{w: w}
	if _, err := d.lib.FPDF_SaveAsCopy(&requests.FPDF_SaveAsCopy{Document: d.doc, Flags: requests.SaveFlagNoIncremental, FileWriter: b}); err != nil {
		return mark.Errorf(mark.Damaged, "The PDF could not be written again. Print it to a new PDF and try with that one.").Because(errors.Join(err, b.err))
	}
	return b.flush()
}

// buffered gathers the engine's many small writes.
type buffered struct {
	w   io.Writer
	buf []byte
	err error
}

func (b *buffered) Write(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	b.buf = append(b.buf, p...)
	if len(b.buf) >= layerBlock {
		b.flush() //nolint:errcheck // kept
	}
	return len(p), b.err
}

func (b *buffered) flush() error {
	if b.err == nil && len(b.buf) > 0 {
		_, b.err = b.w.Write(b.buf)
		b.buf = b.buf[:0]
	}
	return b.err
}

// layerFonts are the fonts that a layer is written in.
type layerFonts struct {
	d     *document
	plain *layerFont // in every reader: letters of Western Europe
	wide  *layerFont // embedded when a word needs it: Greek, Cyrillic and more
}

type layerFont struct {
	ref    references.FPDF_FONT
	widths map[rune]float64 // of a size of 1
}

// winAnsi are the characters beyond Latin-1's own that every reader has too.
const winAnsi = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"

func plainText(s string) bool {
	for _, r := range s {
		if r < 0x20 || r > 0x7e && r < 0xa1 || r > 0xff && !strings.ContainsRune(winAnsi, r) {
			return false
		}
	}
	return true
}

// font returns the font for a word.
func (l *layerFonts) font(word string) (*layerFont, error) {
	if plainText(word) {
		if l.plain == nil {
			f, err := l.d.lib.FPDFText_LoadStandardFont(&requests.FPDFText_LoadStandardFont{Document: l.d.doc, Font: "Helvetica"})
			if err != nil {
				return nil, err
			}
			l.plain = &layerFont{f.Font, map[rune]float64{}}
		}
		return l.plain, nil
	}
	if l.wide == nil {
		f, err := l.d.lib.FPDFText_LoadFont(&requests.FPDFText_LoadFont{Document: l.d.doc, Data: goregular.TTF, FontType: enums.FPDF_FONT_TRUETYPE, CID: true})
		if err != nil {
			return nil, err
		}
		l.wide = &layerFont{f.Font, map[rune]float64{}}
	}
	return l.wide, nil
}

// width is how wide a word is in a size of 1.
func (l *layerFonts) width(f *layerFont, word string) (float64, error) {
	sum := 0.0
	for _, r := range word {
		w, ok := f.widths[r]
		if !ok {
			got, err := l.d.lib.FPDFFont_GetGlyphWidth(&requests.FPDFFont_GetGlyphWidth{Font: f.ref, Glyph: uint32(r), FontSize: 1})
			if err != nil {
				return 0, err
			}
			w = float64(got.GlyphWidth)
			f.widths[r] = w
		}
		sum += w
	}
	return sum, nil
}

// writeOn writes the words onto one page.
func (d *document) writeOn(ctx context.Context, l layerPage, fonts *layerFonts) error {
	p, closePage, err := d.loadPage(ctx, l.Number)
	if err != nil {
		return err
	}
	defer closePage()
	down := runsDown(l.Words)
	for _, w := range l.Words {
		if w.Text == "" || !(w.Box.X1 > w.Box.X0 && w.Box.Y1 > w.Box.Y0) {
			continue
		}
		font, err := fonts.font(w.Text)
		if err != nil {
			return err
		}
		width, err := fonts.width(font, w.Text)
		if err != nil {
			return err
		}
		if width <= 0 {
			continue // the font has none of its letters
		}
		m, size := p.place(w, width, down)
		obj, err := d.lib.FPDFPageObj_CreateTextObj(&requests.FPDFPageObj_CreateTextObj{Document: d.doc, Font: font.ref, FontSize: float32(size)})
		if err != nil {
			return err
		}
		if err := d.fill(obj.PageObject, w.Text, m); err != nil {
			d.lib.FPDFPageObj_Destroy(&requests.FPDFPageObj_Destroy{PageObject: obj.PageObject}) //nolint:errcheck // the first error says it
			return err
		}
		if _, err := d.lib.FPDFPage_InsertObject(&requests.FPDFPage_InsertObject{Page: p.request(), PageObject: obj.PageObject}); err != nil {
			return err
		}
	}
	_, err = d.lib.FPDFPage_GenerateContent(&requests.FPDFPage_GenerateContent{Page: p.request()})
	return err
}

// fill gives a text object its text and place, and hides it.
func (d *document) fill(obj references.FPDF_PAGEOBJECT, text string, m structs.FPDF_FS_MATRIX) error {
	if _, err := d.lib.FPDFText_SetText(&requests.FPDFText_SetText{PageObject: obj, Text: text}); err != nil {
		return err
	}
	if _, err := d.lib.FPDFTextObj_SetTextRenderMode(&requests.FPDFTextObj_SetTextRenderMode{PageObject: obj, TextRenderMode: enums.FPDF_TEXTRENDERMODE_INVISIBLE}); err != nil {
		return err
	}
	_, err := d.lib.FPDFPageObj_SetMatrix(&requests.FPDFPageObj_SetMatrix{PageObject: obj, Transform: m})
	return err
}

// upended reports whether a word stands on its side.
func upended(w layerWord) bool {
	return len(w.Text) > 2 && w.Box.Y1-w.Box.Y0 > 1.5*(w.Box.X1-w.Box.X0)
}

// runsDown reports whether the words of a page that stand on their sides are
// read downwards; a box does not say.
func runsDown(words []layerWord) bool {
	down := 0
	for i := 1; i < len(words); i++ {
		a, b := words[i-1], words[i]
		if upended(a) && upended(b) && min(a.Box.X1, b.Box.X1) > max(a.Box.X0, b.Box.X0) {
			if b.Box.Y0 > a.Box.Y0 {
				down++
			} else {
				down--
			}
		}
	}
	return down > 0
}

// place is the matrix and the font's size that put a word, so wide in a size of
// 1, into its box.
func (p page) place(w layerWord, width float64, down bool) (structs.FPDF_FS_MATRIX, float64) {
	b := w.Box
	// As shown: where the line begins, along it and up from it.
	x, y := b.X0, 0.0
	alongX, alongY := 1.0, 0.0
	long, high := b.X1-b.X0, b.Y1-b.Y0
	size := high / (ascent + descent)
	y = b.Y1 - descent*size
	if upended(w) {
		long, high = high, long
		size = high / (ascent + descent)
		if down {
			x, y, alongX, alongY = b.X0+descent*size, b.Y0, 0, 1
		} else {
			x, y, alongX, alongY = b.X1-descent*size, b.Y1, 0, -1
		}
	}
	upX, upY := alongY, -alongX
	stretch := long / (width * size)
	ux, uy := p.stored(x, y)
	ax, ay := p.direction(alongX, alongY)
	vx, vy := p.direction(upX, upY)
	return structs.FPDF_FS_MATRIX{
		A: float32(ax * stretch), B: float32(ay * stretch), C: float32(vx), D: float32(vy), E: float32(ux), F: float32(uy),
	}, size
}

// stored turns a point as shown into the page's own space; it is the other way
// of shown.
func (p page) stored(x, y float64) (float64, float64) {
	left, bottom, right, top := float64(p.box.Left), float64(p.box.Bottom), float64(p.box.Right), float64(p.box.Top)
	switch p.turn {
	case 1:
		return left + y, bottom + x
	case 2:
		return right - x, bottom + y
	case 3:
		return right - y, top - x
	}
	return left + x, top - y
}

// direction turns a direction as shown into one of the page's own space.
func (p page) direction(x, y float64) (float64, float64) {
	x0, y0 := p.stored(0, 0)
	x1, y1 := p.stored(x, y)
	return x1 - x0, y1 - y0
}
