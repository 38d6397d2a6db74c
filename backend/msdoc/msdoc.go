// Package msdoc opens the Word documents of 1997 to 2003 (.doc) and reads their
// text: the pieces that the document is made of, without the codes of fields
// and without what is deleted. The layout of the file is published as [MS-DOC].
// Of Word 6 and 95 it reads files that were saved whole.
package msdoc

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/compound"
	"markai/backend/typeset"
)

// maxText bounds the characters of a document.
const maxText = 32 << 20

// Parser opens .doc files.
type Parser struct{}

var _ mark.Parser = Parser{}

// Score knows a document by its container and its name.
func (Parser) Score(name string, head []byte) int {
	if strings.HasPrefix(string(head), compound.Magic) && slices.Contains([]string{".doc", ".dot"}, strings.ToLower(filepath.Ext(name))) {
		return 90
	}
	return 0
}

var (
	errNotWord   = errors.New("msdoc: not a Word document")
	errDamaged   = errors.New("msdoc: damaged")
	errEncrypted = errors.New("msdoc: encrypted")
	errTooBig    = errors.New("msdoc: too much text")
	errFastSaved = errors.New("msdoc: an old file that was saved in pieces")
)

// Open reads the document's text and lays it out.
func (Parser) Open(ctx context.Context, f mark.File) (mark.Source, error) {
	root, err := compound.Open(ctx, f.Data, f.Size)
	if err != nil {
		return nil, explain(ctx, err)
	}
	d, err := load(root)
	if err != nil {
		return nil, explain(ctx, err)
	}
	text, parts, err := d.text(ctx)
	if err != nil {
		return nil, explain(ctx, err)
	}
	info := mark.SourceInfo{Kind: mark.KindWord}
	if d.revised {
		info.Notes = append(info.Notes, "The document has tracked changes: insertions were read, deletions were left out.")
	}
	src := typeset.NewSource(text, info, nil)
	for _, p := range parts {
		src.Add(p.kind, p.start, p.end, "")
	}
	return src, nil
}

// explain gives err a sentence for people.
func explain(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errEncrypted):
		return mark.Errorf(mark.Unsupported, "This Word document is locked with a password. Open it in Word, save a copy without the password, and add the copy.").Because(err)
	case errors.Is(err, errTooBig), errors.Is(err, compound.ErrTooBig):
		return mark.Errorf(mark.TooBig, "This Word document is far larger than a document is; it was not read.").Because(err)
	case errors.Is(err, errFastSaved):
		return mark.Errorf(mark.Unsupported, "This document was made by Word 6 or 95 and saved in pieces. Open it in a word processor, save it as .docx, and add that.").Because(err)
	case errors.Is(err, errNotWord), errors.Is(err, compound.ErrMissing):
		return mark.Errorf(mark.Unsupported, "This file is named like a Word document and holds something else. Save it as .docx or PDF and add that.").Because(err)
	case errors.Is(err, errDamaged), errors.Is(err, compound.ErrDamaged), errors.Is(err, io.ErrUnexpectedEOF):
		return mark.Errorf(mark.Damaged, "This Word document is damaged: its text cannot be read. Open it in Word and save it again.").Because(err)
	}
	return err
}
