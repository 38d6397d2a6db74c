package pdfium

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"

	mark "markai/backend"
)

// The bounds of the look for a portfolio: a file that hides it deeper is shown
// as a PDF with attachments.
const (
	portfolioFile  = 64 << 20 // bytes of the file
	portfolioIndex = 16 << 20 // bytes of its object streams, unpacked
)

// collection is the entry of a PDF's catalog that makes it a portfolio (ISO
// 32000-1, 7.11.6), and no longer name that begins like it.
var (
	collection = regexp.MustCompile(`/Collection[\s<]`)
	packed     = regexp.MustCompile(`/ObjStm\b`)
	streamHead = regexp.MustCompile(`stream\r?\n`)
)

// portfolio reports whether a PDF presents itself as a folder of the files
// inside it. The engine does not tell. Objects that were packed are unpacked;
// those of an encrypted file cannot be.
func portfolio(f mark.File) bool {
	raw, err := io.ReadAll(io.NewSectionReader(f.Data, 0, min(f.Size, portfolioFile)))
	if err != nil {
		return false
	}
	if collection.Match(raw) {
		return true
	}
	left := int64(portfolioIndex)
	for _, at := range packed.FindAllIndex(raw, -1) {
		rest := raw[at[1]:min(at[1]+1024, len(raw))]
		head := streamHead.FindIndex(rest)
		if head == nil || left <= 0 {
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(raw[at[1]+head[1]:]))
		if err != nil {
			continue
		}
		// What was unpacked before the stream broke off is looked at too.
		objects, _ := io.ReadAll(io.LimitReader(z, left))
		left -= int64(len(objects))
		if collection.Match(objects) {
			return true
		}
	}
	return false
}
