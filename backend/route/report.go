package route

import (
	"fmt"
	"strings"
)

// Report is how well a classifier did on questions whose kind is known.
type Report struct {
	Questions int
	Right     int
	MacroF1   float64 // mean of the kinds' F1, 0 to 1
	Kinds     []KindReport
	Confused  map[[2]Kind]int // questions of the first kind taken for the second
}

// KindReport is how well one kind was told from the others.
type KindReport struct {
	Kind                  Kind
	Questions             int
	Precision, Recall, F1 float64
}

// Evaluate compares examples with what each was judged to be.
func Evaluate(examples []Example, judged []Kind) Report {
	r := Report{Questions: len(examples), Confused: map[[2]Kind]int{}}
	var hit, said, is [numKinds]int
	for i, e := range examples {
		got := judged[i]
		is[index(e.Kind)]++
		said[index(got)]++
		if got == e.Kind {
			hit[index(got)]++
			r.Right++
		} else {
			r.Confused[[2]Kind{e.Kind, got}]++
		}
	}
	for k, kind := range Kinds {
		one := KindReport{Kind: kind, Questions: is[k], Precision: ratio(hit[k], said[k]), Recall: ratio(hit[k], is[k])}
		if sum := one.Precision + one.Recall; sum > 0 {
			one.F1 = 2 * one.Precision * one.Recall / sum
		}
		r.MacroF1 += one.F1 / numKinds
		r.Kinds = append(r.Kinds, one)
	}
	return r
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// String returns the report as a table for a terminal.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s %9s %9s %6s %6s\n", "kind", "questions", "precision", "recall", "F1")
	for _, k := range r.Kinds {
		fmt.Fprintf(&b, "%-12s %9d %9.1f %6.1f %6.1f\n", k.Kind, k.Questions, 100*k.Precision, 100*k.Recall, 100*k.F1)
	}
	fmt.Fprintf(&b, "%-12s %9d %9s %6.1f %6.1f\n", "all", r.Questions, "", 100*ratio(r.Right, r.Questions), 100*r.MacroF1)
	return b.String()
}
