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
