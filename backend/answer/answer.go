package answer

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	mark "markai/backend"
	"markai/backend/cite"
	"markai/backend/route"
)

// Model is the chat model that is loaded.
type Model struct {
	Name       string
	Parameters int64
	Ability    *Ability // nil: it was not measured
}

// Writes reports whether a model is trusted to write: by what it was measured to
// do, else if it has a thousand million parameters. Smaller ones lose names and
// denials more often than they help, and quotations answer better.
func (m Model) Writes(least int64) bool {
	if m.Ability != nil {
		return m.Ability.Writes()
	}
	if least <= 0 {
		least = LeastParameters
	}
	return m.Parameters >= least
}

// LeastParameters is the size from which a chat model writes.
const LeastParameters = 1_000_000_000

// Config is what a Service works with.
type Config struct {
	Searcher        mark.Searcher
	Embedder        mark.Embedder         // compares meanings where no topic is known; nil: words alone
	Generator       mark.Generator        // nil: quotations alone
	Model           func() Model          // the chat model that Generator uses now; nil: none
	Router          Router                // chooses who answers; nil: Generator's default model, in one way
	Models          func(id string) Model // of an expert; needed with Router
	LeastParameters int64                 // from which a model writes; 0 means LeastParameters
	PassageTokens   int                   // budget for passages in a prompt; 0 means 1,500
}

// Service answers questions. It is safe for concurrent use.
type Service struct {
	cfg Config

	mu       sync.Mutex                       // guards recalled
	recalled map[mark.ConversationID]struct{} // of which the model has what was kept, if anything was
}

var _ mark.Answerer = (*Service)(nil)

// New returns a Service.
func New(cfg Config) *Service {
	return &Service{cfg: cfg, recalled: map[mark.ConversationID]struct{}{}}
}

const (
	searchDepth = 24 // passages that search is asked for
	widerDepth  = 64 // in a second search
	shown       = 8  // of them in the first event and in a refusal
)

// Answer answers q from the documents of m. The events come in this order:
// Passages once, then Draft and Sentence as they are made, Final last. A
// question that nothing bears on gets a Final that is refused. A question about
// every document ("which contracts …") is a survey: Progress comes instead of
// Passages, and Final carries a row per document. Errors: Invalid
// for an empty question, and those of search and of the store. A model that
// fails costs its sentences, not the answer.
func (s *Service) Answer(ctx context.Context, m mark.MatterStore, q mark.Question) iter.Seq2[mark.AnswerEvent, error] {
	return func(yield func(mark.AnswerEvent, error) bool) {
		if strings.TrimSpace(q.Text) == "" {
			yield(mark.AnswerEvent{}, mark.Errorf(mark.Invalid, "Type a question first."))
			return
		}
		w := &work{s: s, m: m, q: q, began: time.Now()}
		err := w.run(ctx, func(e mark.AnswerEvent) bool { return yield(e, nil) })
		if err != nil && err != errStopped {
			yield(mark.AnswerEvent{}, err)
			return
		}
		w.keep(ctx)
	}
}

// work is one question being answered.
type work struct {
	s     *Service
	m     mark.MatterStore
	q     mark.Question
	began time.Time

	in     inquiry
	hits   []mark.Hit
	answer mark.Answer
	trace  trace

	readings []*reading      // of the documents that the answer rests on
	unnamed  string          // a kind of document that the question means, and none is called so
	routed   *route.Decision // nil: there is no router
	by       Model           // wrote the answer; zero: quotations alone

	asked   mark.Prompt   // what the model was asked; empty where it was not
	reading time.Duration // it took from there to the first token
}

var errStopped = fmt.Errorf("the reader left")

// run makes the answer. emit returns false when nobody listens any more.
func (w *work) run(ctx context.Context, emit func(mark.AnswerEvent) bool) error {
	if err := w.route(ctx); err != nil {
		return err
	}
	w.resume()
	if done, err := w.asWhole(ctx, emit); done || err != nil {
		return err
	}
	var carried []mark.DocumentID
	w.in, carried = follow(ask(w.q.Text), w.q.History)
	aimed, unsure, none, err := w.aim(ctx, carried)
	if err != nil {
		return mark.AtStage(mark.StageRead, err)
	}
	if none != "" {
		return w.refuseKind(ctx, none, emit)
	}
	if err := w.search(ctx, carried, aimed); err != nil {
		return err
	}
	if unsure.kind != "" {
		only, asked, err := w.askBack(ctx, unsure)
		if err != nil {
			return mark.AtStage(mark.StageRead, err)
		}
		if asked {
			return w.finish(ctx, emit)
		}
		if aimed = append(aimed, only...); len(only) > 0 {
			if err := w.search(ctx, nil, aimed); err != nil {
				return err
			}
		}
	}
	if done, err := w.plainly(ctx, aimed, carried, emit); done || err != nil {
		return err
	}
	quotes, absent, err := w.evidence(ctx, aimed, emit)
	if err != nil {
		return err
	}
	if len(quotes) == 0 && absent == "" {
		if quotes, err = w.lookWider(ctx, carried, aimed); err != nil {
			return err
		}
	}
	w.answer.Timings.Search = time.Since(w.began)
	switch {
	case len(w.answer.Sentences) > 0: // worked out
	case len(quotes) == 0:
		if err := w.refuse(ctx, absent); err != nil {
			return err
		}
	default:
		if err := w.write(ctx, quotes, emit); err != nil {
			return err
		}
	}
	if !w.answer.Refused && w.answer.Computation == nil {
		before := len(w.answer.Sentences)
		if err := w.contradictions(ctx); err != nil {
			return err
		}
		for _, s := range w.answer.Sentences[before:] {
			if !emit(mark.AnswerEvent{Sentence: &s}) {
				return errStopped
			}
		}
	}
	return w.finish(ctx, emit)
}

// asWhole answers questions that no passage answers: which documents there are,
// what each of them says, what a document or the matter is about, what happened
// when. It reports whether this was one.
func (w *work) asWhole(ctx context.Context, emit func(mark.AnswerEvent) bool) (bool, error) {
	mode := w.chosen()
	if mode == "" || mode == route.Survey {
		if asked, ok := asksWhich(w.q.Text); ok {
			return true, w.inventory(ctx, asked, emit)
		}
	}
	w.in = ask(w.q.Text)
	if mode == route.WholeText || mode == "" && asksSummary(w.q.Text) {
		return true, w.summary(ctx, emit)
	}
	if mode == route.InOrder || mode == "" && chronologies.MatchString(w.q.Text) {
		return true, w.chronology(ctx, emit)
	}
	if asked, ok := w.steer(asksAll(w.q.Text)); ok {
		return true, w.survey(ctx, asked, emit)
	}
	return false, nil
}

// finish counts what was searched and gives the answer.
func (w *work) finish(ctx context.Context, emit func(mark.AnswerEvent) bool) error {
	if w.answer.Choices == nil && !w.answer.Refused {
		w.answer.Text = join(w.answer.Sentences)
	}
	if err := w.cover(ctx); err != nil {
		return mark.AtStage(mark.StageCount, err)
	}
	w.answer.Timings.Total = time.Since(w.began)
	w.answer.Trace = w.traced()
	slog.DebugContext(ctx, "question answered", "question", w.q, "refused", w.answer.Refused,
		"sentences", len(w.answer.Sentences), "citations", len(w.answer.Citations), "took", w.answer.Timings.Total)
	w.settle()
	emit(mark.AnswerEvent{Final: &w.answer})
	return nil
}

// evidence chooses the documents to read and what to quote of them. What can be
// worked out of them is told at once. It returns a name that stands nowhere, where
// that is why nothing is quoted.
func (w *work) evidence(ctx context.Context, aimed []mark.DocumentID, emit func(mark.AnswerEvent) bool) ([]candidate, string, error) {
	ids, err := w.searchNamed(ctx)
	if err != nil {
		return nil, "", err
	}
	if !emit(mark.AnswerEvent{Passages: w.hits[:min(shown, len(w.hits))]}) {
		return nil, "", errStopped
	}
	scope := w.q.Documents
	if len(scope) == 0 {
		scope = aimed
	}
	chosen, err := choose(ctx, w.m, w.in, ids, w.hits, scope)
	if err != nil {
		return nil, "", mark.AtStage(mark.StageRead, err)
	}
	w.trace.absent, w.readings = chosen.absent, chosen.readings
	for _, r := range chosen.readings {
		w.trace.read = append(w.trace.read, r.doc.ID)
	}
	if r, ok := w.calculate(chosen.readings); ok && chosen.absent == "" {
		return nil, "", w.say(w.tell(r), emit)
	}
	if chosen.absent != "" {
		return nil, chosen.absent, nil
	}
	quotes, err := w.quotes(ctx, chosen.readings)
	return quotes, "", mark.AtStage(mark.StageRead, err)
}

// lookWider looks once more before a refusal: outside the documents that the
// conversation was about, and deeper, by what is asked alone. A question that
// names its parties is about their documents only.
func (w *work) lookWider(ctx context.Context, carried, aimed []mark.DocumentID) ([]candidate, error) {
	if len(partiesOf(w.in)) > 0 || len(w.answer.Sentences) > 0 {
		return nil, nil
	}
	q := mark.Query{Text: w.in.topic, Documents: w.q.Documents, Limit: widerDepth, Question: true}
	if len(aimed) > 0 {
		q.Documents = aimed // what others say is no answer to what this one says
	}
	if q.Text == "" || len(carried) > 0 {
		q.Text = w.q.Text
	}
	hits, err := w.searchFor(ctx, q, "A second, wider search, because the first found nothing to quote.")
	if err != nil {
		return nil, err
	}
	first := w.hits
	w.hits = hits
	chosen, err := choose(ctx, w.m, w.in, documentsOf(hits), hits, q.Documents)
	if err == nil && chosen.absent == "" {
		var quotes []candidate
		if quotes, err = w.quotes(ctx, chosen.readings); len(quotes) > 0 {
			w.readings = chosen.readings
			for _, r := range chosen.readings {
				if !slices.Contains(w.trace.read, r.doc.ID) {
					w.trace.read = append(w.trace.read, r.doc.ID)
				}
			}
			return quotes, mark.AtStage(mark.StageRead, err)
		}
	}
	w.hits = first
	return nil, mark.AtStage(mark.StageRead, err)
}

// search finds passages. A question that leans on the one before looks in the
// documents that were cited, one that means certain documents in those, unless
// nothing is there.
func (w *work) search(ctx context.Context, carried, aimed []mark.DocumentID) error {
	query := mark.Query{Text: w.q.Text, Documents: w.q.Documents, Limit: searchDepth, Question: true}
	if len(query.Documents) == 0 {
		query.Documents = carried
		if len(aimed) > 0 {
			query.Documents, carried = aimed, nil
		}
	}
	if before := lastQuestion(w.q.History); before != "" && len(carried) > 0 {
		query.Text = w.q.Text + "\n" + before
	}
	var err error
	w.hits, err = w.searchFor(ctx, query, "The question as it was asked.")
	if err == nil && len(w.hits) == 0 && len(carried) > 0 && len(w.q.Documents) == 0 {
		query.Documents = nil
		w.hits, err = w.searchFor(ctx, query, "Nothing was found in the documents cited before, so the whole matter was searched.")
	}
	if err != nil {
		return fmt.Errorf("search for an answer: %w", err)
	}
	return nil
}

const fewHits = 3 // in a document, below which it is searched by itself

// searchNamed finds the documents in which the parties of the question stand
// word for word, and searches in those of which the first search showed little.
// It returns all documents to consider, those named first.
func (w *work) searchNamed(ctx context.Context) ([]mark.DocumentID, error) {
	ids, err := namedDocuments(ctx, w.m, w.in, documentsOf(w.hits), w.q.Documents)
	if err != nil {
		return nil, err
	}
	var poor []mark.DocumentID
	for _, id := range ids[:min(len(ids), mostDocuments)] {
		n := 0
		for _, h := range w.hits {
			if h.Chunk.Document == id {
				n++
			}
		}
		if n < fewHits {
			poor = append(poor, id)
		}
	}
	if len(poor) == 0 || len(partiesOf(w.in)) == 0 {
		return ids, nil
	}
	text := w.in.topic
	if text == "" {
		text = w.q.Text
	}
	more, err := w.searchFor(ctx, mark.Query{Text: text, Documents: poor, Limit: searchDepth, Question: true}, "The documents that the question names, each by itself.")
	if err != nil {
		return nil, fmt.Errorf("search the documents named: %w", err)
	}
	for _, h := range more {
		if !slices.ContainsFunc(w.hits, func(o mark.Hit) bool { return o.Chunk.ID == h.Chunk.ID }) {
			w.hits = append(w.hits, h)
		}
	}
	return ids, nil
}

func lastQuestion(history []mark.Message) string {
	for _, m := range slices.Backward(history) {
		if m.Role == "user" {
			return m.Text
		}
	}
	return ""
}

// quote makes the citation of a candidate: the stored bytes, where they stand
// on the pages, and their boxes.
func (c candidate) quote() mark.Citation { return c.r.citation(c.cut()) }

// citation makes a citation of bytes of a reading.
func (r *reading) citation(from, to int) mark.Citation {
	match := r.text.Slice(from, to)
	out := mark.Citation{Document: r.doc.ID, Name: r.doc.Name, Quote: match.Quote, Spans: match.Spans}
	for _, sp := range match.Spans {
		for _, p := range r.pages {
			if p.Number == sp.Page {
				out.Boxes = append(out.Boxes, mark.PageBoxes{Page: sp.Page, Boxes: p.Boxes(sp.Start, sp.End)})
			}
		}
	}
	return out
}

const (
	longQuote  = 900 // bytes; a longer sentence is quoted in part
	shortQuote = 420 // the same in a summary or a table
	leastPart  = 350 // of a quotation of a part
	shortPart  = 160
)

// cut returns the bytes of the reading to quote: the sentence, or of a very
// long one the clauses around what bears on the question.
func (c candidate) cut() (int, int) { return c.cutTo(longQuote, leastPart) }

// cutTo is cut with other sizes: a sentence longer than most bytes is quoted in
// part, in whole clauses once least bytes are there.
func (c candidate) cutTo(most, least int) (int, int) {
	s := c.r.lines[c.line]
	if s.End-s.Start <= most || c.from < 0 {
		return s.Start, s.End
	}
	body := c.r.body(s)
	from, to := s.words[c.from].Start, s.words[c.to].End
	if to-from > most {
		to = s.words[c.from].End
	}
	for from > 0 && (to-from < least || !clauseEnd(body, from)) && to-from < most {
		from--
	}
	for to < len(body) && (to-from < least || !clauseEnd(body, to)) && to-from < most {
		to++
	}
	from, to = wordEdges(s.words, from, to, len(body))
	return s.Start + from, s.Start + to
}

// clauseEnd reports whether a clause ends right before i.
func clauseEnd(body string, i int) bool {
	return i > 0 && strings.IndexByte(";:", body[i-1]) >= 0
}

// wordEdges moves the ends of a range off the middle of words.
func wordEdges(ws []cite.Word, from, to, size int) (int, int) {
	for _, w := range ws {
		if w.Start < from && from < w.End {
			from = w.Start
		}
		if w.Start < to && to < w.End {
			to = w.End
		}
	}
	return from, min(to, size)
}

// cover says what the question was put to.
func (w *work) cover(ctx context.Context) error {
	docs, err := w.m.Documents(ctx)
	if err != nil {
		return fmt.Errorf("count what was searched: %w", err)
	}
	for _, d := range docs {
		if len(w.q.Documents) > 0 && !slices.Contains(w.q.Documents, d.ID) {
			continue
		}
		if d.PagesRead > 0 {
			w.answer.Searched.Documents++
			w.answer.Searched.Pages += d.PagesRead
		}
		w.answer.Searched.Unread += unread(d)
	}
	return nil
}

// unread counts what of a document could not be read or is still to come.
func unread(d mark.Document) int {
	switch {
	case d.Pages > d.PagesRead:
		return d.Pages - d.PagesRead
	case d.PagesRead == 0:
		return 1
	}
	return 0
}
