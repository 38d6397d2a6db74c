package layout_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"markai/backend/layout"
)

const numbersEnd = 28 // lines of pleading paper

// paper draws pleading paper: lines of text at their numbers, each drawn right
// after its number or the numbers before all text.
func paper(text map[int]string, beside bool) (chars []layout.Char) {
	var body []layout.Char
	for n := 1; n <= numbersEnd; n++ {
		y := 80 + 24*float64(n)
		number := fmt.Sprint(n)
		chars = append(chars, at(60-6*float64(len(number)), y, number)...)
		if text[n] == "" {
			continue
		}
		line := at(90, y, text[n])
		if beside {
			chars = append(chars, line...)
		} else {
			body = append(body, line...)
		}
	}
	return append(chars, body...)
}

func numbersBelow() string {
	var s []string
	for n := 1; n <= numbersEnd; n++ {
		s = append(s, fmt.Sprint(n))
	}
	return strings.Join(s, "\n")
}

func TestNumbersOfLinesFollowTheTextHoweverTheyAreDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := map[int]string{}
		var want []string
		for n := 1; n <= numbersEnd; n++ {
			if rapid.Bool().Draw(t, "set") {
				text[n] = fmt.Sprintf("line %c of the paper is set here", 'a'+n-1)
				want = append(want, text[n])
			}
		}
		got, words := layout.Text(paper(text, rapid.Bool().Draw(t, "beside")))
		body, ok := strings.CutSuffix(got, numbersBelow())
		if !ok || strings.Join(strings.Fields(body), " ") != strings.Join(want, " ") {
			t.Fatalf("got %q", got)
		}
		for _, w := range words[len(words)-numbersEnd:] {
			if w.Box.X1 > 61 {
				t.Fatalf("%q is not in the margin", got[w.Start:w.End])
			}
		}
	})
}

func TestNumbersOfATableStayInItsRows(t *testing.T) {
	var chars []layout.Char
	for n := 1; n <= numbersEnd; n++ {
		y := 80 + 24*float64(n)
		chars = slices.Concat(chars, at(48, y, fmt.Sprint(n)), at(90, y, "Alabama"), at(240, y, "paid"), at(400, y, "$18.00"))
	}
	got, _ := layout.Text(chars)
	if !strings.Contains(got, "7\tAlabama\tpaid\t$18.00") {
		t.Errorf("%q", got)
	}
}

func TestShortListOfNumbersIsNoMargin(t *testing.T) {
	var chars []layout.Char
	for n := 1; n <= 9; n++ {
		chars = slices.Concat(chars, at(48, 80+24*float64(n), fmt.Sprint(n)), at(90, 80+24*float64(n), "Exhibit with a name"))
	}
	if got, _ := layout.Text(chars); !strings.HasPrefix(got, "1 Exhibit with a name") {
		t.Errorf("%q", got)
	}
}

// caption is drawn line by line across both sides, parted by white alone.
func caption(versus string) (chars []layout.Char, left, right []string) {
	left = []string{"JANE ROE, an individual,", "Plaintiff,", versus, "ACME WIDGETS, INC.; and", "DOES 1 through 10,", "Defendants."}
	right = []string{"Case No. 8:24-cv-17", "", "ORDER GRANTING", "THE PLAINTIFF'S MOTION", "FOR AN INJUNCTION", ""}
	chars = at(150, 80, "UNITED STATES DISTRICT COURT FOR THE DISTRICT OF OHIO")
	for i := range left {
		y := 120 + 24*float64(i)
		chars = slices.Concat(chars, at(90, y, left[i]), at(330, y, right[i]))
	}
	chars = append(chars, at(90, 300, "On July 13 the Court issued an order which sets out what the parties must do")...)
	return chars, left, slices.DeleteFunc(right, func(s string) bool { return s == "" })
}

func TestSidesOfACaptionPartedByWhiteAreReadOneAfterTheOther(t *testing.T) {
	for _, versus := range []string{"v.", "vs.", "-against-"} {
		chars, left, right := caption(versus)
		got, _ := layout.Text(chars)
		want := strings.Join(left, " ") + " " + strings.Join(right, " ") + " On July 13"
		if !strings.Contains(strings.Join(strings.Fields(got), " "), want) {
			t.Errorf("%s: %q", versus, got)
		}
	}
}

func TestNamesWithTheirRolesOnTheRightAreReadDownwards(t *testing.T) {
	text, _ := layout.Text(slices.Concat(
		at(460, 90, "FILED"), at(450, 102, "March 16"),
		at(108, 120, "Jane Roe,"), at(396, 144, "Plaintiff-Appellant,"), at(290, 168, "versus"),
		at(108, 192, "Acme Widgets, Inc.,"), at(384, 216, "Defendant-Appellee."),
		at(108, 250, "Appeal from the United States District Court for the Western District of Texas")))
	if !strings.Contains(strings.Join(strings.Fields(text), " "), "Plaintiff-Appellant, versus Acme Widgets, Inc., Defendant-Appellee.") {
		t.Errorf("%q", text)
	}
}

func TestMarksOfACaptionSetDoubleAreStillItsFrame(t *testing.T) {
	var chars []layout.Char
	rule := strings.Repeat("- ", 30)
	for i, l := range []string{rule, "JANE ROE,", "Petitioner", "v.", "JOHN DOE.", rule} {
		y := 100 + 34*float64(i)
		if l == "v." { // its number is drawn first, as some programs do
			chars = append(chars, at(400, y, "No. 07-1315")...)
		}
		set := at(72, y, l)
		if l == "v." || l == "JOHN DOE." { // tight boxes of letters look small
			for i := range set {
				set[i].Box.Y0 = max(set[i].Box.Y0, y-5.2)
			}
		}
		chars = append(chars, set...)
		if l != rule {
			chars = append(chars, at(372, y, ":")...)
		}
	}
	got, _ := layout.Text(chars)
	if !strings.Contains(strings.Join(strings.Fields(got), " "), "JANE ROE, : Petitioner : v. : JOHN DOE. : No. 07-1315") {
		t.Errorf("%q", got)
	}
}

func TestBoxesToTickAreNoFrame(t *testing.T) {
	var chars []layout.Char
	for i, l := range []string{"Mail", "Hand delivery", "Left at home", "Left at work", "By email"} {
		y := 100 + 14*float64(i)
		chars = slices.Concat(chars, at(72, y, "[ ]"), at(100, y, l))
	}
	got, _ := layout.Text(chars)
	if !strings.HasPrefix(got, "[ ] Mail\n[ ] Hand delivery\n") {
		t.Errorf("%q", got)
	}
}

func TestPageOfNumbersAndVersusIsLaidOutInTime(t *testing.T) {
	var chars []layout.Char
	for i := range 6000 {
		x, y := 50+7*float64(i%80), 50+9*float64(i/80)
		chars = slices.Concat(chars, at(x, y, fmt.Sprint(i%30+1)), at(x, y, " "), at(x, y+300, "v."), at(x, y, " "))
	}
	began := time.Now()
	layout.Text(chars)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("%s", took)
	}
}
