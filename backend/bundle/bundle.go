// Package bundle makes one document of pages that come as single files, as the
// pictures of a production do. A bundle is a ZIP archive with the pages' own
// bytes, unpacked, in order, their labels, and their text where it was
// provided: any program that opens archives gives the pages back.
package bundle

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"

	mark "markai/backend"
)

// mimeType stands first in the archive, under the name that other kinds of
// documents in ZIP archives use, so that the file is known by its beginning.
const (
	mimeName = "mimetype"
	mimeType = "application/vnd.markai.pages+zip"
	contents = "pages.json"
)

// The limits of a bundle.
const (
	maxPages    = 100_000
	maxContents = 256 << 20
)

// Page is one page of a bundle.
type Page struct {
	Label string // its Bates number
	Name  string // of its file; the ending tells its kind
	Text  string // provided; empty: to be read from the picture
	Open  func() (io.ReadCloser, error)
}

// entry is a page in the list of contents.
type entry struct {
	File  string `json:"file"`
	Label string `json:"label,omitempty"`
	Text  string `json:"text,omitempty"`
}

// Write writes a bundle. The same pages make the same bytes.
func Write(w io.Writer, pages []Page) error {
	z := zip.NewWriter(w)
	list := make([]entry, len(pages))
	for i, p := range pages {
		ext := strings.ToLower(path.Ext(mark.FileName(p.Name)))
		list[i] = entry{fmt.Sprintf("%06d%s", i+1, ext), p.Label, p.Text}
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("list the pages of a bundle: %w", err)
	}
	for _, part := range []struct{ name, data string }{{mimeName, mimeType}, {contents, string(raw)}} {
		if err := put(z, part.name, func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(part.data)), nil }); err != nil {
			return err
		}
	}
	for i, p := range pages {
		if err := put(z, list[i].File, p.Open); err != nil {
			return err
		}
	}
	return z.Close()
}

// put stores one part as it is.
func put(z *zip.Writer, name string, open func() (io.ReadCloser, error)) error {
	r, err := open()
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return err
}

// Parser opens bundles.
type Parser struct {
	// Pages opens the file of a page.
	Pages func(ctx context.Context, f mark.File) (mark.Source, error)
}

var _ mark.Parser = Parser{}

// Score knows a bundle by its beginning.
func (Parser) Score(_ string, head []byte) int {
	const nameAt = 30 // in the header of the first part
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) && len(head) > nameAt && bytes.HasPrefix(head[nameAt:], []byte(mimeName+mimeType)) {
		return 100
	}
	return 0
}

// Open reads the list of contents.
func (p Parser) Open(_ context.Context, f mark.File) (mark.Source, error) {
	damaged := mark.Errorf(mark.Damaged, "The pages of this document were put together and are damaged now. Add the production again.")
	z, err := zip.NewReader(f.Data, f.Size)
	if err != nil {
		return nil, damaged.Because(err)
	}
	files := map[string]*zip.File{}
	for _, e := range z.File {
		files[e.Name] = e
	}
	var list []entry
	if e := files[contents]; e == nil || e.UncompressedSize64 > maxContents {
		return nil, damaged
	} else if err := decode(e, &list); err != nil {
		return nil, damaged.Because(err)
	}
	s := &source{open: p.Pages, file: f, list: list}
	if len(list) == 0 || len(list) > maxPages {
		return nil, damaged
	}
	for _, e := range list {
		part := files[e.File]
		if part == nil || part.Method != zip.Store {
			return nil, damaged
		}
		at, err := part.DataOffset()
		size := int64(min(part.UncompressedSize64, 1<<62))
		if err != nil || at < 0 || size > f.Size-at {
			return nil, damaged.Because(err)
		}
		s.parts = append(s.parts, [2]int64{at, size})
	}
	s.info = mark.SourceInfo{Kind: mark.KindImage, Pages: len(list)}
	return s, nil
}

func decode(e *zip.File, to any) error {
	r, err := e.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	return json.NewDecoder(io.LimitReader(r, maxContents)).Decode(to)
}

// source is an open bundle. It is used by one goroutine at a time.
type source struct {
	open  func(context.Context, mark.File) (mark.Source, error)
	file  mark.File
	list  []entry
	parts [][2]int64 // where each page's file lies, and its size
	info  mark.SourceInfo

	at    int // the page that is open, from 1
	inner mark.Source
}

// Info implements mark.Source.
func (s *source) Info() mark.SourceInfo { return s.info }

// turn opens page n; the one before is closed.
func (s *source) turn(ctx context.Context, n int) (mark.Source, error) {
	if n < 1 || n > len(s.list) {
		return nil, mark.Errorf(mark.NotFound, "There is no page %d in this document.", n)
	}
	if s.inner != nil && s.at == n {
		return s.inner, nil
	}
	err := s.Close()
	at, size := s.parts[n-1][0], s.parts[n-1][1]
	src, openErr := s.open(ctx, mark.File{Name: s.list[n-1].File, Size: size, Data: io.NewSectionReader(s.file.Data, at, size)})
	if openErr != nil {
		return nil, openErr
	}
	s.inner, s.at = src, n
	return src, err
}

// Page implements mark.Source. Text that was provided stands for that of a
// picture, and has no places on it.
func (s *source) Page(ctx context.Context, n int) (mark.Page, error) {
	src, err := s.turn(ctx, n)
	if err != nil {
		return mark.Page{}, err
	}
	p, err := src.Page(ctx, 1)
	if err != nil {
		return p, err
	}
	e := s.list[n-1]
	p.Number, p.Label = n, e.Label
	if strings.TrimSpace(p.Text) == "" && e.Text != "" {
		p.Text, p.Words = e.Text, nil
	}
	return p, nil
}

// Image implements mark.Source.
func (s *source) Image(ctx context.Context, n, dpi int) (mark.Image, error) {
	src, err := s.turn(ctx, n)
	if err != nil {
		return mark.Image{}, err
	}
	return src.Image(ctx, 1, dpi)
}

// Attachments implements mark.Source: a bundle has none.
func (s *source) Attachments(context.Context) iter.Seq2[mark.Attachment, error] {
	return func(func(mark.Attachment, error) bool) {}
}

// Close implements mark.Source.
func (s *source) Close() error {
	if s.inner == nil {
		return nil
	}
	err := s.inner.Close()
	s.inner = nil
	if errors.Is(err, context.Canceled) {
		return nil // its worker is gone already
	}
	return err
}
