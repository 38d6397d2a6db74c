package msdoc

import (
	"context"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	mark "markai/backend"
)

// behind are the parts that follow the main text, in the order in which they
// lie, and how each is called in the text.
var behind = []struct {
	heading string // empty: the part is left out
	kind    mark.FeatureKind
}{
	{"", ""}, // the main text
	{"Footnotes", mark.FeatureFootnote},
	{"Headers and footers", mark.FeatureHeader},
	{"", ""}, // macros
	{"Comments", mark.FeatureComment},
	{"Endnotes", mark.FeatureFootnote},
	{"Text boxes", ""},
	{"Text boxes of headers", mark.FeatureHeader},
}

// named is a part of the text that is told apart.
type named struct {
	kind       mark.FeatureKind
	start, end int
}

// text returns the document's text, and where in it the parts behind it stand.
func (d *document) text(ctx context.Context) (string, []named, error) {
	r := reader{d: d}
	var b strings.Builder
	var parts []named
	for i, count := range d.counts {
		text, err := r.next(ctx, count)
		if err != nil {
			return "", nil, err
		}
		if text = strings.Trim(text, " \t\n\f"); i == 0 {
			b.WriteString(text)
		}
		if text == "" || behind[i].heading == "" {
			continue
		}
		b.WriteString("\n\n" + behind[i].heading + "\n\n")
		start := b.Len()
		b.WriteString(text)
		if behind[i].kind != "" {
			parts = append(parts, named{behind[i].kind, start, b.Len()})
		}
	}
	return b.String(), parts, nil
}

// reader reads the characters of a document one after the other.
type reader struct {
	d     *document
	piece int // that comes next
	used  int // characters of it that were read
}

// next returns the next count characters as text.
func (r *reader) next(ctx context.Context, count int) (string, error) {
	w := writer{}
	for count > 0 && r.piece < len(r.d.pieces) {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		p := r.d.pieces[r.piece]
		n := min(count, p.chars-r.used)
		r.read(p, r.used, n, &w)
		count -= n
		if r.used += n; r.used == p.chars {
			r.piece, r.used = r.piece+1, 0
		}
	}
	return w.b.String(), nil
}

func (r *reader) read(p piece, from, n int, w *writer) {
	if !p.wide {
		for i := p.at + from; i < p.at+from+n; i++ {
			if !r.d.isDeleted(i) {
				w.put(charmap.Windows1252.DecodeByte(r.d.main[i]))
			}
		}
		return
	}
	high := rune(0) // half of a character beyond the first 65,536
	for i := p.at + 2*from; i < p.at+2*(from+n); i += 2 {
		if r.d.isDeleted(i) {
			continue
		}
		c := rune(binary.LittleEndian.Uint16(r.d.main[i:]))
		switch {
		case high != 0:
			c = utf16.DecodeRune(high, c)
			high = 0
		case utf16.IsSurrogate(c):
			high = c
			continue
		}
		w.put(c)
	}
}

// writer turns Word's characters into text.
type writer struct {
	b      strings.Builder
	fields []bool // open fields, innermost last: true where the result is shown
	cell   bool   // the last character ended a cell
}

// put writes one character. The characters below 32 are Word's marks.
func (w *writer) put(c rune) {
	switch c {
	case 0x13: // a field begins with its code
		w.fields = append(w.fields, false)
		return
	case 0x14: // then comes what it shows
		if n := len(w.fields); n > 0 {
			w.fields[n-1] = true
		}
		return
	case 0x15:
		w.fields = w.fields[:max(0, len(w.fields)-1)]
		return
	}
	for _, shown := range w.fields {
		if !shown {
			return
		}
	}
	cell := w.cell
	w.cell = false
	switch {
	case c == 0x07 && cell: // the mark of a row follows that of its last cell
		w.b.WriteByte('\n')
	case c == 0x07:
		w.cell = true
		w.b.WriteByte('\t')
	case c == '\r', c == 0x0B:
		w.b.WriteByte('\n')
	case c == 0x0C:
		w.b.WriteByte('\f')
	case c == 0x0E:
		w.b.WriteByte('\n')
	case c == 0x1E:
		w.b.WriteByte('-')
	case c == 0x1F: // a place where a word may be parted
	case c == '\t':
		w.b.WriteByte('\t')
	case c < 0x20: // pictures, anchors of notes
	case c == 0xA0:
		w.b.WriteByte(' ')
	case c == utf8.RuneError:
	default:
		w.b.WriteRune(c)
	}
}
