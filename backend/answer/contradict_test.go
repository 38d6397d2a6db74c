package answer

import (
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
)

// parted adds a document with parties.
func parted(t *testing.T, m mark.MatterStore, name, text string, parties ...string) {
	t.Helper()
	d := marktest.AddText(t, m, name, text)
	if _, err := m.ChangeDocument(t.Context(), d.ID, func(d *mark.Document) { d.Parties = parties }); err != nil {
		t.Fatal(err)
	}
}

func TestDocumentsOfTheSamePeopleThatDifferAreSetSideBySide(t *testing.T) {
	lease := "LEASE\n\nThis Lease is made between Dunmore Holdings Ltd and Quarry Tools LLC. The Tenant shall pay a monthly rent of $4,250.\n"
	tests := []struct {
		name, other string
		parties     []string
		want        string // the other value; empty: no contradiction
	}{
		{"another amount", "AMENDMENT\n\nDunmore Holdings Ltd and Quarry Tools LLC agree. The Tenant shall pay a monthly rent of $4,500.\n", nil, "$4,500"},
		{"the same amount", "AMENDMENT\n\nDunmore Holdings Ltd and Quarry Tools LLC agree. The Tenant shall pay a monthly rent of $4,250.00.\n", nil, ""},
		{"other people", "LEASE\n\nThis Lease is made between Bolt Metals Inc and Zephyr Foods Inc. The Tenant shall pay a monthly rent of $900.\n", []string{"Bolt Metals Inc", "Zephyr Foods Inc"}, ""},
		{"a share of another thing", "NOTE\n\nDunmore Holdings Ltd and Quarry Tools LLC agree. The Tenant shall pay a monthly rent of 7% of sales.\n", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := marktest.OpenMatter(t)
			parted(t, m, "First.txt", lease, "Dunmore Holdings Ltd", "Quarry Tools LLC")
			parted(t, m, "Second.txt", tt.other, tt.parties...)
			a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: "How much is the monthly rent of Dunmore Holdings Ltd?"})
			if a.Refused {
				t.Fatalf("refused: %q", a.Text)
			}
			if tt.want == "" {
				if len(a.Contradictions) > 0 {
					t.Errorf("got %+v", a.Contradictions)
				}
				return
			}
			if len(a.Contradictions) != 1 || len(a.Contradictions[0].Sides) != 2 {
				t.Fatalf("got %+v in %q", a.Contradictions, a.Text)
			}
			values := map[string]bool{}
			for _, s := range a.Contradictions[0].Sides {
				values[s.Value] = true
				if !strings.Contains(a.Citations[s.Citation].Quote, s.Value) {
					t.Errorf("%q does not stand in %q", s.Value, a.Citations[s.Citation].Quote)
				}
			}
			if !values["$4,250"] || !values[tt.want] || !strings.Contains(a.Text, "The documents differ on") {
				t.Errorf("values %v, text %q", values, a.Text)
			}
		})
	}
}

func TestValuesThatMeanTheSameAreEqual(t *testing.T) {
	for _, tt := range []struct {
		want want
		a, b string
		same bool
	}{
		{wantDuration, "twelve (12) months", "one (1) year", true},
		{wantDuration, "two weeks", "14 days", true},
		{wantDuration, "30 days", "30 business days", false},
		{wantDuration, "30 days", "60 days", false},
		{wantMoney, "$1,000,000", "$1 million", true},
		{wantMoney, "$100", "€100", false},
		{wantDate, "June 1, 2020", "2020-06-01", true},
		{wantDate, "June 1, 2020", "June 2, 2020", false},
		{wantPlace, "New York", "new  york", true},
	} {
		if got := normal(tt.want, tt.a) == normal(tt.want, tt.b); got != tt.same {
			t.Errorf("%q and %q: %v", tt.a, tt.b, got)
		}
	}
}
