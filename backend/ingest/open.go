package ingest

import (
	"cmp"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	mark "markai/backend"
)

// headBytes is how much of a file parsers see to judge it.
const headBytes = 4096

// Open lets the parser that knows the file best open it, and the next best
// where that one finds it damaged or of another kind. The error is the best
// parser's own.
func Open(ctx context.Context, parsers []mark.Parser, f mark.File) (mark.Source, error) {
	if f.Size == 0 {
		return nil, mark.Errorf(mark.Invalid, "This file is empty.")
	}
	head := make([]byte, min(f.Size, headBytes))
	n, err := f.Data.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var first error
	for _, p := range ranked(parsers, f.Name, head[:n]) {
		src, err := p.Open(ctx, f)
		if mark.CodeOf(err) == mark.Crashed && ctx.Err() == nil {
			src, err = p.Open(ctx, f) // the next process may be luckier
		}
		if err == nil {
			return src, nil
		}
		if first == nil || mark.CodeOf(first) == mark.Unsupported && mark.CodeOf(err) != mark.Unsupported {
			first = err
		}
		switch mark.CodeOf(err) {
		case mark.Damaged, mark.Unsupported, mark.Crashed:
			continue
		}
		return nil, err
	}
	if first == nil {
		first = mark.Errorf(mark.Unsupported, "This is not a kind of file that can be read here. Save it as PDF and add that.")
	}
	return nil, first
}

// ranked returns the parsers that know the file at all, best first.
func ranked(parsers []mark.Parser, name string, head []byte) []mark.Parser {
	type scored struct {
		mark.Parser
		score int
	}
	var list []scored
	for _, p := range parsers {
		if n := p.Score(name, head); n > 0 {
			list = append(list, scored{p, n})
		}
	}
	slices.SortStableFunc(list, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	out := make([]mark.Parser, len(list))
	for i, s := range list {
		out[i] = s.Parser
	}
	return out
}

// kindOf guesses a document's kind by its name, for the time before it is opened.
func kindOf(name string) mark.Kind {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".pdf":
		return mark.KindPDF
	case ".docx", ".docm", ".doc", ".dot", ".rtf", ".odt", ".wpd":
		return mark.KindWord
	case ".eml", ".msg", ".mht":
		return mark.KindMail
	case ".tif", ".tiff", ".jpg", ".jpeg", ".png":
		return mark.KindImage
	}
	return mark.KindText
}
