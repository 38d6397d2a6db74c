package eval_test

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/eval"
	"markai/backend/sqlite"
)

// quoteFinder answers with the first place of what stands behind "find ".
type quoteFinder struct{}

func (quoteFinder) Answer(ctx context.Context, m mark.MatterStore, q mark.Question) iter.Seq2[mark.AnswerEvent, error] {
	return func(yield func(mark.AnswerEvent, error) bool) {
		needle := strings.TrimPrefix(q.Text, "find ")
		a := mark.Answer{Refused: true, Text: "I could not find it."}
		docs, err := m.Documents(ctx)
		if err != nil {
			yield(mark.AnswerEvent{}, err)
			return
		}
		for _, d := range docs {
			for n := range d.PagesRead {
				p, err := m.Page(ctx, d.ID, n+1)
				if err != nil {
					yield(mark.AnswerEvent{}, err)
					return
				}
				if i := strings.Index(p.Text, needle); i >= 0 {
					a = mark.Answer{Text: needle + " [1]", Citations: []mark.Citation{{
						Document: d.ID, Name: d.Name, Quote: needle,
						Spans: []mark.Span{{Document: d.ID, Page: n + 1, Start: i, End: i + len(needle)}},
					}}}
				}
			}
		}
		_ = yield(mark.AnswerEvent{Draft: needle}, nil) && yield(mark.AnswerEvent{Final: &a}, nil)
	}
}

// onePagePerLine makes every line a page, so that offsets must be added up.
func onePagePerLine(text string) []mark.Page {
	var out []mark.Page
	for line := range strings.SplitAfterSeq(text, "\n") {
		if line != "" {
			out = append(out, mark.Page{Number: len(out) + 1, Width: 612, Height: 792, Text: line})
		}
	}
	return out
}

func onePassagePerPage(doc mark.Document, _ mark.Pos, pages []mark.Page, _ bool) ([]mark.Chunk, mark.Pos) {
	var out []mark.Chunk
	for _, p := range pages {
		out = append(out, mark.Chunk{Document: doc.ID, Header: doc.Name, Text: p.Text,
			From: mark.Pos{Page: p.Number}, To: mark.Pos{Page: p.Number, Offset: len(p.Text)}})
	}
	return out, mark.Pos{Page: len(pages) + 1}
}

func writeSet(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func deps() eval.Deps {
	return eval.Deps{
		Stores: sqlite.New(), Paginate: onePagePerLine, Chunk: onePassagePerPage, Answerer: quoteFinder{},
		Identify: func(name string, _ []mark.Page) (string, []string) { return name, nil },
	}
}

func TestQAWritesOneLineForEveryQuestion(t *testing.T) {
	lease := "§ 1 The “Térm”\nends on May 31 — not before.\n"
	dir := writeSet(t, map[string]string{
		"retrieval/corpus/a/lease.txt": lease,
		"retrieval/corpus/b/note.txt":  "Nothing of interest.",
		"qa/questions.jsonl": `{"id":"q1","question":"find May 31 —"}` + "\n\n" +
			`{"id":"q2","question":"find the moon"}` + "\n",
	})
	var out bytes.Buffer
	if err := eval.QA(t.Context(), deps(), dir, &out); err != nil {
		t.Fatal(err)
	}
	type line struct {
		ID, Answer string
		Refused    bool
		Citations  []struct {
			Doc, Quote string
			Start, End int
		}
	}
	var lines []line
	for d := json.NewDecoder(&out); d.More(); {
		var l line
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	if len(lines) != 2 || lines[0].ID != "q1" || lines[1].ID != "q2" {
		t.Fatalf("lines: %+v", lines)
	}
	if c := lines[0].Citations; len(c) != 1 || c[0].Doc != "a/lease.txt" || string([]rune(lease)[c[0].Start:c[0].End]) != "May 31 —" || c[0].Quote != "May 31 —" {
		t.Errorf("q1: %+v", lines[0])
	}
	if !lines[1].Refused || lines[1].Citations == nil || len(lines[1].Citations) != 0 {
		t.Errorf("q2: %+v", lines[1])
	}
}

func TestQALeavesNothingBehind(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	dir := writeSet(t, map[string]string{
		"retrieval/corpus/lease.txt": "The term ends.",
		"qa/questions.jsonl":         `{"id":"q1","question":"find term"}`,
	})
	if err := eval.QA(t.Context(), deps(), dir, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(temp)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 0 {
		t.Errorf("%d entries were left in the temporary folder", len(left))
	}
}

func TestQASaysWhatIsWrongWithASet(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  mark.Code
	}{
		{"a line that is no question", map[string]string{"retrieval/corpus/a.txt": "a", "qa/questions.jsonl": "{"}, mark.Damaged},
		{"no texts", map[string]string{"retrieval/corpus/a.pdf": "a", "qa/questions.jsonl": `{"id":"q"}`}, mark.NotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := eval.QA(t.Context(), deps(), writeSet(t, tt.files), &bytes.Buffer{})
			if mark.CodeOf(err) != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
