package typeset

import (
	"context"
	"iter"
	"sort"
	"unicode/utf8"

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

// Add says what a piece of the text is, from byte start to byte end of what was
// laid out. A piece that runs over page ends becomes one feature for each page.
// Pieces are added in reading order.
func (s *Source) Add(kind mark.FeatureKind, start, end int, value string) {
	l := s.layout
	for i := sort.SearchInts(l.starts, start+1) - 1; i >= 0 && i < len(l.starts) && l.starts[i] < end; i++ {
		stop := len(l.text)
		if i+1 < len(l.starts) {
			stop = l.starts[i+1]
		}
		from, to := max(start, l.starts[i]), min(end, stop)
		if from >= to {
			continue
		}
		s.info.Features = append(s.info.Features, mark.Feature{
			Kind: kind, Page: i + 1, Start: from - l.starts[i], End: to - l.starts[i], Text: short(l.text[from:to]), Value: value,
		})
	}
}

// short cuts a long text at a character.
func short(s string) string {
	const longest = 200
	if len(s) <= longest {
		return s
	}
	n := longest
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

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
