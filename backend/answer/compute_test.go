package answer

import (
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/marktest"
	"pgregory.net/rapid"
)

func TestDatesAndAmountsAreWorkedOutByCode(t *testing.T) {
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "Services Agreement.txt", "SERVICES AGREEMENT\n\n1. The term of this Agreement shall commence on June 1, 2020 and shall expire on May 31, 2023.\n\n"+
		"2. This Agreement shall automatically renew unless either party gives written notice of non-renewal at least sixty (60) days before the end of the term.\n\n"+
		"3. Either party may terminate this Agreement for convenience upon thirty (30) days prior written notice.\n")
	marktest.AddText(t, m, "Ledger.txt", "LEDGER\n\nThe tenant paid a rent of $1,200.50 in May. The tenant paid a rent of $800 in June. The tenant paid a rent of $99.50 in July.\n")
	s := New(Config{Searcher: wordsOnly{}})
	for _, tt := range []struct {
		question, result string
		cites            bool
	}{
		{"How many days are there between March 1, 2024 and April 1, 2024?", "31 days", false},
		{"How many months are there from January 31, 2020 to March 15, 2021?", "13 months, 15 days", false},
		{"If notice of termination is given on January 31, 2022, when does the services agreement end?", "March 2, 2022", true},
		{"By when must notice be given to stop the services agreement from renewing?", "April 1, 2023", true},
		{"What is the total amount of the rent that the tenant paid?", "$2,100", true},
	} {
		a, _ := final(t, s, m, mark.Question{Text: tt.question})
		if a.Computation == nil {
			t.Errorf("%s: nothing was worked out: %q", tt.question, a.Text)
			continue
		}
		if a.Computation.Result != tt.result || !strings.Contains(a.Text, tt.result) || len(a.Citations) > 0 != tt.cites {
			t.Errorf("%s: %+v, want %s", tt.question, *a.Computation, tt.result)
		}
		for _, o := range a.Computation.Operands {
			if o.Citation >= 0 && !strings.Contains(oneLine(a.Citations[o.Citation].Quote), o.Value) {
				t.Errorf("%s: %q does not stand in %q", tt.question, o.Value, a.Citations[o.Citation].Quote)
			}
		}
	}
}

func TestWhatCannotBeWorkedOutIsSaid(t *testing.T) {
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "Services Agreement.txt", "SERVICES AGREEMENT\n\nThis Agreement shall automatically renew unless either party gives written notice of non-renewal at least sixty (60) days before the end of the term.\n")
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: "By when must notice be given to stop the services agreement from renewing?"})
	if a.Computation != nil || !strings.HasPrefix(a.Text, "No date can be worked out: the period is sixty (60) days") {
		t.Errorf("got %q", a.Text)
	}
}

func TestPeriodsMoveDates(t *testing.T) {
	for _, tt := range []struct {
		from, period string
		back         bool
		want         string // empty: not a period
	}{
		{"2024-01-31", "one (1) month", false, "2024-02-29"},
		{"2023-01-31", "one month", false, "2023-02-28"},
		{"2024-02-29", "1 year", false, "2025-02-28"},
		{"2024-03-01", "sixty (60) days", true, "2024-01-01"},
		{"2024-03-01", "two weeks", false, "2024-03-15"},
		{"2026-06-05", "three (3) business days", false, "2026-06-10"},
		{"2026-06-08", "1 business day", true, "2026-06-05"},
		{"2024-03-01", "a while", false, ""},
	} {
		got, _, ok := move(isoTime(tt.from), tt.period, tt.back)
		if ok != (tt.want != "") || ok && got.Format(time.DateOnly) != tt.want {
			t.Errorf("%s and %s: %s, want %s", tt.from, tt.period, got.Format(time.DateOnly), tt.want)
		}
	}
}

// Whatever the day, moving it on by days and back again returns to it, and
// months keep the day or take the month's last.
func TestMovingDatesIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(rapid.IntRange(1900, 2100).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		n := rapid.IntRange(1, 400).Draw(t, "n")
		period := plural(n, "day", "days")
		there, _, ok := move(day, period, false)
		if !ok {
			t.Fatalf("%s is no period", period)
		}
		if back, _, _ := move(there, period, true); !back.Equal(day) {
			t.Fatalf("%s on and back from %s: %s", period, day, back)
		}
		if m := addMonths(day, n); m.Day() != day.Day() || (m.Year()*12+int(m.Month()))-(day.Year()*12+int(day.Month())) != n {
			t.Fatalf("%d months from %s: %s", n, day, m)
		}
	})
}

func TestAmountsAreReadExactly(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"$1,200.50", "1,200.50"}, {"US$ 3 million", "3,000,000"}, {"€99", "99"}, {"$0.10", "0.10"}, {"£1.5 billion", "1,500,000,000"}, {"75%", ""}, {"12", ""},
	} {
		n, _, ok := money(tt.text)
		if ok != (tt.want != "") || ok && grouped(n) != tt.want {
			t.Errorf("%s: %v %v", tt.text, n, ok)
		}
	}
}
