package answer

import (
	"fmt"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
	"pgregory.net/rapid"
)

func TestNameIsRecognisedInItsDocument(t *testing.T) {
	doc := mark.Document{ID: "d", Name: "ACMEMETALSINC_06_01_2020-EX-10.1-SUPPLY AGREEMENT.pdf"}
	r := read(doc, []mark.Page{{Number: 1, Text: "This Agreement is between A.B. Watley, Inc. and Victory Life Insurance. A victory in the portfolio market."}})
	tests := []struct {
		name string
		want bool
	}{
		{"Acme Metals, Inc", true},        // glued in the file name
		{"Watley, Inc", true},             // in the text
		{"Wately, Inc", true},             // two letters changed places
		{"Victory Life Insurance", true},  // three words in a row
		{"The Victory Portfolios", false}, // ordinary words of the text
		{"Quentin Foods LLC", false},
		{"Supply Agreement", true},
	}
	for _, tt := range tests {
		if got := r.holds(newName(tt.name)); got >= named != tt.want {
			t.Errorf("%q is held to %.2f", tt.name, got)
		}
	}
}

func TestLongDocumentIsReadAroundWhatWasFound(t *testing.T) {
	pages := make([]string, mostPages+120)
	for i := range pages {
		pages[i] = fmt.Sprintf("Page %d speaks of the weather and of nothing else.\n", i+1)
	}
	pages[mostPages+60] = "This Agreement shall be governed by the laws of the State of Ohio.\n"
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "Long.txt", pages...)
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: "Which law governs the Agreement of the State?"})
	if a.Refused || !strings.Contains(a.Text, "Ohio") || a.Citations[0].Spans[0].Page != mostPages+61 {
		t.Errorf("got %q", a.Text)
	}
}

// Whatever was found, the pages read are pages of the document, not too many,
// and hold the best hit.
func TestWindowHoldsTheBestHit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pages := rapid.IntRange(1, 3*mostPages).Draw(t, "pages")
		var hits []mark.Hit
		for _, p := range rapid.SliceOfN(rapid.IntRange(1, pages), 0, 5).Draw(t, "hits") {
			hits = append(hits, mark.Hit{Chunk: mark.Chunk{Document: "d", From: mark.Pos{Page: p}, To: mark.Pos{Page: min(p+1, pages)}}})
		}
		first, last := window(pages, "d", hits)
		if first < 1 || last > pages || first > last || last-first >= mostPages {
			t.Fatalf("%d to %d of %d", first, last, pages)
		}
		if len(hits) > 0 && (hits[0].Chunk.From.Page < first || hits[0].Chunk.To.Page > last) {
			t.Fatalf("%d to %d leave out the best hit on %d", first, last, hits[0].Chunk.From.Page)
		}
	})
}

func TestSpellingIsForgivenByALetter(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"watley", "watley", true}, {"watley", "wately", true}, {"watley", "watly", true}, {"watley", "wattley", true},
		{"watley", "watkey", true}, {"watley", "walter", false}, {"watley", "water", false}, {"", "a", true},
	}
	for _, tt := range tests {
		if got := near(tt.a, tt.b); got != tt.want {
			t.Errorf("near(%q, %q) = %v", tt.a, tt.b, got)
		}
	}
}
