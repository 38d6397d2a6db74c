package answer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/cite"
)

// surveyed is what a document said, as it is kept for the next time.
type surveyed struct {
	PagesRead int // of the document, when it was asked
	Found     bool
	Value     string         `json:",omitempty"`
	Citation  *mark.Citation `json:",omitempty"`
}

// surveyVersion changes when documents are read for a survey in another way:
// what was kept before is then read anew.
const surveyVersion = "2"

// survey reads every document in scope for what is asked and counts. It goes on
// where it was stopped, and a document that was asked before is not read again.
func (w *work) survey(ctx context.Context, asked whole, emit func(mark.AnswerEvent) bool) error {
	docs, err := w.scope(ctx, asked.types)
	if err != nil {
		return err
	}
	value, rest, filtered := filterOf(asked.rest)
	w.in = ask(rest)
	if filtered {
		w.in.want = value.want
	}
	sum := sha256.Sum256([]byte(surveyVersion + "\n" + rest + "\n" + fmt.Sprint(w.in.want)))
	key := hex.EncodeToString(sum[:])
	kept, err := w.m.SurveyRows(ctx, key)
	if err != nil {
		return fmt.Errorf("look up what was asked before: %w", err)
	}
	s := &mark.Survey{Topic: asked.rest, Without: asked.without}
	w.answer.Survey = s
	for i, d := range docs {
		said, err := w.document(ctx, d, key, kept[d.ID])
		if mark.CodeOf(err) == mark.NotFound && ctx.Err() == nil && err != nil {
			continue // taken out of the matter meanwhile
		}
		if err != nil {
			return err
		}
		row := mark.SurveyRow{Document: d.ID, Name: d.Name, Citation: -1}
		switch {
		case said.Found:
			row.State, row.Value, row.Citation = mark.SurveyFound, said.Value, len(w.answer.Citations)
			w.answer.Citations = append(w.answer.Citations, *said.Citation)
			if filtered {
				row.State = value.stateOf(said)
			}
		case d.PagesRead == 0:
			row.State = mark.SurveyUnread
		case unread(d) > 0:
			row.State = mark.SurveyPartly
		default:
			row.State = mark.SurveySilent
		}
		s.Rows = append(s.Rows, row)
		w.answer.Searched.Pages += d.PagesRead
		w.answer.Searched.Unread += unread(d)
		if d.PagesRead > 0 {
			w.answer.Searched.Documents++
		}
		if !emit(mark.AnswerEvent{Progress: &mark.Progress{Done: i + 1, Total: len(docs)}}) {
			return errStopped
		}
	}
	s.Values = values(s.Rows)
	slices.SortStableFunc(s.Rows, func(a, b mark.SurveyRow) int { return foremost(a.State) - foremost(b.State) })
	w.answer.Timings.Search = time.Since(w.began)
	if err := w.say(w.account(s), emit); err != nil {
		return err
	}
	w.answer.Text = join(w.answer.Sentences)
	w.answer.Timings.Total = time.Since(w.began)
	w.answer.Trace = w.traced()
	w.settle()
	emit(mark.AnswerEvent{Final: &w.answer})
	return nil
}

// scope returns the documents that a survey asks: those of the question, or all
// of the matter, of the types meant or of a type that is not known. What says
// the same as an earlier document that is asked, and what only holds others, is
// left out.
func (w *work) scope(ctx context.Context, types []mark.DocumentType) ([]mark.Document, error) {
	docs, err := w.m.Documents(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the documents: %w", err)
	}
	wanted := map[mark.DocumentID]bool{}
	for _, id := range w.q.Documents {
		wanted[id] = true
	}
	docs = slices.DeleteFunc(docs, func(d mark.Document) bool {
		return len(wanted) > 0 && !wanted[d.ID] || d.Meta.Type == mark.TypeContainer ||
			len(types) > 0 && d.Meta.Type != "" && !slices.Contains(types, d.Meta.Type)
	})
	asked := make(map[mark.DocumentID]bool, len(docs))
	for _, d := range docs {
		asked[d.ID] = d.Duplicate == ""
	}
	said := map[mark.DocumentID]bool{} // by duplicates whose earlier document is not asked
	return slices.DeleteFunc(docs, func(d mark.Document) bool {
		if d.Duplicate == "" {
			return false
		}
		again := asked[d.Duplicate] || said[d.Duplicate]
		said[d.Duplicate] = true
		return again
	}), nil
}

// document asks one document, or returns what it said the last time.
func (w *work) document(ctx context.Context, d mark.Document, key string, kept []byte) (surveyed, error) {
	var said surveyed
	if kept != nil && json.Unmarshal(kept, &said) == nil && said.PagesRead == d.PagesRead {
		return said, nil
	}
	said = surveyed{PagesRead: d.PagesRead}
	if d.PagesRead == 0 {
		return said, nil
	}
	best, err := w.bestOf(ctx, d)
	if err != nil {
		return said, err
	}
	if best != nil {
		c := best.quote()
		said.Found, said.Citation = true, &c
		if v, ok := lift(w.in, c.Quote); ok && cite.JudgeValue(v, c.Quote).Verdict == mark.VerdictSupported {
			said.Value = v
		}
	}
	data, err := json.Marshal(said)
	if err != nil {
		return said, err
	}
	if err := w.m.PutSurveyRow(ctx, key, d.ID, data); err != nil {
		return said, fmt.Errorf("keep what a document says: %w", err)
	}
	return said, nil
}

// bestOf reads a document from its first page to its last, a part at a time,
// and returns the sentence that bears most on the question, or nil.
func (w *work) bestOf(ctx context.Context, d mark.Document) (*candidate, error) {
	var best *candidate
	err := w.eachPart(ctx, d, func(r *reading) {
		if found := w.in.best(r.score(w.in, liking{})); len(found) > 0 && (best == nil || found[0].score > best.score) {
			best = &found[0]
		}
	})
	return best, err
}

// foremost orders the rows of a survey: those asked for come before those that say
// otherwise.
func foremost(s mark.SurveyState) int {
	if s == mark.SurveyOther {
		return 1
	}
	return 0
}

// mostValues is how many different values are worth listing.
const mostValues = 12

// values counts the values of rows, written alike or not.
func values(rows []mark.SurveyRow) []mark.Facet {
	var out []mark.Facet
	at := map[string]int{}
	for _, r := range rows {
		if r.Value == "" {
			continue
		}
		same := strings.ToLower(oneLine(r.Value))
		i, ok := at[same]
		if !ok {
			i = len(out)
			at[same] = i
			out = append(out, mark.Facet{Value: oneLine(r.Value)})
		}
		out[i].Count++
	}
	slices.SortStableFunc(out, func(a, b mark.Facet) int { return b.Count - a.Count })
	return out
}

// account says in sentences what a survey found: the counts, which code made,
// then the quotation of each document.
func (w *work) account(s *mark.Survey) []mark.Sentence {
	n := map[mark.SurveyState]int{}
	var cited []int
	for _, r := range s.Rows {
		n[r.State]++
		if r.Citation >= 0 {
			cited = append(cited, r.Citation)
		}
	}
	out := []mark.Sentence{{Text: counted(s, n), Verdict: mark.VerdictSupported, Citations: cited}}
	if len(s.Values) > 0 && len(s.Values) <= mostValues {
		out = append(out, w.tally(s))
	}
	for _, r := range s.Rows {
		if r.Citation < 0 {
			continue
		}
		text := oneLine(w.answer.Citations[r.Citation].Quote)
		j := cite.Judge(text, []string{w.answer.Citations[r.Citation].Quote})
		out = append(out, mark.Sentence{Text: "“" + text + "”", Verdict: j.Verdict, Note: j.Note, Citations: []int{r.Citation}})
	}
	return out
}

// counted is the sentence with the counts. It claims that passages bear on the
// question, not what they decide.
func counted(s *mark.Survey, n map[mark.SurveyState]int) string {
	total := len(s.Rows)
	if total == 0 {
		return "There is no document of this kind in the matter."
	}
	var b strings.Builder
	found := fmt.Sprintf("In %d of %s a passage bears on “%s”", n[mark.SurveyFound], plural(total, "document", "documents"), s.Topic)
	silent := fmt.Sprintf("in %d none was found", n[mark.SurveySilent])
	if k := n[mark.SurveyOther]; k > 0 {
		found = fmt.Sprintf("In %d of %s the passage found fits “%s”", n[mark.SurveyFound], plural(total, "document", "documents"), s.Topic)
		silent = fmt.Sprintf("in %d a passage speaks of it and has another value or none that could be read off; in %d none was found", k, n[mark.SurveySilent])
	}
	if s.Without {
		found = fmt.Sprintf("In %d of %s no passage was found on “%s”", n[mark.SurveySilent], plural(total, "document", "documents"), s.Topic)
		silent = fmt.Sprintf("in %d there is one", n[mark.SurveyFound])
	}
	b.WriteString(found + "; " + silent)
	if k := n[mark.SurveyPartly] + n[mark.SurveyUnread]; k > 0 {
		fmt.Fprintf(&b, "; %d could not be read in full and may say more", k)
	}
	b.WriteString(".")
	return b.String()
}

// tally is the sentence with the values.
func (w *work) tally(s *mark.Survey) mark.Sentence {
	var parts []string
	for _, v := range s.Values {
		parts = append(parts, fmt.Sprintf("%s (%d)", v.Value, v.Count))
	}
	var cited []int
	for _, r := range s.Rows {
		if r.Value != "" {
			cited = append(cited, r.Citation)
		}
	}
	name := "Read off the passages"
	if len(w.in.topics) > 0 {
		name = capital(w.in.topics[0].name)
	}
	return mark.Sentence{Text: name + ": " + strings.Join(parts, ", ") + ".", Verdict: mark.VerdictSupported, Citations: cited}
}
