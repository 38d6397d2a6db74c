package export

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"

	"github.com/go-fonts/dejavu/dejavusans"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is a font of a PDF, and the letters used of it. It is embedded, or one of
// those that every reader of PDFs must know by name.
type face struct {
	name   string
	data   []byte
	font   *sfnt.Font // nil of one that is known by name
	buf    sfnt.Buffer
	widths map[sfnt.GlyphIndex]int  // in thousandths of the size
	runes  map[sfnt.GlyphIndex]rune // of the letters used
	known  map[rune]sfnt.GlyphIndex
	named  *collection
	said   map[rune]bool // the letters used of one that is known by name
}

// collection is a set of characters of Adobe's, whose fonts a PDF may name
// without embedding them (ISO 32000-1, 9.7.5.2): readers draw them with a font of
// the machine.
type collection struct {
	ordering   string
	supplement int
	encoding   string
}

const (
	regular = iota
	bold
	italic
	others  // Hebrew, Arabic and the many signs that the faces above lack
	chinese // the last three are known by name
	japanese
	korean
)

// packed are the embedded fonts as they stand in a file. They are packed once:
// that takes longer than all the rest of a paper.
var packed = func() map[string]func() []byte {
	out := map[string]func() []byte{}
	for name, data := range map[string][]byte{"Go-Regular": goregular.TTF, "Go-Bold": gobold.TTF, "Go-Italic": goitalic.TTF, "DejaVuSans": dejavusans.TTF} {
		out[name] = sync.OnceValue(func() []byte { return deflated(data) })
	}
	return out
}()

// faces returns new faces; they gather what is used of them.
func faces() ([]*face, error) {
	out := []*face{
		regular: {name: "Go-Regular", data: goregular.TTF}, bold: {name: "Go-Bold", data: gobold.TTF}, italic: {name: "Go-Italic", data: goitalic.TTF},
		others:   {name: "DejaVuSans", data: dejavusans.TTF},
		chinese:  {name: "STSong-Light", named: &collection{"GB1", 5, "UniGB-UTF16-H"}},
		japanese: {name: "KozMinPr6N-Regular", named: &collection{"Japan1", 6, "UniJIS-UTF16-H"}},
		korean:   {name: "HYSMyeongJo-Medium", named: &collection{"Korea1", 2, "UniKS-UTF16-H"}},
	}
	for _, f := range out {
		f.said = map[rune]bool{}
		f.widths, f.runes, f.known = map[sfnt.GlyphIndex]int{}, map[sfnt.GlyphIndex]rune{}, map[rune]sfnt.GlyphIndex{}
		if f.named != nil {
			continue
		}
		var err error
		if f.font, err = sfnt.Parse(f.data); err != nil {
			return nil, fmt.Errorf("read the font %s: %w", f.name, err)
		}
	}
	return out, nil
}

// lacking stands for a letter that no face has.
const lacking = '□'

// instead are signs that the faces of the text lack, and what says the same.
var instead = map[rune]rune{'✓': '√', '✗': '×', 'Δ': '∆', '\u2011': '-', '\u00a0': ' ', '\u202f': ' ', '\u2009': ' '}

// faceOf chooses the face that draws a letter where the text is set in another,
// and whether any has it.
func (t *typesetter) faceOf(r rune, wanted int) (int, bool) {
	f := t.faces[wanted]
	if _, ok := instead[r]; ok || f.index(r) != 0 || r == '\uFFFD' {
		return wanted, true
	}
	if t.faces[others].index(r) != 0 {
		return others, true
	}
	switch {
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return japanese, true
	case unicode.Is(unicode.Hangul, r):
		return korean, true
	case unicode.Is(unicode.Han, r), r >= 0x3000 && r <= 0x303F, r >= 0xFF01 && r <= 0xFF60:
		return t.han, true
	}
	return wanted, false
}

// glyph is a letter of the font. The first of two letters that look alike
// says what is copied.
func (f *face) glyph(r rune) sfnt.GlyphIndex {
	if g, ok := f.known[r]; ok {
		return g
	}
	g, as := f.index(r), r
	if letter, ok := letters[r]; ok {
		as = letter
	}
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
		if f.named != nil {
			n += 1000 // every character of these is as wide as it is high
			continue
		}
		n += f.widths[f.glyph(r)]
	}
	return float64(n) * size / 1000
}

// hex is text as a PDF string of the font's glyphs, or of its characters where
// it is known by name.
func (f *face) hex(text string) string {
	var b strings.Builder
	b.WriteByte('<')
	for _, r := range text {
		if f.named == nil {
			fmt.Fprintf(&b, "%04X", f.glyph(r))
			continue
		}
		f.said[r] = true
		for _, u := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, "%04X", u)
		}
	}
	b.WriteByte('>')
	return b.String()
}

// used reports whether anything was drawn with the face.
func (f *face) used() bool { return len(f.runes) > 0 || len(f.said) > 0 }

// glyphs lists the glyphs used, in order.
func (f *face) glyphs() []sfnt.GlyphIndex {
	out := make([]sfnt.GlyphIndex, 0, len(f.runes))
	for g := range f.runes {
		out = append(out, g)
	}
	slices.Sort(out)
	return out
}
