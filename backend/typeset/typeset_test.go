package typeset_test

import (
	"strings"
	"testing"
	"unicode"

	"markai/backend/typeset"

	"pgregory.net/rapid"
)

// prose draws text as files hold it: words, blanks and line ends of all kinds,
// wide and combining characters, and bytes that are not text.
func prose(t *rapid.T) string {
	parts := rapid.SliceOfN(rapid.OneOf(
		rapid.StringMatching(`[a-zA-Z§(),.]{1,12}`),
		rapid.SampledFrom([]string{" ", "  ", "\t", "\n", "\r\n", "\r", "\f", "\v", "\u2028", "\u00a0", "日本", "e\u0301", "\xff", "\x00", "\u200b"}),
		rapid.StringN(0, 8, -1),
		rapid.Just(strings.Repeat("x", 200)),
		rapid.Just(strings.Repeat(" ", 120)),
		rapid.Just(strings.Repeat("line\n", 60)),
	), 0, 120).Draw(t, "parts")
	return strings.Join(parts, "")
}

func TestPagesJoinedAreTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := prose(t)
		var joined strings.Builder
		for i, p := range typeset.Pages(text) {
			if p.Number != i+1 {
				t.Fatalf("page %d is numbered %d", i+1, p.Number)
			}
			joined.WriteString(p.Text)
		}
		if joined.String() != text {
			t.Fatalf("pages joined differ from the text")
		}
	})
}

func TestEveryVisibleByteStandsInOneWordOnThePaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, p := range typeset.Pages(prose(t)) {
			end := 0
			for i, w := range p.Words {
				if w.Start < end || w.End <= w.Start || w.End > len(p.Text) {
					t.Fatalf("page %d, word %d: bytes %d to %d after %d", p.Number, i, w.Start, w.End, end)
				}
				if gap := p.Text[end:w.Start]; visible(gap) {
					t.Fatalf("page %d: %q stands in no word", p.Number, gap)
				}
				if b := w.Box; b.X0 < 0 || b.Y0 < 0 || b.X1 > p.Width || b.Y1 > p.Height || b.X0 >= b.X1 || b.Y0 >= b.Y1 {
					t.Fatalf("page %d: %q stands at %v", p.Number, p.Text[w.Start:w.End], b)
				}
				if i > 0 {
					last := p.Words[i-1].Box
					if w.Box.Y0 < last.Y0 || w.Box.Y0 == last.Y0 && w.Box.X0 < last.X1 {
						t.Fatalf("page %d: word %d at %v after %v", p.Number, i, w.Box, last)
					}
				}
				end = w.End
			}
			if gap := p.Text[end:]; visible(gap) {
				t.Fatalf("page %d: %q stands in no word", p.Number, gap)
			}
		}
	})
}

// visible reports whether something of s would leave ink.
func visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && unicode.IsGraphic(r) && !unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc, unicode.Cf)
	})
}

func TestAFormFeedEndsAPageThatHasSomethingOnIt(t *testing.T) {
	for text, want := range map[string][]string{
		"":                       {""},
		"one":                    {"one"},
		"one\n\ftwo":             {"one\n\f", "two"},
		"one\f\ftwo":             {"one\f", "\ftwo"},
		"\f\n\fone":              {"\f\n\fone"},
		"one\f":                  {"one\f"},
		strings.Repeat("\n", 55): {strings.Repeat("\n", 54), "\n"},
	} {
		var got []string
		for _, p := range typeset.Pages(text) {
			got = append(got, p.Text)
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%q: pages %q, want %q", text, got, want)
		}
	}
}

func TestLongLinesWrapAtBlanks(t *testing.T) {
	text := strings.Repeat("covenant ", 20)
	page := typeset.Pages(text)[0]
	perLine := map[float64]int{}
	for _, w := range page.Words {
		perLine[w.Box.Y0]++
		if got := page.Text[w.Start:w.End]; got != "covenant" {
			t.Errorf("the word %q was split", got)
		}
	}
	// Nine words and the eight blanks between them are eighty columns.
	if perLine[73] != 9 || len(perLine) != 3 {
		t.Errorf("words a line: %v", perLine)
	}
}

func BenchmarkPages(b *testing.B) {
	text := strings.Repeat("The parties agree that either may terminate upon thirty days' written notice.  \n", 65000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		typeset.Pages(text)
	}
}
