package typeset

import (
	"io"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxToken bounds one tag or comment of a web page.
const maxToken = 1 << 20

// HTML returns what a reader would see of a web page: its text with blocks on
// lines of their own and the cells of a table row side by side. Scripts, styles
// and what is marked as hidden are left out. It never fails: what is not HTML
// is text. The second result is the page's title.
func HTML(r io.Reader) (text, title string) {
	var (
		z    = html.NewTokenizer(r)
		w    flow
		head strings.Builder
		skip int // depth inside elements that show nothing
		in   bool
	)
	z.SetMaxBuf(maxToken)
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return w.String(), strings.Join(strings.Fields(head.String()), " ")
		}
		name, more := z.TagName()
		tag := atom.Lookup(name)
		switch kind {
		case html.TextToken:
			switch {
			case in:
				head.Write(z.Text())
			case skip == 0:
				w.text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			switch {
			case tag == atom.Title && kind == html.StartTagToken:
				in = head.Len() == 0
				skip++
			case silent(tag):
				if kind == html.StartTagToken {
					skip++
				}
			case tag == atom.Img && skip == 0:
				w.text(attribute(z, more, "alt"))
			default:
				w.open(tag)
			}
		case html.EndTagToken:
			switch {
			case tag == atom.Title || silent(tag):
				in = false
				skip = max(0, skip-1)
			default:
				w.close(tag)
			}
		}
	}
}

// attribute returns one attribute of the tag that z stands on.
func attribute(z *html.Tokenizer, more bool, name string) string {
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		if string(k) == name {
			return string(v)
		}
	}
	return ""
}

// silent reports whether what stands inside tag is not shown.
func silent(tag atom.Atom) bool {
	switch tag {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Iframe, atom.Object, atom.Svg, atom.Select:
		return true
	}
	return false
}

// flow writes text as it runs: blanks collapse, blocks begin lines.
type flow struct {
	out   strings.Builder
	lines int  // line ends wanted before the next text
	blank bool // a blank is wanted before the next text
	cells int  // cells of this row so far
	fresh bool // nothing stands in this cell yet: a block in it begins no line
	pre   int  // depth inside preformatted text
}

// open begins an element.
func (w *flow) open(tag atom.Atom) {
	switch tag {
	case atom.Br:
		w.lines = min(w.lines+1, 2)
	case atom.Pre, atom.Textarea:
		w.pre++
		w.need(2)
	case atom.Tr:
		w.cells = 0
		w.need(1)
	case atom.Td, atom.Th:
		if w.cells > 0 && w.lines == 0 {
			w.out.WriteByte('\t')
			w.blank = false
		}
		w.cells++
		w.fresh = true
	case atom.Li:
		w.need(1)
		w.text("• ")
	default:
		if !w.fresh {
			w.need(gap(tag))
		}
	}
}

// close ends an element.
func (w *flow) close(tag atom.Atom) {
	switch tag {
	case atom.Pre, atom.Textarea:
		w.pre = max(0, w.pre-1)
		w.need(2)
	case atom.Tr, atom.Table:
		w.fresh = false
		w.need(gap(tag))
	case atom.Td, atom.Th:
		// A block that ends a cell does not end its row.
		w.lines = 0
	default:
		w.need(gap(tag))
	}
}

// gap returns how many line ends set tag apart.
func gap(tag atom.Atom) int {
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Table, atom.Ul, atom.Ol, atom.Dl, atom.Hr:
		return 2
	case atom.Div, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Aside, atom.Form,
		atom.Fieldset, atom.Li, atom.Dt, atom.Dd, atom.Tr, atom.Body, atom.Head, atom.Html, atom.Address, atom.Caption, atom.Option, atom.Center:
		return 1
	}
	return 0
}

// need asks for at least n line ends before the next text.
func (w *flow) need(n int) { w.lines = max(w.lines, n) }

// text adds running text.
func (w *flow) text(s string) {
	if w.pre > 0 {
		w.begin()
		w.out.WriteString(s)
		return
	}
	for _, r := range s {
		if unicode.IsSpace(r) {
			w.blank = true
			continue
		}
		w.begin()
		w.out.WriteRune(r)
	}
}

// begin writes what was wanted before text.
func (w *flow) begin() {
	if w.out.Len() > 0 {
		for range w.lines {
			w.out.WriteByte('\n')
		}
		if w.lines == 0 && w.blank {
			w.out.WriteByte(' ')
		}
	}
	w.lines, w.blank, w.fresh = 0, false, false
}

// String returns the text, which ends with a line end unless it is empty.
func (w *flow) String() string {
	s := strings.ToValidUTF8(strings.TrimRight(w.out.String(), " \t\n"), "\ufffd")
	if s == "" {
		return ""
	}
	return s + "\n"
}
