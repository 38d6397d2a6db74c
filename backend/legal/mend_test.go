package legal

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWordsThatALineDividesAreMadeWhole(t *testing.T) {
	for _, c := range []struct{ name, text, mended, indexed string }{
		{"a word", "this agree-\nment is", "this agreement is", "this agreement is\n agree ment"},
		{"with white space around the end", "agree- \r\n  ment", "agreement", "agreement\n agree ment"},
		{"with a soft hyphen", "agree\u00ad\nment", "agreement", "agreement\n agree ment"},
		{"in another alphabet", "дого-\nвор", "договор", "договор\n дого вор"},
		{"a word with a hyphen of its own", "a non-\ncompete clause", "a non-\ncompete clause", "a non-\ncompete clause\n noncompete"},
		{"a letter with a hyphen of its own", "by e-\nmail", "by e-\nmail", "by e-\nmail\n email"},
		{"a name", "Anglo-\nSaxon", "Anglo-\nSaxon", "Anglo-\nSaxon"},
		{"numbers", "1999-\n2004", "1999-\n2004", "1999-\n2004"},
		{"a list", "-\nitem", "-\nitem", "-\nitem"},
		{"blank lines, as where a page ends", "agree-\n\n\nment", "agreement", "agreement\n agree ment"},
		{"a dash and a blank line", "agree -\n\nment", "agree -\n\nment", "agree -\n\nment"},
		{"a hyphen inside a line", "third-party claims", "third-party claims", "third-party claims"},
		{"three in a row", "in-\nvest-\nment", "investment", "investment\n in vest vest ment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Mend(c.text)
			if m.Text != c.mended || m.Indexed() != c.indexed {
				t.Errorf("%q is mended to %q, indexed as %q; want %q and %q", c.text, m.Text, m.Indexed(), c.mended, c.indexed)
			}
		})
	}
}

// Wherever lines end inside its words, a text has the words that it has on one
// line, and each word's place holds its letters and nothing else but the line's
// end.
func TestTextBrokenInsideItsWordsHasTheSameWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-zéöд]{4,12}`)
		words := rapid.SliceOfN(word, 1, 20).Draw(t, "words")
		var b strings.Builder
		for i, w := range words {
			if i > 0 {
				b.WriteByte(' ')
			}
			letters := []rune(w)
			at := rapid.IntRange(2, len(letters)-2).Draw(t, "at")
			if rapid.Bool().Draw(t, "divided") && !compounds[string(letters[:at])] {
				b.WriteString(string(letters[:at]) + rapid.SampledFrom([]string{"-\n", "‐\n", "- \n", "-\r\n  "}).Draw(t, "end") + string(letters[at:]))
				continue
			}
			b.WriteString(w)
		}
		text := b.String()
		got := MendedWords(text)
		if len(got) != len(words) {
			t.Fatalf("%q has %d words, want %d", text, len(got), len(words))
		}
		for i, w := range got {
			letters := strings.NewReplacer("-", "", "‐", "", "\n", "", "\r", "", " ", "").Replace(text[w.Start:w.End])
			if w.Text != words[i] || letters != words[i] {
				t.Fatalf("word %d is %q at %q, want %q", i, w.Text, text[w.Start:w.End], words[i])
			}
		}
	})
}

// Whatever the text, what is left out are hyphens and line ends, and every
// byte that stays is found again.
func TestMendingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom([]string{"agree", "-", "\n", " ", "ment", "\u00ad", "é", "\r\n", "A", "\xff"}), rapid.String()), 0, 30).Draw(t, "pieces"), "")
		m := Mend(text)
		at := 0
		for i := range len(m.Text) {
			start, end := m.Source(i, i+1)
			if end != start+1 || text[start] != m.Text[i] {
				t.Fatalf("byte %d of %q is at %d to %d of %q", i, m.Text, start, end, text)
			}
			if skipped := text[at:start]; strings.Trim(skipped, "-‐\u00ad \t\r\n") != "" {
				t.Fatalf("%q was left out", skipped)
			}
			at = end
		}
		if !slices.Equal(Words(text), MendedWords(text)) && len(m.cuts) == 0 {
			t.Fatalf("nothing is divided in %q, and its words differ", text)
		}
	})
}

func BenchmarkMend(b *testing.B) {
	text := strings.Repeat("The parties to this agree-\nment shall not be liable for any indirect loss\n", 8)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Mend(text)
	}
}

func TestAWordIsMendedAcrossTheEndOfAText(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"to obtain an endorse-\n\n", "\nment of the policy", "endorsement"},
		{"an endorse-", "ment", "endorsement"},
		{"a non-\n", "compete clause", "noncompete"},
		{"an endorse-", "Ment", ""},
		{"an endorse", "ment", ""},
		{"an endorse -", "ment", ""},
		{"", "ment", ""}, {"endorse-", "", ""}, {"-", "ment", ""},
		{strings.Repeat("é", 80) + "-", strings.Repeat("ö", 80), strings.Repeat("é", 31) + strings.Repeat("ö", 32)},
	} {
		if got := MendAcross(c.before, c.after); got != c.want {
			t.Errorf("%q and %q: %q, want %q", c.before, c.after, got, c.want)
		}
	}
}
