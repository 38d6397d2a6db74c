package image

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"iter"
	"math"

	mark "markai/backend"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

const (
	maxPixels  = 100_000_000 // of one page as it is stored
	maxDecoded = 256 << 20   // bytes of one page, decoded
	maxPages   = 10_000
	usualDPI   = 200 // of a picture that does not say
)

// document is an open picture file. It is used by one goroutine at a time.
type document struct {
	file   mark.File
	format string
	pages  []place
	info   mark.SourceInfo
}

// place is one page: where its directory lies in a TIFF, and its resolution.
type place struct {
	offset int64
	dpi    [2]float64 // across and down
	turn   int        // quarter turns clockwise by which it is to be shown
}

// open opens a picture in this process.
func open(_ context.Context, f mark.File) (mark.Source, error) {
	head := make([]byte, 16)
	n, err := f.Data.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	d := &document{file: f, format: format(head[:n])}
	switch d.format {
	case "tiff":
		d.pages, err = directories(f.Data, f.Size)
	case "jpeg":
		d.pages = []place{jpegPlace(f.Data, f.Size)}
	case "png":
		d.pages = []place{{dpi: pngDPI(f.Data, f.Size)}}
	case "bmp":
		d.pages = []place{{dpi: bmpDPI(f.Data)}}
	case "webp", "gif":
		d.pages = []place{{}}
	case "heic":
		return nil, mark.Errorf(mark.Unsupported, "This is a photo in Apple's HEIC format or an AVIF picture, which cannot be read here. Save it as JPEG or PDF and add that.")
	default:
		return nil, mark.Errorf(mark.Unsupported, "This is not a TIFF, JPEG, PNG, BMP, WebP or GIF picture. Save it as one of these or as PDF.")
	}
	if err != nil {
		return nil, mark.Errorf(mark.Damaged, "This picture is damaged and could not be opened. Ask for it again where it came from.").Because(err)
	}
	// With more pages, one that cannot be read costs that page.
	if _, err := d.config(0); err != nil && len(d.pages) == 1 {
		return nil, d.broken(1, err)
	}
	d.info = mark.SourceInfo{Kind: mark.KindImage, Pages: len(d.pages)}
	if len(d.pages) == maxPages {
		d.info.Notes = []string{fmt.Sprintf("The file may have more pages; the first %d are read.", maxPages)}
	}
	return d, nil
}

// Info implements mark.Source.
func (d *document) Info() mark.SourceInfo { return d.info }

// reader reads the page with index i.
func (d *document) reader(i int) io.Reader {
	whole := io.NewSectionReader(d.file.Data, 0, d.file.Size)
	if d.format != "tiff" {
		return bufio.NewReaderSize(whole, 64<<10)
	}
	// The decoder reads the first directory only: it is shown this one as the
	// first.
	return io.NewSectionReader(firstAt{d.file.Data, d.pages[i].offset}, 0, d.file.Size)
}

func (d *document) config(i int) (image.Config, error) {
	c, _, err := d.page(i)
	if err != nil {
		return c, err
	}
	if c.Width <= 0 || c.Height <= 0 {
		return c, errors.New("no size")
	}
	if c.Width > maxPixels/c.Height || c.Width*c.Height*bytesPerDot(c.ColorModel) > maxDecoded {
		return c, mark.Errorf(mark.TooBig, "Page %d has %d × %d pixels, which is more than can be read. Scan it at 300 dots per inch.", i+1, c.Width, c.Height)
	}
	return c, nil
}

// page returns what the page with index i is, and what decodes it.
func (d *document) page(i int) (c image.Config, decode func() (image.Image, error), err error) {
	if d.format == "tiff" {
		p, ours, err := piecesOf(d.file.Data, d.pages[i].offset, d.file.Size)
		if err != nil {
			return c, nil, err
		}
		if ours {
			return p.config(), func() (image.Image, error) { return p.decode() }, nil
		}
	}
	codec := codecs[d.format]
	c, err = codec.config(d.reader(i))
	return c, func() (image.Image, error) { return codec.decode(d.reader(i)) }, err
}

// codecs are the libraries' decoders by format.
var codecs = map[string]struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}{
	"tiff": {tiff.DecodeConfig, tiff.Decode},
	"jpeg": {jpeg.DecodeConfig, jpeg.Decode},
	"png":  {png.DecodeConfig, png.Decode},
	"bmp":  {bmp.DecodeConfig, bmp.Decode},
	"webp": {webp.DecodeConfig, webp.Decode},
	"gif":  {gif.DecodeConfig, gif.Decode},
}

// broken says why page n cannot be read.
func (d *document) broken(n int, err error) error {
	if _, ok := errors.AsType[*mark.Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[tiff.UnsupportedError](err); ok {
		return mark.Errorf(mark.Unsupported, "Page %d of this picture is stored in a way that cannot be read here. Save it as PDF or PNG.", n).Because(err)
	}
	if _, ok := errors.AsType[jpeg.UnsupportedError](err); ok {
		return mark.Errorf(mark.Unsupported, "This JPEG picture is stored in a way that cannot be read here. Save it as PDF or PNG.").Because(err)
	}
	return mark.Errorf(mark.Damaged, "Page %d of this picture is damaged and could not be read. It was left out.", n).Because(err)
}

// Page implements mark.Source: the page has a size and no text.
func (d *document) Page(_ context.Context, n int) (mark.Page, error) {
	if n < 1 || n > len(d.pages) {
		return mark.Page{}, mark.Errorf(mark.NotFound, "There is no page %d in this document.", n)
	}
	c, err := d.config(n - 1)
	if err != nil {
		return mark.Page{}, d.broken(n, err)
	}
	p := d.pages[n-1]
	dpi := p.resolution(c)
	out := mark.Page{Number: n, Width: points(c.Width, dpi[0]), Height: points(c.Height, dpi[1])}
	if p.turn&1 == 1 {
		out.Width, out.Height = out.Height, out.Width
	}
	return out, nil
}

func points(px int, dpi float64) float64 { return math.Round(float64(px)/dpi*7200) / 100 }

// resolution returns what the file says, if it can be believed: programs that
// know nothing write 72 or 96, which makes a poster of a photograph.
func (p place) resolution(c image.Config) [2]float64 {
	x, y := p.dpi[0], p.dpi[1]
	believable := func(px int, dpi float64) bool {
		inches := float64(px) / dpi
		return dpi >= 30 && dpi <= 5000 && (inches <= 17 || dpi >= 98 && inches <= 50)
	}
	if believable(c.Width, x) && believable(c.Height, y) && x/y > 0.25 && x/y < 4 {
		return [2]float64{x, y}
	}
	// Take the long side for 11 inches, unless that gives too few dots.
	dpi := max(usualDPI, float64(max(c.Width, c.Height))/11)
	return [2]float64{dpi, dpi}
}

// Image implements mark.Source. A picture with fewer dots per inch than are
// asked for comes as it is, one with more is made smaller; the image says how
// many it has.
func (d *document) Image(_ context.Context, n, dpi int) (_ mark.Image, err error) {
	defer func() {
		if v := recover(); v != nil { // decoders promise not to; hostile files may know better
			err = d.broken(n, fmt.Errorf("%v", v))
		}
	}()
	if n < 1 || n > len(d.pages) {
		return mark.Image{}, mark.Errorf(mark.NotFound, "There is no page %d in this document.", n)
	}
	if dpi < 10 || dpi > 1200 {
		return mark.Image{}, mark.Errorf(mark.Invalid, "A page can be drawn at 10 to 1200 dots per inch.")
	}
	c, err := d.config(n - 1)
	if err != nil {
		return mark.Image{}, d.broken(n, err)
	}
	_, decode, err := d.page(n - 1)
	if err != nil {
		return mark.Image{}, d.broken(n, err)
	}
	img, err := decode()
	if err != nil {
		return mark.Image{}, d.broken(n, err)
	}
	p := d.pages[n-1]
	res := p.resolution(c)
	// As many dots down as across: a fax has half as many.
	out := min(float64(dpi), max(res[0], res[1]))
	size := image.Pt(max(1, int(math.Round(float64(c.Width)*out/res[0]))), max(1, int(math.Round(float64(c.Height)*out/res[1]))))
	if size.X > maxPixels/size.Y {
		return mark.Image{}, mark.Errorf(mark.TooBig, "Page %d is too large to be drawn at %d dots per inch.", n, dpi)
	}
	g := grey(img, size)
	g = turned(g, p.turn)
	return mark.Image{Width: g.Rect.Dx(), Height: g.Rect.Dy(), DPI: int(math.Round(out)), Pix: g.Pix}, nil
}

// turned turns a picture clockwise by quarter turns.
func turned(g *image.Gray, turn int) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if turn&3 == 0 {
		return g
	}
	out := image.NewGray(image.Rect(0, 0, w, h))
	if turn&1 == 1 {
		out = image.NewGray(image.Rect(0, 0, h, w))
	}
	for y := range h {
		row := g.Pix[y*g.Stride : y*g.Stride+w]
		for x, v := range row {
			switch turn & 3 {
			case 1:
				out.Pix[x*out.Stride+h-1-y] = v
			case 2:
				out.Pix[(h-1-y)*out.Stride+w-1-x] = v
			case 3:
				out.Pix[(w-1-x)*out.Stride+y] = v
			}
		}
	}
	return out
}

// Attachments implements mark.Source: a picture has none.
func (d *document) Attachments(context.Context) iter.Seq2[mark.Attachment, error] {
	return func(func(mark.Attachment, error) bool) {}
}

// Close implements mark.Source.
func (d *document) Close() error { return nil }
