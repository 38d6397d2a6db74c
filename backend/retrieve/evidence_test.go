package retrieve

import (
	"fmt"
	"testing"

	mark "markai/backend"
)

func TestHitsThatStandFarApartAreReadByThemselves(t *testing.T) {
	hit := func(doc string, pages ...int) mark.Hit {
		h := mark.Hit{Document: mark.Document{ID: mark.DocumentID(doc)}}
		for _, p := range pages {
			h.Spans = append(h.Spans, mark.Span{Document: h.Document.ID, Page: p})
		}
		return h
	}
	for _, c := range []struct {
		hits []mark.Hit
		want string
	}{
		{nil, ""},
		{[]mark.Hit{hit("a")}, ""},
		{[]mark.Hit{hit("a", 7, 8), hit("a", 3), hit("a", 20)}, "a 3-20 "},
		{[]mark.Hit{hit("a", 900), hit("b", 1), hit("a", 2, 3)}, "a 900-900 b 1-1 a 2-3 "},
		{[]mark.Hit{hit("a", 1), hit("a", evidencePages)}, fmt.Sprintf("a 1-%d ", evidencePages)},
		{[]mark.Hit{hit("a", 1), hit("a", evidencePages+1)}, fmt.Sprintf("a 1-1 a %d-%[1]d ", evidencePages+1)},
	} {
		got := ""
		for _, r := range regions(c.hits) {
			got += fmt.Sprintf("%s %d-%d ", r.doc.ID, r.first, r.last)
		}
		if got != c.want {
			t.Errorf("regions %q, want %q", got, c.want)
		}
	}
}

func TestSentenceStandsFirstOnlyWhereItIsClearlyBest(t *testing.T) {
	sentence := func(score float64, hit int, rank float64) choice {
		spans := []mark.Span{{Page: hit + 1, Start: int(100 * score), End: int(100*score) + 50}}
		return choice{Sentence{Spans: spans, Score: score}, hit, rank}
	}
	w := Weights{Sure: 2, Passage: 1, Margin: 0.2}
	for _, tt := range []struct {
		name string
		all  []choice
		want int // in all; -1 for none
	}{
		{"nothing bears on it", nil, -1},
		{"one that hardly bears on it", []choice{sentence(1.9, 0, 1)}, -1},
		{"one that does", []choice{sentence(2.1, 0, 1)}, 0},
		{"one of a passage found late must be better", []choice{sentence(2.1, 2, 0.5)}, -1},
		{"a better one", []choice{sentence(2.1, 0, 1), sentence(2.6, 1, 0.9)}, 1},
		{"the passage found first decides", []choice{sentence(2.6, 1, 0.3), sentence(2.5, 0, 1)}, 1},
		{"two of different hits are as good", []choice{sentence(2.6, 0, 1), sentence(2.5, 1, 1)}, -1},
		{"two of one hit are as good", []choice{sentence(2.6, 0, 1), sentence(2.5, 0, 1)}, 0},
	} {
		got, ok := pick(tt.all, w)
		if ok != (tt.want >= 0) {
			t.Errorf("%s: picked is %v", tt.name, ok)
		} else if ok && got.Spans[0] != tt.all[tt.want].Spans[0] {
			t.Errorf("%s: picked %+v", tt.name, got)
		}
	}
}
