package typeset

import (
	"context"
	"iter"

	mark "markai/backend"
)

// Source is an opened document whose text was laid out here.
type Source struct {
	info        mark.SourceInfo
	layout      *Layout
	attachments func(context.Context) iter.Seq2[mark.Attachment, error]
}

var _ mark.Source = (*Source)(nil)

// NewSource lays text out. The number of pages is added to info; attachments
// may be nil where the kind of file has none.
func NewSource(text string, info mark.SourceInfo, attachments func(context.Context) iter.Seq2[mark.Attachment, error]) *Source {
	s := &Source{info: info, layout: New(text), attachments: attachments}
	s.info.Pages = s.layout.Len()
	return s
}

// Info tells what is known of the document.
func (s *Source) Info() mark.SourceInfo { return s.info }

// Page returns page n.
func (s *Source) Page(ctx context.Context, n int) (mark.Page, error) {
	if err := ctx.Err(); err != nil {
		return mark.Page{}, err
	}
	if n < 1 || n > s.layout.Len() {
		return mark.Page{}, mark.Errorf(mark.Invalid, "There is no page %d; the document has %d.", n, s.layout.Len())
	}
	return s.layout.Page(n), nil
}

// Image is Unsupported: a page without text has nothing on it.
func (s *Source) Image(context.Context, int, int) (mark.Image, error) {
	return mark.Image{}, mark.Errorf(mark.Unsupported, "This kind of document has no pictures of its pages.")
}

// Attachments yields the files inside the document.
func (s *Source) Attachments(ctx context.Context) iter.Seq2[mark.Attachment, error] {
	if s.attachments == nil {
		return func(func(mark.Attachment, error) bool) {}
	}
	return s.attachments(ctx)
}

// Close has nothing to give back.
func (s *Source) Close() error { return nil }
