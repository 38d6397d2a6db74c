package sqlite_test

import (
	"slices"
	"testing"

	"markai/backend/marktest"
)

func TestSlipsOfTheTypistAreUnderstood(t *testing.T) {
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "a.txt", "Indemnification and indemnities shall survive the termination of this Agreement.",
		"The Landlord carries the insurance. Terminating parties carry the costs.", "No termination without notice.")
	for _, c := range []struct{ word, want string }{
		{"indemnificaton", "indemnification"},
		{"Landlrod", "landlord"},
		{"inssurance", "insurance"},
		{"onsurance", "insurance"},
		{"terminaton", "termination"},
		{"landlord", ""}, // it is there
		{"wombat", ""},
		{"teh", ""},
		{"co\"sts", "costs"},
		{"", ""},
	} {
		got, err := m.SpelledLike(t.Context(), c.word, 3)
		if err != nil {
			t.Fatal(err)
		}
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) == 0 || !slices.Contains(got[:1], c.want)) {
			t.Errorf("%q is spelled like %q, want %q", c.word, got, c.want)
		}
	}
}
