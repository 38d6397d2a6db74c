package eval

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/compress"
)

// factors are how many times smaller the passages are made.
var factors = [...]int{2, 4, 8}

// way is a way to make passages smaller: it returns what it keeps of them.
type way struct {
	name string
	keep func(r compress.Request, hits []mark.Hit) []compress.Kept
}

var ways = [...]way{
	{"sentences by the question", func(r compress.Request, _ []mark.Hit) []compress.Kept { return compress.Select(r) }},
	{"first results, whole", func(r compress.Request, hits []mark.Hit) []compress.Kept { return leading(hits, order(hits), r.Budget) }},
	{"cut off, as documents read", func(r compress.Request, hits []mark.Hit) []compress.Kept {
		return leading(hits, reading(hits), r.Budget)
	}},
}

// Compression measures how much of what experts marked is left when the up to
// 64 passages that a search finds are made two, four and eight times smaller.
// Only what is among these passages counts. Characters stand for tokens. Two
// measures are printed: the share of the marked characters, and the share of
// questions of which most of at least one marked passage is left.
func Compression(ctx context.Context, d Deps, dir string, lite bool, out io.Writer) (err error) {
	set, err := openRetrieval(ctx, d, dir, lite)
	if err != nil {
		return err
	}
	defer func() {
		if e := set.close(); err == nil {
			err = e
		}
	}()
	return set.compression(ctx, d, out)
}

func (s *retrievalSet) compression(ctx context.Context, d Deps, out io.Writer) error {
	type key struct{ way, factor int }
	shares, kept := map[key]map[string][]float64{}, map[key]map[string][]float64{}
	for i, q := range s.queries {
		hits, err := d.Searcher.Search(ctx, s.store, mark.Query{Text: q.Query, Limit: retrievalLimit, Question: true})
		if err != nil {
			return fmt.Errorf("query %s: %w", q.ID, err)
		}
		hits = slices.DeleteFunc(hits, func(h mark.Hit) bool { return len(h.Spans) == 0 })
		all := s.evidence(q, hits, wholly(hits))
		d.progress(i+1, len(s.queries))
		if all == 0 {
			continue // search did not find it: nothing to keep
		}
		size := 0
		for _, h := range hits {
			size += utf8.RuneCountInString(h.Chunk.Text)
		}
		r, err := d.Weigh(ctx, s.store, q.Query, hits)
		if err != nil {
			return fmt.Errorf("query %s: %w", q.ID, err)
		}
		r.Count = utf8.RuneCountInString
		for f, factor := range factors {
			r.Budget = size / factor
			for w, way := range ways {
				k := key{w, f}
				if shares[k] == nil {
					shares[k], kept[k] = map[string][]float64{}, map[string][]float64{}
				}
				left := way.keep(r, hits)
				shares[k][q.Suite] = append(shares[k][q.Suite], float64(s.evidence(q, hits, left))/float64(all))
				kept[k][q.Suite] = append(kept[k][q.Suite], s.answerable(q, hits, left))
			}
		}
	}
	for _, t := range []struct {
		title  string
		shares map[key]map[string][]float64
	}{{"marked characters kept, %", shares}, {"questions with a passage kept, %", kept}} {
		fmt.Fprintf(out, "%-34s", t.title)
		for _, f := range factors {
			fmt.Fprintf(out, "%8d×", f)
		}
		fmt.Fprintln(out)
		for w, way := range ways {
			fmt.Fprintf(out, "  %-32s", way.name)
			for f := range factors {
				fmt.Fprintf(out, "%9.1f", 100*meanOfSuites(t.shares[key{w, f}]))
			}
			fmt.Fprintln(out)
		}
	}
	return nil
}

func meanOfSuites(suites map[string][]float64) float64 {
	sum := 0.0
	for _, name := range slices.Sorted(maps.Keys(suites)) {
		part := 0.0
		for _, v := range suites[name] {
			part += v
		}
		sum += part / float64(len(suites[name]))
	}
	return sum / float64(max(1, len(suites)))
}

// answerable is 1 where most of one marked passage was kept, else 0.
func (s *retrievalSet) answerable(q retrievalQuery, hits []mark.Hit, kept []compress.Kept) float64 {
	for _, g := range union(q.Gold) {
		one := q
		one.Gold = []passage{g}
		if 2*s.evidence(one, hits, kept) > g.size() {
			return 1
		}
	}
	return 0
}

// evidence counts the marked characters in what was kept.
func (s *retrievalSet) evidence(q retrievalQuery, hits []mark.Hit, kept []compress.Kept) int {
	var places []passage
	for _, k := range kept {
		for _, r := range k.Ranges {
			for _, sp := range mark.Part(hits[k.Passage].Spans, r.Start, r.End) {
				places = append(places, s.placeOf([]mark.Span{sp}))
			}
		}
	}
	return common(union(places), union(q.Gold))
}

func wholly(hits []mark.Hit) []compress.Kept { return leading(hits, order(hits), 1<<40) }

// leading keeps the first so many characters of hits taken in an order.
func leading(hits []mark.Hit, order []int, budget int) []compress.Kept {
	var out []compress.Kept
	for _, i := range order {
		text := hits[i].Chunk.Text
		n, end := 0, len(text)
		for at := range text {
			if n == budget {
				end = at
				break
			}
			n++
		}
		if end > 0 {
			out = append(out, compress.Kept{Passage: i, Ranges: []compress.Range{{Start: 0, End: end}}})
		}
		if budget -= n; budget <= 0 {
			break
		}
	}
	return out
}

// order is the order in which hits were found.
func order(hits []mark.Hit) []int {
	out := make([]int, len(hits))
	for i := range out {
		out[i] = i
	}
	return out
}

// reading is the order in which hits stand in their documents.
func reading(hits []mark.Hit) []int {
	out := order(hits)
	slices.SortStableFunc(out, func(a, b int) int {
		x, y := hits[a], hits[b]
		if c := strings.Compare(x.Document.Name, y.Document.Name); c != 0 {
			return c
		}
		if x.Chunk.From.Before(y.Chunk.From) {
			return -1
		}
		return 1
	})
	return out
}
