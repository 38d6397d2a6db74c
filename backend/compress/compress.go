package compress

import (
	"cmp"
	"slices"
	"strings"
)

// Range is a half-open range of bytes.
type Range struct{ Start, End int }

// Passage is a piece of a document.
type Passage struct {
	Document string // its name, which costs tokens once for all its passages
	Heading  string // the headings over it; may be empty
	Text     string
	Whole    bool // a quotation: kept whole, before everything else
	Bearings []Bearing
}

// Bearing is what the caller knows of a part of a passage.
type Bearing struct {
	Range         // of the passage's text
	Found float64 // 1 for what would be quoted first, 0 for what would not be
	Near  float64 // cosine of its meaning with the question's
}

// Request says what is to be compressed and to which size.
type Request struct {
	Question  string
	Passages  []Passage // best first
	Budget    int       // tokens for all that is kept; 0 or less keeps nothing
	Count     func(text string) int
	Sentences func(text string) []Range // in order, without overlaps
}

// Kept is what is left of a passage.
type Kept struct {
	Passage int     // in Request.Passages
	Ranges  []Range // of its text, in order, apart
}

// Text joins what is left of a passage; " … " stands where something is missing.
func (k Kept) Text(p Passage) string {
	var b strings.Builder
	for i, r := range k.Ranges {
		if i > 0 {
			b.WriteString(" … ")
		}
		b.WriteString(p.Text[r.Start:r.End])
	}
	return b.String()
}

// Select returns what to keep of the passages, in their order. Sentences are
// taken by how much they bear on the question until the budget is spent; one
// that does not fit gives way to shorter ones. What does not fit whole and must
// be whole is left out.
func Select(r Request) []Kept {
	s := newSelection(r)
	for i, p := range r.Passages {
		if p.Whole {
			s.take(unit{passage: i, Range: Range{0, len(p.Text)}})
		}
	}
	units := s.units()
	slices.SortStableFunc(units, func(a, b unit) int { return cmp.Compare(b.score, a.score) })
	misses := 0
	for _, u := range units {
		if misses == missesMax {
			break
		}
		if s.said(u) {
			continue
		}
		if !s.take(u) {
			misses++
		}
	}
	return s.result()
}

const missesMax = 64 // units that did not fit, after which no other is tried

// selection is what was kept so far.
type selection struct {
	Request
	left      int
	kept      map[int][]unit
	documents map[string]bool
	words     []map[string]bool // of what was kept
}

func newSelection(r Request) *selection {
	return &selection{Request: r, left: r.Budget, kept: map[int][]unit{}, documents: map[string]bool{}}
}

// take keeps a unit, with what it needs, and reports whether it fits.
func (s *selection) take(u unit) bool {
	if s.covered(u.passage, u.Range) {
		return true
	}
	p := s.Passages[u.passage]
	cost := s.Count(p.Text[u.Start:u.End])
	if len(s.kept[u.passage]) == 0 {
		cost += perPassage
	} else {
		cost++ // the dots between
	}
	if !s.documents[p.Document] {
		cost += s.Count(p.Document)
	}
	parts := []unit{u}
	if h := u.needs; h.End > 0 && !s.covered(u.passage, h) {
		cost += s.Count(p.Text[h.Start:h.End]) + 1
		parts = append(parts, unit{passage: u.passage, Range: h})
	}
	if cost > s.left {
		return false
	}
	s.left -= cost
	s.documents[p.Document] = true
	s.kept[u.passage] = append(s.kept[u.passage], parts...)
	s.words = append(s.words, u.words)
	return true
}

// perPassage is what a passage's number and page cost, in tokens.
const perPassage = 6

func (s *selection) covered(passage int, r Range) bool {
	return slices.ContainsFunc(s.kept[passage], func(k unit) bool { return k.Start <= r.Start && r.End <= k.End })
}

// Two sentences say the same when they share so much of their words; short ones
// may well occur twice and mean it.
const (
	sameShare = 0.85
	sameLeast = 6
)

// said reports whether what was kept says the same already.
func (s *selection) said(u unit) bool {
	if len(u.words) < sameLeast {
		return false
	}
	return slices.ContainsFunc(s.words, func(k map[string]bool) bool {
		both := 0
		for w := range u.words {
			if k[w] {
				both++
			}
		}
		return float64(both) >= sameShare*float64(len(u.words)+len(k)-both)
	})
}

// result joins what touches and puts all in order.
func (s *selection) result() []Kept {
	var out []Kept
	for i, p := range s.Passages {
		units := s.kept[i]
		if len(units) == 0 {
			continue
		}
		slices.SortFunc(units, func(a, b unit) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
		k := Kept{Passage: i}
		for _, u := range units {
			n := len(k.Ranges)
			if n > 0 && (u.Start <= k.Ranges[n-1].End || strings.TrimSpace(p.Text[k.Ranges[n-1].End:u.Start]) == "") {
				k.Ranges[n-1].End = max(k.Ranges[n-1].End, u.End)
				continue
			}
			k.Ranges = append(k.Ranges, u.Range)
		}
		out = append(out, k)
	}
	return out
}
