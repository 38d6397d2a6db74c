package pdfium

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"iter"
	"math"
	"runtime/debug"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/layout"

	pdf "github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"
	"github.com/klippa-app/go-pdfium/structs"
	"github.com/tetratelabs/wazero/api"
)

const (
	maxPixels      = 40_000_000 // of a picture: A3 at 400 dpi
	maxChars       = 500_000    // of a page
	stampChars     = 250        // so few characters may be a stamp on a scan
	maxGrown       = 96 << 20   // bytes that pages may leave an engine larger by
	maxObjects     = 200        // of a page with few characters that are looked at for a scan
	maxAttachment  = 128 << 20
	maxAttachments = 1000
)

// document is a PDF that is open in an engine of its own. It is used by one
// goroutine at a time.
type document struct {
	engine *engine
	file   mark.File
	info   mark.SourceInfo
	lib    pdf.Pdfium // nil after the engine was stopped, until it is needed again
	native *native    // the functions behind lib
	doc    references.FPDF_DOCUMENT
	// put holds what was put onto the pages that were opened: opening one makes
	// that part of it.
	put    map[int][]annotation
	links  map[int]bool    // pages onto which nothing that is seen was put
	titles map[int][]entry // of the outline, by page; nil where there is none
	grown  int64           // bytes that pages have made it larger by
}

// Info implements mark.Source.
func (d *document) Info() mark.SourceInfo { return d.info }

// Close implements mark.Source. A later use opens the document again.
func (d *document) Close() error {
	if d.lib == nil {
		return nil
	}
	lib := d.lib
	d.lib, d.grown = nil, 0
	return lib.Close()
}

// slim is deferred by what reads or draws a page: an engine's memory never
// shrinks, so one that a page has made much larger is given up after it, rather
// than held while other documents are read.
func (d *document) slim() func() {
	before := d.engine.memory.Load()
	return func() {
		if d.lib == nil {
			return
		}
		if d.grown += max(d.engine.memory.Load()-before, 0); d.grown > maxGrown {
			d.Close() //nolint:errcheck // it is opened again
		}
	}
}

// page is a loaded page and how its points become points as shown.
type page struct {
	ref           references.FPDF_PAGE
	at            uint64 // its address
	turn          int    // quarter turns clockwise by which it is shown
	box           structs.FPDF_FS_RECTF
	width, height float64
}

func (p page) request() requests.Page { return requests.Page{ByReference: &p.ref} }

// shown turns a box from the page's own space (up from the bottom left) into
// points from the top left corner as shown.
func (p page) shown(l, b, r, t float64) mark.Rect {
	left, bottom, right, top := float64(p.box.Left), float64(p.box.Bottom), float64(p.box.Right), float64(p.box.Top)
	switch p.turn {
	case 1:
		return mark.Rect{X0: b - bottom, Y0: l - left, X1: t - bottom, Y1: r - left}
	case 2:
		return mark.Rect{X0: right - r, Y0: b - bottom, X1: right - l, Y1: t - bottom}
	case 3:
		return mark.Rect{X0: top - t, Y0: right - r, X1: top - b, Y1: right - l}
	}
	return mark.Rect{X0: l - left, Y0: top - t, X1: r - left, Y1: top - b}
}

// loadPage loads page n (from 1); closePage gives it back.
func (d *document) loadPage(ctx context.Context, n int) (p page, closePage func(), err error) {
	if err := d.ready(ctx); err != nil {
		return p, nil, err
	}
	if n < 1 || n > d.info.Pages {
		return p, nil, mark.Errorf(mark.NotFound, "There is no page %d in this document.", n)
	}
	loaded, err := d.lib.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: d.doc, Index: n - 1})
	if err != nil {
		return p, nil, err
	}
	p.ref = loaded.Page
	closePage = func() {
		if d.lib != nil {
			d.lib.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: p.ref}) //nolint:errcheck // nothing to lose
		}
	}
	defer func() {
		if err != nil {
			closePage()
		}
	}()
	if p.at, err = d.native.page(p.ref); err != nil {
		return p, nil, err
	}
	rot, err := d.lib.FPDFPage_GetRotation(&requests.FPDFPage_GetRotation{Page: p.request()})
	if err != nil {
		return p, nil, err
	}
	p.turn = int(rot.PageRotation) & 3
	box, err := d.lib.FPDF_GetPageBoundingBox(&requests.FPDF_GetPageBoundingBox{Page: p.request()})
	if err != nil {
		return p, nil, err
	}
	p.box = box.Rect
	p.width, p.height = math.Abs(float64(p.box.Right-p.box.Left)), math.Abs(float64(p.box.Top-p.box.Bottom))
	if p.turn&1 == 1 {
		p.width, p.height = p.height, p.width
	}
	return p, closePage, nil
}

// openPage loads page n with what was filled into its forms made part of it,
// so that it is read and seen.
func (d *document) openPage(ctx context.Context, n int) (page, func(), error) {
	p, closePage, err := d.loadPage(ctx, n)
	if err != nil {
		return p, nil, err
	}
	annots, err := d.lib.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: p.request()})
	if err != nil || annots.Count == 0 {
		if _, known := d.put[n]; !known {
			d.put[n] = nil
		}
		return p, closePage, nil //nolint:nilerr // the page can be read without
	}
	if _, known := d.put[n]; !known {
		var seen bool
		d.put[n], seen = d.annotations(p, annots.Count)
		d.links[n] = !seen
	}
	if d.links[n] {
		return p, closePage, nil
	}
	flat, err := d.lib.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: p.request(), Usage: requests.FPDFPage_FlattenUsageNormalDisplay})
	if err == nil && flat.Result != responses.FPDFPage_FlattenResultSuccess {
		return p, closePage, nil
	}
	closePage()
	if err != nil && broken(err) {
		return p, nil, err
	}
	return d.loadPage(ctx, n)
}

// failed says why page n could not be read. When the engine itself was stopped
// it is given up, so that the next page gets a new one.
func (d *document) failed(n int, err error) error {
	if _, ok := errors.AsType[*mark.Error](err); ok {
		return err
	}
	if broken(err) {
		d.Close()            //nolint:errcheck // it is broken anyway
		debug.FreeOSMemory() // of the engine, before the next one takes as much
		return mark.Errorf(mark.Damaged, "Page %d is damaged in a way that stops the reader, or needs too much memory. It was left out.", n).Because(err)
	}
	return mark.Errorf(mark.Damaged, "Page %d is damaged and could not be read. It was left out.", n).Because(err)
}

// Page implements mark.Source.
func (d *document) Page(ctx context.Context, n int) (mark.Page, error) {
	defer d.slim()()
	p, closePage, err := d.openPage(ctx, n)
	if err != nil {
		return mark.Page{}, d.failed(n, err)
	}
	defer closePage()
	out := mark.Page{Number: n, Width: round(p.width), Height: round(p.height)}
	if label, err := d.lib.FPDF_GetPageLabel(&requests.FPDF_GetPageLabel{Document: d.doc, Page: n - 1}); err == nil {
		out.Label = tidy(label.Label)
	}
	chars, err := d.chars(ctx, n, p)
	if err != nil {
		return mark.Page{}, err
	}
	if legible(chars) && !d.isScan(ctx, p, chars) {
		out.Text, out.Words = layout.Text(chars)
		out.Features = d.hidden(ctx, p, out)
	}
	if d.native.err != nil {
		d.Close() //nolint:errcheck // it is broken anyway, and the page has been read
	}
	headed(&out, d.titles[n])
	annotate(&out, d.put[n])
	return out, nil
}

// chars returns the page's characters as shown.
func (d *document) chars(ctx context.Context, n int, p page) ([]layout.Char, error) {
	v := d.native
	text := v.call(ctx, "FPDFText_LoadPage", p.at)
	if text == 0 {
		return nil, d.failed(n, cmp.Or(v.err, errNoText))
	}
	defer func() { v.call(ctx, "FPDFText_ClosePage", text) }()
	count := v.number(ctx, "FPDFText_CountChars", text)
	if count > maxChars {
		return nil, mark.Errorf(mark.TooBig, "Page %d has %d characters; at most %d can be read. It was left out.", n, count, maxChars)
	}
	unicodeOf, boxOf, angleOf := v.function("FPDFText_GetUnicode"), v.function("FPDFText_GetCharBox"), v.function("FPDFText_GetCharAngle")
	out := make([]layout.Char, 0, max(count, 0))
	for i := range uint64(max(count, 0)) {
		r := rune(api.DecodeI32(v.do(ctx, unicodeOf, text, i)))
		if r == 0 {
			continue
		}
		if !utf8.ValidRune(r) {
			r = utf8.RuneError
		}
		v.do(ctx, boxOf, text, i, v.result(0), v.result(2), v.result(4), v.result(6))
		b := v.float64s() // left, right, bottom, top
		box := p.shown(min(b[0], b[1]), min(b[2], b[3]), max(b[0], b[1]), max(b[2], b[3]))
		angle := float64(api.DecodeF32(v.do(ctx, angleOf, text, i)))
		out = append(out, layout.Char{Rune: r, Box: box, Turn: (int(math.Round(angle/(math.Pi/2))) + p.turn) & 3})
	}
	if v.err != nil {
		return nil, d.failed(n, v.err)
	}
	return out, nil
}

var errNoText = errors.New("no text could be made of the page")

// legible reports whether the characters are text and not the inner numbers of
// fonts that do not say what their shapes mean.
func legible(chars []layout.Char) bool {
	marks, odd := 0, 0
	for _, c := range chars {
		if unicode.IsSpace(c.Rune) {
			continue
		}
		marks++
		if c.Rune == unicode.ReplacementChar || unicode.Is(unicode.Co, c.Rune) || unicode.IsControl(c.Rune) && c.Rune != 2 {
			odd++
		}
	}
	return marks == 0 || odd*5 < marks*2
}

// isScan reports whether the page is a picture with at most a stamp or a court's
// header printed over it: such a page has text, but not its own.
func (d *document) isScan(ctx context.Context, p page, chars []layout.Char) bool {
	marks := 0
	for _, c := range chars {
		if !unicode.IsSpace(c.Rune) {
			marks++
		}
	}
	if marks == 0 || marks > stampChars {
		return false
	}
	covered := 0.0
	d.native.pictures(ctx, p, func(_ uint64, l, b, r, t float64) {
		box := p.shown(l, b, r, t)
		w := min(box.X1, p.width) - max(box.X0, 0)
		h := min(box.Y1, p.height) - max(box.Y0, 0)
		if w > 0 && h > 0 {
			covered += w * h
		}
	})
	return covered > 0.5*p.width*p.height
}

// Image implements mark.Source. A page too large for dpi, or a scan that has
// fewer, comes at fewer dots per inch; the image says at how many.
func (d *document) Image(ctx context.Context, n, dpi int) (mark.Image, error) {
	if dpi < 10 || dpi > 1200 {
		return mark.Image{}, mark.Errorf(mark.Invalid, "A page can be drawn at 10 to 1200 dots per inch.")
	}
	defer d.slim()()
	p, closePage, err := d.openPage(ctx, n)
	if err != nil {
		return mark.Image{}, d.failed(n, err)
	}
	defer closePage()
	return d.draw(p, n, d.scanDPI(ctx, p, dpi))
}

// draw draws page n, which is loaded.
func (d *document) draw(p page, n, dpi int) (mark.Image, error) {
	if p.width <= 0 || p.height <= 0 {
		return mark.Image{}, mark.Errorf(mark.Damaged, "Page %d has no size and cannot be drawn. It was left out.", n)
	}
	if most := math.Sqrt(maxPixels/(p.width*p.height)) * 72; float64(dpi) > most {
		dpi = int(most)
		if dpi < 10 {
			return mark.Image{}, mark.Errorf(mark.TooBig, "Page %d is too large to be drawn. It was left out.", n)
		}
	}
	// In dots and not per inch, where a page of 825.0001 dots becomes one of 826
	// and every stored dot of a scan is moved.
	dots := func(points float64) int { return max(int(math.Round(points*float64(dpi)/72)), 1) }
	res, err := d.lib.RenderPageInPixels(&requests.RenderPageInPixels{
		Page: p.request(), Width: dots(p.width), Height: dots(p.height), ImageFormat: requests.RenderImageFormatGrayscale, RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT,
	})
	if err != nil {
		return mark.Image{}, d.failed(n, err)
	}
	defer res.Cleanup()
	gray, ok := res.Result.RenderedImage.(*image.Gray)
	if !ok {
		return mark.Image{}, mark.Errorf(mark.Internal, "Page %d could not be drawn.", n)
	}
	b := gray.Bounds()
	img := mark.Image{Width: b.Dx(), Height: b.Dy(), DPI: dpi, Pix: make([]byte, 0, b.Dx()*b.Dy())}
	for y := range img.Height {
		row := y * gray.Stride
		img.Pix = append(img.Pix, gray.Pix[row:row+img.Width]...)
	}
	return img, nil
}

// Attachments implements mark.Source.
func (d *document) Attachments(ctx context.Context) iter.Seq2[mark.Attachment, error] {
	return func(yield func(mark.Attachment, error) bool) {
		if err := d.ready(ctx); err != nil {
			yield(mark.Attachment{}, err)
			return
		}
		n, err := d.lib.FPDFDoc_GetAttachmentCount(&requests.FPDFDoc_GetAttachmentCount{Document: d.doc})
		if err != nil {
			return // a file without a list of attachments has none
		}
		for i := range min(n.AttachmentCount, maxAttachments) {
			if ctx.Err() != nil {
				yield(mark.Attachment{}, ctx.Err())
				return
			}
			a, err := d.attachment(i)
			if err != nil {
				yield(mark.Attachment{}, err)
				return
			}
			if a.Data != nil && !yield(a, nil) {
				return
			}
		}
		d.pinned(ctx, yield)
	}
}

func (d *document) attachment(i int) (mark.Attachment, error) {
	a, err := d.lib.FPDFDoc_GetAttachment(&requests.FPDFDoc_GetAttachment{Document: d.doc, Index: i})
	if err != nil {
		return mark.Attachment{}, mark.Errorf(mark.Damaged, "Attachment %d of this PDF could not be read. It was left out.", i+1).Because(err)
	}
	return d.contents(a.Attachment, fmt.Sprintf("attachment %d", i+1))
}

// contents reads an attachment, which is called name if it has no name of its own.
func (d *document) contents(ref references.FPDF_ATTACHMENT, name string) (mark.Attachment, error) {
	if got, err := d.lib.FPDFAttachment_GetName(&requests.FPDFAttachment_GetName{Attachment: ref}); err == nil && tidy(got.Name) != "" {
		name = tidy(got.Name)
	}
	file, err := d.lib.FPDFAttachment_GetFile(&requests.FPDFAttachment_GetFile{Attachment: ref})
	if err != nil {
		return mark.Attachment{}, mark.Errorf(mark.Damaged, "The attachment “%s” could not be read. It was left out.", name).Because(err)
	}
	if len(file.Contents) > maxAttachment {
		return mark.Attachment{}, mark.Errorf(mark.TooBig, "The attachment “%s” is too large. It was left out.", name)
	}
	return mark.Attachment{Name: name, Data: file.Contents}, nil
}

// round keeps hundredths of a point: the engine's numbers are single floats.
func round(v float64) float64 { return math.Round(v*100) / 100 }
