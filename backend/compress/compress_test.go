package compress

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// count takes a word for a token.
func count(s string) int { return len(strings.Fields(s)) }

// sentences cuts after points.
func sentences(text string) []Range {
	var out []Range
	start := 0
	for i, r := range text {
		if r == '.' {
			out = append(out, Range{start, i + 1})
			start = i + 1
		}
	}
	if strings.TrimSpace(text[start:]) != "" {
		out = append(out, Range{start, len(text)})
	}
	return out
}

func request(question string, budget int, ps ...Passage) Request {
	return Request{Question: question, Passages: ps, Budget: budget, Count: count, Sentences: sentences}
}

// texts is what is left, passage by passage.
func texts(r Request) []string {
	var out []string
	for _, k := range Select(r) {
		out = append(out, k.Text(r.Passages[k.Passage]))
	}
	return out
}

func TestWhatBearsOnTheQuestionIsKept(t *testing.T) {
	lease := Passage{Document: "Lease.pdf", Text: "The premises are painted white. The rent falls due on the first of each month. The doors are green. Notices go to the landlord."}
	terms := Passage{Document: "Lease.pdf", Text: "The tenant keeps a dog. Late rent bears interest at five percent. The dog has a name."}
	for _, tt := range []struct {
		name   string
		r      Request
		want   []string
		absent string
	}{
		{"all of it fits", request("When is the rent due?", 500, lease, terms), []string{lease.Text, terms.Text}, ""},
		{"nothing fits", request("When is the rent due?", 3, lease, terms), nil, ""},
		{"the one sentence", request("When is the rent due?", 18, lease, terms), []string{"The rent falls due on the first of each month."}, ""},
		{"what lies between is left out", request("To whom do notices about the premises go?", 19, lease), []string{"The premises are painted white. … Notices go to the landlord."}, "rent"},
		{"a quotation stays whole", request("When is the rent due?", 22, lease, Passage{Document: "Deed.pdf", Text: "A deed. Of gift. To a friend. In May.", Whole: true}), []string{"A deed. Of gift. To a friend. In May."}, "rent"},
		{"a quotation that does not fit is left out", request("When is the rent due?", 17, Passage{Document: "Deed.pdf", Text: strings.Repeat("word ", 30), Whole: true}, lease), []string{"The rent falls due on the first of each month."}, "word"},
	} {
		got := texts(tt.r)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if tt.absent != "" && strings.Contains(strings.Join(got, " "), tt.absent) {
			t.Errorf("%s: %q is still there", tt.name, tt.absent)
		}
	}
}

func TestWhatSaysTheSameIsKeptOnce(t *testing.T) {
	one := Passage{Document: "First.pdf", Text: "Either party may end this agreement upon ninety days written notice."}
	two := Passage{Document: "Second.pdf", Text: "Either party may end this Agreement, upon ninety days' written notice."}
	if got := texts(request("Who may end the agreement?", 200, one, two)); len(got) != 1 || got[0] != one.Text {
		t.Errorf("kept %q", got)
	}
	short := Passage{Document: "First.pdf", Text: "Signed."}
	if got := texts(request("Who signed?", 200, short, Passage{Document: "Second.pdf", Text: "Signed."})); len(got) != 2 {
		t.Errorf("of two short ones %q is kept", got)
	}
}

func TestItemOfAListKeepsWhatLeadsToIt(t *testing.T) {
	list := Passage{Document: "NDA.pdf", Text: "The premises are white. Confidential information does not include anything that:\n(a) is public.\n(b) is known from a third party.\n(c) is old."}
	r := request("What of a third party?", 24, list)
	r.Sentences = lines
	if got := texts(r); len(got) != 1 || got[0] != "Confidential information does not include anything that: … (b) is known from a third party." {
		t.Errorf("kept %q", got)
	}
}

// lines cuts after points and colons before a line's end.
func lines(text string) []Range {
	var out []Range
	start := 0
	for i := range text {
		if i > 0 && (text[i-1] == '.' || text[i-1] == ':') {
			out = append(out, Range{start, i})
			start = i
		}
	}
	return append(out, Range{start, len(text)})
}

func TestWhatTheCallerFoundIsKeptFirst(t *testing.T) {
	text := "The rent is due in May. The rent is due in June. The rent is due in July."
	for _, tt := range []struct {
		name string
		b    Bearing
		want string
	}{
		{"it would be quoted", Bearing{Range: Range{23, 48}, Found: 1}, "The rent is due in June."},
		{"it means nearly the same", Bearing{Range: Range{48, 73}, Near: 0.8}, "The rent is due in July."},
		{"it is only touched", Bearing{Range: Range{36, 60}, Found: 1}, "The rent is due in May."},
	} {
		p := Passage{Document: "Lease.pdf", Text: text, Bearings: []Bearing{tt.b}}
		if got := texts(request("When is the rent due?", 14, p)); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: kept %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestRowOfATableKeepsTheNamesOfItsColumns(t *testing.T) {
	fees := Passage{Document: "Fees.xlsx", Text: "Service    Fee    Due\nFiling    100    May\nSearch    250    June\nSeal    75    July"}
	got := texts(request("What is the fee for the search?", 16, fees))
	if len(got) != 1 || !strings.HasPrefix(got[0], "Service    Fee    Due") || !strings.Contains(got[0], "Search    250    June") || strings.Contains(got[0], "Seal") {
		t.Errorf("kept %q", got)
	}
}

// Whatever is compressed, what is kept fits, in order, without overlaps, and
// no smaller budget costs more.
func TestWhatIsKeptFitsTheBudget(t *testing.T) {
	word := rapid.SampledFrom([]string{"rent", "lease", "tenant", "shall", "pay", "due", "May", "5", "§", "é", ".", "\n", "   ", "a\tb"})
	rapid.Check(t, func(t *rapid.T) {
		var ps []Passage
		for range rapid.IntRange(0, 8).Draw(t, "passages") {
			ps = append(ps, Passage{
				Document: rapid.SampledFrom([]string{"a.pdf", "b.pdf"}).Draw(t, "document"),
				Text:     strings.Join(rapid.SliceOfN(word, 0, 60).Draw(t, "words"), " "),
				Whole:    rapid.IntRange(0, 3).Draw(t, "whole") == 0,
			})
		}
		r := request("When shall the tenant pay the rent?", rapid.IntRange(-1, 200).Draw(t, "budget"), ps...)
		used, last := 0, -1
		documents := map[string]bool{}
		for _, k := range Select(r) {
			p := ps[k.Passage]
			if k.Passage <= last || len(k.Ranges) == 0 {
				t.Fatalf("passage %d comes after %d with %v", k.Passage, last, k.Ranges)
			}
			last = k.Passage
			if p.Whole && !slices.Equal(k.Ranges, []Range{{0, len(p.Text)}}) {
				t.Fatalf("of a quotation of %d bytes %v is left", len(p.Text), k.Ranges)
			}
			end := -1
			for _, x := range k.Ranges {
				if x.Start < end || x.Start > x.End || x.End > len(p.Text) {
					t.Fatalf("ranges %v of %d bytes", k.Ranges, len(p.Text))
				}
				end = x.End
			}
			used += count(k.Text(p)) + perPassage
			if !documents[p.Document] {
				documents[p.Document] = true
				used += count(p.Document)
			}
		}
		if used > max(r.Budget, 0) {
			t.Fatalf("%d tokens for a budget of %d", used, r.Budget)
		}
	})
}

func BenchmarkSelect(b *testing.B) {
	var ps []Passage
	for range 64 {
		ps = append(ps, Passage{Document: "Lease.pdf", Text: strings.Repeat("The tenant shall pay the rent on the first of each month, and late rent bears interest. ", 16)})
	}
	r := request("When shall the tenant pay the rent?", 1500, ps...)
	for b.Loop() {
		Select(r)
	}
}
