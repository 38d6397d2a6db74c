package ingest

import (
	"context"

	mark "markai/backend"
	"markai/backend/loadfile"
)

// labelled gives the pages of a produced document their Bates numbers, where
// its range has as many numbers as it has pages.
func labelled(src mark.Source, m mark.Meta) mark.Source {
	if m.BatesFirst == "" {
		return src
	}
	labels := loadfile.Labels(m.BatesFirst, m.BatesLast, src.Info().Pages)
	if labels == nil {
		return src
	}
	return numbered{src, labels}
}

// numbered is a source whose pages have these labels, whatever the file calls them.
type numbered struct {
	mark.Source
	labels []string
}

// Page implements mark.Source.
func (s numbered) Page(ctx context.Context, n int) (mark.Page, error) {
	p, err := s.Source.Page(ctx, n)
	if err == nil && n >= 1 && n <= len(s.labels) {
		p.Label = s.labels[n-1]
	}
	return p, err
}
