package retrieve

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/legal"
)

// place is the text of a passage laid over its pages.
type place struct {
	spans  []mark.Span
	starts []int // in the passage's text
}

// locate lays a passage over its pages. The text of a passage that runs over
// page ends is that of its pages, one after the other, without what it skips.
func locate(ctx context.Context, m mark.MatterStore, c mark.Chunk) (place, error) {
	var p place
	if c.From.Page == c.To.Page {
		p.addWithout(mark.Span{Document: c.Document, Page: c.From.Page, Start: c.From.Offset, End: c.To.Offset}, c.Skips)
		return p, nil
	}
	pages, err := m.PagesFrom(ctx, c.Document, c.From.Page, c.To.Page-c.From.Page+1)
	if err != nil {
		return p, fmt.Errorf("read the pages of a passage: %w", err)
	}
	for _, page := range pages {
		s := mark.Span{Document: c.Document, Page: page.Number, Start: 0, End: len(page.Text)}
		if page.Number == c.From.Page {
			s.Start = c.From.Offset
		}
		if page.Number == c.To.Page {
			s.End = c.To.Offset
		}
		if page.Number <= c.To.Page {
			p.addWithout(s, c.Skips)
		}
	}
	return p, nil
}

// addWithout adds what remains of s without the pieces of its page in skips,
// which ascend.
func (p *place) addWithout(s mark.Span, skips []mark.Span) {
	for _, k := range skips {
		if k.Page != s.Page || k.End <= s.Start || k.Start >= s.End {
			continue
		}
		if s.Start < k.Start {
			p.add(mark.Span{Document: s.Document, Page: s.Page, Start: s.Start, End: k.Start})
		}
		s.Start = k.End
	}
	if s.Start < s.End {
		p.add(s)
	}
}

func (p *place) add(s mark.Span) {
	at := 0
	if n := len(p.spans); n > 0 {
		at = p.starts[n-1] + p.spans[n-1].End - p.spans[n-1].Start
	}
	p.spans = append(p.spans, s)
	p.starts = append(p.starts, at)
}

// cut returns the bytes a to b of the passage as spans.
func (p place) cut(a, b int) []mark.Span {
	var out []mark.Span
	for i, s := range p.spans {
		from, to := max(a-p.starts[i], 0), min(b-p.starts[i], s.End-s.Start)
		if from < to {
			out = append(out, mark.Span{Document: s.Document, Page: s.Page, Start: s.Start + from, End: s.Start + to})
		}
	}
	return out
}

// trim takes the white space off both ends of a passage and cuts it to Show
// bytes, around the first of the phrases that it holds, and its place with it.
func trim(c mark.Chunk, p place, phrases []string) (mark.Chunk, []mark.Span, int) {
	a := len(c.Text) - len(strings.TrimLeft(c.Text, " \t\r\n\f"))
	b := len(strings.TrimRight(c.Text, " \t\r\n\f"))
	if b-a > Show {
		a = cutAround(c.Text, a, b, phrases)
	}
	if b-a > Show {
		b = a + Show
		for !utf8.RuneStart(c.Text[b]) {
			b--
		}
	}
	if a >= b {
		return c, p.spans, 0
	}
	spans := p.cut(a, b)
	c.Text = c.Text[a:b]
	if n := len(spans); n > 0 {
		c.From = mark.Pos{Page: spans[0].Page, Offset: spans[0].Start}
		c.To = mark.Pos{Page: spans[n-1].Page, Offset: spans[n-1].End}
	}
	return c, spans, a
}

const matchesMax = 48 // highlighted words of one hit

// matches returns where the words of the question stand in a passage. text is
// at the byte offset shift of the place.
func matches(text string, p place, shift int, sought func(word string) bool) []mark.Span {
	var out []mark.Span
	at := 0
	for _, end := range append(p.seams(text, shift), len(text)) {
		for _, w := range legal.MendedWords(text[at:end]) {
			if sought(w.Text) {
				out = append(out, p.cut(shift+at+w.Start, shift+at+w.End)...)
				if len(out) >= matchesMax {
					return out
				}
			}
		}
		at = end
	}
	return out
}

// seams returns where in text a page begins without white space to part it from
// the page before.
func (p place) seams(text string, shift int) []int {
	var out []int
	for _, start := range p.starts {
		i := start - shift
		if i <= 0 || i >= len(text) {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsSpace(before) && !unicode.IsSpace(after) {
			out = append(out, i)
		}
	}
	return out
}

// seeker returns whether a word is one that the topic looks for.
func (t topic) seeker() func(word string) bool {
	stems := map[string]bool{}
	for _, w := range t.words {
		stems[legal.Stem(w)] = true
	}
	return func(word string) bool {
		return stems[legal.Stem(word)] || slices.ContainsFunc(t.prefixes, func(p string) bool { return strings.HasPrefix(word, p) })
	}
}
