package export

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is a font that a PDF embeds, and the letters used of it.
type face struct {
	name   string
	data   []byte
	font   *sfnt.Font
	buf    sfnt.Buffer
	widths map[sfnt.GlyphIndex]int  // in thousandths of the size
	runes  map[sfnt.GlyphIndex]rune // of the letters used
	known  map[rune]sfnt.GlyphIndex
}

const (
	regular = iota
	bold
	italic
)

// faces returns new faces; they gather what is used of them.
func faces() ([]*face, error) {
	out := []*face{{name: "Go-Regular", data: goregular.TTF}, {name: "Go-Bold", data: gobold.TTF}, {name: "Go-Italic", data: goitalic.TTF}}
	for _, f := range out {
		var err error
		if f.font, err = sfnt.Parse(f.data); err != nil {
			return nil, fmt.Errorf("read the font %s: %w", f.name, err)
		}
		f.widths, f.runes, f.known = map[sfnt.GlyphIndex]int{}, map[sfnt.GlyphIndex]rune{}, map[rune]sfnt.GlyphIndex{}
	}
	return out, nil
}

// lacking stands for a letter that the fonts lack.
const lacking = '□'

// instead are signs that the fonts lack, and what says the same.
var instead = map[rune]rune{'✓': '√', '✗': '×', 'Δ': '∆', '\u2011': '-', '\u00a0': ' ', '\u202f': ' ', '\u2009': ' '}

// glyph is a letter of the font. The first of two letters that look alike
// says what is copied.
func (f *face) glyph(r rune) sfnt.GlyphIndex {
	if g, ok := f.known[r]; ok {
		return g
	}
	g, as := f.index(r), r
	if other, ok := instead[r]; g == 0 && ok {
		g = f.index(other)
	}
	if g == 0 && r != lacking {
		g, as = f.index(lacking), lacking
	}
	f.known[r] = g
	if _, ok := f.runes[g]; !ok {
		f.runes[g] = as
		adv, err := f.font.GlyphAdvance(&f.buf, g, fixed.I(1000), font.HintingNone)
		if err == nil {
			f.widths[g] = adv.Round()
		}
	}
	return g
}

func (f *face) index(r rune) sfnt.GlyphIndex {
	g, err := f.font.GlyphIndex(&f.buf, r)
	if err != nil {
		return 0
	}
	return g
}

// width is how wide text is at a size, in points.
func (f *face) width(text string, size float64) float64 {
	n := 0
	for _, r := range text {
		n += f.widths[f.glyph(r)]
	}
	return float64(n) * size / 1000
}

// hex is text as a PDF string of the font's glyphs.
func (f *face) hex(text string) string {
	var b strings.Builder
	b.WriteByte('<')
	for _, r := range text {
		fmt.Fprintf(&b, "%04X", f.glyph(r))
	}
	b.WriteByte('>')
	return b.String()
}

// used lists the glyphs used, in order.
func (f *face) used() []sfnt.GlyphIndex {
	out := make([]sfnt.GlyphIndex, 0, len(f.runes))
	for g := range f.runes {
		out = append(out, g)
	}
	slices.Sort(out)
	return out
}
