package structure

import (
	"strconv"
	"strings"
	"unicode"

	mark "markai/backend"
)

// deep is how many lines from the top and from the bottom of a page may be a
// running head or foot.
const deep = 4

// edge is a line at the top or at the bottom of a page.
type edge struct {
	page, start, end int
	depth            int // from the edge, 0 is the outermost
	bottom           bool
	key              string // the line with its numbers taken out
	first            int    // the first number in it, -1 for none
	text             string // up to maxText bytes
	running          bool
}

// readEdges keeps the lines at the edges of a page: whether they run through
// the document is known at its end.
func (s *Scanner) readEdges(g *page) {
	if !s.paged {
		return
	}
	var body []line
	for _, l := range g.lines {
		if !l.column {
			body = append(body, l)
		}
	}
	keep := func(l line, depth int, bottom bool) {
		text := g.of(l)
		if len(text) > 200 {
			return
		}
		key, first := keyOf(text)
		s.edges = append(s.edges, edge{g.Number, l.start, l.end, depth, bottom, key, first, strings.Clone(text), false})
		s.readBates(g, l)
	}
	n := min(deep, (len(body)+1)/2)
	for i := range n {
		keep(body[i], i, false)
	}
	for i := range min(deep, len(body)-n) {
		keep(body[len(body)-1-i], i, true)
	}
}

// keyOf returns a line with # for every number, in small letters and without
// white space around its words, and the line's first number.
func keyOf(text string) (key string, first int) {
	var b strings.Builder
	first = -1
	space := false
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case digit(c):
			end := i
			for end < len(text) && digit(text[end]) {
				end++
			}
			if first < 0 {
				if n, err := strconv.Atoi(text[i:end]); err == nil {
					first = n
				}
			}
			b.WriteByte('#')
			i, space = end, false
			continue
		case blank(c):
			if !space {
				b.WriteByte(' ')
			}
			space = true
		default:
			if upper(c) {
				c |= 0x20
			}
			b.WriteByte(c)
			space = false
		}
		i++
	}
	return b.String(), first
}

// settleEdges finds the lines that run through the document, and takes out
// what was found in them: a heading or a date there is said once.
func (s *Scanner) settleEdges() {
	type group struct{ bottom, key string }
	seen := map[group]int{}
	offsets := map[int]int{} // printed number minus page, of lines that hold a number only
	name := func(e edge) group { return group{strconv.FormatBool(e.bottom), e.key} }
	for _, e := range s.edges {
		seen[name(e)]++
		if pageNumber(e.key) && e.first >= 0 {
			offsets[e.first-e.page]++
		}
	}
	need := 3
	if s.pages < 4 {
		need = max(2, s.pages)
	}
	numbered, best := false, 0
	for offset, n := range offsets {
		if n >= need && (!numbered || n > offsets[best] || n == offsets[best] && offset > best) {
			numbered, best = true, offset
		}
	}
	outer := map[[2]int]bool{} // page and side: the lines so far all run
	for i := range s.edges {
		e := &s.edges[i]
		side := [2]int{e.page, b2i(e.bottom)}
		if e.depth > 0 && !outer[side] {
			continue
		}
		switch {
		case pageNumber(e.key):
			e.running = numbered && e.first-e.page == best
		case e.key == "#" || strings.Trim(e.key, "# .-") == "":
		case seen[name(*e)] >= need && worthRunning(e.key):
			e.running = true
		}
		outer[side] = e.running
	}
	s.keepRunning()
}

// keepRunning adds the running lines and drops what was read in them.
func (s *Scanner) keepRunning() {
	running := map[int][]span{}
	for _, e := range s.edges {
		if e.running {
			running[e.page] = append(running[e.page], span{e.start, e.end})
		}
	}
	if len(running) == 0 {
		return
	}
	said := map[string]bool{}
	kept := s.features[:0]
	for _, f := range s.features {
		inside := false
		for _, r := range running[f.Page] {
			inside = inside || r.start <= f.Start && f.Start < r.end
		}
		if inside {
			switch f.Kind {
			case mark.FeatureHeading, mark.FeatureClause, mark.FeatureSignature, mark.FeatureQuestion, mark.FeatureReply, mark.FeatureFootnote:
				continue
			case mark.FeatureDate, mark.FeatureAmount, mark.FeatureExhibit, mark.FeatureCitation, mark.FeatureDefinedTerm:
				key := string(f.Kind) + "\x00" + f.Value
				if said[key] {
					continue
				}
				said[key] = true
			}
		}
		kept = append(kept, f)
	}
	s.features = kept
	s.endAboveFoot()
	for _, e := range s.edges {
		if !e.running {
			continue
		}
		kind := mark.FeatureHeader
		if e.bottom {
			kind = mark.FeatureFooter
		}
		s.features = append(s.features, mark.Feature{Kind: kind, Page: e.page, Start: e.start, End: e.end, Text: e.text})
	}
}

// endAboveFoot takes the foot of the page off what was read as going on to the
// page's end.
func (s *Scanner) endAboveFoot() {
	foot := map[int]int{} // where it begins
	for _, e := range s.edges {
		if at, ok := foot[e.page]; e.running && e.bottom && (!ok || e.start < at) {
			foot[e.page] = e.start
		}
	}
	for i := range s.features {
		f := &s.features[i]
		switch f.Kind {
		case mark.FeatureClause, mark.FeatureReply, mark.FeatureQuestion, mark.FeatureFootnote, mark.FeatureDefinedTerm:
		default:
			continue
		}
		at, ok := foot[f.Page]
		if !ok || f.Start >= at || f.End <= at {
			continue
		}
		f.End = at
		if n := at - f.Start; n < len(f.Text) {
			f.Text = f.Text[:n]
		}
		for f.End > f.Start && f.End-f.Start <= len(f.Text) && blank(f.Text[f.End-f.Start-1]) {
			f.End--
			f.Text = f.Text[:f.End-f.Start]
		}
	}
}

// pageNumber reports whether a line is a page's number and nothing else.
func pageNumber(key string) bool {
	key = strings.Trim(key, " -–—.[]()|")
	switch key {
	case "#", "page #", "page # of #", "# of #", "p. #", "pg. #", "page#", "#/#", "# | page", "page | #", "seite #", "page: #":
		return true
	}
	return false
}

// worthRunning keeps lines of signs only from being taken for a running head.
func worthRunning(key string) bool {
	n := 0
	for _, r := range key {
		if unicode.IsLetter(r) || r == '#' {
			n++
		}
	}
	return n >= 3
}

// printed returns the number that a page carries in print, and how it differs
// from the page's own in most of the document.
func (s *Scanner) printed() (offset int, ok bool) {
	count := map[int]int{}
	for _, e := range s.edges {
		if e.running && pageNumber(e.key) {
			count[e.first-e.page]++
		}
	}
	most := 0
	for o, n := range count {
		if n > most || n == most && o > offset {
			offset, most = o, n
		}
	}
	return offset, most > 0
}
