package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"

	mark "markai/backend"
)

// Report is what one search is worth on one set.
type Report struct {
	Name    string         `json:"name"`
	Queries []QueryFigures `json:"queries"`
}

// QueryFigures are the figures of one query.
type QueryFigures struct {
	ID    string `json:"id"`
	Suite string `json:"suite"`
	Figures
}

// suites returns the figures of each suite's queries.
func (r Report) suites() map[string][]Figures {
	out := map[string][]Figures{}
	for _, q := range r.Queries {
		out[q.Suite] = append(out[q.Suite], q.Figures)
	}
	return out
}

// Mean is the mean of the suites' means: a large suite weighs no more than a
// small one.
func (r Report) Mean() Figures {
	suites := r.suites()
	means := make([]Figures, 0, len(suites))
	for _, name := range slices.Sorted(maps.Keys(suites)) {
		means = append(means, mean(suites[name]))
	}
	return mean(means)
}

// Table prints reports: the mean of each and, of a single one, its suites.
func Table(w io.Writer, reports ...Report) {
	fmt.Fprintf(w, "%-36s%8s", "", "queries")
	for _, name := range figureNames {
		fmt.Fprintf(w, "%9s", name)
	}
	fmt.Fprintln(w)
	row := func(name string, n int, f Figures) {
		fmt.Fprintf(w, "%-36s%8d", name, n)
		for _, v := range f.values() {
			fmt.Fprintf(w, "%9.1f", 100*v)
		}
		fmt.Fprintln(w)
	}
	for _, r := range reports {
		if suites := r.suites(); len(reports) == 1 && len(suites) > 1 {
			for _, name := range slices.Sorted(maps.Keys(suites)) {
				row(name, len(suites[name]), mean(suites[name]))
			}
		}
		row(r.Name, len(r.Queries), r.Mean())
	}
}

// Baseline is a report that later ones are compared with.
type Baseline struct {
	Set string `json:"set"` // what was measured, for people
	Report
}

// ReadBaseline reads what Write wrote.
func ReadBaseline(r io.Reader) (Baseline, error) {
	var b Baseline
	if err := json.NewDecoder(r).Decode(&b); err != nil {
		return b, mark.Errorf(mark.Damaged, "The file of earlier figures cannot be read. Record it anew.").Because(err)
	}
	return b, nil
}

// Write writes the baseline, one query a line, so that a change of it can be read.
func (b Baseline) Write(w io.Writer) error {
	name, err := json.Marshal(b.Set)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "{\"set\": %s, \"queries\": [", name); err != nil {
		return err
	}
	for i, q := range b.Queries {
		line, err := json.Marshal(q)
		if err != nil {
			return err
		}
		sep := ","
		if i == 0 {
			sep = ""
		}
		if _, err := fmt.Fprintf(w, "%s\n%s", sep, line); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(w, "\n]}")
	return err
}

// Change is how a figure differs from the baseline's, and the interval that
// holds the difference in 95 of 100 resamplings of the queries.
type Change struct {
	Figure         string
	Before, After  float64
	Least, Most    float64 // of After - Before
	Worse          bool    // beyond noise
	Compared, Lost int     // queries in both; queries of the baseline that are no more
}

const resamplings = 2000

// Compare compares a report with the baseline over the queries that both have,
// by a paired bootstrap (Efron and Tibshirani, 1993) within each suite. A
// figure is worse beyond noise when its whole interval lies on the bad side.
func (b Baseline) Compare(now Report, seed uint64) []Change {
	after := map[string]QueryFigures{}
	for _, q := range now.Queries {
		after[q.ID] = q
	}
	type pair struct{ before, after [len(figureNames)]float64 }
	suites := map[string][]pair{}
	compared := 0
	for _, q := range b.Queries {
		if a, ok := after[q.ID]; ok {
			suites[q.Suite] = append(suites[q.Suite], pair{q.values(), a.values()})
			compared++
		}
	}
	names := slices.Sorted(maps.Keys(suites))
	rng := rand.New(rand.NewPCG(seed, 1))
	out := make([]Change, len(figureNames))
	for f, name := range figureNames {
		c := Change{Figure: name, Compared: compared, Lost: len(b.Queries) - compared}
		for _, s := range names {
			for _, p := range suites[s] {
				n := float64(len(names) * len(suites[s]))
				c.Before += p.before[f] / n
				c.After += p.after[f] / n
			}
		}
		diffs := make([]float64, resamplings)
		for i := range diffs {
			for _, s := range names {
				ps := suites[s]
				sum := 0.0
				for range ps {
					p := ps[rng.IntN(len(ps))]
					sum += p.after[f] - p.before[f]
				}
				diffs[i] += sum / float64(len(names)*len(ps))
			}
		}
		slices.Sort(diffs)
		c.Least, c.Most = diffs[resamplings/40], diffs[resamplings-1-resamplings/40]
		c.Worse = c.Most < 0
		if name == "wrong" {
			c.Worse = c.Least > 0
		}
		out[f] = c
	}
	return out
}

// PrintChanges prints a comparison and returns how many figures are worse.
func PrintChanges(w io.Writer, changes []Change) int {
	worse := 0
	fmt.Fprintf(w, "%-10s%9s%9s   %s\n", "", "before", "now", "difference, 95 of 100 resamplings")
	for _, c := range changes {
		note := ""
		if c.Worse {
			worse++
			note = "  worse"
		}
		fmt.Fprintf(w, "%-10s%9.1f%9.1f   %+.1f to %+.1f%s\n", c.Figure, 100*c.Before, 100*c.After, 100*c.Least, 100*c.Most, note)
	}
	return worse
}
