package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	mark "markai/backend"
	"markai/backend/ggml"
	"markai/backend/recipe"
)

// PassageQuestion is a question with the passage that answers it, and what that
// says.
type PassageQuestion struct {
	ggml.Question
	Quote string
}

// Around how many bytes of a page stand in a passage, on either side of what
// answers the question.
const around = 600

// PassageQuestions reads the questions of set (queries.jsonl, and the folder
// documents) with their passages, at most limit. Questions whose passage cannot
// be found are left out.
func PassageQuestions(ctx context.Context, r *Reader, set fs.FS, limit int) ([]PassageQuestion, error) {
	text, err := fs.ReadFile(set, "queries.jsonl")
	if err != nil {
		return nil, mark.Errorf(mark.Unavailable, "This build carries no questions to judge answers with.").Because(err)
	}
	pages := map[string][]string{} // by document
	var out []PassageQuestion
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan() && len(out) < limit; {
		var q struct {
			Query  string   `json:"query"`
			Doc    string   `json:"doc"`
			Quotes []string `json:"quotes"`
		}
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil || len(q.Quotes) == 0 {
			continue
		}
		if _, read := pages[q.Doc]; !read {
			if pages[q.Doc], err = pageTexts(ctx, r, set, q.Doc); err != nil {
				return nil, err
			}
		}
		if passage, ok := passageAround(pages[q.Doc], q.Quotes[0]); ok {
			out = append(out, PassageQuestion{ggml.Question{Passage: passage, Question: q.Query}, q.Quotes[0]})
		}
	}
	if len(out) == 0 {
		return nil, mark.Errorf(mark.Unavailable, "None of the bundled questions has a passage that can be read, so answers cannot be judged.")
	}
	return out, nil
}

// pageTexts reads the pages of a document of the set; one that cannot be read
// costs that page.
func pageTexts(ctx context.Context, r *Reader, set fs.FS, name string) ([]string, error) {
	data, err := fs.ReadFile(set, path.Join("documents", name))
	if err != nil {
		return nil, fmt.Errorf("read the sample %s: %w", name, err)
	}
	_, pages, err := r.Read(ctx, mark.File{Name: name, Size: int64(len(data)), Data: bytes.NewReader(data)})
	if err != nil {
		return nil, fmt.Errorf("read the sample %s: %w", name, err)
	}
	var out []string
	for p, err := range pages {
		if err != nil {
			return nil, fmt.Errorf("read the sample %s: %w", name, err)
		}
		out = append(out, p.Text)
	}
	return out, nil
}

// passageAround finds a quotation on the pages, whatever the spaces between its
// words, and returns what stands around it.
func passageAround(pages []string, quote string) (string, bool) {
	words := strings.Fields(quote)
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	find, err := regexp.Compile(strings.Join(words, `\s+`))
	if err != nil || len(words) == 0 {
		return "", false
	}
	for _, p := range pages {
		if at := find.FindStringIndex(p); at != nil {
			return strings.ToValidUTF8(p[max(0, at[0]-around):min(len(p), at[1]+around)], ""), true
		}
	}
	return "", false
}

// answered is the share of the questions that a model answers rightly over their
// passages.
func answered(ctx context.Context, tools ggml.Tools, model string, questions []PassageQuestion) (float64, error) {
	asked := make([]ggml.Question, len(questions))
	for i, q := range questions {
		asked[i] = q.Question
	}
	answers, err := tools.Answer(ctx, model, asked)
	if err != nil {
		return 0, err
	}
	right := 0
	for i, a := range answers {
		if recipe.Right(a, questions[i].Quote) {
			right++
		}
	}
	return float64(right) / float64(len(questions)), nil
}
