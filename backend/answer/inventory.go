package answer

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	mark "markai/backend"
)

// ofFile matches what a question about the documents themselves may have beside
// them: "are in this file", "do we have".
var ofFile = regexp.MustCompile(`(?i)\b(?:are|is|do|does|did|have|has|there|we|i|you|it|in|of|this|the|our|my|that|a|an|any|all|here|matter|file|case|folder|contained|stored|held|uploaded|available|exist|exists|please|and|so|far)\b`)

// asksWhich reports whether a question asks which documents of a kind there are,
// or how many, and nothing of what they say.
func asksWhich(text string) (whole, bool) {
	if hasParty(ask(text)) {
		return whole{}, false
	}
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		return whole{}, false
	}
	for _, q := range counting {
		g := q.FindStringSubmatchIndex(lower)
		if g == nil {
			continue
		}
		rest := ofFile.ReplaceAllString(text[:g[0]]+" "+text[g[1]:], " ")
		if strings.Trim(rest, " ,;:?.!\n\t") != "" {
			return whole{}, false
		}
		types := papers[strings.TrimSuffix(lower[g[2]:g[3]], "s")]
		return whole{rest: kindsText(lower[g[2]:g[3]], types), types: types}, true
	}
	return whole{}, false
}

// counting are the quantifiers that can ask for the documents themselves.
var counting = []*regexp.Regexp{
	regexp.MustCompile(`\bhow many ` + these + several + `\b`),
	regexp.MustCompile(`\b(?:which|what) ` + these + several + `\b`),
	regexp.MustCompile(`\b(?:list|show|name|identify|give)(?: me)? (?:all|every|each|the|any|our|all the|all of the) ` + these + several + `\b`),
	regexp.MustCompile(`^\s*(?:list|show) ` + several + `\b`),
}

// kindsText names what is counted: types are wider than the word asked for.
func kindsText(asked string, types []mark.DocumentType) string {
	if slices.Equal(types, []mark.DocumentType{mark.TypeOrder}) {
		return "orders, opinions and judgments"
	}
	if len(types) == 2 && asked != "leases" {
		return "agreements and amendments"
	}
	return asked
}

// inventory answers which documents there are, each with the place where it
// names itself.
func (w *work) inventory(ctx context.Context, asked whole, emit func(mark.AnswerEvent) bool) error {
	docs, err := w.scope(ctx, asked.types)
	if err != nil {
		return err
	}
	s := &mark.Survey{Topic: asked.rest}
	unsorted := 0
	for _, d := range docs {
		if len(asked.types) > 0 && d.Meta.Type == "" {
			unsorted++
			continue // of no known type: it is not counted as one of the kind
		}
		row := mark.SurveyRow{Document: d.ID, Name: d.Name, State: mark.SurveyFound, Value: d.Meta.Date, Citation: -1}
		titles, err := w.m.Features(ctx, d.ID, mark.FeatureTitle)
		if err != nil {
			return fmt.Errorf("look up a title: %w", err)
		}
		if len(titles) > 0 {
			pages, err := w.m.PagesFrom(ctx, d.ID, titles[0].Page, 1)
			if err != nil {
				return fmt.Errorf("read a title: %w", err)
			}
			r := read(d, pages)
			at := r.text.Offset(mark.Pos{Page: titles[0].Page, Offset: titles[0].Start})
			if c := r.citation(at, at+titles[0].End-titles[0].Start); c.Quote != "" {
				row.Citation = len(w.answer.Citations)
				w.answer.Citations = append(w.answer.Citations, c)
			}
		}
		s.Rows = append(s.Rows, row)
	}
	w.answer.Survey = s
	if err := w.say(w.listed(s, asked.rest, unsorted), emit); err != nil {
		return err
	}
	return w.finish(ctx, emit)
}

// listed says in sentences which documents there are.
func (w *work) listed(s *mark.Survey, kind string, unsorted int) []mark.Sentence {
	where := "in this matter"
	if len(w.q.Documents) > 0 {
		where = "among the documents asked"
	}
	count := fmt.Sprintf("There are %d %s %s.", len(s.Rows), kind, where)
	switch len(s.Rows) {
	case 0:
		count = fmt.Sprintf("There are no %s %s.", kind, where)
	case 1:
		count = fmt.Sprintf("Of %s there is 1 %s.", kind, where)
	}
	if unsorted > 0 {
		count += fmt.Sprintf(" %s of no known kind and not counted.", plural(unsorted, "more document is", "more documents are"))
	}
	var all []int
	for _, r := range s.Rows {
		if r.Citation >= 0 {
			all = append(all, r.Citation)
		}
	}
	out := []mark.Sentence{{Text: count, Verdict: mark.VerdictSupported, Citations: all}}
	for _, r := range s.Rows {
		text := r.Name
		if r.Value != "" {
			text += ", " + dateText(r.Value)
		}
		sentence := mark.Sentence{Text: text + ".", Verdict: mark.VerdictSupported}
		if r.Citation >= 0 {
			sentence.Citations = []int{r.Citation}
		}
		out = append(out, sentence)
	}
	return out
}
