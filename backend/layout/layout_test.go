package layout_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/layout"

	"pgregory.net/rapid"
)

// at sets a line of text at x, y (its baseline): each character 6 points wide,
// capitals and letters 8 high.
func at(x, y float64, s string) []layout.Char {
	var out []layout.Char
	for _, r := range s {
		box := mark.Rect{X0: x, Y0: y - 8, X1: x + 5.5, Y1: y}
		switch r {
		case '.', ',':
			box.Y0 = y - 1.5
			box.Y1 = y + 1
		case '\'', '’':
			box.Y1 = y - 6
		case '-', '–':
			box.Y0, box.Y1 = y-4, y-3
		case 'g', 'p', 'y':
			box.Y1 = y + 2.5
		}
		out = append(out, layout.Char{Rune: r, Box: box})
		x += 6
	}
	return out
}

// raised sets small characters above the line.
func raised(x, y float64, s string) []layout.Char {
	var out []layout.Char
	for _, r := range s {
		out = append(out, layout.Char{Rune: r, Box: mark.Rect{X0: x, Y0: y - 5, X1: x + 2.8, Y1: y}})
		x += 3
	}
	return out
}

func TestTextReadsAsItStandsOnThePage(t *testing.T) {
	para := func(x, y float64) []layout.Char {
		return slices.Concat(at(x, y, "This Agreement may be"), at(x, y+12, "terminated by either"), at(x, y+24, "party."))
	}
	const text = "This Agreement may be\nterminated by either\nparty."
	for _, c := range []struct {
		name  string
		chars []layout.Char
		want  string
	}{
		{"one line", at(72, 100, "Notice of Motion"), "Notice of Motion"},
		{"lines of one paragraph", para(72, 100), text},
		{"paragraphs with a gap", slices.Concat(para(72, 100), para(72, 144)), text + "\n\n" + text},
		{"double-spaced lines are one paragraph", slices.Concat(at(72, 100, "one and"), at(72, 124, "two and"), at(72, 148, "three")), "one and\ntwo and\nthree"},
		{"two columns, one after the other", slices.Concat(para(72, 100), para(320, 100)), text + "\n\n" + text},
		{"pieces of one row, drawn from the right", slices.Concat(at(200, 100, "Date"), at(72, 100, "Name")), "Name Date"},
		{"what is drawn last but stands first comes first", slices.Concat(para(72, 100), at(72, 40, "EXHIBIT A")), "EXHIBIT A\n\n" + text},
		{"a footer that is drawn first comes last", slices.Concat(at(72, 700, "Page 1"), para(72, 100)), text + "\n\nPage 1"},
		{"blocks that the file glues together are apart", slices.Concat(at(72, 100, "Name"), at(200, 100, "Date")), "Name Date"},
		{"punctuation stays with its word", at(72, 100, "the seller's Co. - and"), "the seller's Co. - and"},
		{"ligatures are letters, soft hyphens hyphens", at(72, 100, "con\uFB01rm agree\x02"), "confirm agree-"},
		{"white space of all kinds is a space", at(72, 100, "a\u00a0b\r\nc"), "a b c"},
		{"a raised footnote number is a word of its own", slices.Concat(at(72, 100, "terms"), raised(102, 96, "12"), at(108, 100, "See")), "terms 12 See"},
		{"raised letters are not", slices.Concat(at(72, 100, "4"), raised(78, 96, "th")), "4th"},
		{"nothing", nil, ""},
		{"only white space", at(72, 100, " \n "), ""},
	} {
		if got, _ := layout.Text(c.chars); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLineNumbersOfAPleadingComeLast(t *testing.T) {
	var chars []layout.Char
	var numbers []string
	for i := range 28 {
		chars = append(chars, at(40, 100+24*float64(i), fmt.Sprint(i+1))...)
		numbers = append(numbers, fmt.Sprint(i+1))
	}
	chars = append(chars, slices.Concat(at(72, 100, "Comes now"), at(72, 124, "the plaintiff."))...)
	if got, _ := layout.Text(chars); got != "Comes now\nthe plaintiff.\n\n"+strings.Join(numbers, "\n") {
		t.Errorf("got %q", got)
	}
	few := slices.Concat(at(40, 100, "1"), at(40, 112, "2"), at(72, 140, "Text"))
	if got, _ := layout.Text(few); !strings.HasPrefix(got, "1\n2") {
		t.Errorf("a short list was moved: %q", got)
	}
}

func TestTurnedTextIsReadInItsOwnDirection(t *testing.T) {
	const text = "This runs\nup the page"
	first, second := at(100, 100, "This runs"), at(100, 112, "up the page")
	for i := range 8 {
		turn, upright := i/2, slices.Concat(first, second)
		if i%2 == 1 {
			upright = slices.Concat(second, first) // drawn in the wrong order
		}
		var turned []layout.Char
		for _, c := range upright {
			r := c.Box
			switch turn {
			case 1:
				r = mark.Rect{X0: 600 - r.Y1, Y0: r.X0, X1: 600 - r.Y0, Y1: r.X1}
			case 2:
				r = mark.Rect{X0: 600 - r.X1, Y0: 600 - r.Y1, X1: 600 - r.X0, Y1: 600 - r.Y0}
			case 3:
				r = mark.Rect{X0: r.Y0, Y0: 600 - r.X1, X1: r.Y1, Y1: 600 - r.X0}
			}
			turned = append(turned, layout.Char{Rune: c.Rune, Box: r, Turn: turn})
		}
		got, words := layout.Text(turned)
		if got != text {
			t.Errorf("%d quarter turns: %q", turn, got)
		}
		if len(words) > 0 && i%2 == 0 {
			if b, c := words[0].Box, turned[0].Box; b.X0 > c.X0+0.01 || b.Y0 > c.Y0+0.01 || b.X1 < c.X1-0.01 || b.Y1 < c.Y1-0.01 {
				t.Errorf("%d quarter turns: %v does not hold %v", turn, b, c)
			}
		}
	}
}

func TestLineFromRightToLeftIsReadSoWhicheverWayItIsDrawn(t *testing.T) {
	// As shown, from the left: D C x y B A.
	shown := []string{"\u05D3", "\u05D2", "x", "y", "\u05D1", "\u05D0"}
	const want = "\u05D0 \u05D1 x y \u05D2 \u05D3"
	set := func(order ...int) (out []layout.Char) {
		for _, i := range order {
			out = append(out, at(72+float64(i)*20, 100, shown[i])...)
			out = append(out, at(72, 100, " ")...)
		}
		return out
	}
	leftFirst, rightFirst := set(0, 1, 2, 3, 4, 5), set(5, 4, 2, 3, 1, 0)
	for name, chars := range map[string][]layout.Char{"left first": leftFirst, "right first": rightFirst} {
		if got, _ := layout.Text(chars); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestWordsOfALineAreAsHighAsTheLine(t *testing.T) {
	_, words := layout.Text(at(72, 100, "any. Typo"))
	if len(words) != 2 || words[0].Box.Y0 != 92 || words[0].Box.Y1 != 102.5 || words[1].Box.Y0 != 92 {
		t.Fatal(words)
	}
}

func TestWordsCoverTheTextInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 60).Draw(t, "n")
		var chars []layout.Char
		for range n {
			x, y := rapid.Float64Range(-50, 700).Draw(t, "x"), rapid.Float64Range(-50, 900).Draw(t, "y")
			chars = append(chars, layout.Char{
				Rune: rapid.Rune().Draw(t, "r"),
				Box:  mark.Rect{X0: x, Y0: y, X1: x + rapid.Float64Range(0, 30).Draw(t, "w"), Y1: y + rapid.Float64Range(0, 30).Draw(t, "h")},
				Turn: rapid.IntRange(0, 3).Draw(t, "turn"),
			})
		}
		text, words := layout.Text(chars)
		at := 0
		for _, w := range words {
			if w.Start < at || w.End <= w.Start || w.End > len(text) {
				t.Fatalf("word %v after %d in %d bytes", w, at, len(text))
			}
			if strings.TrimSpace(text[at:w.Start]) != "" {
				t.Fatalf("text outside the words: %q", text[at:w.Start])
			}
			if strings.ContainsAny(text[w.Start:w.End], " \n") {
				t.Fatalf("white space in the word %q", text[w.Start:w.End])
			}
			at = w.End
		}
		if at != len(text) {
			t.Fatalf("%q after the last word", text[at:])
		}
	})
}

// column sets lines of text below each other.
func column(x, y float64, lines ...string) []layout.Char {
	var out []layout.Char
	for i, l := range lines {
		out = append(out, at(x, y+12*float64(i), l)...)
	}
	return out
}

// across draws columns line by line, from left to right, as many programs do.
func across(columns ...[]string) []layout.Char {
	var out []layout.Char
	for i := range columns[0] {
		for k, c := range columns {
			out = append(out, at(50+float64(k)*190, 100+12*float64(i), c[i])...)
		}
	}
	return out
}

func prose(word string, n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("%s %c the text goes on and", word, 'a'+i))
	}
	return out
}

func TestColumnsAreReadOneAfterTheOther(t *testing.T) {
	a, b, c := prose("left", 10), prose("middle", 10), prose("right", 10)
	want := strings.Join(a, "\n") + "\n\n" + strings.Join(b, "\n") + "\n\n" + strings.Join(c, "\n")
	title := at(60, 60, "A TITLE THAT STANDS OVER ALL OF THE COLUMNS OF THE PAGE AND CROSSES THEM")
	foot := at(300, 700, "Page 3")
	for name, chars := range map[string][]layout.Char{
		"drawn across":        slices.Concat(title, across(a, b, c), foot),
		"drawn down":          slices.Concat(title, column(50, 100, a...), column(240, 100, b...), column(430, 100, c...), foot),
		"drawn from the last": slices.Concat(foot, column(430, 100, c...), column(240, 100, b...), column(50, 100, a...), title),
	} {
		got, _ := layout.Text(chars)
		got = strings.TrimPrefix(got, "A TITLE THAT STANDS OVER ALL OF THE COLUMNS OF THE PAGE AND CROSSES THEM\n")
		if got = strings.Replace(got, "Page 3", "", 1); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestNotesAtTheFootOfColumnsFollowTheTextOfAll(t *testing.T) {
	a, b := prose("left", 10), prose("right", 14)
	small := func(x, y float64, s string) []layout.Char {
		chars := at(0, 0, s)
		for i := range chars {
			r := &chars[i].Box
			r.X0, r.X1, r.Y0, r.Y1 = x+0.7*r.X0, x+0.7*r.X1, y+0.7*r.Y0, y+0.7*r.Y1
		}
		return chars
	}
	got, _ := layout.Text(slices.Concat(
		column(50, 100, a...), small(50, 230, "1 This note is set small and"), small(50, 239, "runs on to a second line."),
		column(240, 100, b...)))
	if want := strings.Join(a, "\n") + "\n\n" + strings.Join(b, "\n") + "\n\n1 This note is set small and\nruns on to a second line."; got != want {
		t.Errorf("%q", got)
	}
}

func TestSidesOfACaptionStayApart(t *testing.T) {
	var chars []layout.Char
	left := []string{"JANE DOE,", "Plaintiff,", "v.", "ACME, INC.,", "Defendant."}
	right := []string{"", "Case No. 1:24-cv-17", "", "COMPLAINT FOR", "DAMAGES"}
	for i := range left {
		y := 100 + 14*float64(i)
		chars = append(chars, at(72, y, left[i])...)
		chars = append(chars, at(280, y, ")")...)
		chars = append(chars, at(310, y, right[i])...)
	}
	got, _ := layout.Text(chars)
	if want := "JANE DOE, )\nPlaintiff, )\nv. )\nACME, INC., )\nDefendant. )\n\nCase No. 1:24-cv-17\nCOMPLAINT FOR\nDAMAGES"; strings.ReplaceAll(got, "\n\n", "\n") != strings.ReplaceAll(want, "\n\n", "\n") {
		t.Errorf("%q", got)
	}
}

func TestRowsOfATableAreLines(t *testing.T) {
	names := []string{"Alabama", "Alaska", "Arizona", "Arkansas", "California"}
	dates := []string{"07/01/2015", "06/30/2015", "07/02/2015", "06/29/2015", "07/06/2015"}
	paid := []string{"$18.00", "$209.50", "$3.10", "$1,168.00", "$9.45"}
	var want []string
	for i := range names {
		want = append(want, names[i]+"\t"+dates[i]+"\t"+paid[i])
	}
	for name, chars := range map[string][]layout.Char{
		"drawn by rows":                  across(names, dates, paid),
		"drawn by columns":               slices.Concat(column(50, 100, names...), column(240, 100, dates...), column(430, 100, paid...)),
		"figures drawn before the names": slices.Concat(column(430, 100, paid...), column(50, 100, names...), column(240, 100, dates...)),
	} {
		if got, _ := layout.Text(chars); got != strings.Join(want, "\n") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestProseIsNoTable(t *testing.T) {
	hanging := slices.Concat(at(50, 100, "1.1"), at(100, 100, "Term. This Agreement begins"), at(100, 112, "on the first day."),
		at(50, 124, "1.2"), at(100, 124, "End. Either party may end it"), at(50, 136, "1.3"), at(100, 136, "Survival of these terms"))
	signatures := across([]string{"By: John Smith", "Name: John Smith", "Title: President"}, []string{"By: Mary Jones", "Name: Mary Jones", "Title: Member"})
	for name, chars := range map[string][]layout.Char{"numbered clauses": hanging, "signatures": signatures} {
		if got, _ := layout.Text(chars); strings.Contains(got, "\t") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestMarksThatEndLeftwardWordsStayWithThem(t *testing.T) {
	word := func(x float64, s string) []layout.Char { // drawn from the right, as it is read
		out := at(x, 100, s)
		for i := range out {
			j := len(out) - 1 - i
			out[i].Box.X0, out[i].Box.X1 = x+6*float64(j), x+6*float64(j)+5.5
		}
		return out
	}
	mark := at(94, 100, ".")
	for name, chars := range map[string][]layout.Char{
		"before it": slices.Concat(mark, word(100, "\u05d0\u05d1\u05d2")),
		"after it":  slices.Concat(word(100, "\u05d0\u05d1\u05d2"), at(80, 100, " "), mark),
	} {
		if got, _ := layout.Text(chars); got != "\u05d0\u05d1\u05d2." {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestLamAlefIsSpelledAsItIsRead(t *testing.T) {
	chars := at(100, 100, "\u0645\u0627\u0644")
	chars[0].Box.X0, chars[0].Box.X1 = 112, 117.5
	chars[1].Box = mark.Rect{X0: 106, Y0: 92, X1: 111.5, Y1: 100}
	chars[2].Box = chars[1].Box // one glyph
	if got, _ := layout.Text(chars); got != "\u0645\u0644\u0627" {
		t.Errorf("%q", got)
	}
}
