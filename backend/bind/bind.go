// Package bind makes PDF files of pictures of pages.
package bind

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"iter"
	"strings"

	mark "markai/backend"
)

const usualDPI = 200 // of a picture that does not say

// Pictures writes a PDF to w with one page for each picture, as large as the
// picture's dots per inch make it, and reports how many pages there are. One
// picture is held at a time. A picture in black and white only takes a bit a
// dot; grey keeps its greys, and nothing is lost. Errors: Invalid for a
// picture that is incomplete, those of pages, and what w returns.
func Pictures(w io.Writer, pages iter.Seq2[mark.Image, error]) (int, error) {
	b := &binder{w: bufio.NewWriterSize(w, 64<<10), offsets: make([]int64, firstFree)}
	// The comment tells programs that the file is not text.
	b.print("%%PDF-1.5\n%%\xe2\xe3\xcf\xd3\n")
	var kids []int
	for img, err := range pages {
		if err != nil {
			return 0, err
		}
		page, err := b.page(img)
		if err != nil {
			return 0, err
		}
		kids = append(kids, page)
	}
	if len(kids) == 0 {
		return 0, mark.Errorf(mark.Invalid, "There is no page to make a PDF of.")
	}
	return len(kids), b.finish(kids)
}

// The objects that every file has, by number.
const (
	catalog = iota + 1
	tree
	firstFree
)

// binder writes objects and remembers where they begin. The first failure to
// write ends all writing.
type binder struct {
	w       *bufio.Writer
	at      int64
	offsets []int64 // by object number
	err     error
}

func (b *binder) print(format string, args ...any) {
	if b.err == nil {
		n, err := fmt.Fprintf(b.w, format, args...)
		b.at, b.err = b.at+int64(n), err
	}
}

func (b *binder) bytes(p []byte) {
	if b.err == nil {
		n, err := b.w.Write(p)
		b.at, b.err = b.at+int64(n), err
	}
}

// object writes an object with the next free number.
func (b *binder) object(body string) int {
	b.offsets = append(b.offsets, b.at)
	n := len(b.offsets) - 1
	b.print("%d 0 obj\n%s\nendobj\n", n, body)
	return n
}

// stream writes an object that holds bytes.
func (b *binder) stream(dictionary string, data []byte) int {
	b.offsets = append(b.offsets, b.at)
	n := len(b.offsets) - 1
	b.print("%d 0 obj\n<<%s/Length %d>>\nstream\n", n, dictionary, len(data))
	b.bytes(data)
	b.print("\nendstream\nendobj\n")
	return n
}

// page writes one page and returns its object's number.
func (b *binder) page(img mark.Image) (int, error) {
	if img.Width <= 0 || img.Height <= 0 || len(img.Pix) != img.Width*img.Height {
		return 0, mark.Errorf(mark.Invalid, "The picture of a page is incomplete. Add the file again.")
	}
	dpi := float64(img.DPI)
	if dpi <= 0 {
		dpi = usualDPI
	}
	data, bits, err := packed(img)
	if err != nil {
		return 0, err
	}
	picture := b.stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent %d/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors 1/BitsPerComponent %d/Columns %d>>",
		img.Width, img.Height, bits, bits, img.Width), data)
	w, h := float64(img.Width)*72/dpi, float64(img.Height)*72/dpi
	content := b.stream("", fmt.Appendf(nil, "q %.3f 0 0 %.3f 0 0 cm /P Do Q", w, h))
	page := b.object(fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.3f %.3f]/Contents %d 0 R/Resources<</XObject<</P %d 0 R>>>>>>", tree, w, h, content, picture))
	return page, b.err
}

// packed compresses a picture row by row, each against the one above it, in as
// few bits a dot as it needs.
func packed(img mark.Image) (data []byte, bits int, err error) {
	bits = 1
	for _, v := range img.Pix {
		if v != 0 && v != 255 {
			bits = 8
			break
		}
	}
	rowBytes := (img.Width*bits + 7) / 8
	above, row, line := make([]byte, rowBytes), make([]byte, rowBytes), make([]byte, rowBytes+1)
	line[0] = 2 // PNG's filter "up"
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	for y := range img.Height {
		from := img.Pix[y*img.Width : (y+1)*img.Width]
		if bits == 8 {
			copy(row, from)
		} else {
			clear(row)
			for x, v := range from {
				row[x/8] |= v & 1 << (7 - x%8)
			}
		}
		for i, v := range row {
			line[i+1] = v - above[i]
		}
		if _, err := z.Write(line); err != nil {
			return nil, 0, err
		}
		above, row = row, above
	}
	if err := z.Close(); err != nil {
		return nil, 0, err
	}
	return out.Bytes(), bits, nil
}

// finish writes what holds the pages together.
func (b *binder) finish(kids []int) error {
	var list strings.Builder
	for _, k := range kids {
		fmt.Fprintf(&list, "%d 0 R ", k)
	}
	b.offsets[tree] = b.at
	b.print("%d 0 obj\n<</Type/Pages/Count %d/Kids[%s]>>\nendobj\n", tree, len(kids), list.String())
	b.offsets[catalog] = b.at
	b.print("%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n", catalog, tree)
	start := b.at
	b.print("xref\n0 %d\n0000000000 65535 f \n", len(b.offsets))
	for _, at := range b.offsets[1:] {
		b.print("%010d 00000 n \n", at)
	}
	b.print("trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(b.offsets), catalog, start)
	if b.err == nil {
		b.err = b.w.Flush()
	}
	return b.err
}
