package legal

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// leaders is what listed says, as a regular expression.
var leaders = regexp.MustCompile(`(?:\.\s?){4,}|\s\d{1,3}$`)

// plainNumberOf is numberOf without a look at the first bytes.
func plainNumberOf(line string) (*regexp.Regexp, []string) {
	for _, form := range []*regexp.Regexp{named, numbered, roman, lettered} {
		if m := form.FindStringSubmatch(line); m != nil {
			return form, m
		}
	}
	return nil, nil
}

func TestFirstBytesDecideAsTheExpressionsDo(t *testing.T) {
	parts := []string{
		"Article", "ARTICLE", "section", "Sec.", "sec. ", "§", "§§ ", "ſection", "ſec. 4", "chapter", "Part", "clauſe", "paragraph", "Schedule",
		"ſchedule", "exhibit", "Annex", "appendix", "Item", "count", "the", "a", "A", "x", "iv", "IV", "XL", "L", "I", "i", "(a)", "(iv)", "(1)", "12", "3.4.5",
		"1234", "7", "42", ".", ". ", ". . .", "....", ")", "(", ":", "-", "–", " ", "  ", "\t", "\v", "\n", "\f", "\r", "\u00a0", "\u2028", "é", "\xff", "Governing Law", "applies.",
	}
	rapid.Check(t, func(t *rapid.T) {
		line := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(parts), rapid.StringN(0, 3, -1)), 1, 8).Draw(t, "parts"), "")
		if got, want := listed(line), leaders.MatchString(line); got != want {
			t.Fatalf("listed(%q) = %v, want %v", line, got, want)
		}
		if line == "" {
			return
		}
		form, m := numberOf(line)
		wantForm, wantM := plainNumberOf(line)
		if form != wantForm || !slices.Equal(m, wantM) {
			t.Fatalf("numberOf(%q) = %v %q, want %v %q", line, form, m, wantForm, wantM)
		}
	})
}

func BenchmarkHeadingOf(b *testing.B) {
	lines := []string{
		"The buyer pays the price on delivery and bears the costs of carriage from the port of",
		"and, subject to the terms of this Agreement, in accordance with the laws of the State of",
		"12.3 Governing Law. This Agreement is governed by the laws of Texas.",
		"such notice. Each party shall, within thirty days after receipt of the notice, elect",
	}
	for b.Loop() {
		for _, l := range lines {
			HeadingOf(l)
		}
	}
}
