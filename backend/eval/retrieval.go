package eval

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	mark "markai/backend"
)

const retrievalLimit = 64 // results of one query

// retrievalQuery is a line of queries.jsonl. Search sees the query alone.
type retrievalQuery struct {
	ID     string    `json:"query_id"`
	Suite  string    `json:"suite"`
	Query  string    `json:"query"`
	Gold   []passage `json:"gold"`   // what experts marked
	Doc    string    `json:"doc"`    // where Quotes stand
	Quotes []string  `json:"quotes"` // the same as text, where the document is no plain text; white space counts as one blank
}

// retrievalLine is a line of the result.
type retrievalLine struct {
	ID      string    `json:"query_id"`
	Results []passage `json:"results"`
}

// Variant is a search to be measured.
type Variant struct {
	Name     string
	Searcher mark.Searcher
}

// retrievalSet is a question set that was read.
type retrievalSet struct {
	*corpus
	queries []retrievalQuery
}

// openRetrieval reads the set in dir: texts under corpus and queries.jsonl. A
// set may have documents of any kind under documents instead. With lite only
// what lite.json names is used.
func openRetrieval(ctx context.Context, d Deps, dir string, lite bool) (*retrievalSet, error) {
	queries, err := readLines[retrievalQuery](filepath.Join(dir, "queries.jsonl"))
	if err != nil {
		return nil, err
	}
	var only []string
	if lite {
		var part struct {
			Docs    []string `json:"docs"`
			Queries []string `json:"query_ids"`
		}
		data, err := os.ReadFile(filepath.Join(dir, "lite.json"))
		if err != nil {
			return nil, fmt.Errorf("read the list of the small set: %w", err)
		}
		if err := json.Unmarshal(data, &part); err != nil {
			return nil, mark.Errorf(mark.Damaged, "lite.json is not a list of documents and queries.").Because(err)
		}
		only = part.Docs
		queries = slices.DeleteFunc(queries, func(q retrievalQuery) bool { return !slices.Contains(part.Queries, q.ID) })
	}
	root := filepath.Join(dir, "corpus")
	if _, err := os.Stat(root); err != nil {
		root = filepath.Join(dir, documentsDir)
	}
	c, err := load(ctx, d, root, only)
	if err != nil {
		return nil, err
	}
	for i := range queries {
		if err := c.locate(&queries[i]); err != nil {
			c.close()
			return nil, err
		}
	}
	return &retrievalSet{c, queries}, nil
}

// locate turns the quotations of a query into places.
func (c *corpus) locate(q *retrievalQuery) error {
	if q.Suite == "" {
		q.Suite = "all"
	}
	for _, quote := range q.Quotes {
		place, ok := c.find(q.Doc, quote)
		if !ok {
			return mark.Errorf(mark.NotFound, "The quotation of question %s does not stand in %s.", q.ID, q.Doc)
		}
		q.Gold = append(q.Gold, place)
	}
	return nil
}

// find returns where a quotation stands in a document.
func (c *corpus) find(doc, quote string) (passage, bool) {
	for id, name := range c.names {
		if name != doc {
			continue
		}
		text := c.texts[id].text
		first, last := findFolded(text, quote)
		if first < 0 {
			return passage{}, false
		}
		start := utf8.RuneCountInString(text[:first])
		return passage{doc, start, start + utf8.RuneCountInString(text[first:last])}, true
	}
	return passage{}, false
}

// findFolded finds words that may be set apart by any white space.
func findFolded(text, quote string) (first, last int) {
	words := strings.Fields(quote)
	if len(words) == 0 {
		return -1, -1
	}
	for at := 0; ; {
		i := strings.Index(text[at:], words[0])
		if i < 0 {
			return -1, -1
		}
		first, last = at+i, at+i+len(words[0])
		rest := words[1:]
		for len(rest) > 0 {
			gap := len(text[last:]) - len(strings.TrimLeft(text[last:], " \t\r\n\f"))
			if gap == 0 || !strings.HasPrefix(text[last+gap:], rest[0]) {
				break
			}
			last, rest = last+gap+len(rest[0]), rest[1:]
		}
		if len(rest) == 0 {
			return first, last
		}
		at = first + len(words[0])
	}
}

// results puts a query to a search and returns what it shows.
func (s *retrievalSet) results(ctx context.Context, by mark.Searcher, q retrievalQuery) ([]mark.Hit, []passage, error) {
	hits, err := by.Search(ctx, s.store, mark.Query{Text: q.Query, Limit: retrievalLimit, Question: true, Sentence: true})
	if err != nil {
		return nil, nil, fmt.Errorf("query %s: %w", q.ID, err)
	}
	hits = slices.DeleteFunc(hits, func(h mark.Hit) bool { return len(h.Spans) == 0 })
	out := make([]passage, len(hits))
	for i, h := range hits {
		out[i] = s.placeOf(h.Spans)
	}
	return hits, out, nil
}

// placeOf returns where spans stand, from the first to the last.
func (c *corpus) placeOf(spans []mark.Span) passage {
	first, last := spans[0], spans[len(spans)-1]
	return passage{c.names[first.Document], c.points(first.Document, first.Page, first.Start), c.points(last.Document, last.Page, last.End)}
}

// Retrieval puts the queries of dir/queries.jsonl to the texts under
// dir/corpus and reports how well each variant finds what experts marked. What
// the first one found is written to out (nil: nowhere), one line per query: up
// to 64 results, best first. With lite only the texts and queries that
// dir/lite.json names are used.
func Retrieval(ctx context.Context, d Deps, dir string, lite bool, out io.Writer, variants ...Variant) (reports []Report, err error) {
	set, err := openRetrieval(ctx, d, dir, lite)
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := set.close(); err == nil {
			err = e
		}
	}()
	if out == nil {
		out = io.Discard
	}
	if len(variants) == 0 {
		variants = []Variant{{"all parts", d.Searcher}}
	}
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for n, v := range variants {
		report := Report{Name: v.Name}
		for i, q := range set.queries {
			_, results, err := set.results(ctx, v.Searcher, q)
			if err != nil {
				return nil, err
			}
			if n == 0 {
				if err := lines.Encode(retrievalLine{q.ID, results}); err != nil {
					return nil, fmt.Errorf("write the results: %w", err)
				}
			}
			report.Queries = append(report.Queries, QueryFigures{q.ID, q.Suite, score(q.Gold, results).rounded()})
			d.progress(n*len(set.queries)+i+1, len(variants)*len(set.queries))
		}
		reports = append(reports, report)
	}
	return reports, nil
}
