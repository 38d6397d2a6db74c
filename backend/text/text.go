// Package text opens files that are text: .txt, .md, .csv, web pages, rich text
// (.rtf), and whatever else decodes. It also knows the common kinds of file that Mark AI
// does not read, and says so of each by name.
package text

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/typeset"
)

// MaxBytes is the largest file that is laid out as text. It is held in memory
// several times over while it is read.
const MaxBytes = 64 << 20

// Parser opens text files.
type Parser struct{}

var _ mark.Parser = Parser{}

// plain are the endings of files that people keep text in.
var plain = []string{".txt", ".text", ".md", ".markdown", ".csv", ".tsv", ".log", ".json", ".xml", ".yaml", ".yml", ".srt", ".vtt", ".tex", ".asc"}

// Score knows text by its ending and by its bytes. A file whose name or first
// bytes promise another kind is not text even if it decodes. Every file scores
// at least 1: when nobody else wants it, Open says what it is.
func (Parser) Score(name string, head []byte) int {
	ext := strings.ToLower(filepath.Ext(name))
	if refuse(name, head) != nil || !looksLikeText(head) {
		return 1
	}
	switch {
	case isRTF(head):
		return 90
	case slices.Contains(plain, ext) || markup(ext):
		return 80
	case startsLikeHTML(head):
		return 60
	}
	return 20
}

// Open decodes the file and lays it out.
func (Parser) Open(ctx context.Context, f mark.File) (mark.Source, error) {
	head := make([]byte, min(f.Size, 4096))
	if _, err := f.Data.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	if err := refuse(f.Name, head); err != nil {
		return nil, err
	}
	if f.Size > MaxBytes {
		return nil, mark.Errorf(mark.TooBig, "%s has %d MB of text, and %d MB are read at most. Split the file and add the parts.", f.Name, f.Size>>20, MaxBytes>>20)
	}
	raw, err := io.ReadAll(contextReader{ctx, io.NewSectionReader(f.Data, 0, f.Size)})
	if err != nil {
		return nil, err
	}
	if isRTF(raw) {
		return openRTF(ctx, raw)
	}
	decoded, note, err := Decode(raw)
	if err != nil {
		return nil, err
	}
	info := mark.SourceInfo{Kind: mark.KindText}
	if note != "" {
		info.Notes = append(info.Notes, note)
	}
	if markup(strings.ToLower(filepath.Ext(f.Name))) || startsLikeHTML(raw) {
		decoded, info.Title = typeset.HTML(strings.NewReader(decoded))
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return typeset.NewSource(decoded, info, nil), nil
}

// openRTF lays a rich text file out.
func openRTF(ctx context.Context, raw []byte) (mark.Source, error) {
	text, title, revised := typeset.RTF(raw)
	info := mark.SourceInfo{Kind: mark.KindWord, Title: title}
	if revised {
		info.Notes = append(info.Notes, "The document has tracked changes: insertions were read, deletions were left out.")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return typeset.NewSource(text, info, nil), nil
}

// markup reports whether files that end in ext are web pages.
func markup(ext string) bool { return ext == ".html" || ext == ".htm" || ext == ".xhtml" }

// startsLikeHTML reports whether the first bytes are those of a web page.
func startsLikeHTML(head []byte) bool {
	head = bytes.ToLower(bytes.TrimSpace(head[:min(len(head), 512)]))
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}

// refuse returns why a file with this name and these first bytes is not read as
// text although it might decode, or nil.
func refuse(name string, head []byte) error {
	if says := foreignKind(name, head); says != "" {
		return mark.Errorf(mark.Unsupported, "%s", says)
	}
	if bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")) {
		return mark.Errorf(mark.Unsupported, "This is a PDF, and no part of the program that reads PDFs is switched on.")
	}
	for _, magic := range []string{"II*\x00", "MM\x00*", "\xff\xd8\xff", "\x89PNG"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return mark.Errorf(mark.Unsupported, "This is a picture, and no part of the program that reads pictures is switched on.")
		}
	}
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".pdf", ".docx", ".docm", ".dotx", ".eml", ".tif", ".tiff", ".jpg", ".jpeg", ".png":
		return mark.Errorf(mark.Unsupported, "This file is named %s, and its content is something else. Open it in the program that made it and save it again.", ext)
	}
	return nil
}

// rtfMagic begins every rich text file.
const rtfMagic = `{\rtf`

// isRTF reports whether a file is rich text.
func isRTF(head []byte) bool { return bytes.HasPrefix(head, []byte(rtfMagic)) }
