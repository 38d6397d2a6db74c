package answer

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/cite"
)

const (
	mostOptions  = 6  // of a question asked back
	mostWeighed  = 12 // documents that are looked at to see which could answer
	leastOptions = 2
)

// askBack asks which of several documents is meant, where the question can mean
// several and more than one of them answers it. It returns the one document that
// does, where only one does, and whether the question was asked back.
func (w *work) askBack(ctx context.Context, m meant) (only []mark.DocumentID, asked bool, err error) {
	docs := w.likely(m.docs)
	var bearing []mark.Document
	for _, d := range docs {
		c, err := w.bestOf(ctx, d)
		if err != nil && mark.CodeOf(err) != mark.NotFound {
			return nil, false, err
		}
		if c != nil {
			bearing = append(bearing, d)
		}
	}
	switch {
	case len(bearing) == 1:
		return []mark.DocumentID{bearing[0].ID}, false, nil
	case len(bearing) < leastOptions || wasAsked(w.q.History):
		return nil, false, nil
	}
	c := &mark.Choices{Question: fmt.Sprintf("Which %s do you mean?", m.kind)}
	for _, d := range bearing[:min(len(bearing), mostOptions)] {
		c.Options = append(c.Options, mark.Option{Label: d.Name, Detail: detail(d), Question: w.q.Text, Documents: []mark.DocumentID{d.ID}})
	}
	if len(bearing) <= mostOptions {
		var all []mark.DocumentID
		for _, d := range bearing {
			all = append(all, d.ID)
		}
		c.Options = append(c.Options, mark.Option{Label: "All of them", Detail: plural(len(bearing), "document", "documents"), Question: w.q.Text, Documents: all})
	}
	w.answer.Choices = c
	var b strings.Builder
	b.WriteString(c.Question)
	for i, o := range c.Options {
		fmt.Fprintf(&b, "\n%d. %s", i+1, o.Label)
	}
	w.answer.Text = b.String()
	return nil, true, nil
}

// likely puts the documents that search found first and keeps as many as can be
// looked at.
func (w *work) likely(docs []mark.Document) []mark.Document {
	found := documentsOf(w.hits)
	docs = slices.Clone(docs)
	slices.SortStableFunc(docs, func(a, b mark.Document) int { return indexOf(found, a.ID) - indexOf(found, b.ID) })
	return docs[:min(len(docs), mostWeighed)]
}

// detail is what tells a document from others of its kind.
func detail(d mark.Document) string {
	var parts []string
	if len(d.Parties) > 0 {
		parts = append(parts, strings.Join(d.Parties[:min(2, len(d.Parties))], " and "))
	}
	if d.Meta.Date != "" {
		parts = append(parts, dateText(d.Meta.Date))
	}
	return strings.Join(parts, ", ")
}

// wasAsked reports whether the last answer asked back.
func wasAsked(history []mark.Message) bool { return choicesOf(history) != nil }

func choicesOf(history []mark.Message) *mark.Choices {
	for _, m := range slices.Backward(history) {
		if m.Answer != nil {
			return m.Answer.Choices
		}
	}
	return nil
}

var (
	ordinals = map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "6th": 6}
	bare     = regexp.MustCompile(`^\W*(?:no\.?|number|option)?\s*(\d)\W*$`)
	every    = regexp.MustCompile(`(?i)^\W*(?:all|both|every|each|any)\b.{0,24}$`)
)

const shortReply = 12 // words of a reply that only says which

// resume takes a reply to a question asked back for the question that was asked
// at first, of the documents that the reply names.
func (w *work) resume() {
	c := choicesOf(w.q.History)
	if c == nil || len(w.q.Documents) > 0 {
		return
	}
	if o := chosenBy(w.q.Text, c.Options); o != nil {
		w.q.Text, w.q.Documents = o.Question, o.Documents
	}
}

// chosenBy returns the option that a reply names: by its number, its place or a
// word that no other has. Nil where it names none.
func chosenBy(reply string, options []mark.Option) *mark.Option {
	all := cite.Words(reply)
	if len(all) > shortReply {
		return nil
	}
	pick := func(n int) *mark.Option {
		if n < 1 || n > len(options) {
			return nil
		}
		return &options[n-1]
	}
	if g := bare.FindStringSubmatch(strings.ToLower(reply)); g != nil {
		return pick(int(g[1][0] - '0'))
	}
	if every.MatchString(reply) && len(options) > 0 && len(options[len(options)-1].Documents) > 1 {
		return &options[len(options)-1]
	}
	scores := make([]int, len(options))
	for _, w := range all {
		if n, ok := ordinals[w.Norm]; ok {
			return pick(n)
		}
		if cite.Common(w.Norm) || vague[w.Norm] || kinds[w.Norm] {
			continue
		}
		for i, o := range options {
			if slices.ContainsFunc(cite.Words(o.Label+" ; "+o.Detail), func(l cite.Word) bool { return l.Norm == w.Norm }) {
				scores[i]++
			}
		}
	}
	best, ties := -1, 0
	for i, s := range scores {
		switch {
		case s == 0:
		case best < 0 || s > scores[best]:
			best, ties = i, 1
		case s == scores[best]:
			ties++
		}
	}
	if best >= 0 && ties == 1 {
		return &options[best]
	}
	return nil
}
