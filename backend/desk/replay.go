package desk

import (
	"context"
	"fmt"
	"slices"

	mark "markai/backend"
	"markai/backend/wire"
)

// Replay puts the question of an outcome again, with the same turns before it and
// limited to the same documents, and says how the answer differs from the one
// that was given. Nothing of it is kept. Errors: NotFound where the outcome or
// its conversation is gone, Invalid where what it was limited to was not kept,
// and those of answering.
func (d *Desk) Replay(ctx context.Context, matter, id string) (wire.Replay, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return wire.Replay{}, err
	}
	o, err := store.Outcome(ctx, id)
	if err != nil {
		return wire.Replay{}, err
	}
	messages, err := store.Messages(ctx, o.Conversation)
	if err != nil {
		return wire.Replay{}, err
	}
	at := turnOf(messages, exact(o.Time))
	if at < 0 {
		return wire.Replay{}, mark.Errorf(mark.NotFound, "The question of this answer is no longer there.")
	}
	if o.Limited != len(o.Scope) {
		return wire.Replay{}, mark.Errorf(mark.Invalid, "This question was limited to %d documents, which are too many to have been kept. Select them and ask again.", o.Limited)
	}
	var before *mark.Answer
	if at+1 < len(messages) && !o.Ended {
		before = messages[at+1].Answer
	}
	q := mark.Question{Text: messages[at].Text, Documents: o.Scope, History: messages[:at]}
	after, err := d.finalAnswer(ctx, store, q)
	if err != nil {
		return wire.Replay{}, err
	}
	d.audit(ctx, "answer.replay", mark.MatterID(matter), id)
	return replayOf(ctx, store, messages[at], before, after)
}

// finalAnswer answers a question without keeping anything.
func (d *Desk) finalAnswer(ctx context.Context, store mark.MatterStore, q mark.Question) (mark.Answer, error) {
	for e, err := range d.d.Answerer.Answer(ctx, store, q) {
		if err != nil {
			return mark.Answer{}, err
		}
		if e.Final != nil {
			return *e.Final, nil
		}
	}
	return mark.Answer{}, mark.Errorf(mark.Internal, "The question got no answer.")
}

func replayOf(ctx context.Context, store mark.MatterStore, asked mark.Message, before *mark.Answer, after mark.Answer) (wire.Replay, error) {
	p := newPages(store)
	out := wire.Replay{Question: asked.Text, Asked: stamp(asked.Created), Differences: []wire.Difference{}}
	var err error
	if out.After, err = p.answer(ctx, after); err != nil {
		return out, err
	}
	if before == nil {
		out.Differences = append(out.Differences, wire.Difference{Part: "answer", Text: "It got no answer then, and has one now."})
		return out, nil
	}
	old, err := p.answer(ctx, *before)
	if err != nil {
		return out, err
	}
	out.Before = &old
	out.Differences = append(out.Differences, differences(*before, after)...)
	out.Same = len(out.Differences) == 0
	return out, nil
}

// differences says how two answers to one question differ.
func differences(before, after mark.Answer) []wire.Difference {
	out := []wire.Difference{}
	add := func(part, text, was, is string) {
		out = append(out, wire.Difference{Part: part, Text: text, Before: was, After: is})
	}
	if a, b := before.Searched, after.Searched; a != b {
		add("searched", "The matter is not what it was: other pages were searched.", covered(a), covered(b))
	}
	if a, b := writer(before.Model), writer(after.Model); a != b {
		add("model", "It was written by another model.", a, b)
	}
	if a, b := expert(before), expert(after); a != b {
		add("expert", "Another expert answered.", a, b)
	}
	switch {
	case before.Refused && !after.Refused:
		add("answer", "It was refused then, and is answered now.", "", "")
	case !before.Refused && after.Refused:
		add("answer", "It was answered then, and is refused now.", "", "")
	case before.Text != after.Text:
		add("answer", "The answer reads otherwise.", before.Text, after.Text)
	}
	for _, c := range before.Citations {
		if !cites(after, c) {
			add("evidence", fmt.Sprintf("A quotation from %s, %s, is no longer there.", c.Name, pageOf(c)), c.Quote, "")
		}
	}
	for _, c := range after.Citations {
		if !cites(before, c) {
			add("evidence", fmt.Sprintf("A quotation from %s, %s, is new.", c.Name, pageOf(c)), "", c.Quote)
		}
	}
	for _, s := range after.Sentences {
		i := slices.IndexFunc(before.Sentences, func(o mark.Sentence) bool { return o.Text == s.Text })
		if i >= 0 && before.Sentences[i].Verdict != s.Verdict {
			add("verdict", fmt.Sprintf("A sentence is judged otherwise: “%s”", title(s.Text)), string(before.Sentences[i].Verdict), string(s.Verdict))
		}
	}
	return out
}

func covered(c mark.Coverage) string {
	return fmt.Sprintf("documents: %d, pages: %d, unread: %d", c.Documents, c.Pages, c.Unread)
}

func writer(model string) string {
	if model == "" {
		return "quotations alone"
	}
	return model
}

func expert(a mark.Answer) string {
	if a.Routed == nil {
		return ""
	}
	return a.Routed.Name
}

func pageOf(c mark.Citation) string {
	if len(c.Spans) == 0 {
		return "no page"
	}
	return fmt.Sprintf("page %d", c.Spans[0].Page)
}

func cites(a mark.Answer, c mark.Citation) bool {
	return slices.ContainsFunc(a.Citations, func(o mark.Citation) bool {
		return o.Document == c.Document && slices.Equal(o.Spans, c.Spans)
	})
}
