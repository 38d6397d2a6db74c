package answer

import (
	"strings"
	"testing"

	mark "markai/backend"
	"pgregory.net/rapid"
)

var clauses = []string{
	"This Agreement shall be governed by the laws of the State of New York. ",
	"Neither party may assign its rights; nor may it delegate any duty, ",
	"the term expires on May 31, 2020 — unless “renewed” for one (1) year: ",
	"GOVERNING LAW\n\n", "§ 12.3. ", "provided, however, that notice is given; ", "thirty (30) days ",
	"Zürich é 漢字 ", "\f", "(a) first refusal\n(b) books and records\n",
}

// Whatever stands on the pages, every sentence that may be quoted comes back as
// the stored bytes of its spans, not empty and not much longer than wished.
func TestWhateverIsQuotedStandsOnThePages(t *testing.T) {
	questions := []string{"Which law governs?", "When does the term end?", "May the agreement be assigned?", "Who gave the books away?", "What is in Zürich?"}
	rapid.Check(t, func(t *rapid.T) {
		var pages []mark.Page
		for i, text := range rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(clauses), 0, 40), 1, 4).Draw(t, "pages") {
			pages = append(pages, mark.Page{Number: i + 1, Text: strings.Join(text, "")})
		}
		r := read(mark.Document{ID: "d", Name: "a.txt"}, pages)
		q := ask(rapid.SampledFrom(questions).Draw(t, "question"))
		last := 0.0
		for i, c := range r.score(q, liking{}) {
			if i > 0 && c.score > last {
				t.Fatalf("candidate %d is better than the one before it", i)
			}
			last = c.score
			got := c.quote()
			joined := ""
			for _, sp := range got.Spans {
				joined += pages[sp.Page-1].Text[sp.Start:sp.End]
			}
			if joined != got.Quote || strings.TrimSpace(joined) == "" {
				t.Fatalf("spans give %q, the quotation says %q", joined, got.Quote)
			}
			if len(joined) > longQuote+50 {
				t.Fatalf("a quotation of %d bytes", len(joined))
			}
		}
	})
}

func TestLongSentenceIsQuotedAroundWhatBears(t *testing.T) {
	filler := strings.Repeat("and the parties shall at their own cost do whatever else is needful for that; ", 30)
	r := read(mark.Document{ID: "d"}, []mark.Page{{Number: 1, Text: "The parties agree that " + filler +
		"this Agreement shall be governed by the laws of the State of Ohio; " + filler + "and no more."}})
	found := r.score(ask("Which law governs?"), liking{})
	if len(found) == 0 {
		t.Fatal("nothing was found")
	}
	got := found[0].quote().Quote
	if !strings.Contains(got, "governed by the laws of the State of Ohio") || len(got) > longQuote+50 {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}

func TestHeadingsAreNotQuoted(t *testing.T) {
	tests := []struct {
		line string
		want bool
	}{
		{"12. Governing Law.", true}, {"ARTICLE IV TERM AND TERMINATION", true}, {"Section 5.1 Term ........ 12", true},
		{"United States Court of Appeals for the Fifth Circuit", true}, {"17", true},
		{"The laws of the State of Ohio govern this Lease.", false}, {"Term: June 1, 2020 to May 31, 2023", false},
		{"Neither party shall assign this Agreement.", false},
	}
	for _, tt := range tests {
		r := read(mark.Document{ID: "d"}, []mark.Page{{Number: 1, Text: tt.line + "\n\nIt goes on here with more words."}})
		if got := r.lines[0].isHeading; got != tt.want {
			t.Errorf("%q: heading %v, want %v", tt.line, got, tt.want)
		}
	}
}

func TestSameWordsAreQuotedOnce(t *testing.T) {
	r := read(mark.Document{ID: "d"}, []mark.Page{{Number: 1, Text: "This Agreement is governed by the laws of Ohio.\n\nThis Agreement is governed\nby the laws of Ohio.\n"}})
	if got := ask("Which law governs?").best(r.score(ask("Which law governs?"), liking{})); len(got) != 1 {
		t.Errorf("%d quotations, want 1", len(got))
	}
}
