package pdfium

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"

	mark "markai/backend"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/requests"
)

const (
	headBytes = 1024 // of a file, in which a PDF begins
	tailBytes = 2048 // of a file, in which a PDF says where its index stands
)

// notes says what a reader should know of the file.
func (d *document) notes(f mark.File) []string {
	var out []string
	indexed, updated := index(f)
	switch {
	case !hasHead(f):
		out = append(out, "The file is not quite a PDF; it was repaired for reading.")
	case !indexed:
		out = append(out, "The file is damaged: its list of contents was missing or wrong and was made anew for reading. Parts of it may be lost.")
	case updated: // to count the versions the whole file has to be read
		if n := d.saved(f); n > 1 {
			out = append(out, fmt.Sprintf("This PDF was saved %d times, each time with the changes at its end. The last version was read; the file still holds the earlier ones.", n))
		}
	}
	if n, err := d.lib.FPDFDoc_GetAttachmentCount(&requests.FPDFDoc_GetAttachmentCount{Document: d.doc}); err == nil && n.AttachmentCount > 0 && portfolio(f) {
		files := fmt.Sprintf("%d files, each of which", n.AttachmentCount)
		if n.AttachmentCount == 1 {
			files = "one file, which"
		}
		out = append(out, "This PDF is a portfolio: a folder of "+files+" is a document of its own here. Its own pages are only a cover.")
	}
	if t, err := d.lib.FPDF_GetFormType(&requests.FPDF_GetFormType{Document: d.doc}); err == nil {
		switch t.FormType {
		case enums.FPDF_FORMTYPE_XFA_FULL, enums.FPDF_FORMTYPE_XFA_FOREGROUND:
			out = append(out, "This PDF holds a form of a kind (XFA) that is read only as far as its pages show it. Print it to a new PDF with Adobe Acrobat if anything is missing.")
		}
	}
	return out
}

// saved returns how many versions the file holds.
func (d *document) saved(f mark.File) int {
	ends, err := d.lib.FPDF_GetTrailerEnds(&requests.FPDF_GetTrailerEnds{Document: d.doc})
	if err != nil {
		return 1
	}
	n := len(ends.TrailerEnds)
	head := make([]byte, headBytes)
	got, _ := f.Data.ReadAt(head, 0)
	if bytes.Contains(head[:got], linearized) {
		n-- // such a file has two ends from the beginning
	}
	return n
}

var (
	startIndex  = regexp.MustCompile(`startxref\s+(\d{1,15})\s`)
	beginsIndex = regexp.MustCompile(`^\s*(xref\s|\d+\s+\d+\s+obj)`)
)

// index reports whether the file's own index stands where the file says, and
// whether it may go on in an earlier one: then the file was saved more than once.
func index(f mark.File) (found, goesOn bool) {
	head := make([]byte, headBytes)
	n, _ := f.Data.ReadAt(head, 0)
	head = head[:n]
	before := max(bytes.Index(head, []byte("%PDF-")), 0) // offsets may count from there
	from := max(f.Size-tailBytes, 0)
	tail := make([]byte, f.Size-from)
	n, _ = f.Data.ReadAt(tail, from)
	tail = append(tail[:n], '\n')
	all := startIndex.FindAllSubmatch(tail, -1)
	if len(all) == 0 {
		return false, false
	}
	at, err := strconv.ParseInt(string(all[len(all)-1][1]), 10, 64)
	if err != nil {
		return false, false
	}
	for _, at := range []int64{at, at + int64(before)} {
		if at >= f.Size {
			continue
		}
		here := make([]byte, headBytes)
		n, _ := f.Data.ReadAt(here, at)
		here = here[:n]
		if !beginsIndex.Match(here) {
			continue
		}
		if at < headBytes && bytes.Contains(head, linearized) {
			return true, false // such a file has two from the beginning, the last of them first
		}
		// What it goes on in is named where a table ends and where a stream begins.
		table := bytes.HasPrefix(bytes.TrimSpace(here), []byte("xref"))
		goesOn = bytes.Contains(tail, previous) || bytes.Contains(here, previous) || table && !bytes.Contains(tail, []byte("trailer"))
		return true, goesOn
	}
	return false, false
}

var previous, linearized = []byte("/Prev"), []byte("/Linearized")
