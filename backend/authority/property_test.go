package authority

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// check reports what no text may do to the citations found in it.
func check(t interface{ Fatalf(string, ...any) }, text string, found []Citation) {
	last := -1
	for _, c := range found {
		if c.Kind < FullCase || c.Kind > Unknown {
			t.Fatalf("kind %d", c.Kind)
		}
		if c.FullStart < 0 || c.FullStart > c.Start || c.Start >= c.End || c.End > c.FullEnd || c.FullEnd > len(text) {
			t.Fatalf("spans of %+v are not nested in %d bytes of %q", c, len(text), text)
		}
		if c.Start < last {
			t.Fatalf("%+v is out of order in %q", c, text)
		}
		last = c.Start
		span := text[c.Start:c.End]
		for _, part := range []string{c.Reporter, c.Page, c.Section, c.Title} {
			if !strings.Contains(span, part) {
				t.Fatalf("%q is not in %q", part, span)
			}
		}
		if c.Kind != Supra && !strings.Contains(span, c.Volume) {
			t.Fatalf("volume %q is not in %q", c.Volume, span)
		}
		if utf8.ValidString(text) && (!utf8.ValidString(span) || !utf8.ValidString(text[c.FullStart:c.FullEnd])) {
			t.Fatalf("%+v cuts a letter of %q", c, text)
		}
	}
}

// legalText draws text from pieces that citations are made of.
func legalText() *rapid.Generator[string] {
	piece := rapid.SampledFrom([]string{
		"Roe", "v.", "Wade", "In re", "410", "U.S.", "U. S.", "113", "(1973)", "(9th Cir. 2001)", "F.3d", "at", "supra,", "Id.",
		"§", "18 U.S.C. §", "4241(a)", "___", "—", ",", ";", "(", ")", "[", "]", "\n", "\n\n", "“", "”", "See", "ex rel.", "Miles", "1", "2",
		"N. Y. S. 2d", "La.App. 1 Cir.", "note", "n. 4", "¶", "\u00a0", "é", "Cal. Penal Code", "  ", "of", "the", "Or", "Wash.", "P.R.",
	})
	return rapid.Custom(func(t *rapid.T) string {
		sep := rapid.SampledFrom([]string{" ", " ", " ", "", "\n"})
		var b strings.Builder
		for _, p := range rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces") {
			b.WriteString(p)
			b.WriteString(sep.Draw(t, "sep"))
		}
		return b.String()
	})
}

func TestSpansResolveToTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := legalText().Draw(t, "text")
		check(t, text, Find(text))
		n := len(text)
		a := rapid.IntRange(0, n).Draw(t, "a")
		b := rapid.IntRange(a, n).Draw(t, "b")
		check(t, text, FindIn(text, Options{Emphasis: []Span{{a, b}}}))
	})
}

func TestTextBeforeAnEmptyLineChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const lead = "The lease was signed on a Monday.\n\n"
		text := strings.TrimLeft(legalText().Draw(t, "text"), " \n\u00a0")
		alone, after := Find(text), Find(lead+text)
		if len(alone) != len(after) {
			t.Fatalf("%d citations alone, %d after a paragraph: %q", len(alone), len(after), text)
		}
		for i := range alone {
			if alone[i].Start+len(lead) != after[i].Start || alone[i].Page != after[i].Page || alone[i].Defendant != after[i].Defendant {
				t.Fatalf("%+v\nbecomes\n%+v in %q", alone[i], after[i], text)
			}
		}
	})
}

func TestRepetitionDoesNotSlowTheSearchDown(t *testing.T) {
	for _, piece := range []string{
		"§", "1 U.S. 1 ", "U. ", "supra", "_ U.S. ", "(", "N. Y. S. ", "Foo v. Bar, 1 U.S. 1. Foo at 2. ", "1", "id. ", "\n", " ", "and ", "1 U.S. 1, 2, ",
	} {
		text := strings.Repeat(piece, 50_000/len(piece))
		start := time.Now()
		check(t, text, Find(text))
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("%d bytes of %q take %v", len(text), piece, d)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{
		prose, "1 U,S, 1", "576 U.S. ___, 13", "2009 12345 (La.App. 1 Cir. 05/10/10)", "Id.", "supra", "§", "\xff§\xfe 1 U.S. 1 (\xff 1999)",
		"— U.S. —", "Pub. L. No. 111-148, § 1", "Foo v. Bar\u00a01 U.S. 1", "x\n\n1 U.S. 1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		check(t, text, Find(text))
		check(t, text, FindIn(text, Options{Emphasis: []Span{{0, len(text) / 2}}, CertainOnly: true}))
	})
}

// What stands before a citation is read back to the last empty line.
func TestAntecedentIsOfTheSameParagraph(t *testing.T) {
	text := "Wade \n\n Roe supra, at 5"
	found := Find(text)
	if len(found) != 1 || found[0].Antecedent != "Roe" || text[found[0].FullStart:found[0].Start] != "Roe " {
		t.Errorf("got %+v", found)
	}
}
