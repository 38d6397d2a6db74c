package retrieve_test

import (
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/retrieve"
)

// library is a matter whose documents are told apart by operators.
func library(t *testing.T) mark.MatterStore {
	t.Helper()
	m := marktest.OpenMatter(t)
	for name, text := range map[string]string{
		"lease.txt":  "The tenant shall give notice of termination in writing.\n\nRent is due on the first day. Time is\nof the essence.",
		"loan.txt":   "Termination follows ten days after the lender gave notice. A waiver of notice is void.",
		"letter.txt": "Please note that the time of the essence has come; notices were noticed by nobody. Fees and charges apply when late. The buyer’s remedies are non‑exclusive.",
	} {
		d := add(t, m, name, text)
		d.Meta.Type = map[string]mark.DocumentType{"letter.txt": mark.TypeLetter}[name]
		d.Meta.Date = map[string]string{"letter.txt": "2019-05-01", "loan.txt": "2018-01-02"}[name]
		if err := m.PutDocument(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func TestOperatorsFindWhatTheySay(t *testing.T) {
	m, s := library(t), retrieve.New(retrieve.Config{})
	for _, c := range []struct{ query, want string }{
		{"notice AND termination", "lease.txt loan.txt"},
		{"notice AND NOT waiver", "lease.txt letter.txt"},
		{"rent OR waiver", "lease.txt loan.txt"},
		{"notice AND (rent OR charge)", "lease.txt letter.txt"},
		{`"time is of the essence" OR wombat`, "lease.txt"}, // over the end of a line, and no other form
		{`"notice" AND termination`, "lease.txt loan.txt"},
		{`"noticed" AND notice`, "letter.txt"},
		{`"notice" AND fees`, ""}, // notices are no notice
		{`"notice" w/5 nobody`, ""},
		{`nobody w/5 "noticed"`, "letter.txt"},
		{`"buyer's remedies" AND fees`, "letter.txt"}, // as a keyboard writes it
		{`"non-exclusive" AND fees`, "letter.txt"},
		{"notice w/2 termination", "lease.txt"},
		{"notice w/10 termination", "lease.txt loan.txt"},
		{"termination pre/10 notice", "loan.txt"},
		{"(fee OR waiver) w/3 (charge OR notice)", "letter.txt loan.txt"},
		{"termin*", "lease.txt loan.txt"},
		{"terminat*", "lease.txt loan.txt"}, // the index keeps "termin"
		{"terminatio* AND notice", "lease.txt loan.txt"},
		{"terminato*", ""},
		{"terminat* w/2 notice", "lease.txt"},
		{"charg* AND -rent", "letter.txt"},
		{"NOT notice", ""},
		{"NOT waiver", "lease.txt letter.txt"},
		{"type:letter AND notice", "letter.txt"},
		{"notice AND NOT type:letter", "lease.txt loan.txt"},
		{"type:letter", "letter.txt"},
		{"date:2018..2019 notice", "letter.txt loan.txt"},
		{"doc:loan what about notice", "loan.txt"},
		{"type:invoice notice", ""},
		{"wombat AND notice", ""},
	} {
		var got []string
		for _, h := range search(t, s, m, c.query) {
			if !slices.Contains(got, h.Document.Name) {
				got = append(got, h.Document.Name)
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s found %q, want %q", c.query, got, c.want)
		}
	}
}

func TestAHitOfOperatorsShowsItsWords(t *testing.T) {
	m, s := library(t), retrieve.New(retrieve.Config{})
	hits := search(t, s, m, "termin* AND writing")
	if len(hits) == 0 {
		t.Fatal("nothing found")
	}
	var shown []string
	for _, match := range hits[0].Matches {
		p, err := m.Page(t.Context(), match.Document, match.Page)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, p.Text[match.Start:match.End])
	}
	if want := []string{"termination", "writing"}; !slices.Equal(shown, want) {
		t.Errorf("highlighted %q, want %q", shown, want)
	}
	if len(hits[0].Why) == 0 || !strings.Contains(hits[0].Why[0].Detail, "“writing”") {
		t.Errorf("why: %+v", hits[0].Why)
	}
}

func TestAQuestionHasNoOperators(t *testing.T) {
	m, s := library(t), retrieve.New(retrieve.Config{})
	hits, err := s.Search(t.Context(), m, mark.Query{Text: "termination AND wombat type:letter", Question: true})
	if err != nil || len(hits) == 0 {
		t.Errorf("%d hits, %v", len(hits), err)
	}
}

func TestASearchSaysHowItWasRead(t *testing.T) {
	m, s := library(t), retrieve.New(retrieve.Config{})
	r, err := s.Read(t.Context(), m, mark.Query{Text: "noticee AND terminaton AND type:wombat AND (rent"})
	if err != nil {
		t.Fatal(err)
	}
	if r.Operators != "(noticee AND terminaton AND type:wombat AND rent)" {
		t.Errorf("read as %s", r.Operators)
	}
	if len(r.Problems) != 2 {
		t.Errorf("problems: %q", r.Problems)
	}
	if want := []mark.Suggestion{{Word: "noticee", Instead: "notice"}, {Word: "terminaton", Instead: "termination"}}; !slices.Equal(r.Suggestions, want) {
		t.Errorf("suggestions %v, want %v", r.Suggestions, want)
	}
}
