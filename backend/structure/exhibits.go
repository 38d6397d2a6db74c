package structure

import (
	"regexp"
	"sort"
	"strings"

	mark "markai/backend"
)

// exhibitWords are what is attached to a document, and how it is called.
var exhibitWords = map[string]string{"exhibit": "Exhibit", "exhibits": "Exhibit", "schedule": "Schedule", "schedules": "Schedule", "annex": "Annex", "annexes": "Annex",
	"appendix": "Appendix", "appendices": "Appendix", "attachment": "Attachment", "attachments": "Attachment", "ex": "Exhibit", "exh": "Exhibit", "anlage": "Anlage", "anexo": "Anexo", "annexe": "Annexe"}

var (
	// exhibitMark is the letter or number of an exhibit.
	exhibitMark = regexp.MustCompile(`^(?:\.|[\s ]+|-)[\s ]*(?:No\.[\s ]*)?["“]?(\d{1,4}(?:\.\d{1,3})?[A-Z]?(?:[-(][A-Z0-9]{1,3}\)?)?|[A-Z]{1,2}(?:[-.]\d{1,3})?|[IVX]{1,5})\b`)
	// further are other marks that share the word: "Exhibits A, B and C".
	further = regexp.MustCompile(`^(?:,[\s ]*(?:and[\s ]+)?|[\s ]+(?:and|or|&|through)[\s ]+)["“]?(\d{1,3}(?:\.\d{1,3})?|[A-Z](?:-\d{1,2})?)["”]?(?:[\s,.;:)]|$)`)
)

// readExhibit adds the exhibit that the word text[start:end] names.
func (s *Scanner) readExhibit(g *page, start, end int) {
	text := g.Text
	written := text[start:end]
	word, ok := exhibitWords[strings.ToLower(written)]
	if !ok || start > 0 && (alnum(text[start-1]) || text[start-1] == '_') {
		return
	}
	rest := text[end:whole(text, min(len(text), end+40))]
	if short := word == "Exhibit" && len(written) < 4; short && !strings.HasPrefix(rest, ". ") && !strings.HasPrefix(rest, "-") {
		return
	}
	m := exhibitMark.FindStringSubmatchIndex(rest)
	if m == nil || strings.Contains(rest[:m[2]], "\n\n") {
		return
	}
	name := rest[m[2]:m[3]]
	if name == "A" || name == "I" { // "Schedule A" and not "schedule I must keep"
		if after := rest[m[3]:]; name == "I" && strings.HasPrefix(after, " ") && len(after) > 1 && lower(after[1]) {
			return
		}
	}
	at := end + m[3]
	if at < len(text) && (text[at] == '"' || strings.HasPrefix(text[at:], "”")) {
		at++
		for at < len(text) && text[at]&0xc0 == 0x80 {
			at++
		}
	}
	s.add(g, mark.FeatureExhibit, start, end+m[3], word+" "+name, b2i(s.begins(g, start, at)))
	if !strings.HasSuffix(strings.ToLower(written), "s") && !strings.HasSuffix(strings.ToLower(written), "ces") {
		return
	}
	for range 20 {
		rest := text[at:whole(text, min(len(text), at+24))]
		m := further.FindStringSubmatchIndex(rest)
		if m == nil {
			return
		}
		s.add(g, mark.FeatureExhibit, at+m[2], at+m[3], word+" "+rest[m[2]:m[3]], 0)
		at += m[3]
	}
}

// begins reports whether the exhibit named from start to end begins here: its
// name stands at the top of a page, or alone on a line after a gap with no
// other exhibit's name next to it.
func (s *Scanner) begins(g *page, start, end int) bool {
	i := sort.Search(len(g.lines), func(i int) bool { return g.lines[i].end > start })
	if i == len(g.lines) || g.lines[i].start != start {
		return false
	}
	l := g.lines[i]
	rest := strings.TrimSpace(g.Text[min(end, l.end):l.end])
	alone := strings.Trim(rest, " .:-–—\"”*") == ""
	titled := len(rest) < 80 && !endsSentence(rest) && !lowerStart(rest)
	if !alone && !titled || contentsLine(g.of(l)) {
		return false
	}
	top := 0 // lines above that are no edge of a page
	if i > 12 {
		top = i // no need to look
	}
	for k := 0; k < i && top <= 2; k++ {
		if above := g.lines[k]; !above.column && above.end-above.start > 12 {
			top++
		}
	}
	near := func(k int) bool {
		return k >= 0 && k < len(g.lines) && exhibitLine(g.of(g.lines[k]))
	}
	if near(i-1) || near(i+1) {
		return false
	}
	return top <= 2 && s.paged || alone && l.gap
}

// exhibitLine reports whether a line begins with an exhibit's name.
func exhibitLine(line string) bool {
	w, _, _ := strings.Cut(line, " ")
	_, ok := exhibitWords[strings.ToLower(w)]
	return ok
}

func endsSentence(s string) bool {
	return s != "" && strings.IndexByte(".;,", s[len(s)-1]) >= 0
}

func lowerStart(s string) bool {
	s = strings.TrimLeft(s, " –—-:.,")
	return s != "" && lower(s[0])
}

// contentsLine reports whether a line stands in a table of contents: dots lead
// to a number.
func contentsLine(line string) bool {
	return strings.Contains(line, "....") || strings.Contains(line, ". . .")
}
