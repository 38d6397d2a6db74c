// Package ooxml opens Word documents (.docx): paragraphs with the numbers that
// Word shows, tables as rows, footnotes, comments, headers and footers. Tracked
// insertions are read, tracked deletions are not, and a note says so. Of
// workbooks (.xlsx) and presentations (.pptx) it reads the plain text. Files that
// are locked with a password it decrypts in memory.
package ooxml

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/compound"
	"markai/backend/typeset"
)

// The limits that keep a crafted file from filling the memory.
const (
	maxEntries = 20_000
	maxPart    = 64 << 20  // bytes of one part, unpacked
	maxText    = 64 << 20  // bytes of text from the whole document
	maxSmall   = 16 << 20  // bytes of a part that is read as a whole
	maxDepth   = 1_000     // paragraphs and tables inside one another
	maxParts   = 256 << 20 // bytes of all parts read, unpacked
)

// Parser opens .docx, .xlsx and .pptx files.
type Parser struct{}

var _ mark.Parser = Parser{}

// Score knows a document by its container and its name.
func (Parser) Score(name string, head []byte) int {
	locked := bytes.HasPrefix(head, []byte(compound.Magic))
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) && !locked {
		return 0
	}
	switch ext := strings.ToLower(filepath.Ext(name)); {
	case slices.Contains([]string{".docx", ".docm", ".dotx", ".dotm"}, ext):
		return 90
	case slices.Contains([]string{".xlsx", ".xlsm", ".pptx", ".pptm", ".ppsx"}, ext):
		return 80
	case locked:
		return 0
	case bytes.Contains(head, []byte("word/")):
		return 70
	}
	return 0
}

// Open reads the document's text and lays it out.
func (Parser) Open(ctx context.Context, f mark.File) (mark.Source, error) {
	head := make([]byte, len(compound.Magic))
	if n, _ := f.Data.ReadAt(head, 0); n == len(head) && string(head) == compound.Magic {
		open, err := unlock(ctx, f)
		if err != nil {
			return nil, err
		}
		f.Data, f.Size = bytes.NewReader(open), int64(len(open))
	}
	z, err := zip.NewReader(f.Data, f.Size)
	if err != nil {
		return nil, mark.Errorf(mark.Damaged, "This document is damaged: its container cannot be opened. Open it in the program that made it and save it again.").Because(err)
	}
	if len(z.File) > maxEntries {
		return nil, mark.Errorf(mark.TooBig, "This document has %d parts, far more than any office program makes; it was not opened.", len(z.File))
	}
	p := &pack{zip: z, left: maxParts}
	text, info, pieces, err := p.document(ctx)
	if err != nil {
		return nil, explain(ctx, err)
	}
	src := typeset.NewSource(text, info, nil)
	for _, piece := range pieces {
		src.Add(piece.kind, piece.start, piece.end, piece.value)
	}
	return src, nil
}

// explain gives err a sentence for people.
func explain(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*mark.Error](err); ok || ctx.Err() != nil {
		return err
	}
	if errors.Is(err, errTooBig) {
		return mark.Errorf(mark.TooBig, "This document unpacks to far more than a document holds; it was not read.").Because(err)
	}
	return mark.Errorf(mark.Damaged, "This document is damaged: its text cannot be read. Open it in the program that made it and save it again.").Because(err)
}

// document reads the container's main part, and what pieces of it are.
func (p *pack) document(ctx context.Context) (text string, info mark.SourceInfo, pieces []piece, err error) {
	root := p.relations(ctx, "")
	main := first(root["officeDocument"], "word/document.xml")
	kind, err := p.root(ctx, main)
	if errors.Is(err, errMissing) {
		return "", info, nil, mark.Errorf(mark.Unsupported, "This file is a container without a document inside.")
	}
	if err != nil {
		return "", info, nil, err
	}
	switch kind {
	case "workbook":
		text, info, pieces, err = p.workbook(ctx, main)
	case "presentation":
		text, info, pieces, err = p.presentation(ctx, main)
	default:
		text, info, pieces, err = p.word(ctx, main)
	}
	if err != nil {
		return "", info, nil, err
	}
	p.properties(ctx, first(root["core-properties"], "docProps/core.xml"), &info)
	return text, info, pieces, nil
}

// word reads the text of all the parts that a reader of the printed document
// would see, the comments, and what tracked changes take out.
func (p *pack) word(ctx context.Context, main string) (string, mark.SourceInfo, []piece, error) {
	info := mark.SourceInfo{Kind: mark.KindWord}
	rels := p.relations(ctx, main)

	s := &story{lists: p.lists(ctx, rels), notes: map[string]int{}}
	for _, name := range rels["header"] {
		if err := s.part(ctx, p, name); err != nil {
			return "", info, nil, err
		}
	}
	headers := s.takeUnique()
	err := s.part(ctx, p, main)
	switch {
	case isSyntax(err) && s.out.Len() > 0:
		info.Notes = append(info.Notes, "The document is damaged and breaks off; what stands before the damage was read.")
	case err != nil:
		return "", info, nil, err
	}
	body := s.take()

	var tail strings.Builder
	for _, part := range []struct{ relation, title string }{
		{"footnotes", "Footnotes"}, {"endnotes", "Endnotes"}, {"comments", "Comments"}, {"footer", "Page footers"},
	} {
		for _, name := range rels[part.relation] {
			if err := s.part(ctx, p, name); err != nil && !isSyntax(err) {
				return "", info, nil, err
			}
		}
		if text := s.takeUnique(); text != "" {
			tail.WriteString(part.title + "\n\n" + text)
		}
	}
	tail.WriteString(s.deletions())
	if s.revised {
		info.Notes = append(info.Notes, "The document has tracked changes: insertions stand in the text, deletions at its end.")
	}
	// Offsets of pieces fit the text only once it is what will be stored.
	text, pieces := s.marks.take(strings.ToValidUTF8(headers+body+tail.String(), "\ufffd"))
	return text, info, pieces, nil
}

// isSyntax reports whether err is about broken XML or a broken container.
func isSyntax(err error) bool {
	_, syntax := errors.AsType[*xml.SyntaxError](err)
	return syntax || errors.Is(err, zip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, zip.ErrFormat)
}

// first returns the first of names, or what stands in for it.
func first(names []string, otherwise string) string {
	if len(names) > 0 {
		return names[0]
	}
	return otherwise
}
