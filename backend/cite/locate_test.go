package cite

import (
	"strings"
	"testing"

	mark "markai/backend"
	"pgregory.net/rapid"
)

func pagesOf(texts ...string) []mark.Page {
	var out []mark.Page
	for i, s := range texts {
		out = append(out, mark.Page{Number: i + 1, Text: s})
	}
	return out
}

func TestQuotationIsFound(t *testing.T) {
	tests := []struct {
		name  string
		pages []string
		quote string
		want  string // the stored bytes; empty: not found
		like  Likeness
	}{
		{"as it stands", []string{"The Term ends on May 31, 2015."}, "ends on May 31", "ends on May 31", Exact},
		{"over a line end", []string{"The Term\n   ends."}, "The Term ends.", "The Term\n   ends.", Folded},
		{"with other quotes and dashes", []string{"the “Term” — as defined"}, `the "Term" - as defined`, "the “Term” — as defined", Folded},
		{"hyphenated", []string{"before termi-\nnation of it"}, "before termination of it", "before termi-\nnation of it", Folded},
		{"a hyphen at the line's end that belongs", []string{"a non-\ncompete clause"}, "a non-compete clause", "a non-\ncompete clause", Folded},
		{"with ligatures", []string{"the ﬁrst oﬀer"}, "the first offer", "the ﬁrst oﬀer", Folded},
		{"in capitals", []string{"IN NO EVENT SHALL"}, "in no event shall", "IN NO EVENT SHALL", Folded},
		{"over a page end", []string{"the law of the State of ", "New York governs"}, "State of New York", "State of New York", Exact},
		{"over a page end without a blank", []string{"the State of", "New York governs"}, "State of New York", "State ofNew York", Folded},
		{"misread by OCR", []string{"The Terrn of this Agrecment shall expire in five years."}, "The Term of this Agreement shall expire in five years.", "The Terrn of this Agrecment shall expire in five years.", Near},
		{"what is not there", []string{"The Term ends."}, "The Term is renewed for ever", "", Exact},
		{"too little", []string{"a b c"}, "a", "", Exact},
		{"nothing", []string{"a b c"}, " ", "", Exact},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := NewText("d", pagesOf(tt.pages...)).Find(tt.quote)
			if ok != (tt.want != "") || got.Quote != tt.want || ok && got.Likeness != tt.like {
				t.Errorf("Find(%q) = %q %v %v, want %q %v", tt.quote, got.Quote, got.Likeness, ok, tt.want, tt.like)
			}
		})
	}
}

// Whatever the text, a span that was found gives its quotation's bytes when it
// is read from the page again.
func TestFoundSpansResolveToTheSameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pages := pagesOf(rapid.SliceOfN(rapid.StringOf(legalRune), 1, 4).Draw(t, "pages")...)
		all := ""
		for _, p := range pages {
			all += p.Text
		}
		runes := []rune(all)
		a := rapid.IntRange(0, len(runes)).Draw(t, "a")
		b := rapid.IntRange(a, len(runes)).Draw(t, "b")
		checkFind(t, pages, string(runes[a:b]), true)
	})
}

func FuzzFind(f *testing.F) {
	f.Add("The Term ends on ", "May 31, 2015.", "ends on May 31")
	f.Add("a ﬁrst oﬀer—“x”", "", "first offer")
	f.Fuzz(func(t *testing.T, one, two, quote string) { checkFind(t, pagesOf(one, two), quote, false) })
}

func checkFind(t fataler, pages []mark.Page, quote string, stands bool) {
	m, ok := NewText("d", pages).Find(quote)
	if !ok {
		if stands && len(foldText(strings.TrimSpace(quote), nil).text) >= 2 {
			t.Fatalf("%q does not stand in %v", quote, pages)
		}
		return
	}
	joined := ""
	for _, s := range m.Spans {
		joined += pages[s.Page-1].Text[s.Start:s.End]
	}
	if joined != m.Quote || joined == "" {
		t.Fatalf("spans of %q give %q, the quotation says %q", quote, joined, m.Quote)
	}
	if m.Likeness == Folded && foldText(m.Quote, nil).text == "" {
		t.Fatalf("%q found as %q", quote, m.Quote)
	}
}

func TestOffsetFindsAPlaceOfThePages(t *testing.T) {
	text := NewText("d", []mark.Page{{Number: 3, Text: "abc"}, {Number: 4}, {Number: 5, Text: "defg"}})
	tests := []struct {
		pos  mark.Pos
		want int
	}{
		{mark.Pos{Page: 1}, 0}, {mark.Pos{Page: 3, Offset: 2}, 2}, {mark.Pos{Page: 3, Offset: 9}, 3},
		{mark.Pos{Page: 4, Offset: 5}, 3}, {mark.Pos{Page: 5, Offset: 1}, 4}, {mark.Pos{Page: 9}, 7},
	}
	for _, tt := range tests {
		if got := text.Offset(tt.pos); got != tt.want {
			t.Errorf("Offset(%v) = %d, want %d", tt.pos, got, tt.want)
		}
	}
	if m := text.Slice(1, 5); m.Quote != "bcde" || len(m.Spans) != 2 || m.Spans[1] != (mark.Span{Document: "d", Page: 5, Start: 0, End: 2}) {
		t.Errorf("Slice(1, 5) = %+v", m)
	}
}
