package authority

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hit is a place in the text where a citation stands.
type hit struct {
	kind       Kind // zero for a blank such as ___ U.S. ___
	start, end int
	reporter   string
	parts      map[string]string
	titles     []title
}

// blank is the kind of a citation that waits for its numbers.
const blank Kind = 0

// before and after are how many bytes on either side of a name a form may take.
const (
	formBefore = 48
	formAfter  = 200
)

// scan returns the hits of the text, in order and without overlaps.
func (d *document) scan() []hit {
	var all []hit
	text := d.text
	signs := 0 // end of the last word with a section sign
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == 0xC2 && i >= signs && strings.HasPrefix(text[i:], "§") {
			h := d.section(i)
			all, signs = append(all, h), h.end
			continue
		}
		if !isAlnum(c) && d.data.names.root[c] == 0 || i > 0 && (isLetter(text[i-1]) || isDigit(c) && isDigit(text[i-1])) {
			continue
		}
		switch c {
		case 'i', 'I', 's', 'S':
			if h, ok := d.backward(i); ok {
				all = append(all, h)
			}
		}
		if d.data.names.root[c] != 0 {
			all = d.named(i, all)
		}
	}
	return untangle(text, all)
}

// named appends the citations whose reporter's name begins at i.
func (d *document) named(i int, all []hit) []hit {
	d.data.names.each(d.text, i, func(value, end int) {
		for _, t := range d.data.titles[value] {
			if t.form >= 0 {
				all = d.match(i, end, t, t.form, all)
				continue
			}
			for _, f := range t.forms {
				all = d.match(i, end, t, f, all)
			}
		}
		if h, ok := d.placeholder(i, end); ok {
			all = append(all, h)
		}
	})
	return all
}

// match appends what form f finds around the name text[start:end].
func (d *document) match(start, end int, t title, n int, all []hit) []hit {
	f := &d.data.forms[n]
	if f.plain {
		return d.matchPlain(start, end, t, all)
	}
	from := max(0, start-formBefore)
	var parts map[string]string
	begin := start
	if f.before == nil {
		if start > 0 && isAlnum(d.text[start-1]) {
			return all
		}
	} else {
		if !f.optional && !numberBefore(d.text, start) {
			return all
		}
		m := f.before.FindStringSubmatchIndex(d.text[from:start])
		if m == nil || from > 0 && m[0] == 0 {
			return all
		}
		begin = from + m[2]
		parts = groups(f.before, m, d.text[from:start], parts)
	}
	tail := d.text[end:min(len(d.text), end+formAfter)]
	if !f.bare && !numberAfter(tail) {
		return all
	}
	for _, short := range []bool{false, true} {
		re := f.after
		if short {
			re = f.short
		}
		if re == nil {
			continue
		}
		m := re.FindStringSubmatchIndex(tail)
		if m == nil || torn(d.text[begin:end+m[3]], d.text[start:end]) {
			continue
		}
		h := hit{kind: t.kind, start: begin, end: end + m[3], reporter: d.text[start:end], titles: []title{t}}
		h.parts = groups(re, m, tail, maps.Clone(parts))
		if s, ok := h.parts["tail"]; ok {
			h.reporter += strings.TrimRight(s, ", ")
			delete(h.parts, "tail")
		}
		if short {
			h.kind = ShortCase
		}
		all = append(all, h)
	}
	return all
}

// matchPlain is match for volume, name and page, the form of nearly all reporters.
func (d *document) matchPlain(start, end int, t title, all []hit) []hit {
	text := d.text
	v := backSpace(text, start)
	begin := v
	for begin > 0 && isDigit(text[begin-1]) {
		begin--
	}
	if v == start || begin == v || text[begin] == '0' || begin > 0 && isAlnum(text[begin-1]) {
		return all
	}
	i := end
	if i < len(text) && text[i] == ',' {
		i++
	}
	page := skipSpace(text, i)
	if page == i {
		return all
	}
	kind := t.kind
	if m := shortAt.FindString(text[page:min(len(text), page+24)]); m != "" {
		kind, page = ShortCase, page+len(m)
	}
	stop := pageEnd(text, page)
	if stop == page || torn(text[begin:stop], text[start:end]) {
		return all
	}
	return append(all, hit{
		kind: kind, start: begin, end: stop, reporter: text[start:end], titles: []title{t},
		parts: map[string]string{"volume": text[begin:v], "page": text[page:stop]},
	})
}

// shortAt stands before the page of a short citation: "at", "at p.", "at page".
var shortAt = regexp.MustCompile(`^at\s?(?:p(?:\.|age)?)?[\s\x{a0}]{1,4}`)

var roman = regexp.MustCompile(`^(?:c?(?:xc|xl|l?x{1,3})(?:ix|iv|v?i{0,3})|c?l?(?:ix|iv|v?i{1,3})|lv|cv|cl|clv)$`)

// pageEnd is the end of the page number at text[i:], or i if there is none.
func pageEnd(text string, i int) int {
	end := i
	for end < len(text) && (isDigit(text[end]) || text[end] == '_' || strings.IndexByte("ivxlc", text[end]) >= 0) {
		end++
	}
	if end < len(text) && isAlnum(text[end]) || end == i {
		return i
	}
	word := text[i:end]
	if strings.Trim(word, "0123456789") == "" || strings.Trim(word, "_") == "" || len(word) <= 16 && roman.MatchString(word) {
		return end
	}
	return i
}

// placeholder finds a name between blanks: "___ U.S. ___".
func (d *document) placeholder(start, end int) (hit, bool) {
	before, after := backSpace(d.text, start), skipSpace(d.text, end)
	from, to := before, after
	for from > 0 {
		r, n := utf8.DecodeLastRuneInString(d.text[:from])
		if !strings.ContainsRune("_—–-", r) {
			break
		}
		from -= n
	}
	for to < len(d.text) {
		r, n := utf8.DecodeRuneInString(d.text[to:])
		if !strings.ContainsRune("_—–-", r) {
			break
		}
		to += n
	}
	return hit{kind: blank, start: from, end: to}, from < before && after < to && before < start && end < after
}

// backward finds "id." and "supra" at i, words that point to an earlier citation.
func (d *document) backward(i int) (hit, bool) {
	text := d.text
	for _, word := range []struct {
		letters string
		kind    Kind
	}{{"id.", Idem}, {"ibid.", Idem}, {"supra", Supra}} {
		end := i + len(word.letters)
		if end > len(text) || !strings.EqualFold(text[i:end], word.letters) {
			continue
		}
		start := i
		if word.kind == Supra {
			for start > 0 && !isAlnum(text[start-1]) && text[start-1] > ' ' {
				start--
			}
			for end < len(text) && !isAlnum(text[end]) && text[end] > ' ' {
				end++
			}
		} else {
			if word.letters == "id." && end < len(text) && text[end] == ',' {
				end++
			}
			if start > 0 && (text[start-1] == '(' || text[start-1] == '[') {
				return hit{kind: Idem, start: start, end: end}, end == len(text) || spaceAt(text, end)
			}
		}
		free := start == 0 || spaceBefore(text, start)
		return hit{kind: word.kind, start: start, end: end}, free && (end == len(text) || spaceAt(text, end))
	}
	return hit{}, false
}

// section finds the word around a section sign at i.
func (d *document) section(i int) hit {
	h := hit{kind: Unknown, start: i, end: i}
	for h.start > 0 && !spaceBefore(d.text, h.start) {
		_, n := utf8.DecodeLastRuneInString(d.text[:h.start])
		h.start -= n
	}
	for h.end < len(d.text) && !spaceAt(d.text, h.end) {
		_, n := utf8.DecodeRuneInString(d.text[h.end:])
		h.end += n
	}
	return h
}

// untangle orders hits, joins those that several reporters answer to, and
// keeps the first and longest where hits overlap, under the longest name.
func untangle(text string, all []hit) []hit {
	slices.SortStableFunc(all, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end), cmp.Compare(a.rank(), b.rank()), cmp.Compare(len(b.reporter), len(a.reporter)))
	})
	kept := all[:0]
	for _, h := range all {
		if len(kept) > 0 {
			last := &kept[len(kept)-1]
			if last.start == h.start && last.end == h.end && (last.kind == ShortCase) == (h.kind == ShortCase) &&
				last.reporter == h.reporter && maps.Equal(last.parts, h.parts) {
				last.titles = append(last.titles, h.titles...)
				continue
			}
			last.giveUp(text, h)
			if h.start < last.end {
				if !isWord(last.reporter) || last.titles == nil || h.titles == nil || h.end <= last.end {
					continue
				}
				// "1 Cooke, 5 U.S. 1": the page of the first is the volume of the second.
				kept = kept[:len(kept)-1]
			}
		}
		kept = append(kept, h)
	}
	return kept
}

// giveUp leaves the number after a law to the citation h that it begins, as in
// "Pub. L. 100-506, 102 Stat. 2538".
func (last *hit) giveUp(text string, h hit) {
	number := last.parts["section"]
	if number == "" || number != h.parts["volume"] || h.start != last.end-len(number) || h.end <= last.end ||
		strings.ContainsRune(text[last.start:last.end], '§') {
		return
	}
	last.end = last.start + len(strings.TrimRight(text[last.start:h.start], ", \t\r\n\u00a0"))
	delete(last.parts, "section")
}

// isWord reports whether a reporter's name may as well be a word or the name
// of a person, such as "Cooke" or "Taxes".
func isWord(reporter string) bool {
	return !strings.ContainsAny(strings.TrimRight(reporter, "."), ". 0123456789")
}

// rank prefers names spelled as usual, then cases.
func (h *hit) rank() int {
	for _, t := range h.titles {
		if t.exact {
			return 0
		}
	}
	return 1
}

// citation is what the hit itself says.
func (h *hit) citation(text string) Citation {
	c := Citation{
		Kind: h.kind, Start: h.start, End: h.end, FullStart: h.start, FullEnd: h.end,
		Reporter: h.reporter, Canonical: h.reporter,
	}
	if h.titles != nil && h.kind != ShortCase {
		c.Kind = 0
		for _, t := range h.best() { // cases first, then laws, then journals
			if c.Kind == 0 || t.kind < c.Kind {
				c.Kind = t.kind
			}
		}
	}
	for name, s := range h.parts {
		switch name {
		case "volume":
			c.Volume = s
		case "page":
			c.Page = strings.Trim(s, "_")
		case "title":
			c.Title = s
		case "section":
			c.Section = s
		case "year":
			c.Year = year(s)
		default:
			if c.Parts == nil {
				c.Parts = map[string]string{}
			}
			c.Parts[name] = s
		}
	}
	return c
}

// best are the titles spelled as usual, or all if none is.
func (h *hit) best() []title {
	var exact []title
	for _, t := range h.titles {
		if t.exact {
			exact = append(exact, t)
		}
	}
	if exact != nil {
		return exact
	}
	return h.titles
}

// settle decides, now that the year is known, which reporter is meant.
func (h *hit) settle(c *Citation) {
	if h.titles == nil {
		c.Certain = true
		return
	}
	var names []*edition
	for _, t := range h.best() {
		if !slices.Contains(names, t.edition) {
			names = append(names, t.edition)
		}
	}
	if len(names) > 1 && c.Year != 0 {
		names = slices.DeleteFunc(names, func(e *edition) bool { return !e.covers(c.Year) })
	}
	if len(names) == 1 {
		c.Canonical, c.Certain = names[0].name, true
	}
	if c.Court == "" && (c.Kind == FullCase || c.Kind == ShortCase) &&
		slices.ContainsFunc(h.titles, func(t title) bool { return t.supreme }) {
		c.Court = "scotus"
	}
}

// groups adds the named groups of a match to parts.
func groups(re *regexp.Regexp, m []int, text string, parts map[string]string) map[string]string {
	for i, name := range re.SubexpNames() {
		if name == "" || m[2*i] < 0 {
			continue
		}
		if parts == nil {
			parts = map[string]string{}
		}
		parts[name] = text[m[2*i]:m[2*i+1]]
	}
	return parts
}

// torn reports whether a citation runs over paragraphs or the columns of a
// table. Where the reporter's name is a word, one space or break may be in it.
func torn(s, reporter string) bool {
	if isWord(reporter) && strings.Contains(s, "  ") {
		return true
	}
	return strings.Contains(s, "   ") && !strings.Contains(s, "\n") || spread(s)
}

// spread reports whether a stretch crosses an empty line.
func spread(s string) bool {
	for {
		i := strings.IndexByte(s, '\n')
		if i < 0 {
			return false
		}
		s = strings.TrimLeft(s[i+1:], " \t\r")
		if strings.HasPrefix(s, "\n") {
			return true
		}
	}
}

// numberBefore reports whether a number, perhaps with a letter, may end before i.
func numberBefore(text string, i int) bool {
	for n := 0; i > 0 && n < 6; n++ {
		i--
		if isDigit(text[i]) {
			return true
		}
		if isLetter(text[i]) {
			return i > 0 && isDigit(text[i-1])
		}
	}
	return false
}

// numberAfter reports whether a digit, a blank or a roman number may follow.
func numberAfter(s string) bool {
	s = s[:min(len(s), 90)]
	return strings.ContainsAny(s, "0123456789_ivxlcIVXLC")
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isAlnum(c byte) bool  { return isDigit(c) || isLetter(c) }

func spaceAt(text string, i int) bool {
	r, _ := utf8.DecodeRuneInString(text[i:])
	return unicode.IsSpace(r)
}

func spaceBefore(text string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return unicode.IsSpace(r)
}
