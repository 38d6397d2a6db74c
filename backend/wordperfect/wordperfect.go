// Package wordperfect opens WordPerfect documents (.wpd) of versions 5 and later
// and reads their text. Such a file is a stream of characters with functions
// among them: single bytes, functions of a fixed length, and functions that say
// their own length. What stands inside functions (formatting, headers, notes) is
// passed over; a note says so where there are footnotes or endnotes.
package wordperfect

import (
	"context"
	"encoding/binary"
	"io"
	"strings"

	mark "markai/backend"
	"markai/backend/typeset"
)

// magic begins every WordPerfect file.
const magic = "\xffWPC"

// maxBytes is the largest document that is read; it is held in memory.
const maxBytes = 64 << 20

// Places in the head of a file.
const (
	headText    = 4  // where the text begins
	headType    = 9  // 10: a document
	headVersion = 10 // 0: version 5; 2 and above: later
	headKey     = 12 // not 0: encrypted
	headSize    = 16

	typeDocument = 10
)

// Parser opens .wpd files.
type Parser struct{}

var _ mark.Parser = Parser{}

// Score knows a document by its first bytes.
func (Parser) Score(_ string, head []byte) int {
	if strings.HasPrefix(string(head), magic) {
		return 90
	}
	return 0
}

// Open reads the document's text and lays it out.
func (Parser) Open(ctx context.Context, f mark.File) (mark.Source, error) {
	if f.Size > maxBytes {
		return nil, mark.Errorf(mark.TooBig, "This WordPerfect document has %d MB, far more than a document has; it was not read.", f.Size>>20)
	}
	raw, err := io.ReadAll(io.NewSectionReader(f.Data, 0, f.Size))
	if err != nil {
		return nil, err
	}
	if len(raw) < headSize || string(raw[:4]) != magic || raw[headType] != typeDocument {
		return nil, mark.Errorf(mark.Unsupported, "This WordPerfect file is not a document. Open it in WordPerfect, save it as PDF, and add that.")
	}
	if binary.LittleEndian.Uint16(raw[headKey:]) != 0 {
		return nil, mark.Errorf(mark.Unsupported, "This WordPerfect document is locked with a password. Open it in WordPerfect, save a copy without the password, and add the copy.")
	}
	from := binary.LittleEndian.Uint32(raw[headText:])
	if uint64(from) > uint64(len(raw)) || from < headSize {
		return nil, mark.Errorf(mark.Damaged, "This WordPerfect document is damaged: its text is missing. Open it in WordPerfect and save it again.")
	}
	read := later
	if raw[headVersion] == 0 {
		read = five
	}
	text, notes := read(raw[from:])
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	info := mark.SourceInfo{Kind: mark.KindWord}
	if notes {
		info.Notes = append(info.Notes, "This WordPerfect document has footnotes or endnotes, which were not read. Open it in WordPerfect, save it as PDF, and add that to search them too.")
	}
	return typeset.NewSource(strings.Trim(text, " \t\n\f"), info, nil), nil
}
