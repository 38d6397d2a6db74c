package app

import (
	"bytes"
	"context"
	"io"
	"iter"

	mark "markai/backend"
	"markai/backend/bind"
	"markai/backend/ingest"
	"markai/backend/pdfium"
)

// exportDPI is the resolution at which pictures are bound into a PDF; those of
// fewer dots keep theirs.
const exportDPI = 600

// Scratch holds the pictures of a scan while words are written onto them. It is
// as confidential as the result.
type Scratch interface {
	io.Writer
	io.ReaderAt
}

// Searchable writes a PDF to w that looks like the scan f and carries, unseen,
// the words recognised on it. Pages of a PDF that have text of their own stay as
// they are; pictures are bound into one PDF in grey, in scratch first. It
// reports how many pages were given words. Errors: Unsupported for what is neither, Unavailable when
// reading scans is off, and those of reading f.
func (r *Reader) Searchable(ctx context.Context, f mark.File, scratch Scratch, w io.Writer) (recognised int, err error) {
	if r.pdf == nil || r.recogniser == nil {
		return 0, mark.Errorf(mark.Unavailable, "Reading PDF files or scans is switched off. Switch both on in Settings and try again.")
	}
	info, all, err := r.Read(ctx, f)
	if err != nil {
		return 0, err
	}
	if info.Kind != mark.KindPDF && info.Kind != mark.KindImage {
		return 0, mark.Errorf(mark.Unsupported, "%s is no scan. PDF files and pictures can be made searchable.", f.Name)
	}
	var pages []mark.Page
	for p, err := range all {
		if err != nil {
			return 0, err
		}
		if p.OCR {
			pages = append(pages, p)
		}
	}
	return len(pages), r.layered(ctx, f, info.Kind, pages, scratch, w)
}

// layered writes a PDF, or pictures bound into one, with the words of pages.
func (r *Reader) layered(ctx context.Context, f mark.File, kind mark.Kind, pages []mark.Page, scratch Scratch, w io.Writer) (err error) {
	if kind == mark.KindImage {
		if f, err = r.bound(ctx, f, scratch); err != nil {
			return err
		}
	}
	return pdfium.Layer(ctx, r.pdf, f, pages, w)
}

// Copy writes a PDF to w that looks like f and carries, unseen, the words of its
// pages. What it works with stays in memory: a scan of over maxCopy bytes is
// TooBig.
func (r *Reader) Copy(ctx context.Context, f mark.File, kind mark.Kind, pages []mark.Page, w io.Writer) error {
	if r.pdf == nil {
		return mark.Errorf(mark.Unavailable, "Reading PDF files is switched off. Switch it on in Settings and try again.")
	}
	return r.layered(ctx, f, kind, pages, &memory{}, w)
}

// Picture draws a page of a file in grey.
func (r *Reader) Picture(ctx context.Context, f mark.File, page, dpi int) (mark.Image, error) {
	src, err := ingest.Open(ctx, r.parsers, f)
	if err != nil {
		return mark.Image{}, err
	}
	defer src.Close()
	return src.Image(ctx, page, dpi)
}

// maxCopy bounds the pictures that are bound in memory.
const maxCopy = 256 << 20

// memory is a scratch file that is none: no disk holds what is in it.
type memory struct{ data []byte }

func (m *memory) Write(p []byte) (int, error) {
	if len(m.data)+len(p) > maxCopy {
		return 0, mark.Errorf(mark.TooBig, "This scan is too large to be copied from here. Save the original and use 'markai export --searchable'.")
	}
	m.data = append(m.data, p...)
	return len(p), nil
}

// ReadAt implements io.ReaderAt.
func (m *memory) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(m.data).ReadAt(p, off)
}

// bound writes the pictures of f into scratch, as a PDF.
func (r *Reader) bound(ctx context.Context, f mark.File, scratch Scratch) (mark.File, error) {
	src, err := ingest.Open(ctx, r.parsers, f)
	if err != nil {
		return mark.File{}, err
	}
	defer src.Close()
	counted := &counter{w: scratch}
	if _, err := bind.Pictures(counted, pictures(ctx, src)); err != nil {
		return mark.File{}, err
	}
	return mark.File{Name: f.Name, Size: counted.n, Data: scratch}, nil
}

// pictures yields the pages of a document as pictures.
func pictures(ctx context.Context, src mark.Source) iter.Seq2[mark.Image, error] {
	return func(yield func(mark.Image, error) bool) {
		for n := 1; n <= src.Info().Pages; n++ {
			img, err := src.Image(ctx, n, exportDPI)
			if !yield(img, err) || err != nil {
				return
			}
		}
	}
}

// counter counts the bytes that are written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
