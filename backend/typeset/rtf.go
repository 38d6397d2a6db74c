package typeset

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// rtfDepth is how deep groups may lie in one another.
const rtfDepth = 2_000

// RTF returns the text of a rich text file as it prints, its title, and whether
// tracked deletions were left out. A file that breaks off gives what came
// before; what is not rich text is text.
func RTF(raw []byte) (text, title string, revised bool) {
	p := rtfReader{in: raw, enc: charmap.Windows1252, group: rtfGroup{unicodeSkip: 1}}
	p.read()
	clean := func(b *strings.Builder) string {
		return strings.ToValidUTF8(strings.TrimRight(b.String(), " \t\r\n"), "\ufffd")
	}
	if text = clean(&p.out); text != "" {
		text += "\n"
	}
	return text, strings.Join(strings.Fields(clean(&p.title)), " "), p.revised
}

// rtfReader goes through a file once.
type rtfReader struct {
	in      []byte
	at      int
	out     strings.Builder
	title   strings.Builder
	enc     encoding.Encoding // of bytes that are not Unicode
	bytes   []byte            // read and not yet decoded
	units   []uint16          // UTF-16 read and not yet decoded
	skip    int               // replacement characters still to leave out
	group   rtfGroup
	outer   []rtfGroup
	revised bool
}

// rtfGroup is what holds inside one pair of braces.
type rtfGroup struct {
	silent      bool // nothing in it is printed
	title       bool // it is the title
	deleted     bool
	unicodeSkip int // replacement characters after each \u
	fresh       bool
}

func (p *rtfReader) read() {
	for p.at < len(p.in) && len(p.outer) < rtfDepth {
		c := p.in[p.at]
		p.at++
		switch c {
		case '{':
			p.flush()
			p.outer = append(p.outer, p.group)
			p.group.fresh = true
			continue
		case '}':
			p.flush()
			p.skip = 0
			if n := len(p.outer); n > 0 {
				p.group, p.outer = p.outer[n-1], p.outer[:n-1]
			}
		case '\\':
			p.control()
			continue
		case '\r', '\n', 0:
			continue
		default:
			p.byte(c)
		}
		p.group.fresh = false
	}
	p.flush()
}

// control reads what follows a backslash.
func (p *rtfReader) control() {
	if p.at >= len(p.in) {
		return
	}
	c := p.in[p.at]
	p.at++
	if c < 'A' || c > 'z' || c > 'Z' && c < 'a' {
		p.symbol(c)
		return
	}
	start := p.at - 1
	for p.at < len(p.in) && (p.in[p.at]|0x20) >= 'a' && (p.in[p.at]|0x20) <= 'z' {
		p.at++
	}
	word := string(p.in[start:p.at])
	start = p.at
	if p.at < len(p.in) && p.in[p.at] == '-' {
		p.at++
	}
	for p.at < len(p.in) && p.in[p.at] >= '0' && p.in[p.at] <= '9' {
		p.at++
	}
	number, err := strconv.Atoi(string(p.in[start:p.at]))
	given := err == nil
	if p.at < len(p.in) && p.in[p.at] == ' ' {
		p.at++
	}
	p.word(word, number, given)
	p.group.fresh = false
}

// symbol reads a control of one character.
func (p *rtfReader) symbol(c byte) {
	switch c {
	case '\'':
		if p.at+2 <= len(p.in) {
			if v, err := strconv.ParseUint(string(p.in[p.at:p.at+2]), 16, 8); err == nil {
				p.byte(byte(v))
			}
			p.at += 2
		}
	case '*':
		// A destination that a reader may not know: what prints has none.
		p.group.silent = p.group.silent || p.group.fresh
		return // the destination's name follows, still at the beginning
	case '~':
		p.print("\u00a0")
	case '_':
		p.print("\u2011")
	case '\r', '\n':
		p.print("\n")
	case '\\', '{', '}':
		p.byte(c)
	}
	p.group.fresh = false
}

// word acts on a control word.
func (p *rtfReader) word(word string, number int, given bool) {
	on := !given || number != 0
	switch word {
	case "par", "sect":
		p.flush()
		if !strings.HasSuffix(p.out.String(), "\n\n") {
			p.print("\n\n")
		}
	case "line", "row":
		p.print("\n")
	case "tab", "cell", "nestcell":
		p.print("\t")
	case "page":
		p.print("\f")
	case "emdash":
		p.print("—")
	case "endash":
		p.print("–")
	case "lquote":
		p.print("‘")
	case "rquote":
		p.print("’")
	case "ldblquote":
		p.print("“")
	case "rdblquote":
		p.print("”")
	case "bullet":
		p.print("•")
	case "emspace", "enspace", "qmspace":
		p.print(" ")
	case "u":
		p.unicode(number)
	case "uc":
		p.group.unicodeSkip = min(max(number, 0), 16)
	case "bin":
		p.at += min(max(number, 0), len(p.in)-p.at)
	case "ansicpg":
		if enc, _ := charset.Lookup("windows-" + strconv.Itoa(number)); enc != nil {
			p.flush()
			p.enc = enc
		}
	case "mac":
		p.enc = charmap.Macintosh
	case "pc":
		p.enc = charmap.CodePage437
	case "deleted":
		p.flush()
		p.group.deleted = on
		p.revised = p.revised || on
	case "plain":
		p.flush()
		p.group.deleted = false
	case "title":
		p.flush()
		p.group.title = true
	case "footnote":
		p.print(" ")
	case "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "themedata", "listtable", "listoverridetable",
		"revtbl", "rsidtbl", "generator", "datastore", "latentstyles", "fldinst", "nonshppict", "xe", "tc", "bkmkstart",
		"bkmkend", "atnid", "atnauthor", "annotation", "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "filetbl":
		p.flush()
		p.group.silent = true
	}
}

// byte takes a character of the file's own encoding.
func (p *rtfReader) byte(c byte) {
	if p.skip > 0 {
		p.skip--
		return
	}
	if len(p.units) > 0 {
		p.flush()
	}
	p.bytes = append(p.bytes, c)
}

// unicode takes a UTF-16 unit; the characters for old readers follow it.
func (p *rtfReader) unicode(n int) {
	if len(p.bytes) > 0 {
		p.flush()
	}
	p.units = append(p.units, uint16(n))
	p.skip = p.group.unicodeSkip
}

// print adds text after what waits to be decoded.
func (p *rtfReader) print(s string) {
	p.skip = 0
	p.flush()
	p.emit(s)
}

// flush decodes what waits.
func (p *rtfReader) flush() {
	if len(p.units) > 0 {
		s := string(utf16.Decode(p.units))
		p.units = p.units[:0]
		p.emit(s)
	}
	if len(p.bytes) > 0 {
		var s string
		if out, err := p.enc.NewDecoder().Bytes(p.bytes); err == nil {
			s = string(out)
		} else {
			s = strings.ToValidUTF8(string(p.bytes), string(utf8.RuneError))
		}
		p.bytes = p.bytes[:0]
		p.emit(s)
	}
}

// emit writes decoded text where the group says.
func (p *rtfReader) emit(s string) {
	switch {
	case p.group.title:
		p.title.WriteString(s)
	case !p.group.silent && !p.group.deleted:
		p.out.WriteString(s)
	}
}
