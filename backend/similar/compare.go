package similar

import (
	"context"
	"strings"
	"unicode"

	mark "markai/backend"
)

// Change is what became of a stretch of text between two versions.
type Change string

// The changes.
const (
	Equal    Change = "equal"
	Inserted Change = "inserted"
	Deleted  Change = "deleted"
)

// Run is a stretch of words that are in both texts or in one of them. The range
// in the text that lacks it is empty and says where it would stand.
type Run struct {
	Change   Change
	Old, New Range
	Words    int
}

// Range is a stretch of a text, page ends included. To is exclusive.
type Range struct{ From, To mark.Pos }

// Text is the pages of a text, the first being page 1.
type Text []string

// Between returns the text of a range. A page's end reads as a line's end.
func (t Text) Between(r Range) string {
	var parts []string
	for p := r.From.Page; p <= r.To.Page && p <= len(t); p++ {
		from, to := 0, len(t[p-1])
		if p == r.From.Page {
			from = r.From.Offset
		}
		if p == r.To.Page {
			to = r.To.Offset
		}
		if from < to {
			parts = append(parts, t[p-1][from:to])
		}
	}
	return strings.Join(parts, "\n")
}

// Compare says how two texts differ, word by word: runs in reading order, whose
// equal and deleted words are all of old's and whose equal and inserted words
// are all of new's. White space, and the kinds of quotation marks and dashes, do
// not count. Time and memory grow with the lengths of the texts; very different
// stretches are replaced as a whole. It fails only when ctx ends.
func Compare(ctx context.Context, old, new Text) ([]Run, error) {
	ids := map[string]int32{}
	a, b := words(old, ids), words(new, ids)
	var out []Run
	closing := map[int32]bool{}
	for _, sign := range []string{".", ",", ";", ":", ")", "]"} {
		if id, there := ids[sign]; there {
			closing[id] = true
		}
	}
	edits := slide(compare(a.ids, b.ids, func() bool { return ctx.Err() != nil }), a.ids, b.ids, func(w int32) bool { return closing[w] })
	for _, e := range edits {
		r := Run{Change: Equal, Old: a.span(e.a, e.an), New: b.span(e.b, e.bn), Words: max(e.an, e.bn)}
		switch {
		case e.equal:
		case e.an > 0:
			r.Change = Deleted
		default:
			r.Change = Inserted
		}
		out = append(out, r)
	}
	return out, ctx.Err()
}

// SameShare returns which share of the words of two texts, of both together, is
// in equal runs.
func SameShare(runs []Run) float64 {
	same, all := 0, 0
	for _, r := range runs {
		if r.Change == Equal {
			same += 2 * r.Words
			all += r.Words
		}
		all += r.Words
	}
	if all == 0 {
		return 1
	}
	return float64(same) / float64(all)
}

// sequence is the words of a text and where they stand.
type sequence struct {
	ids []int32
	at  []place
	end mark.Pos // of the text
}

type place struct{ page, from, to int32 }

// words cuts a text into words: letters and digits that stand together, and
// every other sign alone.
func words(t Text, ids map[string]int32) sequence {
	s := sequence{end: mark.Pos{Page: max(1, len(t))}}
	if len(t) > 0 {
		s.end.Offset = len(t[len(t)-1])
	}
	for n, page := range t {
		from := -1
		add := func(to int) {
			if from < 0 {
				return
			}
			word := fold(page[from:to])
			id, known := ids[word]
			if !known {
				id = int32(len(ids))
				ids[strings.Clone(word)] = id
			}
			s.ids = append(s.ids, id)
			s.at = append(s.at, place{int32(n + 1), int32(from), int32(to)})
			from = -1
		}
		for i, r := range page {
			switch {
			case unicode.IsSpace(r):
				add(i)
			case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
				if from < 0 {
					from = i
				}
			default:
				add(i)
				from = i
				add(i + runeLen(page[i:]))
			}
		}
		add(len(page))
	}
	return s
}

// runeLen returns how many bytes the first character of s takes.
func runeLen(s string) int {
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}

// fold makes signs alike that typesetting changes.
func fold(word string) string {
	switch word {
	case "“", "”", "„", "«", "»", "″":
		return `"`
	case "‘", "’", "‚", "′", "`":
		return "'"
	case "–", "—", "‐", "‑", "−":
		return "-"
	}
	return word
}

// span returns where n words from the ith stand; of none, where they would.
func (s sequence) span(i, n int) Range {
	if n == 0 {
		at := s.end
		if i < len(s.at) {
			at = mark.Pos{Page: int(s.at[i].page), Offset: int(s.at[i].from)}
		}
		return Range{at, at}
	}
	first, last := s.at[i], s.at[i+n-1]
	return Range{
		From: mark.Pos{Page: int(first.page), Offset: int(first.from)},
		To:   mark.Pos{Page: int(last.page), Offset: int(last.to)},
	}
}
