package export

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
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

// PDF writes the paper as a PDF for printing, with fonts inside for the languages
// written in Latin, Greek, Cyrillic, Hebrew and Arabic letters. Chinese, Japanese
// and Korean are drawn by the reader of the file, with a font of its own. A letter
// that none has is shown as □, and the paper says which were. Errors are those of w.
func PDF(w io.Writer, p Paper) error {
	fs, err := faces()
	if err != nil {
		return err
	}
	t := &typesetter{faces: fs, han: chinese, missing: map[rune]bool{}}
	blocks := p.blocks()
	if anyKana(blocks) {
		t.han = japanese
	}
	t.newPage()
	for _, b := range blocks {
		if b.kind == table {
			t.table(b.rows)
			continue
		}
		t.paragraph(b)
	}
	for _, text := range t.caveats() {
		t.paragraph(line(small, text))
	}
	for i, page := range t.pages {
		number := fmt.Sprintf("%d of %d", i+1, len(t.pages))
		t.line(page, regular, 8, 0.45, pageWidth-margin-t.faces[regular].width(number, 8), 36, number)
		t.foot(page, p.foot())
	}
	return t.write(w, p.Question)
}

// foot says on every page which paper it belongs to.
func (p Paper) foot() string {
	parts := []string{p.Matter}
	if !p.Asked.IsZero() {
		parts = append(parts, p.Asked.Format("2 January 2006"))
	}
	return strings.Join(slices.DeleteFunc(append(parts, oneLine(p.Question)), func(s string) bool { return s == "" }), " · ")
}

// foot sets a line at the foot of a page, cut where it is too long.
func (t *typesetter) foot(page *bytes.Buffer, text string) {
	const size, room = 8.0, 60.0 // room for the page's number
	ls := t.lines([]run{{text: text}}, regular, size, pageWidth-2*margin-room, false)
	if len(ls) == 0 {
		return
	}
	x := margin
	for _, p := range ls[0].pieces {
		t.line(page, p.face, size, 0.45, x, 36, p.text)
		x += p.width + p.space
	}
	if len(ls) > 1 {
		t.line(page, regular, size, 0.45, x, 36, "…")
	}
}

// anyKana reports whether something is written in Japanese: then Chinese
// characters are drawn as Japanese has them.
func anyKana(blocks []block) bool {
	kana := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) })
	}
	return slices.ContainsFunc(blocks, func(b block) bool {
		return slices.ContainsFunc(b.runs, func(r run) bool { return kana(r.text) }) ||
			slices.ContainsFunc(b.rows, func(row []string) bool { return slices.ContainsFunc(row, kana) })
	})
}

// caveats say what was not drawn, and what another machine may draw otherwise.
func (t *typesetter) caveats() []string {
	var out []string
	if slices.ContainsFunc(t.faces, func(f *face) bool { return f.named != nil && f.used() }) {
		out = append(out, "Chinese, Japanese and Korean characters are drawn with a font of the machine that shows this file.")
	}
	if n := len(t.missing); n > 0 {
		const most = 12
		var codes []string
		for _, r := range slices.Sorted(maps.Keys(t.missing)) {
			codes = append(codes, fmt.Sprintf("U+%04X", r))
		}
		more := ""
		if n > most {
			codes, more = codes[:most], fmt.Sprintf(" and %d more", n-most)
		}
		out = append(out, fmt.Sprintf("%s could not be drawn and stands as □ (%s%s). The Word document has every character.",
			plural(n, "character", "characters"), strings.Join(codes, ", "), more))
	}
	return out
}

// typesetter sets blocks on pages, from the top down.
type typesetter struct {
	faces   []*face
	pages   []*bytes.Buffer
	y       float64       // of the next line's top, from the bottom
	han     int           // the face of Chinese characters
	missing map[rune]bool // letters that no face has
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

func (t *typesetter) paragraph(b block) {
	s := settings[b.kind]
	most := pageWidth - 2*margin - s.indent
	t.y -= s.before
	if b.kind == heading && t.y < margin+4*s.lead {
		t.newPage() // no heading at the foot of a page
	}
	for _, l := range t.lines(b.runs, s.face, s.size, most, b.fromRight()) {
		if t.y-s.lead < margin {
			t.newPage()
		}
		t.y -= s.lead
		t.set(l, s, margin+s.indent, t.y)
	}
	t.y -= s.after
}

// set draws the pieces of a line from x on.
func (t *typesetter) set(l setLine, s setting, x, y float64) {
	x += l.indent
	for i, p := range l.pieces {
		text := p.text
		if p.space > 0 && i+1 < len(l.pieces) && t.faces[p.face].named == nil {
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
		var cells [][]setLine
		most := 0
		for j, cell := range row {
			width := shares[j]*whole - gutter
			ls := t.lines([]run{{text: cell, bold: i == 0}}, s.face, s.size, width, runsFromRight(cell))
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

// The objects that every file has, by number; then those of the faces used, then the pages.
const (
	catalogObject = iota + 1
	treeObject
	infoObject
	firstFace
)

// objects is how many objects of a file a face takes.
func (f *face) objects() int {
	if f.named != nil {
		return 4
	}
	return 5
}

// write writes the file.
func (t *typesetter) write(w io.Writer, about string) error {
	d := &objects{w: w}
	d.raw("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	firstPage := firstFace
	for _, f := range t.faces {
		if f.used() {
			firstPage += f.objects()
		}
	}
	var kids strings.Builder
	for i := range t.pages {
		fmt.Fprintf(&kids, "%d 0 R ", firstPage+2*i)
	}
	d.object("<</Type/Catalog/Pages %d 0 R>>", treeObject)
	d.object("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), len(t.pages))
	d.object("<</Title %s/Producer(Mark AI)>>", utf16Hex(about))
	var fonts strings.Builder
	at := firstFace
	for i, f := range t.faces {
		if !f.used() {
			continue
		}
		fmt.Fprintf(&fonts, "/F%d %d 0 R", i, at)
		if f.named != nil {
			d.named(f, at)
		} else {
			d.face(f, at)
		}
		at += f.objects()
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
	var widths strings.Builder
	var codes [][2]string
	for _, g := range f.glyphs() {
		fmt.Fprintf(&widths, "%d[%d]", g, f.widths[g])
		codes = append(codes, [2]string{fmt.Sprintf("%04X", g), unitsHex(f.runes[g])})
	}
	d.object("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", f.name, at+1, at+4)
	d.object("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap/Identity/DW 600/W[%s]>>", f.name, at+2, widths.String())
	d.object("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[-440 -432 2160 1120]/ItalicAngle 0/Ascent 935/Descent -211/CapHeight 723/StemV 80/FontFile2 %d 0 R>>", f.name, at+3)
	d.packed(packed[f.name](), fmt.Sprintf("/Length1 %d", len(f.data)))
	d.letters(codes)
}

// named writes the four objects of a font that is known by name: it is addressed
// by character.
func (d *objects) named(f *face, at int) {
	d.object("<</Type/Font/Subtype/Type0/BaseFont/%s-%s/Encoding/%s/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", f.name, f.named.encoding, f.named.encoding, at+1, at+3)
	d.object("<</Type/Font/Subtype/CIDFontType0/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(%s)/Supplement %d>>/FontDescriptor %d 0 R/DW 1000>>", f.name, f.named.ordering, f.named.supplement, at+2)
	d.object("<</Type/FontDescriptor/FontName/%s/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>", f.name)
	var codes [][2]string
	for _, r := range slices.Sorted(maps.Keys(f.said)) {
		codes = append(codes, [2]string{unitsHex(r), unitsHex(r)})
	}
	d.letters(codes)
}

// letters writes the map from codes to the letters that they are, for copying
// and searching.
func (d *objects) letters(codes [][2]string) {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def /CMapName /Letters def /CMapType 2 def\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n")
	const most = 100 // mappings in one section
	for part := range slices.Chunk(codes, most) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for _, c := range part {
			fmt.Fprintf(&b, "<%s> <%s>\n", c[0], c[1])
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap CMapName currentdict /CMap defineresource pop end end")
	d.stream([]byte(b.String()), "")
}

// unitsHex is a letter in UTF-16, in hexadecimal digits.
func unitsHex(r rune) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune{r}) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
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
	d.packed(deflated(data), more)
}

// packed writes a stream that is compressed already.
func (d *objects) packed(data []byte, more string) {
	d.object("<</Length %d/Filter/FlateDecode%s>>stream\n%s\nendstream", len(data), more, data)
}

func deflated(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write(data) // a bytes.Buffer never fails
	z.Close()
	return b.Bytes()
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
