package eval

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	mark "markai/backend"
)

// qaQuestion is a line of qa/questions.jsonl, as far as an answer may know it.
type qaQuestion struct {
	ID       string `json:"id"`
	Question string `json:"question"`
}

// qaAnswer is a line of the result.
type qaAnswer struct {
	ID        string       `json:"id"`
	Answer    string       `json:"answer"`
	Refused   bool         `json:"refused"`
	Citations []qaCitation `json:"citations"`
}

// qaCitation is a quotation; Start and End count code points of the document.
type qaCitation struct {
	Doc   string `json:"doc"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Quote string `json:"quote"`
}

// QA asks the questions of dir/qa/questions.jsonl of the texts under
// dir/retrieval/corpus and writes one line per question to out. Each question
// stands alone, as the first of a new conversation, and is put to all texts.
func QA(ctx context.Context, d Deps, dir string, out io.Writer) (err error) {
	questions, err := readLines[qaQuestion](filepath.Join(dir, "qa", "questions.jsonl"))
	if err != nil {
		return err
	}
	c, err := load(ctx, d, filepath.Join(dir, "retrieval", "corpus"), nil)
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
	for i, q := range questions {
		a, err := answerOf(ctx, d, c, q.Question)
		if err != nil {
			return fmt.Errorf("question %s: %w", q.ID, err)
		}
		line := qaAnswer{ID: q.ID, Answer: a.Text, Refused: a.Refused, Citations: []qaCitation{}}
		for _, ct := range a.Citations {
			if len(ct.Spans) == 0 {
				continue
			}
			first, last := ct.Spans[0], ct.Spans[len(ct.Spans)-1]
			line.Citations = append(line.Citations, qaCitation{
				Doc: c.names[ct.Document], Quote: ct.Quote,
				Start: c.points(ct.Document, first.Page, first.Start),
				End:   c.points(ct.Document, last.Page, last.End),
			})
		}
		if err := lines.Encode(line); err != nil {
			return fmt.Errorf("write the answers: %w", err)
		}
		d.progress(i+1, len(questions))
	}
	return nil
}

// answerOf waits for the final answer to a question.
func answerOf(ctx context.Context, d Deps, c *corpus, question string) (mark.Answer, error) {
	for e, err := range d.Answerer.Answer(ctx, c.store, mark.Question{Text: question}) {
		if err != nil {
			return mark.Answer{}, err
		}
		if e.Final != nil {
			return *e.Final, nil
		}
	}
	return mark.Answer{}, mark.Errorf(mark.Internal, "The question got no answer.")
}
