package similar

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"

	"pgregory.net/rapid"
)

func sketchOf(pieces ...string) mark.Sketch {
	var s Sketcher
	for _, p := range pieces {
		s.Add(p)
	}
	return s.Sketch()
}

// jaccard is what a sketch estimates.
func jaccard(a, b []string) float64 {
	set := func(words []string) map[string]bool {
		out := map[string]bool{}
		for i := 0; i+shingle <= len(words); i++ {
			out[strings.Join(words[i:i+shingle], " ")] = true
		}
		return out
	}
	x, y := set(a), set(b)
	both := 0
	for s := range x {
		if y[s] {
			both++
		}
	}
	return float64(both) / float64(len(x)+len(y)-both)
}

func TestSketchesEstimateHowMuchOfTwoTextsIsTheSame(t *testing.T) {
	var a []string
	for i := range 3000 {
		a = append(a, fmt.Sprintf("word%d", i*i%4999))
	}
	worst := 0.0
	for _, every := range []int{5, 10, 20, 50, 100, 500} {
		b := slices.Clone(a)
		for i := every / 2; i < len(b); i += every {
			b[i] = fmt.Sprintf("other%d", i)
		}
		want := jaccard(a, b)
		got := Alike(sketchOf(strings.Join(a, " ")), sketchOf(strings.Join(b, " ")))
		worst = max(worst, math.Abs(got-want))
		if math.Abs(got-want) > 4/(2*math.Sqrt(places)) { // four standard deviations
			t.Errorf("every %dth word changed: estimate %.3f, truth %.3f", every, got, want)
		}
	}
	t.Logf("worst error %.3f", worst)
}

func TestSketchIgnoresCaseSignsAndHowTextIsGiven(t *testing.T) {
	a := sketchOf("The Tenant shall pay rent, monthly.", "In advance.")
	b := sketchOf("the tenant SHALL pay\nrent monthly", "in advance")
	if !slices.Equal(a, b) {
		t.Error("the sketches differ")
	}
	if sketchOf("two words") != nil || sketchOf() != nil {
		t.Error("a text of two words has a sketch")
	}
}

func TestAlikeTextsShareABandAndOthersDoNot(t *testing.T) {
	text := func(seed int) []string {
		var out []string
		for i := range 2000 {
			out = append(out, fmt.Sprintf("w%d", (i*7919+seed*104729)%(5003+seed)))
		}
		return out
	}
	share := func(a, b []string) bool {
		x, y := Bands(sketchOf(strings.Join(a, " "))), Bands(sketchOf(strings.Join(b, " ")))
		return slices.ContainsFunc(x, func(k int64) bool { return slices.Contains(y, k) })
	}
	found, wrong := 0, 0
	const tries = 100
	for i := range tries {
		a := text(i)
		b := slices.Clone(a)
		for j := i % 30; j < len(b); j += 30 { // of each 30 words one: about 0.82 of the sequences stay
			b[j] = "changed"
		}
		if share(a, b) {
			found++
		}
		if share(a, text(i+tries)) {
			wrong++
		}
	}
	if found < 97 || wrong > 0 {
		t.Errorf("%d of %d versions found, %d strangers", found, tries, wrong)
	}
}

// rebuild returns the words of both texts as runs tell them.
func rebuild(edits []edit, a, b []int32) (old, new []int32, ok bool) {
	for _, e := range edits {
		if e.a != len(old) || e.b != len(new) {
			return nil, nil, false
		}
		old = append(old, a[e.a:e.a+e.an]...)
		new = append(new, b[e.b:e.b+e.bn]...)
		if e.equal && !slices.Equal(a[e.a:e.a+e.an], b[e.b:e.b+e.bn]) || !e.equal && e.an > 0 && e.bn > 0 || e.an+e.bn == 0 {
			return nil, nil, false
		}
	}
	return old, new, true
}

// edits counts the words that are inserted or deleted.
func edits(list []edit) (n int) {
	for _, e := range list {
		if !e.equal {
			n += e.an + e.bn
		}
	}
	return n
}

func TestEditsTurnOneSequenceIntoTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.Int32Range(0, rapid.Int32Range(1, 400).Draw(t, "vocabulary"))
		a := rapid.SliceOfN(word, 0, 400).Draw(t, "a")
		var b []int32
		if rapid.Bool().Draw(t, "unrelated") {
			b = rapid.SliceOfN(word, 0, 400).Draw(t, "b")
		} else {
			b = slices.Clone(a)
			for range rapid.IntRange(0, 10).Draw(t, "changes") {
				at := rapid.IntRange(0, len(b)).Draw(t, "at")
				to := min(len(b), at+rapid.IntRange(0, 30).Draw(t, "deleted"))
				b = slices.Concat(b[:at:at], rapid.SliceOfN(word, 0, 30).Draw(t, "inserted"), b[to:])
			}
		}
		list := slide(compare(a, b, never), a, b, func(w int32) bool { return w%2 == 0 })
		old, new, ok := rebuild(list, a, b)
		if !ok || !slices.Equal(old, a) || !slices.Equal(new, b) {
			t.Fatalf("%v does not turn %v into %v", list, a, b)
		}
	})
}

func TestShortTextsAreComparedWithTheFewestEdits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.Int32Range(0, 4)
		a, b := rapid.SliceOfN(word, 0, 30).Draw(t, "a"), rapid.SliceOfN(word, 0, 30).Draw(t, "b")
		row := make([]int, len(b)+1) // longest common subsequence, by the book
		for i := range a {
			diagonal := 0
			for j := range b {
				up := row[j+1]
				if a[i] == b[j] {
					row[j+1] = diagonal + 1
				} else {
					row[j+1] = max(row[j+1], row[j])
				}
				diagonal = up
			}
		}
		if got, want := edits(compare(a, b, never)), len(a)+len(b)-2*row[len(b)]; got != want {
			t.Fatalf("%d edits from %v to %v, %d are enough", got, a, b, want)
		}
	})
}

func TestCompareShowsWhatALawyerWouldMark(t *testing.T) {
	old := Text{"1. Term. The term is five years.\n2. Rent. The Tenant pays “rent” monthly", "in advance.\n3. Law. Texas law governs."}
	new := Text{"1. Term. The term is seven (7) years.\n2. Rent. The Tenant pays \"rent\" monthly in\nadvance.", "3. Law. Texas law governs.\n4. Notices. In writing."}
	var got []string
	for _, r := range compared(t, old, new) {
		switch r.Change {
		case Deleted:
			got = append(got, "-"+old.Between(r.Old))
		case Inserted:
			got = append(got, "+"+new.Between(r.New))
		}
	}
	want := []string{"-five", "+seven (7)", "+4. Notices. In writing."}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if runs := compared(t, old, old); len(runs) != 1 || SameShare(runs) != 1 {
		t.Errorf("a text differs from itself: %+v", runs)
	}
	if runs := compared(t, nil, new); len(runs) != 1 || runs[0].Change != Inserted || SameShare(runs) != 0 {
		t.Errorf("from nothing: %+v", runs)
	}
	if runs := compared(t, nil, nil); len(runs) != 0 || SameShare(runs) != 1 {
		t.Errorf("nothing and nothing: %+v", runs)
	}
}

func TestCompareOfLongTextsStaysWithinItsBudget(t *testing.T) {
	// 2,000 pages against 2,000 others of the same few words: the worst there is.
	page := func(seed int) string {
		var b strings.Builder
		for i := range 500 {
			fmt.Fprintf(&b, "w%d ", (i*i+seed*i*31+seed)%17)
		}
		return b.String()
	}
	var old, new Text
	pages := 2000
	if testing.Short() {
		pages = 100
	}
	for i := range pages {
		old, new = append(old, page(i)), append(new, page(i*7+3))
	}
	runs := compared(t, old, new)
	if len(runs) == 0 {
		t.Error("nothing was compared")
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("the tenant pays rent", "the tenant\fpays no rent")
	f.Add("“a” — b", "\"a\" - b")
	f.Add("", "\xff\xfe a\f\f")
	f.Fuzz(func(t *testing.T, a, b string) {
		old, new := Text(strings.Split(a, "\f")), Text(strings.Split(b, "\f"))
		last := map[Change]mark.Pos{}
		for _, r := range compared(t, old, new) {
			if r.Old.To.Before(r.Old.From) || r.New.To.Before(r.New.From) || r.Words < 1 {
				t.Fatalf("run %+v", r)
			}
			if r.Change != Inserted {
				if r.Old.From.Before(last[Deleted]) {
					t.Fatalf("%+v comes before %+v in the old text", r.Old, last[Deleted])
				}
				last[Deleted] = r.Old.To
			}
			if r.Change != Deleted {
				if r.New.From.Before(last[Inserted]) {
					t.Fatalf("%+v comes before %+v in the new text", r.New, last[Inserted])
				}
				last[Inserted] = r.New.To
			}
			if r.Change != Equal && strings.TrimSpace(old.Between(r.Old)+new.Between(r.New)) == "" {
				t.Fatalf("a change of nothing: %+v", r)
			}
		}
	})
}

func BenchmarkSketch(b *testing.B) {
	page := strings.Repeat("The Tenant shall pay the rent for the premises monthly in advance to the Landlord. ", 30)
	b.SetBytes(int64(len(page)))
	var s Sketcher
	for b.Loop() {
		s.Add(page)
	}
}

func never() bool { return false }

func compared(t testing.TB, old, new Text) []Run {
	t.Helper()
	runs, err := Compare(t.Context(), old, new)
	if err != nil {
		t.Fatal(err)
	}
	return runs
}

func TestAComparisonThatNobodyWaitsForEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Compare(ctx, Text{"a b c d e"}, Text{"x b y d z"}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	// However long the texts, a step or two are all that is done.
	a, b := make([]int32, 200_000), make([]int32, 200_000)
	for i := range a {
		a[i], b[i] = int32(i%7), int32(i%11)
	}
	if edits := compare(a, b, func() bool { return true }); len(edits) > 4 {
		t.Errorf("%d edits were looked for", len(edits))
	}
}
