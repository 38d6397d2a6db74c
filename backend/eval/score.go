package eval

import (
	"cmp"
	"math"
	"slices"
)

// Figures are what retrieval of one query, or the mean of several, is worth.
// All but Wrong are better when larger; each lies between 0 and 1.
type Figures struct {
	P1    float64 `json:"p1"`    // share of the first result's characters that experts marked
	R8    float64 `json:"r8"`    // share of the marked characters in the first eight results
	R4000 float64 `json:"r4000"` // the same within the first 4,000 characters
	MRR   float64 `json:"mrr"`   // reciprocal rank of the first result that touches a marked passage
	Wrong float64 `json:"wrong"` // share of the first eight results that come from another document
}

// figureNames names the figures in the order of values.
var figureNames = [...]string{"P@1", "R@8", "R@4000c", "MRR", "wrong"}

func (f Figures) values() [len(figureNames)]float64 {
	return [...]float64{f.P1, f.R8, f.R4000, f.MRR, f.Wrong}
}

func figuresOf(v [len(figureNames)]float64) Figures {
	return Figures{P1: v[0], R8: v[1], R4000: v[2], MRR: v[3], Wrong: v[4]}
}

// rounded keeps four decimals, which a file of figures then holds exactly.
func (f Figures) rounded() Figures {
	v := f.values()
	for i := range v {
		v[i] = math.Round(v[i]*1e4) / 1e4
	}
	return figuresOf(v)
}

const (
	eight      = 8
	characters = 4000
)

// passage is a part of a text, in code points.
type passage struct {
	Doc   string `json:"doc"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

func (p passage) size() int { return max(0, p.End-p.Start) }

// score rates results, best first, against what experts marked. The figures
// are those of LegalBench-RAG (Pipitone and Alami, 2024), and recall within a
// budget of characters, which is fair between results of different sizes.
func score(gold, results []passage) Figures {
	f := Figures{Wrong: 1}
	marked := 0
	golden := union(gold)
	for _, g := range golden {
		marked += g.size()
	}
	for i, r := range results {
		if touched := common([]passage{r}, golden); touched > 0 {
			f.MRR = 1 / float64(i+1)
			break
		}
	}
	if len(results) == 0 || marked == 0 {
		return f
	}
	if n := results[0].size(); n > 0 {
		f.P1 = float64(common(results[:1], golden)) / float64(n)
	}
	top := results[:min(eight, len(results))]
	f.R8 = float64(common(union(top), golden)) / float64(marked)
	f.R4000 = float64(common(union(within(results, characters)), golden)) / float64(marked)
	wrong := 0
	for _, r := range top {
		if !slices.ContainsFunc(golden, func(g passage) bool { return g.Doc == r.Doc }) {
			wrong++
		}
	}
	f.Wrong = float64(wrong) / float64(len(top))
	return f
}

// within returns the first results up to so many characters; the last is cut.
func within(results []passage, budget int) []passage {
	var out []passage
	for _, r := range results {
		if budget <= 0 {
			break
		}
		r.End = min(r.End, r.Start+budget)
		budget -= r.size()
		out = append(out, r)
	}
	return out
}

// union merges passages that overlap and orders them.
func union(ps []passage) []passage {
	ps = slices.DeleteFunc(slices.Clone(ps), func(p passage) bool { return p.size() == 0 })
	slices.SortFunc(ps, func(a, b passage) int {
		return cmp.Or(cmp.Compare(a.Doc, b.Doc), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	var out []passage
	for _, p := range ps {
		if n := len(out); n > 0 && out[n-1].Doc == p.Doc && p.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, p.End)
			continue
		}
		out = append(out, p)
	}
	return out
}

// common counts the characters that two sets of passages share; each of them
// has no overlaps in itself.
func common(a, b []passage) int {
	n := 0
	for _, x := range a {
		for _, y := range b {
			if x.Doc == y.Doc {
				n += max(0, min(x.End, y.End)-max(x.Start, y.Start))
			}
		}
	}
	return n
}

// mean returns the mean of figures.
func mean(fs []Figures) Figures {
	var sum [len(figureNames)]float64
	for _, f := range fs {
		for i, v := range f.values() {
			sum[i] += v
		}
	}
	for i := range sum {
		sum[i] /= float64(max(1, len(fs)))
	}
	return figuresOf(sum)
}
