package eval_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/chunk"
	"markai/backend/eval"
	"markai/backend/legal"
	"markai/backend/retrieve"
)

// searching are the real parts, without a model.
func searching() eval.Deps {
	d := deps()
	d.Identify, d.Chunk = legal.Identify, chunk.Pages
	d.Searcher = retrieve.New(retrieve.Config{})
	return d
}

const (
	hosting = "HOSTING AGREEMENT\n§ 1 Fees. The naïve customer pays “€ 500” a month.\n§ 2 Law. This Agreement is governed by the laws of Ohio.\n"
	supply  = "SUPPLY AGREEMENT\n1. Price. The buyer pays on delivery.\n2. Law. This Agreement is governed by the laws of Maine.\n"
)

func set(t *testing.T) string {
	return writeSet(t, map[string]string{
		"corpus/a/Acme Hosting.txt": hosting,
		"corpus/b/Birch Supply.txt": supply,
		"queries.jsonl": `{"query_id":"q1","query":"Which law governs the Acme agreement?","query_scoped":"never asked"}` + "\n" +
			`{"query_id":"q2","query":"When must Birch be paid?"}` + "\n",
		"lite.json": `{"docs":["a/Acme Hosting.txt"],"query_ids":["q1"]}`,
	})
}

type line struct {
	ID      string `json:"query_id"`
	Results []struct {
		Doc        string `json:"doc"`
		Start, End int
	} `json:"results"`
}

func run(t *testing.T, dir string, lite bool) []line {
	t.Helper()
	var out bytes.Buffer
	if _, err := eval.Retrieval(t.Context(), searching(), dir, lite, &out); err != nil {
		t.Fatal(err)
	}
	var lines []line
	for dec := json.NewDecoder(&out); dec.More(); {
		var l line
		if err := dec.Decode(&l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

func TestEveryQueryGetsTheCodePointsOfWhatSearchShows(t *testing.T) {
	lines := run(t, set(t), false)
	if len(lines) != 2 {
		t.Fatalf("%d lines, want 2", len(lines))
	}
	texts := map[string][]rune{"a/Acme Hosting.txt": []rune(hosting), "b/Birch Supply.txt": []rune(supply)}
	for i, want := range []string{"laws of Ohio", "pays on delivery"} {
		if len(lines[i].Results) == 0 {
			t.Fatalf("%s: no results", lines[i].ID)
		}
		r := lines[i].Results[0]
		got := string(texts[r.Doc][r.Start:r.End])
		if !strings.Contains(got, want) || strings.TrimSpace(got) != got || utf8.RuneCountInString(got) > retrieve.Show {
			t.Errorf("%s: first result %q, want one with %q", lines[i].ID, got, want)
		}
	}
}

func TestTheSmallSetLeavesTheRestAlone(t *testing.T) {
	lines := run(t, set(t), true)
	if len(lines) != 1 || lines[0].ID != "q1" {
		t.Fatalf("%d lines, want that of q1", len(lines))
	}
	for _, r := range lines[0].Results {
		if r.Doc != "a/Acme Hosting.txt" {
			t.Errorf("a result in %s, which is not in the small set", r.Doc)
		}
	}
}

func TestASetWithoutQueriesIsAnError(t *testing.T) {
	dir := writeSet(t, map[string]string{"corpus/a.txt": "text\n"})
	if _, err := eval.Retrieval(t.Context(), searching(), dir, false, &bytes.Buffer{}); err == nil {
		t.Error("no error without queries.jsonl")
	}
	dir = writeSet(t, map[string]string{"corpus/a.txt": "text\n", "queries.jsonl": "not json\n"})
	if _, err := eval.Retrieval(t.Context(), searching(), dir, false, &bytes.Buffer{}); mark.CodeOf(err) != mark.Damaged {
		t.Errorf("error %v, want code %s", err, mark.Damaged)
	}
}
