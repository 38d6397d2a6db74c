package export

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// The page of a PDF, in points.
const (
	pageWidth, pageHeight = 612.0, 792.0
	margin                = 64.0
	gutter                = 8.0
)

// setting is how a kind of block is set.
type setting struct {
	face             int
	size, lead       float64
	before, after    float64
	indent, greyness float64
}

var settings = map[blockKind]setting{
	title:     {bold, 16, 20, 0, 4, 0, 0},
	small:     {regular, 8.5, 11.5, 2, 4, 0, 0.38},
	heading:   {bold, 12, 15, 14, 4, 0, 0},
	body:      {regular, 10.5, 14.5, 0, 5, 0, 0},
	quotation: {italic, 10, 13.5, 0, 7, 20, 0},
	table:     {regular, 8, 10.5, 0, 4, 0, 0},
}

// PDF writes the paper as a PDF for printing, with its fonts inside. A letter
// that the fonts lack is shown as □; they have those of the languages written
// in Latin, Greek and Cyrillic. Errors are those of w.
func PDF(w io.Writer, p Paper) error {
	fs, err := faces()
	if err != nil {
		return err
	}
	t := &typesetter{faces: fs}
	t.newPage()
	for _, b := range p.blocks() {
		if b.kind == table {
			t.table(b.rows)
			continue
		}
		t.paragraph(b)
	}
	for i, page := range t.pages {
		t.line(page, regular, 8, 0.45, margin, 36, fmt.Sprintf("%d of %d", i+1, len(t.pages)))
	}
	return t.write(w, p.Question)
}

// typesetter sets blocks on pages, from the top down.
type typesetter struct {
	faces []*face
	pages []*bytes.Buffer
	y     float64 // of the next line's top, from the bottom
}

func (t *typesetter) newPage() {
	t.pages = append(t.pages, &bytes.Buffer{})
	t.y = pageHeight - margin
}

func (t *typesetter) page() *bytes.Buffer { return t.pages[len(t.pages)-1] }

// line draws text on one line.
func (t *typesetter) line(page *bytes.Buffer, f int, size, grey, x, y float64, text string) {
	fmt.Fprintf(page, "BT /F%d %.2f Tf %.2f g %.2f %.2f Td %s Tj ET\n", f, size, grey, x, y, t.faces[f].hex(text))
}

// piece is a word with what follows it, set in one face.
type piece struct {
	text   string
	face   int
	struck bool
	width  float64 // without the space after it
	space  float64
}

// pieces cuts runs into words; a word too wide for a line is cut.
func (t *typesetter) pieces(runs []run, f int, size, most float64) []piece {
	var out []piece
	for _, r := range runs {
		face := f
		if r.bold {
			face = bold
		}
		if strings.HasPrefix(r.text, " ") && len(out) > 0 {
			out[len(out)-1].space = t.faces[face].width(" ", size)
		}
		for word := range strings.FieldsSeq(r.text) {
			for _, part := range t.cut(word, face, size, most) {
				out = append(out, piece{part, face, r.struck, t.faces[face].width(part, size), 0})
			}
			out[len(out)-1].space = t.faces[face].width(" ", size)
		}
		if n := len(out); n > 0 && r.text != "" && !strings.HasSuffix(r.text, " ") {
			out[n-1].space = 0
		}
	}
	return out
}

func (t *typesetter) cut(word string, f int, size, most float64) []string {
	if t.faces[f].width(word, size) <= most {
		return []string{word}
	}
	var out []string
	start, width := 0, 0.0
	for i, r := range word {
		w := t.faces[f].width(string(r), size)
		if width+w > most && i > start {
			out = append(out, word[start:i])
			start, width = i, 0
		}
		width += w
	}
	return append(out, word[start:])
}

// lines breaks pieces into lines no wider than most.
func lines(ps []piece, most float64) [][]piece {
	var out [][]piece
	var cur []piece
	width := 0.0
	for _, p := range ps {
		if len(cur) > 0 && width+p.width > most {
			out, cur, width = append(out, cur), nil, 0
		}
		cur = append(cur, p)
		width += p.width + p.space
	}
	if len(cur) > 0 {
		out = append(out, cur)
	}
	return out
}

func (t *typesetter) paragraph(b block) {
	s := settings[b.kind]
	most := pageWidth - 2*margin - s.indent
	t.y -= s.before
	if b.kind == heading && t.y < margin+4*s.lead {
		t.newPage() // no heading at the foot of a page
	}
	for _, l := range lines(t.pieces(b.runs, s.face, s.size, most), most) {
		if t.y-s.lead < margin {
			t.newPage()
		}
		t.y -= s.lead
		t.set(l, s, margin+s.indent, t.y)
	}
	t.y -= s.after
}

// set draws the pieces of a line from x on.
func (t *typesetter) set(l []piece, s setting, x, y float64) {
	for i, p := range l {
		text := p.text
		if p.space > 0 && i+1 < len(l) {
			text += " "
		}
		t.line(t.page(), p.face, s.size, s.greyness, x, y, text)
		if p.struck {
			fmt.Fprintf(t.page(), "%.2f %.2f %.2f 0.6 re f\n", x, y+s.size*0.3, p.width)
		}
		x += p.width + p.space
	}
}

// shares of the columns of a survey.
var shares = [5]float64{0.24, 0.15, 0.15, 0.10, 0.36}

func (t *typesetter) table(rows [][]string) {
	s := settings[table]
	whole := pageWidth - 2*margin
	for i, row := range rows {
		var cells [][][]piece
		most := 0
		for j, cell := range row {
			width := shares[j]*whole - gutter
			ls := lines(t.pieces([]run{{text: cell, bold: i == 0}}, s.face, s.size, width), width)
			cells = append(cells, ls)
			most = max(most, len(ls))
		}
		// A row that fits on a page is kept together; a longer one runs over.
		if need := float64(most)*s.lead + s.after; t.y-need < margin && need < pageHeight-2*margin {
			t.newPage()
		}
		for n := range most {
			if t.y-s.lead < margin {
				t.newPage()
			}
			t.y -= s.lead
			x := margin
			for j, ls := range cells {
				if n < len(ls) {
					t.set(ls[n], s, x, t.y)
				}
				x += shares[j] * whole
			}
		}
		t.y -= s.after
		fmt.Fprintf(t.page(), "0.80 g %.2f %.2f %.2f 0.5 re f\n", margin, t.y+1, whole)
	}
}

// The objects that every file has, by number; each face has five, then the pages.
const (
	catalogObject = iota + 1
	treeObject
	infoObject
	firstFace
)

const objectsOfFace = 5

// write writes the file.
func (t *typesetter) write(w io.Writer, about string) error {
	d := &objects{w: w}
	d.raw("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	firstPage := firstFace + objectsOfFace*len(t.faces)
	var kids strings.Builder
	for i := range t.pages {
		fmt.Fprintf(&kids, "%d 0 R ", firstPage+2*i)
	}
	d.object("<</Type/Catalog/Pages %d 0 R>>", treeObject)
	d.object("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), len(t.pages))
	d.object("<</Title %s/Producer(Mark AI)>>", utf16Hex(about))
	var fonts strings.Builder
	for i, f := range t.faces {
		at := firstFace + objectsOfFace*i
		fmt.Fprintf(&fonts, "/F%d %d 0 R", i, at)
		d.face(f, at)
	}
	for i, page := range t.pages {
		d.object("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %g %g]/Resources<</Font<<%s>>>>/Contents %d 0 R>>", treeObject, pageWidth, pageHeight, fonts.String(), firstPage+2*i+1)
		d.stream(page.Bytes(), "")
	}
	return d.end()
}

// face writes the five objects of a font: it is addressed by glyph, and says
// which letters the glyphs are.
func (d *objects) face(f *face, at int) {
	var widths, letters strings.Builder
	used := f.used()
	for _, g := range used {
		fmt.Fprintf(&widths, "%d[%d]", g, f.widths[g])
	}
	const most = 100 // mappings in one section
	for start := 0; start < len(used); start += most {
		part := used[start:min(start+most, len(used))]
		fmt.Fprintf(&letters, "%d beginbfchar\n", len(part))
		for _, g := range part {
			fmt.Fprintf(&letters, "<%04X> <", g)
			for _, u := range utf16.Encode([]rune{f.runes[g]}) {
				fmt.Fprintf(&letters, "%04X", u)
			}
			letters.WriteString(">\n")
		}
		letters.WriteString("endbfchar\n")
	}
	d.object("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", f.name, at+1, at+4)
	d.object("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap/Identity/DW 600/W[%s]>>", f.name, at+2, widths.String())
	d.object("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[-440 -432 2160 1120]/ItalicAngle 0/Ascent 935/Descent -211/CapHeight 723/StemV 80/FontFile2 %d 0 R>>", f.name, at+3)
	d.stream(f.data, fmt.Sprintf("/Length1 %d", len(f.data)))
	d.stream([]byte("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def /CMapName /Letters def /CMapType 2 def\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n"+letters.String()+"endcmap CMapName currentdict /CMap defineresource pop end end"), "")
}

// objects writes a PDF's objects in the order of their numbers. The first
// failure to write ends all writing.
type objects struct {
	w       io.Writer
	at      int
	offsets []int
	err     error
}

func (d *objects) raw(s string) {
	if d.err == nil {
		var n int
		n, d.err = io.WriteString(d.w, s)
		d.at += n
	}
}

func (d *objects) object(format string, args ...any) {
	d.offsets = append(d.offsets, d.at)
	d.raw(fmt.Sprintf("%d 0 obj\n", len(d.offsets)) + fmt.Sprintf(format, args...) + "\nendobj\n")
}

func (d *objects) stream(data []byte, more string) {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write(data) // a bytes.Buffer never fails
	z.Close()
	d.object("<</Length %d/Filter/FlateDecode%s>>stream\n%s\nendstream", b.Len(), more, b.String())
}

func (d *objects) end() error {
	xref := d.at
	d.raw(fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(d.offsets)+1))
	for _, at := range d.offsets {
		d.raw(fmt.Sprintf("%010d 00000 n \n", at))
	}
	d.raw(fmt.Sprintf("trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(d.offsets)+1, catalogObject, infoObject, xref))
	return d.err
}

// utf16Hex is a text as a PDF string that any letter may stand in.
func utf16Hex(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String() + ">"
}
