package desk

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"unicode"

	mark "markai/backend"
	"markai/backend/export"
)

// Paper writes an answer with its sources as a file of its own. n counts the
// conversation's answers from 1; format is "docx", "pdf" or "xlsx". Where to,
// it asks with a name that suits, once it is known that there is something to
// write.
func (d *Desk) Paper(ctx context.Context, matter, conversation string, n int, format string, where func(name string) (io.Writer, error)) error {
	write := export.Formats[format]
	if write == nil {
		return mark.Errorf(mark.Invalid, "An answer can be saved as docx, pdf or xlsx, not as %q.", format)
	}
	store, err := d.store(ctx, matter)
	if err != nil {
		return err
	}
	messages, err := store.Messages(ctx, mark.ConversationID(conversation))
	if err != nil {
		return err
	}
	paper, err := paperOf(messages, n)
	if err != nil {
		return err
	}
	if err := cited(ctx, newPages(store), &paper); err != nil {
		return err
	}
	matters, err := d.Matters(ctx)
	if err != nil {
		return err
	}
	for _, m := range matters {
		if m.ID == matter {
			paper.Matter = m.Name
		}
	}
	if paper.Unread, err = unreadOf(ctx, store, paper.Answer); err != nil {
		return err
	}
	paper.Program = d.d.Version
	w, err := where(fileName(paper.Question) + "." + format)
	if err != nil {
		return err
	}
	d.audit(ctx, "answer.export", mark.MatterID(matter), conversation)
	return write(w, paper)
}

// unreadOf names the documents that are not read in full, where something had
// not been read when the question was answered.
func unreadOf(ctx context.Context, store mark.MatterStore, a mark.Answer) ([]string, error) {
	if a.Searched.Unread == 0 {
		return nil, nil
	}
	docs, err := store.Documents(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, d := range docs {
		if d.PagesRead == 0 && d.Meta.Type != mark.TypeContainer || d.Pages > d.PagesRead {
			out = append(out, d.Name)
		}
	}
	return out, nil
}

// cited lets a paper cite the places of its answer as a lawyer would, and say
// whose files its documents came from.
func cited(ctx context.Context, p *pages, paper *export.Paper) error {
	type ends [2]mark.Span // of what is cited
	places := map[ends]string{}
	add := func(spans []mark.Span) (err error) {
		if n := len(spans); n > 0 {
			places[ends{spans[0], spans[n-1]}], err = p.place(ctx, spans)
		}
		return err
	}
	for _, c := range paper.Answer.Citations {
		if err := add(c.Spans); err != nil {
			return err
		}
	}
	for _, h := range paper.Answer.Nearest {
		if err := add(h.Spans); err != nil {
			return err
		}
	}
	paper.Place = func(c mark.Citation) string {
		if n := len(c.Spans); n > 0 {
			return cmp.Or(places[ends{c.Spans[0], c.Spans[n-1]}], export.Pages(c))
		}
		return ""
	}
	paper.From = func(id mark.DocumentID) string {
		n, err := p.numbering(ctx, id) // known from above, or of a document without a quotation
		if err != nil {
			return ""
		}
		return n.from()
	}
	return nil
}

// fileName is a question as the name of a file, without what systems refuse.
func fileName(question string) string {
	return cmp.Or(strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, title(question)), " ."), "Answer")
}

// paperOf finds the n-th answer among messages, and its question.
func paperOf(messages []mark.Message, n int) (export.Paper, error) {
	var paper export.Paper
	for _, m := range messages {
		if m.Role == "user" {
			paper = export.Paper{Question: m.Text, Asked: m.Created}
			continue
		}
		if m.Answer == nil {
			continue
		}
		if n--; n == 0 {
			paper.Answer = *m.Answer
			return paper, nil
		}
	}
	return paper, mark.Errorf(mark.NotFound, "There is no such answer in this conversation.")
}

// ServePaper answers with an answer as a file; see ServeSearchable for errors.
func (d *Desk) ServePaper(w http.ResponseWriter, r *http.Request, matter, conversation string, n int, format string) error {
	out := &attachment{w: w, kind: export.MediaTypes[format]}
	err := d.Paper(r.Context(), matter, conversation, n, format, func(name string) (io.Writer, error) {
		out.name = name
		return out, nil
	})
	if err != nil && out.began {
		slog.WarnContext(r.Context(), "an answer's file broke off", "matter", matter, "code", mark.CodeOf(err))
		panic(http.ErrAbortHandler)
	}
	return err
}
