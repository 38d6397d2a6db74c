package export

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
)

func TestArabicLettersAreJoinedAsTheirNeighboursAsk(t *testing.T) {
	for word, want := range map[string]string{
		"عقد":   "ﻋﻘﺪ",     // initial, medial, final
		"باب":   "ﺑﺎﺏ",     // alef joins to nothing behind it
		"سلام":  "ﺳﻼﻡ",     // lam and alef become one
		"لا":    "\uFEFB",  // alone
		"ماء":   "ﻣﺎﺀ",     // hamza joins to nothing
		"بـ":    "\uFE91ـ", // a drawn-out letter is an initial one
		"lease": "lease",
		"":      "",
	} {
		if got := joined(word); got != want {
			t.Errorf("%q becomes %+q, want %+q", word, got, want)
		}
	}
}

func TestSignsAboveALetterDoNotPartIt(t *testing.T) {
	if got, want := joined("بَب"), "\uFE91َ\uFE90"; got != want {
		t.Errorf("it becomes %+q, want %+q", got, want)
	}
}

// words makes the pieces of a line, a blank between any two.
func words(text string) []piece {
	var out []piece
	for w := range strings.FieldsSeq(text) {
		out = append(out, piece{text: w, width: 1, space: 1})
	}
	return out
}

func texts(ps []piece) string {
	var out []string
	for _, p := range ps {
		out = append(out, p.text)
	}
	return strings.Join(out, " ")
}

func TestLinesAreOrderedAsTheyAreRead(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"The lease ends.", "The lease ends."},
		{"He wrote שלום עולם to her", "He wrote םלוע םולש to her"},
		{"סעיף 12 (א) חוזה", "הזוח (א) 12 ףיעס"},
		{"ראו Lease Agreement כאן", "ןאכ Lease Agreement ואר"},
	} {
		if got := texts(ordered(words(c.line), runsFromRight(c.line))); got != c.want {
			t.Errorf("%q stands as %q, want %q", c.line, got, c.want)
		}
	}
}

func TestOrderingALineLosesNothing(t *testing.T) {
	word := rapid.SampledFrom([]string{"lease", "חוזה", "عقد", "12", "(a)", "–", "§", "ב׳", "[1]"})
	rapid.Check(t, func(t *rapid.T) {
		var line []piece
		for i, w := range rapid.SliceOfN(word, 0, 12).Draw(t, "words") {
			line = append(line, piece{text: w, width: 1, space: float64(i + 1)})
		}
		letters := func(ps []piece) []rune {
			var out []rune
			for _, p := range ps {
				for _, r := range p.text {
					if m, ok := mirrored[r]; ok {
						r = max(r, m)
					}
					out = append(out, r)
				}
			}
			slices.Sort(out)
			return out
		}
		got := ordered(line, rapid.Bool().Draw(t, "right"))
		if !slices.Equal(letters(got), letters(line)) || len(got) != len(line) {
			t.Fatalf("%v became %v", line, got)
		}
		sum := 0.0
		for _, p := range got {
			sum += p.space
		}
		if n := float64(len(line)); sum != n*(n+1)/2 {
			t.Fatalf("the spaces of %v became those of %v", line, got)
		}
	})
}

func manyScripts() Paper {
	return Paper{Matter: "M", Question: "מהי תקופת ההודעה?", Answer: mark.Answer{
		Text: "t", Sentences: []mark.Sentence{{Text: "The lease says: 合同期限为五年。 契約は終了する。 계약 기간", Verdict: mark.VerdictVerbatim, Citations: []int{0}}},
		Citations: []mark.Citation{{Name: "עקד.pdf", Quote: "يبدأ العقد في 1 يناير 2024 ولا ينتهي قبل سنة 𐌰"}},
	}}
}

func TestWhatNoFontHasIsNamedAndTheRestIsDrawn(t *testing.T) {
	var b bytes.Buffer
	if err := PDF(&b, manyScripts()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"/DejaVuSans/", "/UniJIS-UTF16-H", "/UniKS-UTF16-H"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the file names no %s", want)
		}
	}
	fs, err := faces()
	if err != nil {
		t.Fatal(err)
	}
	ts := &typesetter{faces: fs, han: chinese, missing: map[rune]bool{}}
	ts.newPage()
	for _, x := range manyScripts().blocks() {
		ts.paragraph(x)
	}
	if !ts.missing['𐌰'] || len(ts.missing) != 1 {
		t.Errorf("missing are %v", ts.missing)
	}
	if said := strings.Join(ts.caveats(), " "); !strings.Contains(said, "U+10330") || !strings.Contains(said, "with a font of the machine") {
		t.Errorf("it says %q", said)
	}
}

func TestParagraphsFromTheRightAreSuchInWordToo(t *testing.T) {
	var b strings.Builder
	wordParagraph(&b, line(quotation, "“חוזה שכירות”"))
	wordParagraph(&b, line(quotation, "“a lease”"))
	wordParagraph(&b, block{kind: body, anchor: 1, runs: []run{{text: "[1] ", bold: true}, {text: "חוזה.pdf"}}})
	if n := strings.Count(b.String(), "<w:bidi/>"); n != 1 {
		t.Errorf("%d paragraphs run from the right", n)
	}
	if n := strings.Count(b.String(), "<w:rtl/>"); n != 2 {
		t.Errorf("%d runs run from the right", n)
	}
}

func TestAPaperInLatinLettersHoldsNoFontThatItDoesNotNeed(t *testing.T) {
	var b bytes.Buffer
	if err := PDF(&b, Paper{Question: "Who pays?", Answer: mark.Answer{Text: "The tenant pays."}}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "DejaVu") || strings.Contains(b.String(), "STSong") {
		t.Error("it holds fonts that nothing is drawn with")
	}
}

func TestAnotherReaderFindsTheLettersOfEveryScript(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	var b bytes.Buffer
	if err := PDF(&b, manyScripts()); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), tool, "-", "-")
	cmd.Stdin = &b
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	text := string(out)
	for _, want := range []string{"תקופת", "契約は終了する", "계약", "合同期限"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not read in:\n%s", want, text)
		}
	}
}
