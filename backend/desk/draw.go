package desk

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"strings"

	mark "markai/backend"
)

// Drawer draws what the window cannot draw itself.
type Drawer interface {
	// Picture draws a page of a file in grey.
	Picture(ctx context.Context, f mark.File, page, dpi int) (mark.Image, error)
	// Copy writes a PDF that looks like a scan and carries, unseen, the words of
	// its pages. It keeps what it works with in memory.
	Copy(ctx context.Context, f mark.File, kind mark.Kind, pages []mark.Page, w io.Writer) error
}

// Passwords are what opened documents of a matter, the latest first.
type Passwords interface {
	Passwords(ctx context.Context, id mark.MatterID) ([]string, error)
}

// pictureDPI is how sharp a page is drawn for the reader: enough to be read
// when it is enlarged, a quarter of what recognition takes.
const pictureDPI = 150

const notDrawn = "Pages cannot be drawn here. Save the original and look at it with another program."

// Picture returns a page of a document as a PNG picture.
func (d *Desk) Picture(ctx context.Context, matter, doc string, page int) ([]byte, error) {
	f, _, done, err := d.drawn(ctx, matter, doc)
	if err != nil {
		return nil, err
	}
	defer done()
	var img mark.Image
	err = d.unlocked(ctx, matter, f, func(f mark.File) (err error) {
		img, err = d.d.Drawer.Picture(ctx, f, page, pictureDPI)
		return err
	})
	if err != nil {
		return nil, err
	}
	if img.Width <= 0 || img.Height <= 0 || len(img.Pix) < img.Width*img.Height {
		return nil, mark.Errorf(mark.Damaged, "Page %d could not be drawn.", page)
	}
	var b bytes.Buffer
	encode := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encode.Encode(&b, &image.Gray{Pix: img.Pix, Stride: img.Width, Rect: image.Rect(0, 0, img.Width, img.Height)}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Searchable writes a scan as a PDF that can be searched, with the words that
// were recognised when it was read. Where to, it asks with a name that suits,
// once it is known that there is something to write.
func (d *Desk) Searchable(ctx context.Context, matter, doc string, where func(name string) (io.Writer, error)) error {
	f, info, done, err := d.drawn(ctx, matter, doc)
	if err != nil {
		return err
	}
	defer done()
	if info.Kind != mark.KindPDF && info.Kind != mark.KindImage {
		return mark.Errorf(mark.Unsupported, "%s is no scan. PDF files and pictures can be made searchable.", info.Name)
	}
	if info.OCRPages == 0 {
		return mark.Errorf(mark.Invalid, "No page of %s was read from a picture, so its text can be searched as it is.", info.Name)
	}
	store, err := d.store(ctx, matter)
	if err != nil {
		return err
	}
	w, err := where(searchableName(info.Name))
	if err != nil {
		return err
	}
	var pages []mark.Page
	for from := 1; ; {
		part, err := store.PagesFrom(ctx, info.ID, from, 64)
		if err != nil {
			return err
		}
		if len(part) == 0 {
			break
		}
		for _, p := range part {
			if p.OCR {
				pages = append(pages, p)
			}
		}
		from = part[len(part)-1].Number + 1
	}
	d.audit(ctx, "document.export", mark.MatterID(matter), doc)
	// A file is opened before anything is written of it.
	return d.unlocked(ctx, matter, f, func(f mark.File) error { return d.d.Drawer.Copy(ctx, f, info.Kind, pages, w) })
}

// unlocked does something with a file and, where that needs a password, does it
// with those that opened documents of the matter.
func (d *Desk) unlocked(ctx context.Context, matter string, f mark.File, do func(mark.File) error) error {
	err := do(f)
	if mark.CodeOf(err) != mark.NeedsPassword || d.d.Passwords == nil {
		return err
	}
	known, ask := d.d.Passwords.Passwords(ctx, mark.MatterID(matter))
	if ask != nil {
		return ask
	}
	for _, f.Password = range known {
		if again := do(f); mark.CodeOf(again) != mark.NeedsPassword {
			return again
		}
	}
	return err
}

// searchableName is the name of the searchable PDF of a file.
func searchableName(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	return strings.TrimSuffix(name, path.Ext(name)) + " (searchable).pdf"
}

// attachment is an answer whose head is written when its body begins.
type attachment struct {
	w     http.ResponseWriter
	kind  string // its media type
	name  string
	began bool
}

func (a *attachment) Write(p []byte) (int, error) {
	if !a.began {
		a.began = true
		a.w.Header().Set("Content-Type", a.kind)
		a.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.name}))
	}
	return a.w.Write(p)
}

// ServeSearchable answers with a scan as a searchable PDF. An error means that
// nothing was written; one that comes later breaks the answer off, so that
// nobody takes half a file for a whole one.
func (d *Desk) ServeSearchable(w http.ResponseWriter, r *http.Request, matter, doc string) error {
	out := &attachment{w: w, kind: "application/pdf"}
	err := d.Searchable(r.Context(), matter, doc, func(name string) (io.Writer, error) {
		out.name = name
		return out, nil
	})
	if err != nil && out.began {
		slog.WarnContext(r.Context(), "searchable copy broke off", "matter", matter, "document", doc, "code", mark.CodeOf(err))
		panic(http.ErrAbortHandler)
	}
	return err
}

// ServePicture answers with a page of a document as a picture. An error means
// that nothing was written.
func (d *Desk) ServePicture(w http.ResponseWriter, r *http.Request, matter, doc string, page int) error {
	picture, err := d.Picture(r.Context(), matter, doc, page)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-store") // the browser's cache is no sealed store
	if _, err := w.Write(picture); err != nil {
		slog.DebugContext(r.Context(), "picture not taken", "cause", err)
	}
	return nil
}

// drawn opens the original of a document for drawing; done closes it.
func (d *Desk) drawn(ctx context.Context, matter, doc string) (f mark.File, info mark.Document, done func(), err error) {
	if d.d.Drawer == nil {
		return f, info, nil, mark.Errorf(mark.Unavailable, notDrawn)
	}
	store, err := d.store(ctx, matter)
	if err != nil {
		return f, info, nil, err
	}
	if info, err = store.Document(ctx, mark.DocumentID(doc)); err != nil {
		return f, info, nil, err
	}
	o, err := store.Original(ctx, info.ID)
	if err != nil {
		return f, info, nil, err
	}
	return mark.File{Name: info.Name, Size: o.Size(), Data: o}, info, func() { o.Close() }, nil
}
