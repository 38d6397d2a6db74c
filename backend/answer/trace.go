package answer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/cite"
)

// trace gathers how an answer comes about while it is made.
type trace struct {
	searches []mark.TraceSearch
	read     []mark.DocumentID
	rated    []candidate // the sentences that bear on the question
	absent   string      // a name that stands nowhere, for which nothing was quoted
	failures []mark.Failure
	repairs  int
}

// searchFor puts a query to the search and notes it; why is for people.
func (w *work) searchFor(ctx context.Context, q mark.Query, why string) ([]mark.Hit, error) {
	hits, err := w.s.cfg.Searcher.Search(ctx, w.m, q)
	if err != nil {
		return nil, mark.AtStage(mark.StageSearch, err)
	}
	w.trace.searches = append(w.trace.searches, mark.TraceSearch{
		Text: mark.Traced(q.Text), Documents: len(q.Documents), Found: len(hits), Why: why,
	})
	return hits, nil
}

// failed notes a step that broke down and was made up for.
func (w *work) failed(s mark.Stage, err error) {
	w.trace.failures = append(w.trace.failures, mark.Failure{Stage: s, Code: mark.CodeOf(err)})
}

// wantedNames are the kinds of things a question can ask for, for people.
var wantedNames = map[want]string{
	wantDate: "a date", wantDuration: "a duration", wantPlace: "a place", wantMoney: "an amount", wantPerson: "a person", wantMeaning: "what a word means",
}

// traced is the trace of the answer as it stands now.
func (w *work) traced() *mark.Trace {
	t := &mark.Trace{
		Query: mark.Traced(w.q.Text), Wanted: wantedNames[w.in.want],
		Searches: w.trace.searches, Failures: w.trace.failures, Repairs: w.trace.repairs,
	}
	if n := len(t.Searches); n > 0 {
		t.Query = t.Searches[0].Text
	}
	for _, a := range w.in.topics {
		t.Topics = append(t.Topics, a.name)
	}
	for _, n := range w.in.names {
		t.Names = append(t.Names, n.text)
	}
	w.traceDocuments(t)
	for _, h := range w.hits[:min(len(w.hits), mark.MostTracedPassages)] {
		t.Passages = append(t.Passages, w.tracePassage(h))
	}
	t.Checks = checks(w.answer)
	return t
}

// traceDocuments ranks the documents: those that were read in that order, then
// those that search found beside them.
func (w *work) traceDocuments(t *mark.Trace) {
	names, found := map[mark.DocumentID]string{}, map[mark.DocumentID]int{}
	for _, h := range w.hits {
		names[h.Chunk.Document] = h.Document.Name
		found[h.Chunk.Document]++
	}
	for _, c := range w.trace.rated {
		names[c.r.doc.ID] = c.r.doc.Name
	}
	order := slices.Clone(w.trace.read)
	for _, id := range documentsOf(w.hits) {
		if !slices.Contains(order, id) {
			order = append(order, id)
		}
	}
	for i, id := range order[:min(len(order), mark.MostTracedDocuments)] {
		if names[id] == "" {
			continue // read for a name alone, and nothing of it bears on the question
		}
		t.Documents = append(t.Documents, mark.TraceDocument{
			Document: id, Name: names[id], Passages: found[id],
			Named: w.namesDocument(names[id]), Read: i < len(w.trace.read),
		})
	}
}

// namesDocument reports whether the question names a document by its name.
func (w *work) namesDocument(title string) bool {
	lower := strings.ToLower(title)
	return slices.ContainsFunc(w.in.names, func(n name) bool {
		return len(n.tokens) > 0 && !slices.ContainsFunc(n.tokens, func(token string) bool { return !strings.Contains(lower, token) })
	})
}

// tracePassage says what became of a passage that search found.
func (w *work) tracePassage(h mark.Hit) mark.TracePassage {
	p := mark.TracePassage{Document: h.Chunk.Document, Name: h.Document.Name, Page: h.Chunk.From.Page, Text: mark.Traced(oneLine(h.Chunk.Text))}
	for _, r := range h.Why {
		if r.Detail != "" {
			p.Why = append(p.Why, r.Detail)
		}
	}
	p.Cited = slices.ContainsFunc(w.answer.Citations, func(c mark.Citation) bool { return standsIn(c, h.Chunk) })
	switch {
	case p.Cited:
	case w.trace.absent != "":
		p.Aside = fmt.Sprintf("“%s” stands nowhere in what was searched, so nothing was quoted.", w.trace.absent)
	case !slices.Contains(w.trace.read, h.Chunk.Document):
		p.Aside = "Its document was not read for the answer: others come before it, or the question names another."
	case slices.ContainsFunc(w.trace.rated, func(c candidate) bool { return slices.Contains(c.r.linesOf(h.Chunk), c.line) }):
		p.Aside = "A sentence of it bears on the question, and others bear on it more."
	default:
		p.Aside = "It was read, and no sentence of it speaks of what is asked."
	}
	return p
}

// standsIn reports whether a quotation touches a passage.
func standsIn(c mark.Citation, in mark.Chunk) bool {
	return slices.ContainsFunc(c.Spans, func(s mark.Span) bool {
		before := s.Page < in.From.Page || s.Page == in.From.Page && s.End <= in.From.Offset
		after := s.Page > in.To.Page || s.Page == in.To.Page && s.Start >= in.To.Offset
		return c.Document == in.Document && !before && !after
	})
}

const mostChecks = 24

// checks says of each sentence what it was held against its quotations for.
func checks(a mark.Answer) []string {
	var out []string
	for i, s := range a.Sentences[:min(len(a.Sentences), mostChecks)] {
		where := "no quotation"
		if len(s.Citations) > 0 && len(s.Citations) <= 3 {
			numbers := make([]string, len(s.Citations))
			for j, n := range s.Citations {
				numbers[j] = fmt.Sprintf("[%d]", n+1)
			}
			where = strings.Join(numbers, ", ")
		} else if len(s.Citations) > 3 {
			where = fmt.Sprintf("%d quotations", len(s.Citations))
		}
		out = append(out, fmt.Sprintf("Sentence %d against %s: %s", i+1, where, check(s)))
	}
	return out
}

// check says what a verdict rests on.
func check(s mark.Sentence) string {
	switch {
	case s.Note != "":
		return s.Note
	case s.Verdict == mark.VerdictVerbatim:
		return "It stands there word for word, and the words around it do not deny it."
	case s.Verdict != mark.VerdictSupported:
		return "Nothing there carries it."
	}
	facts := cite.FactsOf(s.Text)
	var parts []string
	for _, f := range []struct {
		one, many string
		values    []string
	}{{"date", "dates", facts.Dates}, {"number", "numbers", facts.Numbers}, {"name", "names", facts.Names}} {
		switch len(f.values) {
		case 0:
		case 1:
			parts = append(parts, "the "+f.one+" "+f.values[0])
		default:
			parts = append(parts, "the "+f.many+" "+strings.Join(f.values, ", "))
		}
	}
	if len(parts) == 0 {
		return "Its words stand there, and what must and must not be done is the same."
	}
	return mark.Traced("Compared were " + strings.Join(parts, "; ") + ", and its other words.")
}
