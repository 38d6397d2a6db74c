package eval

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"

	mark "markai/backend"
	"markai/backend/authority"
)

// plain is a text without markup, and what the markup set in italics.
type plain struct {
	text     string
	emphasis []authority.Span
}

// clean applies the steps that a case asks for, in their order.
func clean(text string, steps []string) (plain, error) {
	p := plain{text: text}
	for _, s := range steps {
		switch s {
		case "html":
			p = withoutMarkup(p.text)
		case "inline_whitespace":
			p = p.collapse(func(r rune) bool { return r == ' ' || r == '\t' })
		case "all_whitespace":
			p = p.collapse(func(r rune) bool { return r == '\u200b' || unicode.IsSpace(r) })
		case "underscores":
			p = p.without("__")
		case "xml":
			if strings.HasPrefix(p.text, "<?xml") {
				if _, after, ok := strings.Cut(p.text, "?>"); ok {
					p.text = after
				}
			}
		default:
			return plain{}, mark.Errorf(mark.Damaged, "The cleaning step %q is not known.", s)
		}
	}
	return p, nil
}

// collapse replaces every run of space by one blank.
func (p plain) collapse(space func(rune) bool) plain {
	return p.rewrite(func(s string) (string, int) {
		n := 0
		for i, r := range s {
			if !space(r) {
				break
			}
			n = i + len(string(r))
		}
		return " ", n
	})
}

// without removes runs that begin with a string, and its last letter repeated.
func (p plain) without(run string) plain {
	return p.rewrite(func(s string) (string, int) {
		if !strings.HasPrefix(s, run) {
			return "", 0
		}
		return "", len(s) - len(strings.TrimLeft(s, run[len(run)-1:]))
	})
}

// rewrite replaces stretches and moves the emphasis along. cut gives for the
// text at some place what to write instead of how many bytes; none to keep it.
func (p plain) rewrite(cut func(string) (string, int)) plain {
	var b strings.Builder
	at := make([]int, len(p.text)+1)
	for i := 0; i < len(p.text); {
		with, n := cut(p.text[i:])
		if n == 0 {
			with, n = p.text[i:i+1], 1
		}
		for k := range n {
			at[i+k] = b.Len()
		}
		b.WriteString(with)
		i += n
	}
	at[len(p.text)] = b.Len()
	out := plain{text: b.String()}
	for _, e := range p.emphasis {
		out.emphasis = append(out.emphasis, authority.Span{Start: at[e.Start], End: at[e.End]})
	}
	return out
}

var breaks = regexp.MustCompile(`[ \t]*[\r\n]\s*`)

// hidden are the elements whose text is not part of the document.
var hidden = []string{"style", "link", "head", "page-number", "script"}

// withoutMarkup gives the visible text of HTML, its pieces joined by blanks.
func withoutMarkup(markup string) plain {
	var p plain
	var b strings.Builder
	var open []opened // elements around the text, the innermost last
	italic := -1      // where the emphasis began
	for markup != "" {
		text, rest := markup, ""
		if i := strings.IndexByte(markup, '<'); i >= 0 {
			text, rest = markup[:i], markup[i:]
		}
		if strings.TrimSpace(text) != "" && !slices.ContainsFunc(open, func(e opened) bool { return e.hidden }) {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			if italic == pending {
				italic = b.Len()
			}
			b.WriteString(breaks.ReplaceAllString(html.UnescapeString(text), " ")) // as it would be rendered
		}
		if rest == "" {
			break
		}
		end := strings.IndexByte(rest, '>')
		if end < 0 {
			break
		}
		tag := rest[1:end]
		markup = rest[end+1:]
		name, closing := element(tag)
		if closing {
			for k := len(open) - 1; k >= 0; k-- {
				if open[k].name == name {
					open = open[:k]
					break
				}
			}
			if (name == "em" || name == "i") && italic >= 0 {
				p.emphasis = append(p.emphasis, authority.Span{Start: italic, End: b.Len()})
			}
			if name == "em" || name == "i" {
				italic = -1
			}
			continue
		}
		if strings.HasSuffix(tag, "/") || name == "br" || name == "link" {
			continue
		}
		open = append(open, opened{name, slices.Contains(hidden, name) || strings.Contains(tag, `class="star-pagination"`)})
		if name == "em" || name == "i" {
			italic = pending
		}
	}
	p.text = b.String()
	return p
}

// opened is an element that is not closed yet.
type opened struct {
	name   string
	hidden bool
}

// pending is the place of an emphasis whose text has not begun.
const pending = -2

// element is the name of a tag, and whether it closes the element.
func element(tag string) (name string, closing bool) {
	tag, closing = strings.CutPrefix(tag, "/")
	name, _, _ = strings.Cut(tag, " ")
	return strings.ToLower(strings.TrimRight(strings.TrimSpace(name), "/")), closing
}
