package eval_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
	"markai/backend/eval"
)

func TestWilsonsIntervalIsThatOfTheLiterature(t *testing.T) {
	for _, c := range []struct {
		s           eval.Share
		least, most float64
	}{
		{eval.Share{Right: 0, Of: 0}, 0, 1},
		{eval.Share{Right: 0, Of: 10}, 0, 0.2775},
		{eval.Share{Right: 10, Of: 10}, 0.7225, 1},
		{eval.Share{Right: 81, Of: 263}, 0.2553, 0.3662}, // Newcombe, Statistics in Medicine 17, 1998, table I
	} {
		least, most := c.s.Wilson()
		if math.Abs(least-c.least) > 5e-4 || math.Abs(most-c.most) > 5e-4 {
			t.Errorf("%v lies in %.4f to %.4f, want %.4f to %.4f", c.s, least, most, c.least, c.most)
		}
	}
}

func TestWilsonsIntervalHoldsTheShareAndShrinksWithMoreQuestions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.IntRange(1, 500).Draw(t, "of")
		right := rapid.IntRange(0, of).Draw(t, "right")
		least, most := eval.Share{Right: right, Of: of}.Wilson()
		p := float64(right) / float64(of)
		if least < 0 || most > 1 || least > p || most < p {
			t.Fatalf("%d of %d lies in %v to %v", right, of, least, most)
		}
		if l, m := (eval.Share{Right: 3 * right, Of: 3 * of}).Wilson(); m-l >= most-least {
			t.Fatalf("three times as many questions do not narrow %d of %d", right, of)
		}
	})
}

func TestASelfCheckTellsFoundFromMissedAndRefusedFromInvented(t *testing.T) {
	dir := writeSet(t, map[string]string{
		"documents/lease.txt": "LEASE between Dunmore Holdings and Acme Metals.\nThe rent is due on the first day of each month.\n",
		"queries.jsonl": `{"query_id": "1", "query": "find The rent is due", "doc": "lease.txt", "quotes": ["The rent is due on the first day"]}
{"query_id": "2", "query": "find Acme Metals", "doc": "lease.txt", "quotes": ["each month"]}
{"query_id": "3", "query": "find the landlord", "doc": "lease.txt", "quotes": ["Dunmore Holdings"]}
`,
		"unanswerable.jsonl": `{"query": "find the speed of light"}
{"query": "find LEASE"}
`,
	})
	d := deps()
	d.Searcher = firstPage{}
	var told []int
	d.Progress = func(done, total int) {
		if total != 5 || done > total || len(told) > 0 && done < told[len(told)-1] {
			t.Errorf("progress went to %d of %d after %v", done, total, told)
		}
		told = append(told, done)
	}
	s, err := eval.CheckSelf(t.Context(), d, dir)
	if err != nil {
		t.Fatal(err)
	}
	got := [5]eval.Share{s.Found, s.Answered, s.Precision, s.Refused, s.Verbatim}
	if want := [5]eval.Share{{Right: 1, Of: 3}, {Right: 2, Of: 3}, {Right: 1, Of: 2}, {Right: 1, Of: 2}, {Right: 3, Of: 3}}; got != want || s.Questions != 5 {
		t.Errorf("of %d questions it counts %v, want %v", s.Questions, got, want)
	}
	if len(s.Failed) != 5 || s.Slow < s.Median || told[len(told)-1] != 5 {
		t.Errorf("failed: %+v, slow %v, median %v, progress %v", s.Failed, s.Slow, s.Median, told)
	}
}

func TestTheBundledQuestionsAreManyAndToldApart(t *testing.T) {
	type line struct {
		ID    string `json:"query_id"`
		Query string `json:"query"`
		Doc   string `json:"doc"`
	}
	seen := map[string]bool{}
	for name, least := range map[string]int{"queries.jsonl": 30, "unanswerable.jsonl": 10} {
		data, err := os.ReadFile(filepath.Join("..", "..", "build", "sample", name))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for text := range strings.Lines(string(data)) {
			var l line
			if err := json.Unmarshal([]byte(text), &l); err != nil {
				t.Fatalf("%s: %v in %s", name, err, text)
			}
			if seen[l.ID] || seen[l.Query] || l.Query == "" {
				t.Errorf("%s: %s is there twice, or empty", name, l.ID)
			}
			seen[l.ID], seen[l.Query] = true, true
			if _, err := os.Stat(filepath.Join("..", "..", "build", "sample", "documents", l.Doc)); err != nil {
				t.Errorf("%s: %v", l.ID, err)
			}
			n++
		}
		if n < least {
			t.Errorf("%s holds %d questions, want %d", name, n, least)
		}
	}
}

// firstPage finds the first page of every document, whatever is asked: the head
// of the lease, and not where its rent is told.
type firstPage struct{ mark.Searcher }

func (firstPage) Search(ctx context.Context, m mark.MatterStore, _ mark.Query) ([]mark.Hit, error) {
	docs, err := m.Documents(ctx)
	if err != nil {
		return nil, err
	}
	var out []mark.Hit
	for _, d := range docs {
		page, err := m.Page(ctx, d.ID, 1)
		if err != nil {
			return nil, err
		}
		out = append(out, mark.Hit{Document: d, Spans: []mark.Span{{Document: d.ID, Page: 1, End: len(page.Text)}}})
	}
	return out, nil
}
