package retrieve

import (
	"context"
	"fmt"

	mark "markai/backend"
	"markai/backend/legal"
	"markai/backend/query"
)

const (
	// suggestionsMax bounds how many words of a search get another spelling.
	suggestionsMax = 4
	// soughtMax bounds for how many words another spelling is looked for: each
	// look goes through all words of the matter.
	soughtMax = 12
)

// Read says how a search is understood: its operators written out, what was
// not understood, and other spellings for words that the matter does not hold.
func (s *Searcher) Read(ctx context.Context, m mark.MatterStore, q mark.Query) (mark.Reading, error) {
	as := query.Query{Plain: q.Text}
	if !q.Question {
		as = query.Read(q.Text)
	}
	out := mark.Reading{Problems: as.Problems}
	words := legal.Words(as.Plain)
	fields := as.Fields
	if as.Tree != nil {
		out.Operators = as.Tree.String()
		words = nil
		t := treeTopic(as.Tree)
		for _, w := range t.words {
			words = append(words, legal.Word{Text: w})
		}
		fields = fieldsOf(as.Tree)
	}
	for _, f := range fields {
		if _, problem := query.Select(f); problem != "" {
			out.Problems = append(out.Problems, problem)
		}
	}
	var doubtful []string
	for _, w := range distinct(words) {
		if len(w.Text) >= 4 && !legal.Stop(w.Text) {
			doubtful = append(doubtful, w.Text)
		}
	}
	if len(doubtful) == 0 {
		return out, nil
	}
	counts, err := m.WordFrequency(ctx, doubtful, 1)
	if err != nil {
		return out, fmt.Errorf("count words: %w", err)
	}
	sought := 0
	for _, w := range doubtful {
		if counts[w].Passages > 0 {
			continue
		}
		if sought++; sought > soughtMax || len(out.Suggestions) == suggestionsMax {
			break
		}
		like, err := m.SpelledLike(ctx, w, 1)
		if err != nil {
			return out, fmt.Errorf("look for other spellings: %w", err)
		}
		if len(like) > 0 {
			out.Suggestions = append(out.Suggestions, mark.Suggestion{Word: w, Instead: like[0]})
		}
	}
	return out, nil
}

// fieldsOf returns the fields in a tree.
func fieldsOf(n query.Node) []query.Field {
	var out []query.Field
	switch n := n.(type) {
	case query.Field:
		out = append(out, n)
	case query.And:
		for _, m := range n {
			out = append(out, fieldsOf(m)...)
		}
	case query.Or:
		for _, m := range n {
			out = append(out, fieldsOf(m)...)
		}
	case query.Not:
		out = fieldsOf(n.Node)
	}
	return out
}
