package answer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/cite"
)

// refuse makes the answer that nothing bears on the question: it says what was
// missed and what was searched, and shows what came closest.
func (w *work) refuse(ctx context.Context, absent string) error {
	if err := w.cover(ctx); err != nil {
		return err
	}
	c := w.answer.Searched
	w.answer.Searched = mark.Coverage{}
	w.answer.Refused = true
	w.answer.Nearest = w.hits[:min(shown, len(w.hits))]
	var b strings.Builder
	switch {
	case c.Documents == 0:
		b.WriteString("No document of this matter can be searched yet. Add documents, or wait until they are read.")
	case absent != "":
		fmt.Fprintf(&b, "I could not find “%s” in %s.", absent, searched(c))
	case len(w.in.topics) == 0 && len(w.in.terms) == 0:
		b.WriteString("This names nothing that a document could say. Ask for something in particular, such as a date, a duty, a decision or a person.")
	case len(w.in.topics) > 0 && !w.in.beside() && w.asksBy(w.in.topics[0].name):
		fmt.Fprintf(&b, "I could not find anything on %s in %s.", w.in.topics[0].name, w.where(c))
	default:
		fmt.Fprintf(&b, "I could not find a passage that bears on this question in %s.", w.where(c))
	}
	if w.unnamed != "" && c.Documents > 0 {
		fmt.Fprintf(&b, " No document here is called a %s.", w.unnamed)
	}
	if c.Unread > 0 {
		fmt.Fprintf(&b, " %s not been read, and may say more.", plural(c.Unread, "page or document has", "pages or documents have"))
	}
	if len(w.answer.Nearest) > 0 && c.Documents > 0 {
		b.WriteString(" The passages that came closest are shown below.")
	}
	w.answer.Text = b.String()
	return nil
}

// asksBy reports whether the question has a word of a topic's name: else the name
// would not say to the person what was looked for.
func (w *work) asksBy(topic string) bool {
	asked := map[string]bool{}
	for _, word := range cite.Words(w.q.Text) {
		asked[topics().meaning(word.Stem)] = true
	}
	return slices.ContainsFunc(cite.Words(topic), func(word cite.Word) bool {
		return !cite.Common(word.Norm) && asked[topics().meaning(word.Stem)]
	})
}

// refuseKind refuses a question that means a document of a kind of which there
// is none.
func (w *work) refuseKind(ctx context.Context, kind string, emit func(mark.AnswerEvent) bool) error {
	if err := w.search(ctx, nil, nil); err != nil {
		return err
	}
	if err := w.refuse(ctx, kind); err != nil {
		return err
	}
	if err := w.cover(ctx); err != nil {
		return err
	}
	c := w.answer.Searched
	w.answer.Searched = mark.Coverage{}
	if c.Documents > 0 {
		w.answer.Text = absentKind(kind, c)
	}
	w.trace.absent = kind
	return w.finish(ctx, emit)
}

// where names the document when only one was in question.
func (w *work) where(c mark.Coverage) string {
	if ids := documentsOf(w.hits); len(ids) == 1 {
		for _, h := range w.hits {
			if h.Document.Name != "" {
				return fmt.Sprintf("“%s”", h.Document.Name)
			}
		}
	}
	return searched(c)
}

func searched(c mark.Coverage) string {
	return fmt.Sprintf("%s (%s)", plural(c.Documents, "document", "documents"), plural(c.Pages, "page", "pages"))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
