package cite

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestSentencesKnowLegalPoints(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []string
	}{
		{"two sentences", "The buyer pays. The seller ships.", []string{"The buyer pays.", "The seller ships."}},
		{"a case name", "See Acme Corp. v. Smith, No. 12-345. It was affirmed.", []string{"See Acme Corp. v. Smith, No. 12-345.", "It was affirmed."}},
		{"a statute", "Under 42 U.S.C. § 1983 he sued. She won.", []string{"Under 42 U.S.C. § 1983 he sued.", "She won."}},
		{"an initial", "Signed by John Q. Public. Dated today.", []string{"Signed by John Q. Public.", "Dated today."}},
		{"a clause number leads its clause", "12.3. The Term ends. 13. Notices.", []string{"12.3. The Term ends.", "13. Notices."}},
		{"clauses on lines", "Either party may:\n(a) assign it;\n(b) sell it.", []string{"Either party may:", "(a) assign it;", "(b) sell it."}},
		{"wrapped lines", "The Term of this\nAgreement ends. Then\nit renews.", []string{"The Term of this\nAgreement ends.", "Then\nit renews."}},
		{"an empty line", "GOVERNING LAW\n\nThis is governed by law", []string{"GOVERNING LAW", "This is governed by law"}},
		{"closing quotes", `He said "no." Then he left.`, []string{`He said "no."`, "Then he left."}},
		{"amounts", "Pay $1.50 now. Pay 2.75 later.", []string{"Pay $1.50 now.", "Pay 2.75 later."}},
		{"nothing", " \n ", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, r := range Sentences(tt.text) {
				got = append(got, tt.text[r.Start:r.End])
			}
			if strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever the text, sentences are in order and leave out nothing but space, so
// that a quotation can be chosen from them without losing a word.
func TestSentencesLeaveOutOnlySpace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkSentences(t, rapid.StringOf(legalRune).Draw(t, "text")) })
}

func FuzzSentences(f *testing.F) {
	f.Add("1. The Term. (a) It ends.\n\n2. \"Yes.\" No? §")
	f.Fuzz(func(t *testing.T, text string) { checkSentences(t, text) })
}

var legalRune = rapid.OneOf(rapid.SampledFrom([]rune("abcAB .,;:()\n\"“”’-–§0123456789")), rapid.Rune())

type fataler interface{ Fatalf(string, ...any) }

func checkSentences(t fataler, text string) {
	end := 0
	for _, r := range Sentences(text) {
		if r.Start < end || r.End <= r.Start || r.End > len(text) {
			t.Fatalf("%q: range %v after %d", text, r, end)
		}
		if gap := text[end:r.Start]; strings.TrimSpace(gap) != "" {
			t.Fatalf("%q: %q was left out", text, gap)
		}
		if s := text[r.Start:r.End]; s != strings.TrimFunc(s, unicode.IsSpace) {
			t.Fatalf("%q: sentence %q has space at its ends", text, s)
		}
		end = r.End
	}
	if strings.TrimSpace(text[end:]) != "" {
		t.Fatalf("%q: the end was left out", text)
	}
}
