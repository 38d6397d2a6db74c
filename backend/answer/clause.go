package answer

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	mark "markai/backend"
)

// clauseAsked matches the number of a clause in a question: "Section 5.3",
// "§ 12(b)(6)".
var clauseAsked = regexp.MustCompile(`(?i)(?:\b(?:sections?|articles?|clauses?|paragraphs?|para\.|sec\.)\s*|§+\s*)(\d+(?:\.\d+)*(?:\([a-z0-9]{1,4}\))*)`)

const (
	clausesFound  = 32   // features looked through for a number
	clausesQuoted = 3    // documents whose clause of that number is quoted
	clauseLines   = 6    // sentences of one clause
	clauseBytes   = 4000 // of one clause
	clausePages   = 3
)

// plainly answers what rules can read off a document without any ranking: all
// that it says, a clause by its number, its parties, who sent it. It reports
// whether the question was one of these.
func (w *work) plainly(ctx context.Context, aimed, carried []mark.DocumentID, emit func(mark.AnswerEvent) bool) (bool, error) {
	if w.chosen() != "" {
		return false, nil
	}
	in := aimed
	if len(in) == 0 {
		in = w.q.Documents
	}
	if g := clauseAsked.FindStringSubmatchIndex(w.q.Text); g != nil && w.broad(w.q.Text[:g[0]]+" "+w.q.Text[g[1]:]) {
		if len(in) == 0 {
			in = carried
		}
		said, err := w.clauses(ctx, w.q.Text[g[2]:g[3]], in)
		if err != nil || len(said) > 0 {
			return true, w.conclude(ctx, said, err, emit)
		}
	}
	if len(aimed) == 0 {
		return false, nil
	}
	if w.broad(w.q.Text) {
		w.q.Documents = aimed
		return true, w.summary(ctx, emit)
	}
	if w.asksParties() {
		var said []mark.Sentence
		for _, id := range aimed {
			s, err := w.partiesIn(ctx, id)
			if err != nil {
				return true, err
			}
			said = append(said, s...)
		}
		if len(said) > 0 {
			return true, w.conclude(ctx, said, nil, emit)
		}
	}
	if len(aimed) == 1 && sending.MatchString(w.q.Text) {
		said, err := w.sent(ctx, aimed[0])
		if err != nil || len(said) > 0 {
			return true, w.conclude(ctx, said, err, emit)
		}
	}
	return false, nil
}

// conclude says sentences and gives the answer.
func (w *work) conclude(ctx context.Context, said []mark.Sentence, err error, emit func(mark.AnswerEvent) bool) error {
	if err != nil {
		return mark.AtStage(mark.StageRead, err)
	}
	if err := w.say(said, emit); err != nil {
		return err
	}
	return w.finish(ctx, emit)
}

// clauses quotes the clause of a number from the documents given, or from those
// of the matter that have one.
func (w *work) clauses(ctx context.Context, number string, in []mark.DocumentID) ([]mark.Sentence, error) {
	found, err := w.m.FindFeatures(ctx, mark.FeatureClause, number, clausesFound)
	if err != nil {
		return nil, fmt.Errorf("look up a clause: %w", err)
	}
	c, err := w.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	var out []mark.Sentence
	var quoted []mark.DocumentID
	for _, f := range found {
		at := slices.IndexFunc(c.docs, func(d mark.Document) bool { return d.ID == f.Document })
		if at < 0 || len(in) > 0 && !slices.Contains(in, f.Document) || slices.Contains(quoted, f.Document) || len(quoted) == clausesQuoted {
			continue
		}
		said, err := w.clause(ctx, c.docs[at], f.Feature)
		if err != nil {
			return nil, err
		}
		if len(said) > 0 {
			said[0].Heading = c.docs[at].Name
			quoted = append(quoted, f.Document)
			out = append(out, said...)
		}
	}
	return out, nil
}

// clause quotes one clause, up to the next of its level.
func (w *work) clause(ctx context.Context, d mark.Document, f mark.Feature) ([]mark.Sentence, error) {
	all, err := w.m.Features(ctx, d.ID, mark.FeatureClause)
	if err != nil {
		return nil, fmt.Errorf("look up where a clause ends: %w", err)
	}
	pages, err := w.m.PagesFrom(ctx, d.ID, f.Page, clausePages)
	if err != nil {
		return nil, fmt.Errorf("read a clause: %w", err)
	}
	edges, err := edgesOf(ctx, w.m, d.ID)
	if err != nil {
		return nil, err
	}
	r := read(d, pages, edges...)
	from := r.text.Offset(mark.Pos{Page: f.Page, Offset: f.Start})
	to := len(r.text.String())
	for _, o := range all {
		after := o.Page > f.Page || o.Page == f.Page && o.Start > f.Start
		if after && o.Level <= f.Level {
			to = min(to, r.text.Offset(mark.Pos{Page: o.Page, Offset: o.Start}))
			break
		}
	}
	to = min(to, from+clauseBytes)
	var out []mark.Sentence
	for i, l := range r.lines {
		if l.End <= from || l.Start >= to || len(out) == clauseLines {
			continue
		}
		c := candidate{r: r, line: i, from: 0, to: max(0, len(l.words)-1)}
		a, b := c.cut()
		if a, b = max(a, from), min(b, to); strings.TrimSpace(r.text.String()[a:max(a, b)]) != "" {
			out = append(out, w.quoted(r.citation(a, b)))
		}
	}
	return out, nil
}

// partiesIn names the parties of a document by its features.
func (w *work) partiesIn(ctx context.Context, id mark.DocumentID) ([]mark.Sentence, error) {
	d, err := w.m.Document(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read the document found: %w", err)
	}
	parties, err := w.m.Features(ctx, id, mark.FeatureParty)
	if err != nil || len(parties) == 0 {
		return nil, err
	}
	pages, err := w.m.PagesFrom(ctx, id, parties[0].Page, clausePages)
	if err != nil {
		return nil, fmt.Errorf("read the parties: %w", err)
	}
	return w.parties(&digest{parties: parties, readings: []*reading{read(d, pages)}}), nil
}

// sending matches a question for who sent a message, to whom and when.
var sending = regexp.MustCompile(`(?i)^\W*(?:who|to whom|whom|when|what date)\b.*\b(?:wrote|write|written|sent|send|author|from|received|addressed|dated)\b`)

// sent quotes the head of a message.
func (w *work) sent(ctx context.Context, id mark.DocumentID) ([]mark.Sentence, error) {
	d, err := w.m.Document(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read the document found: %w", err)
	}
	pages, err := w.m.PagesFrom(ctx, id, 1, 1)
	if err != nil {
		return nil, fmt.Errorf("read the head of a message: %w", err)
	}
	r := read(d, pages)
	for _, l := range r.lines {
		if mailHead.MatchString(r.body(l)) {
			return []mark.Sentence{w.quoted(r.citation(l.Start, l.End))}, nil
		}
	}
	return nil, nil
}
