package desk

import (
	"context"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/query"
	"markai/backend/wire"
)

// Search finds passages.
func (d *Desk) Search(ctx context.Context, matter string, r wire.SearchRequest) ([]wire.Hit, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(r.Query) == "" {
		return []wire.Hit{}, nil
	}
	docs, err := searchScope(ctx, store, r)
	if err != nil {
		return nil, err
	}
	if docs != nil && len(docs) == 0 {
		return []wire.Hit{}, nil
	}
	limit := r.Limit
	if limit <= 0 || limit > 200 {
		limit = d.d.Limit
	}
	hits, err := d.d.Searcher.Search(ctx, store, mark.Query{Text: r.Query, Documents: docs, Limit: limit, Sentence: true})
	if err != nil {
		return nil, err
	}
	d.audit(ctx, "search", mark.MatterID(matter), "")
	return newPages(store).hits(ctx, hits)
}

// ReadSearch says how a search is understood, while it is typed.
func (d *Desk) ReadSearch(ctx context.Context, matter, text string) (wire.Reading, error) {
	out := wire.Reading{Parts: []wire.Part{}, Problems: []string{}, Suggestions: []wire.Suggestion{}}
	store, err := d.store(ctx, matter)
	if err != nil {
		return out, err
	}
	r, err := d.d.Searcher.Read(ctx, store, mark.Query{Text: text})
	if err != nil {
		return out, err
	}
	out.Operators, out.Problems = r.Operators, notNil(r.Problems)
	for _, p := range query.Explain(query.Read(text)) {
		out.Parts = append(out.Parts, wire.Part(p))
	}
	for _, s := range r.Suggestions {
		out.Suggestions = append(out.Suggestions, wire.Suggestion{Word: s.Word, Instead: s.Instead})
	}
	return out, nil
}

// Ask answers a question, one event after the other; emit's error ends it. The
// turn is kept in its conversation once the answer is final.
func (d *Desk) Ask(ctx context.Context, matter string, r wire.AskRequest, emit func(wire.AskEvent) error) error {
	store, err := d.store(ctx, matter)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(r.Question)
	if text == "" {
		return mark.Errorf(mark.Invalid, "Type a question first.")
	}
	docs := named[mark.DocumentID](r.Documents)
	q := mark.Question{Text: text, Documents: docs, Conversation: mark.ConversationID(r.Conversation), Expert: r.Expert}
	if q.Conversation == "" {
		q.Conversation = mark.ConversationID(mark.NewID())
	} else if q.History, err = store.Messages(ctx, q.Conversation); err != nil {
		return err
	}
	if err := emit(wire.AskEvent{Kind: "started", Conversation: string(q.Conversation)}); err != nil {
		return err
	}
	asked := time.Now()
	p := newPages(store)
	for e, err := range d.d.Answerer.Answer(ctx, store, q) {
		if err != nil {
			if ctx.Err() == nil {
				d.keepEnded(ctx, store, q, asked, err)
			}
			return err
		}
		w, err := p.event(ctx, e)
		if err != nil {
			return err
		}
		if e.Final != nil {
			// Who leaves now leaves no question without its answer behind.
			stored, now := context.WithoutCancel(ctx), time.Now()
			if err := keep(stored, store, q, asked, now, e.Final); err != nil {
				return err
			}
			d.enter(stored, mark.MatterID(matter), q.Conversation, now, e.Final)
			d.audit(ctx, "ask", mark.MatterID(matter), string(q.Conversation))
		}
		if err := emit(w); err != nil {
			return err
		}
	}
	return nil
}

// Answer is Ask that gives the answer in one piece.
func (d *Desk) Answer(ctx context.Context, matter string, r wire.AskRequest) (wire.Answer, error) {
	var out wire.Answer
	err := d.Ask(ctx, matter, r, func(e wire.AskEvent) error {
		if e.Final != nil {
			out = *e.Final
		}
		return nil
	})
	return out, err
}

func (p *pages) event(ctx context.Context, e mark.AnswerEvent) (wire.AskEvent, error) {
	switch {
	case e.Final != nil:
		a, err := p.answer(ctx, *e.Final)
		return wire.AskEvent{Kind: "final", Final: &a}, err
	case e.Sentence != nil:
		s := wireSentence(*e.Sentence)
		return wire.AskEvent{Kind: "sentence", Sentence: &s}, nil
	case e.Progress != nil:
		return wire.AskEvent{Kind: "progress", Progress: &wire.Progress{Done: e.Progress.Done, Total: e.Progress.Total}}, nil
	case e.Passages != nil:
		hits, err := p.hits(ctx, e.Passages)
		return wire.AskEvent{Kind: "passages", Passages: hits}, err
	}
	return wire.AskEvent{Kind: "draft", Draft: e.Draft}, nil
}

// keep stores a finished turn.
func keep(ctx context.Context, store mark.MatterStore, q mark.Question, asked, now time.Time, a *mark.Answer) error {
	if err := keepQuestion(ctx, store, q, asked, now); err != nil {
		return err
	}
	if err := store.AddMessage(ctx, q.Conversation, mark.Message{Role: "assistant", Text: a.Text, Answer: a, Created: now}); err != nil {
		return err
	}
	o := mark.OutcomeOf(*a)
	o.Conversation, o.Time = q.Conversation, now
	o.Of(q.Documents)
	return store.PutOutcome(ctx, o)
}

// keepEnded stores a question that got no answer, with what ended it, so that it
// can be put again. That it cannot be kept takes nothing from the person.
func (d *Desk) keepEnded(ctx context.Context, store mark.MatterStore, q mark.Question, asked time.Time, cause error) {
	err := keepQuestion(ctx, store, q, asked, asked)
	if err == nil {
		o := mark.EndedBy(cause, time.Since(asked))
		o.Conversation, o.Time = q.Conversation, asked
		o.Of(q.Documents)
		err = store.PutOutcome(ctx, o)
	}
	if err != nil {
		slog.WarnContext(ctx, "a question without an answer was not kept", "code", mark.CodeOf(err))
	}
}

// keepQuestion stores a question in its conversation, which it begins where it
// is the first.
func keepQuestion(ctx context.Context, store mark.MatterStore, q mark.Question, asked, now time.Time) error {
	c := mark.Conversation{ID: q.Conversation, Title: title(q.Text), Created: asked, Updated: now}
	if len(q.History) > 0 {
		c.Title, c.Created = title(q.History[0].Text), q.History[0].Created
	}
	if err := store.PutConversation(ctx, c); err != nil {
		return err
	}
	return store.AddMessage(ctx, c.ID, mark.Message{Role: "user", Text: q.Text, Created: asked})
}

// title is a conversation's first question, cut to a line.
func title(q string) string {
	q = strings.Join(strings.Fields(q), " ")
	const most = 80
	if utf8.RuneCountInString(q) <= most {
		return q
	}
	return string([]rune(q)[:most-1]) + "…"
}

// Conversations lists a matter's conversations, newest first.
func (d *Desk) Conversations(ctx context.Context, matter string) ([]wire.Conversation, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return nil, err
	}
	cs, err := store.Conversations(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]wire.Conversation, 0, len(cs))
	for _, c := range cs {
		out = append(out, wire.Conversation{ID: string(c.ID), Title: c.Title, Updated: stamp(c.Updated)})
	}
	return out, nil
}

// Messages gives one conversation, oldest turn first.
func (d *Desk) Messages(ctx context.Context, matter, conversation string) ([]wire.Message, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return nil, err
	}
	ms, err := store.Messages(ctx, mark.ConversationID(conversation))
	if err != nil {
		return nil, err
	}
	p := newPages(store)
	out := make([]wire.Message, 0, len(ms))
	for _, m := range ms {
		w := wire.Message{Role: m.Role, Text: m.Text, Created: exact(m.Created)}
		if m.Answer != nil {
			a, err := p.answer(ctx, *m.Answer)
			if err != nil {
				return nil, err
			}
			w.Answer = &a
		}
		out = append(out, w)
	}
	return out, nil
}

// DeleteConversation forgets a conversation.
func (d *Desk) DeleteConversation(ctx context.Context, matter, conversation string) error {
	store, err := d.store(ctx, matter)
	if err != nil {
		return err
	}
	return store.DeleteConversation(ctx, mark.ConversationID(conversation))
}

// Settings lists all settings, explained.
func (d *Desk) Settings() []wire.Setting { return d.d.Settings.List() }

// PutSetting writes one setting to the settings file.
func (d *Desk) PutSetting(ctx context.Context, key, value string) error {
	if err := d.d.Settings.Put(key, value); err != nil {
		return err
	}
	d.StateChanged(ctx)
	return nil
}
