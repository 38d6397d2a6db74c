package answer

import (
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
)

func TestSummaryOfADocumentQuotesItInParts(t *testing.T) {
	m := file(t)
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: "Summarise the supply agreement"})
	for _, want := range []string{"by and between Acme Metals", "shall expire on May 31, 2023", "laws of the State of New York"} {
		if !strings.Contains(a.Text, want) {
			t.Errorf("%q is missing in %q", want, a.Text)
		}
	}
	if strings.Contains(a.Text, "Ohio") {
		t.Error("it speaks of the lease too")
	}
	for _, s := range a.Sentences {
		if s.Verdict != mark.VerdictVerbatim || len(s.Citations) != 1 {
			t.Errorf("%q is %s with %d citations", s.Text, s.Verdict, len(s.Citations))
		}
	}
}

func TestSummaryOfTheMatterSpeaksOfEachDocument(t *testing.T) {
	m := file(t)
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: "Give me an overview of this matter"})
	var headings []string
	for _, s := range a.Sentences {
		if s.Heading != "" {
			headings = append(headings, s.Heading)
		}
	}
	slices.Sort(headings)
	if !slices.Equal(headings, []string{"Lease Dunmore.txt", "Supply Agreement Acme Bolt.txt"}) {
		t.Errorf("the parts are %q", headings)
	}
	if len(a.Chronology) == 0 {
		t.Error("there are no dates beside it")
	}
}

func TestChronologyIsInOrderOfTimeAndWithinIt(t *testing.T) {
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "Letter.txt", "Dear Ms Ashworth,\n\nOn 4 March 2021 the tenant paid the rent of January late. The roof leaked in May 2020, and nobody mended it. "+
		"The lease was signed on June 1, 2019. The house is white.\n")
	marktest.AddText(t, m, "Notice.txt", "The landlord gave notice on 2022-02-03 and asked for the keys.\n")
	for _, tt := range []struct {
		question string
		want     []string
	}{
		{"Give me a chronology of the matter", []string{"2019-06-01", "2020-05", "2021-03-04", "2022-02-03"}},
		{"What happened between 2020 and 2021?", []string{"2020-05", "2021-03-04"}},
		{"What happened after January 1, 2022?", []string{"2022-02-03"}},
		{"Show a timeline before 2020", []string{"2019-06-01"}},
		{"What happened in 2018?", nil},
	} {
		a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: tt.question})
		var got []string
		for _, r := range a.Chronology {
			got = append(got, r.Date)
			if !strings.Contains(oneLine(a.Citations[r.Citation].Quote), r.Text) {
				t.Errorf("%s: %q does not stand in its quotation", tt.question, r.Text)
			}
		}
		if !slices.Equal(got, tt.want) || a.Refused != (len(tt.want) == 0) {
			t.Errorf("%s: %v, want %v (refused: %v)", tt.question, got, tt.want, a.Refused)
		}
	}
}

func TestDocumentsAreCountedByKind(t *testing.T) {
	m := file(t)
	for _, tt := range []struct {
		question, want string
		rows           int
	}{
		{"How many documents are in this file?", "There are 2 documents in this matter.", 2},
		{"List all documents", "There are 2 documents in this matter.", 2},
		{"Which letters do we have?", "There are no letters in this matter.", 0},
	} {
		a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: tt.question})
		if a.Survey == nil || len(a.Survey.Rows) != tt.rows || !strings.HasPrefix(a.Text, tt.want) {
			t.Errorf("%s: %q", tt.question, a.Text)
		}
	}
}
