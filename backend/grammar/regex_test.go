package grammar_test

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	mark "markai/backend"
	"markai/backend/grammar"
)

func TestTextOfAPatternMatchesItFromEndToEnd(t *testing.T) {
	for _, pattern := range []string{
		`[A-Z][a-z]{2,5} v\. [A-Z][a-z]+`, `(yes|no|(?i:maybe))`, `\d{1,3}(,\d{3})*\.\d{2}`, `^§ ?[0-9]+$`,
		`"[^"\\]*"`, `.{3}`, `[^\n-]\x{1F600}?`, `(a?b){3}`, `(?s).`, `[\]^-]{2}`, ``, `\W\S\D`,
	} {
		text, err := grammar.Regex(pattern, grammar.Options{Text: 9})
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		checkPattern(t, pattern, text)
	}
}

func checkPattern(t interface{ Fatalf(string, ...any) }, pattern, text string) {
	g, err := parseGBNF(text)
	if err != nil {
		t.Fatalf("%s: %v\n%s", pattern, err, text)
	}
	whole := regexp.MustCompile(`\A(?:` + pattern + `)\z`)
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		if s := g.sentence(rnd, 200); !whole.MatchString(s) || !utf8.ValidString(s) {
			t.Fatalf("%s admits %q\n%s", pattern, s, text)
		}
	}
}

func TestPatternThatCannotBeUsedIsRefused(t *testing.T) {
	for _, pattern := range []string{`(?=a)`, `(a)\1`, `a\b`, `a^b`, `(`, `[^\x00-\x{10FFFF}]`, `((a?){100}){10}`} {
		if text, err := grammar.Regex(pattern, grammar.Options{}); mark.CodeOf(err) != mark.Invalid && mark.CodeOf(err) != mark.TooBig {
			t.Errorf("%s: got %q, %v", pattern, text, err)
		}
	}
}

func TestChoiceAdmitsTheOptionsAlone(t *testing.T) {
	options := []string{"lease", `"quoted" \ text`, "two\nlines", "契約", "a]b"}
	text, err := grammar.Choice(append(options, "lease"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := parseGBNF(text)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		s := g.sentence(rnd, 10)
		if !slices.Contains(options, s) {
			t.Fatalf("admits %q", s)
		}
		seen[s] = true
	}
	if len(seen) != len(options) {
		t.Errorf("admits only %v", seen)
	}
	for _, bad := range [][]string{nil, {"a", ""}, {"\xff"}, {"a\x00"}} {
		if _, err := grammar.Choice(bad); mark.CodeOf(err) != mark.Invalid {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

// Choices are admitted exactly, whatever stands in them.
func TestChoiceOfAnyTextIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringN(1, 20, 60).Filter(utf8.ValidString).Draw(t, "text")
		text, err := grammar.Choice([]string{s})
		if err != nil {
			return
		}
		g, err := parseGBNF(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.sentence(rand.New(rand.NewPCG(1, 1)), 10); got != s {
			t.Fatalf("got %q, want %q", got, s)
		}
	})
}

func FuzzRegex(f *testing.F) {
	for _, s := range []string{`a+`, `[^a]{2,}`, `(?i)ab|c`, `^x$`, `\p{Greek}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		text, err := grammar.Regex(pattern, grammar.Options{Text: 6})
		if err == nil {
			checkPattern(t, pattern, text)
		}
	})
}
