package eval

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	mark "markai/backend"
)

const retrievalLimit = 64 // results of one query

// retrievalQuery is a line of queries.jsonl, as far as a search may know it.
type retrievalQuery struct {
	ID    string `json:"query_id"`
	Query string `json:"query"`
}

// retrievalLine is a line of the result.
type retrievalLine struct {
	ID      string            `json:"query_id"`
	Results []retrievalResult `json:"results"`
}

// retrievalResult is a passage as search shows it; Start and End count code
// points of the document.
type retrievalResult struct {
	Doc   string `json:"doc"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// Retrieval puts the queries of dir/queries.jsonl to the texts under
// dir/corpus and writes one line per query to out: up to 64 results, best
// first. With lite only the texts and queries that dir/lite.json names are used.
func Retrieval(ctx context.Context, d Deps, dir string, lite bool, out io.Writer) (err error) {
	queries, err := readLines[retrievalQuery](filepath.Join(dir, "queries.jsonl"))
	if err != nil {
		return err
	}
	var only []string
	if lite {
		var part struct {
			Docs    []string `json:"docs"`
			Queries []string `json:"query_ids"`
		}
		data, err := os.ReadFile(filepath.Join(dir, "lite.json"))
		if err != nil {
			return fmt.Errorf("read the list of the small set: %w", err)
		}
		if err := json.Unmarshal(data, &part); err != nil {
			return mark.Errorf(mark.Damaged, "lite.json is not a list of documents and queries.").Because(err)
		}
		only = part.Docs
		queries = slices.DeleteFunc(queries, func(q retrievalQuery) bool { return !slices.Contains(part.Queries, q.ID) })
	}
	c, err := load(ctx, d, filepath.Join(dir, "corpus"), only)
	if err != nil {
		return err
	}
	defer func() {
		if e := c.close(); err == nil {
			err = e
		}
	}()
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for i, q := range queries {
		hits, err := d.Searcher.Search(ctx, c.store, mark.Query{Text: q.Query, Limit: retrievalLimit, Question: true, Sentence: true})
		if err != nil {
			return fmt.Errorf("query %s: %w", q.ID, err)
		}
		line := retrievalLine{ID: q.ID, Results: []retrievalResult{}}
		for _, h := range hits {
			if n := len(h.Spans); n > 0 {
				first, last := h.Spans[0], h.Spans[n-1]
				line.Results = append(line.Results, retrievalResult{
					Doc:   c.names[first.Document],
					Start: c.points(first.Document, first.Page, first.Start),
					End:   c.points(last.Document, last.Page, last.End),
				})
			}
		}
		if err := lines.Encode(line); err != nil {
			return fmt.Errorf("write the results: %w", err)
		}
		d.progress(i+1, len(queries))
	}
	return nil
}
