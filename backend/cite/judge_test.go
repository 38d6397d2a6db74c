package cite

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"pgregory.net/rapid"
)

const renewal = `Following the Initial Term, this Agreement shall automatically renew for successive terms of six (6) months unless written notice is given by either Party no later than thirty (30) days in advance.`

func TestJudge(t *testing.T) {
	law := "This Agreement shall be governed by the laws of the State of New York."
	assign := "Neither party shall assign any of its rights without the prior written consent of the other party."
	pay := "Licensee shall pay Acme Corp. $1,500,000 on or before May 31, 2015."
	tests := []struct {
		name     string
		sentence string
		quotes   []string
		want     mark.Verdict
	}{
		{"the quotation itself", law, []string{law}, mark.VerdictVerbatim},
		{"with a mark", law + " [1]", []string{law}, mark.VerdictVerbatim},
		{"a part of it", "governed by the laws of the State of New York", []string{law}, mark.VerdictVerbatim},
		{"a lead and quoted words", `The Agreement says it is "governed by the laws of the State of New York".`, []string{law}, mark.VerdictSupported},
		{"a paraphrase", "The laws of New York govern the Agreement.", []string{law}, mark.VerdictSupported},
		{"a paraphrase of a law clause with its tail", "This Agreement shall be governed by the laws of New York.",
			[]string{"This Agreement shall be governed by and construed in accordance with the laws of the State of New York, without regard to conflicts of law."}, mark.VerdictSupported},
		{"another state", "The laws of Delaware govern the Agreement.", []string{law}, mark.VerdictAltered},
		{"another subject", "The tenant repairs the roof every spring.", []string{law}, mark.VerdictUnsupported},
		{"no quotation", law, nil, mark.VerdictUnsupported},
		{"words in figures", "Notice must be given 30 days in advance.", []string{renewal}, mark.VerdictAltered},
		{"another number", "This Agreement shall automatically renew for successive terms of six (9) months.", []string{renewal}, mark.VerdictAltered},
		{"a denial left out", "Party shall assign any of its rights without the prior written consent of the other party.", []string{assign}, mark.VerdictAltered},
		{"a denial added", "This Agreement shall not be governed by the laws of the State of New York.", []string{law}, mark.VerdictAltered},
		{"must made may", "Licensee may pay Acme Corp. $1,500,000 on or before May 31, 2015.", []string{pay}, mark.VerdictAltered},
		{"a date written otherwise", "Licensee must pay Acme Corp. 1,500,000 on or before 5/31/2015.", []string{pay}, mark.VerdictSupported},
		{"another date", "Licensee shall pay Acme Corp. $1,500,000 on or before May 30, 2015.", []string{pay}, mark.VerdictAltered},
		{"a number cut from a larger one", "pay Acme Corp. $1,500", []string{pay}, mark.VerdictAltered},
		{"altered words in quotation marks", `It is "governed by the laws of the State of New Jersey".`, []string{law}, mark.VerdictAltered},
		{"invented words in quotation marks", `It says "time is of the essence here".`, []string{law}, mark.VerdictUnsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Judge(tt.sentence, tt.quotes); got.Verdict != tt.want {
				t.Errorf("got %s (%s), want %s", got.Verdict, got.Note, tt.want)
			}
		})
	}
}

var vocabulary = strings.Fields(`the Licensee shall pay Acme Corporation within thirty (30) days after delivery of
each invoice dated 2015 for goods sold in Ohio may terminate this Agreement not assign its rights any consent of 12 units
no fee of $1,500 is due unless notice was given by either party before May`)

func drawSentence(t *rapid.T) []string {
	return rapid.SliceOfN(rapid.SampledFrom(vocabulary), 6, 30).Draw(t, "words")
}

// A sentence that stands in its quotation is never called worse than verbatim.
func TestWhatStandsInTheFileIsVerbatim(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(drawSentence(t), " ") + "."
		if got := Judge(s, []string{"Before it.\n" + s + "\nAfter it."}); got.Verdict != mark.VerdictVerbatim {
			t.Fatalf("%q is called %s", s, got.Verdict)
		}
	})
}

// A changed number is never let through, whatever stands around it.
func TestAlteredNumberIsNeverSupported(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := drawSentence(t)
		at := rapid.IntRange(0, len(words)).Draw(t, "at")
		n := rapid.IntRange(100, 99999).Draw(t, "n")
		m := rapid.IntRange(100, 99999).Filter(func(m int) bool { return m != n && m != 2015 && m != 1500 }).Draw(t, "m")
		put := func(n int) string {
			return strings.Join(slices.Insert(slices.Clone(words), at, fmt.Sprint(n)), " ") + "."
		}
		got := Judge(put(m), []string{put(n)})
		if got.Verdict == mark.VerdictVerbatim || got.Verdict == mark.VerdictSupported {
			t.Fatalf("%q against %q is called %s", put(m), put(n), got.Verdict)
		}
	})
}

// A denial that was added or left out is never let through.
func TestAlteredDenialIsNeverSupported(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := drawSentence(t)
		at := rapid.IntRange(0, len(words)).Draw(t, "at")
		word := rapid.SampledFrom([]string{"not", "never", "no", "cannot"}).Draw(t, "denial")
		plain := strings.Join(words, " ") + "."
		denied := strings.Join(slices.Insert(slices.Clone(words), at, word), " ") + "."
		for _, pair := range [][2]string{{plain, denied}, {denied, plain}} {
			got := Judge(pair[0], []string{pair[1]})
			if got.Verdict == mark.VerdictVerbatim || got.Verdict == mark.VerdictSupported {
				t.Fatalf("%q against %q is called %s", pair[0], pair[1], got.Verdict)
			}
		}
	})
}

func FuzzJudge(f *testing.F) {
	f.Add("The laws of New York govern. [1]", "governed by the laws of New York")
	f.Add("thirty-one hundred and five million", "on the 31st day of Feb. 2015, 5/6/07")
	f.Fuzz(func(t *testing.T, sentence, quote string) {
		got := Judge(sentence, []string{quote})
		switch got.Verdict {
		case mark.VerdictVerbatim, mark.VerdictSupported, mark.VerdictAltered, mark.VerdictUnsupported:
		default:
			t.Fatalf("verdict %q", got.Verdict)
		}
	})
}

func TestFactsAreReadTheSameHoweverWritten(t *testing.T) {
	tests := []struct {
		text           string
		numbers, dates string
	}{
		{"thirty (30) days", "30 30", ""},
		{"nineteen million six hundred and forty four thousand Dollars ($19,644,000)", "19644000 19644000", ""},
		{"twenty-one", "21", ""},
		{"one party", "", ""},
		{"two thousand five hundred", "2500", ""},
		{"$1,500.00 and 2.50%", "1500 2.50", ""},
		{"May 31, 2015", "", "2015-05-31"},
		{"the 31st day of May, 2015", "", "2015-05-31"},
		{"31 May 2015 and 05/31/2015 and 2015-05-31", "", "2015-05-31 2015-05-31 2015-05-31"},
		{"December 2023", "", "2023-12"},
		{"on September 30 each year", "", "--09-30"},
		{"it may 12 times", "", "--05-12"},
	}
	for _, tt := range tests {
		f := FactsOf(tt.text)
		if n, d := strings.Join(f.Numbers, " "), strings.Join(f.Dates, " "); n != tt.numbers || d != tt.dates {
			t.Errorf("FactsOf(%q) = %q, %q; want %q, %q", tt.text, n, d, tt.numbers, tt.dates)
		}
	}
}

func TestValueMustStandWhole(t *testing.T) {
	quote := "unless notice is given at least sixty (60) days before June 1, 2020, a fee of $1,500.00 is due"
	tests := []struct {
		value string
		want  mark.Verdict
	}{
		{"sixty (60) days", mark.VerdictSupported}, {"June 1, 2020", mark.VerdictSupported}, {"$1,500.00", mark.VerdictSupported},
		{"$1,500", mark.VerdictUnsupported}, {"60 days", mark.VerdictUnsupported}, {"June 1, 202", mark.VerdictUnsupported}, {"", mark.VerdictUnsupported},
	}
	for _, tt := range tests {
		if got := JudgeValue(tt.value, quote); got.Verdict != tt.want {
			t.Errorf("JudgeValue(%q) = %s, want %s", tt.value, got.Verdict, tt.want)
		}
	}
}
