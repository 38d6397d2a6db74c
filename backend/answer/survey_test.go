package answer

import (
	"context"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
)

func TestQuestionsAboutEveryDocumentAreTold(t *testing.T) {
	for _, c := range []struct {
		text, rest string
		without    bool
	}{
		{"How many contracts have a non-compete clause?", "non-compete clause", false},
		{"Which of these agreements are governed by New York law?", "governed by New York law", false},
		{"List all contracts without a limitation of liability.", "limitation of liability", true},
		{"Is there any contract without an insurance clause?", "insurance clause", true},
		{"What is the governing law of each contract?", "governing law", false},
		{"In which documents is arbitration mentioned?", "arbitration mentioned", false},
		{"How many of the 35 agreements do not contain an audit right?", "audit right", true},
		{"What is the notice period?", "", false},
		{"List all contracts", "", false},
		{"Which contract is the newest?", "", false},
		{"Does the agreement between Acme, Inc. and Birch LLC have any exhibits about insurance?", "", false},
		{"Who signed the lease?", "", false},
		{"İ how many contracts have a fee?", "", false},
	} {
		got, ok := asksAll(c.text)
		if ok != (c.rest != "") || got.rest != c.rest || got.without != c.without {
			t.Errorf("%q: %+v, %v", c.text, got, ok)
		}
	}
}

// drawer is a matter of three leases and a letter. Two leases are under a law,
// one of them is not read to its end.
func drawer(t *testing.T) mark.MatterStore {
	t.Helper()
	m := marktest.OpenMatter(t)
	for _, d := range []struct {
		name, text string
		pages      int
		kind       mark.DocumentType
	}{
		{"a.txt", "Lease.\n\nThis Lease shall be governed by the laws of the State of Texas.", 1, mark.TypeContract},
		{"b.txt", "Lease.\n\nThis Lease is governed by the laws of the State of Ohio. The tenant pays the rent in advance.", 1, mark.TypeContract},
		{"c.txt", "Lease.\n\nThe tenant pays the rent in advance on the first day of the month.", 2, ""},
		{"d.txt", "Lease.\n\nThe tenant shall keep the garden in order throughout the year.", 1, mark.TypeContract},
		{"letter.txt", "The lease is governed by the laws of the State of Maine.", 1, mark.TypeLetter},
	} {
		doc := marktest.AddText(t, m, d.name, d.text)
		doc.Pages, doc.Meta.Type = d.pages, d.kind
		if err := m.PutDocument(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func survey(t *testing.T, m mark.MatterStore, text string) (mark.Answer, int) {
	t.Helper()
	steps := 0
	for e, err := range New(Config{Searcher: wordsOnly{}}).Answer(t.Context(), m, mark.Question{Text: text}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Progress != nil {
			steps++
		}
		if e.Final != nil {
			return *e.Final, steps
		}
	}
	t.Fatal("no answer")
	return mark.Answer{}, 0
}

func TestASurveyAccountsForEveryDocument(t *testing.T) {
	m := drawer(t)
	for range 2 { // the second time from what was kept
		a, steps := survey(t, m, "What is the governing law of each lease?")
		if a.Survey == nil || steps != 4 {
			t.Fatalf("%d steps, survey %+v", steps, a.Survey)
		}
		var got []string
		for _, r := range a.Survey.Rows {
			got = append(got, r.Name+" "+string(r.State)+" "+r.Value)
			if (r.Citation >= 0) != (r.State == mark.SurveyFound) || r.Citation >= 0 && a.Citations[r.Citation].Name != r.Name {
				t.Errorf("row %+v cites %+v", r, a.Citations)
			}
		}
		if want := []string{"a.txt found Texas", "b.txt found Ohio", "c.txt partly ", "d.txt silent "}; !slices.Equal(got, want) {
			t.Errorf("rows %q, want %q", got, want)
		}
		if want := "In 2 of 4 documents a passage bears on “governing law”; in 1 none was found; 1 could not be read in full and may say more."; a.Sentences[0].Text != want {
			t.Errorf("said %q, want %q", a.Sentences[0].Text, want)
		}
		if want := "Governing law: Texas (1), Ohio (1)."; a.Sentences[1].Text != want || !slices.Equal(a.Sentences[1].Citations, []int{0, 1}) {
			t.Errorf("said %+v, want %q", a.Sentences[1], want)
		}
		for _, s := range a.Sentences[2:] {
			if s.Verdict != mark.VerdictVerbatim {
				t.Errorf("%+v", s)
			}
		}
		if a.Searched.Documents != 4 || a.Searched.Unread != 1 {
			t.Errorf("searched %+v", a.Searched)
		}
	}
}

func TestASurveyFindsWhatIsSilent(t *testing.T) {
	a, _ := survey(t, drawer(t), "Which leases do not have a governing law clause?")
	if want := "In 1 of 4 documents no passage was found on “governing law clause”; in 2 there is one; 1 could not be read in full and may say more."; !strings.HasPrefix(a.Text, want) {
		t.Errorf("said %q", a.Text)
	}
}

func TestASurveyAsksADuplicateWhereItsEarlierOneIsNotAsked(t *testing.T) {
	m := drawer(t)
	docs, err := m.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	earlier := docs[0] // a.txt
	var copies []mark.DocumentID
	for _, name := range []string{"e.txt", "f.txt"} {
		d := marktest.AddText(t, m, name, "Lease.\n\nThis Lease shall be governed by the laws of the State of Texas.")
		if err := m.DeleteDocument(t.Context(), d.ID); err != nil { // Duplicate is only set with a new row
			t.Fatal(err)
		}
		d.Duplicate, d.Meta.Type = earlier.ID, mark.TypeContract
		if err := m.PutDocument(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		copies = append(copies, d.ID)
	}
	for _, c := range []struct {
		among []mark.DocumentID
		want  string
	}{
		{nil, "a.txt b.txt c.txt d.txt"},
		{append(slices.Clone(copies), earlier.ID), "a.txt"},
		{copies, "e.txt"}, // the two say the same
		{copies[1:], "f.txt"},
	} {
		w := work{s: New(Config{Searcher: wordsOnly{}}), m: m, q: mark.Question{Documents: c.among}}
		asked, err := w.scope(t.Context(), []mark.DocumentType{mark.TypeContract})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, d := range asked {
			names = append(names, d.Name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("among %v are asked %q, want %q", c.among, got, c.want)
		}
	}
}

// slow lets a test stop a survey in the middle.
type slow struct {
	mark.MatterStore
	reads int
}

func (s *slow) PagesFrom(ctx context.Context, id mark.DocumentID, number, limit int) ([]mark.Page, error) {
	s.reads++
	return s.MatterStore.PagesFrom(ctx, id, number, limit)
}

func TestASurveyThatWasStoppedGoesOn(t *testing.T) {
	m := &slow{MatterStore: drawer(t)}
	question := mark.Question{Text: "What is the governing law of each lease?"}
	seen := 0
	for e := range New(Config{Searcher: wordsOnly{}}).Answer(t.Context(), m, question) {
		if e.Progress != nil {
			if seen++; seen == 2 {
				break
			}
		}
	}
	if m.reads != 2 {
		t.Fatalf("%d documents were read before the reader left", m.reads)
	}
	if a, _ := survey(t, m, question.Text); len(a.Survey.Rows) != 4 || m.reads != 4 {
		t.Errorf("%d rows after %d reads", len(a.Survey.Rows), m.reads)
	}
}
