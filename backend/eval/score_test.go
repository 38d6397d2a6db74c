package eval

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestScoresAreTheShareOfWhatExpertsMarked(t *testing.T) {
	gold := []passage{{"a", 100, 200}, {"a", 150, 250}, {"b", 0, 50}} // 200 characters
	for _, tt := range []struct {
		name    string
		results []passage
		want    Figures
	}{
		{"nothing found", nil, Figures{Wrong: 1}},
		{"all of it, narrowly", []passage{{"a", 100, 250}, {"b", 0, 50}}, Figures{P1: 1, R8: 1, R4000: 1, MRR: 1}},
		{"half of the first result", []passage{{"a", 0, 200}}, Figures{P1: 0.5, R8: 0.5, R4000: 0.5, MRR: 1}},
		{"another document first", []passage{{"c", 0, 100}, {"a", 100, 200}}, Figures{R8: 0.5, R4000: 0.5, MRR: 0.5, Wrong: 0.5}},
		{"twice the same", []passage{{"b", 0, 50}, {"b", 0, 50}}, Figures{P1: 1, R8: 0.25, R4000: 0.25, MRR: 1}},
		{"behind 4,000 characters", []passage{{"c", 0, 3950}, {"a", 100, 250}}, Figures{R8: 0.75, R4000: 0.25, MRR: 0.5, Wrong: 0.5}},
	} {
		if got := score(gold, tt.results).rounded(); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestFiguresLieBetweenNothingAndAll(t *testing.T) {
	passages := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) passage {
		at := rapid.IntRange(0, 6000).Draw(t, "at")
		return passage{rapid.SampledFrom([]string{"a", "b"}).Draw(t, "doc"), at, at + rapid.IntRange(0, 1500).Draw(t, "size")}
	}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		gold, results := passages.Draw(t, "gold"), passages.Draw(t, "results")
		for i, v := range score(gold, results).values() {
			if math.IsNaN(v) || v < 0 || v > 1 {
				t.Fatalf("%s is %v", figureNames[i], v)
			}
		}
		if got := common(union(gold), union(gold)); got != common(union(append(gold, gold...)), union(gold)) {
			t.Fatalf("a union counts something twice: %d", got)
		}
	})
}

// figures makes a report of n queries whose reciprocal ranks rank gives.
func figures(n int, rank func(i int) float64) Report {
	r := Report{Name: "all parts"}
	for i := range n {
		suite := []string{"contracts", "policies"}[i%2]
		r.Queries = append(r.Queries, QueryFigures{fmt.Sprintf("q%d", i), suite, Figures{P1: 0.5, R8: 0.8, R4000: 0.7, MRR: rank(i), Wrong: 0.1}})
	}
	return r
}

func TestOnlyWhatIsBeyondNoiseCountsAsWorse(t *testing.T) {
	before := Baseline{"test", figures(100, func(int) float64 { return 1 })}
	for _, tt := range []struct {
		name  string
		now   Report
		worse string
	}{
		{"the same", before.Report, ""},
		{"two of a hundred fell", figures(100, func(i int) float64 { return []float64{1, 0.5}[min(1, i/98)] }), ""},
		{"a third fell", figures(100, func(i int) float64 { return []float64{0.5, 1, 1}[i%3] }), "MRR "},
	} {
		got := ""
		for _, c := range before.Compare(tt.now, 7) {
			if c.Worse {
				got += c.Figure + " "
			}
			if c.Compared != 100 || c.Least > c.Most {
				t.Errorf("%s: %+v", tt.name, c)
			}
		}
		if got != tt.worse {
			t.Errorf("%s: worse is %q, want %q", tt.name, got, tt.worse)
		}
	}
	more := figures(100, func(int) float64 { return 1 })
	for i := range more.Queries {
		more.Queries[i].Wrong = 0.9
	}
	if c := before.Compare(more, 7)[4]; !c.Worse {
		t.Errorf("more results from other documents are not worse: %+v", c)
	}
}

func TestBaselineIsReadAsItWasWritten(t *testing.T) {
	b := Baseline{"set, small", figures(3, func(i int) float64 { return 1 / float64(i+1) })}
	for i := range b.Queries {
		b.Queries[i].Figures = b.Queries[i].rounded()
	}
	var file bytes.Buffer
	if err := b.Write(&file); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(file.String(), "\n"); n != 5 {
		t.Errorf("%d lines for three queries:\n%s", n, &file)
	}
	got, err := ReadBaseline(&file)
	if err != nil || got.Set != b.Set || fmt.Sprint(got.Queries) != fmt.Sprint(b.Queries) {
		t.Errorf("read %+v, %v", got, err)
	}
	if _, err := ReadBaseline(strings.NewReader("no")); err == nil {
		t.Error("a damaged file is read")
	}
}

func TestQuotationIsFoundWhereverItsLinesEnd(t *testing.T) {
	for _, tt := range []struct {
		text, quote string
		want        string
	}{
		{"one two\n  three four", "two three", "two\n  three"},
		{"one one two", "one two", "one two"},
		{"one two", "two three", ""},
		{"onetwo", "one two", ""},
		{"one", "", ""},
	} {
		first, last := findFolded(tt.text, tt.quote)
		if got := tt.text[max(first, 0):max(last, 0)]; got != tt.want {
			t.Errorf("%q in %q is %q", tt.quote, tt.text, got)
		}
	}
}
