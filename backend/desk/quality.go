package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	mark "markai/backend"
	"markai/backend/wire"
)

const (
	qualityDays    = 90    // that Quality looks back
	qualityMost    = 50000 // answers counted
	qualityEntries = 200
)

// Quality says how the answers of a matter turned out in the last 90 days.
func (d *Desk) Quality(ctx context.Context, matter string) (wire.Quality, error) {
	out := wire.Quality{Days: []wire.QualityDay{}, Entries: []wire.QualityOutcome{}, Stages: []wire.QualityStage{}, Experts: []wire.QualityExpert{}}
	store, err := d.store(ctx, matter)
	if err != nil {
		return out, err
	}
	outcomes, err := store.Outcomes(ctx, time.Now().AddDate(0, 0, -qualityDays), qualityMost)
	if err != nil {
		return out, err
	}
	out.Days = qualityDaysOf(outcomes)
	out.Experts = expertsOf(outcomes)
	var failures []mark.Failure
	for _, o := range outcomes {
		failures = append(failures, o.Failures...)
		if worthALook(o) && len(out.Entries) < qualityEntries {
			out.Entries = append(out.Entries, wireOutcome(o))
		}
	}
	out.Stages = wireFailures(failures)
	slices.SortStableFunc(out.Stages, func(a, b wire.QualityStage) int { return b.Count - a.Count })
	return out, nameQuestions(ctx, store, out.Entries)
}

// wrong reports whether an answer is not as it should be, by our verdicts or a
// reader's word.
func wrong(o mark.Outcome) bool {
	return o.Altered > 0 || o.Unsupported > 0 || o.Feedback != mark.FeedbackNone && o.Feedback != mark.FeedbackRight
}

func worthALook(o mark.Outcome) bool {
	return wrong(o) || o.Empty || o.Ended || o.Repairs > 0 || len(o.Failures) > 0
}

func wireOutcome(o mark.Outcome) wire.QualityOutcome {
	return wire.QualityOutcome{
		ID: o.ID, Conversation: string(o.Conversation), Created: exact(o.Time), Model: o.Model, Expert: o.Expert,
		Refused: o.Refused, Empty: o.Empty, Ended: o.Ended, Altered: o.Altered, Unsupported: o.Unsupported,
		Repairs: o.Repairs, Unread: o.Unread, Stages: wireFailures(o.Failures), Says: string(o.Feedback), TotalMS: ms(o.Total),
	}
}

// qualityDaysOf counts outcomes by day and model, oldest day first.
func qualityDaysOf(outcomes []mark.Outcome) []wire.QualityDay {
	type key struct{ day, model string }
	days, times := map[key]*wire.QualityDay{}, map[key][]float64{}
	for _, o := range outcomes {
		k := key{o.Time.Local().Format(time.DateOnly), o.Model}
		day := days[k]
		if day == nil {
			day = &wire.QualityDay{Day: k.day, Model: k.model}
			days[k] = day
		}
		count(day, o)
		if !o.Ended {
			times[k] = append(times[k], ms(o.Total))
		}
	}
	out := make([]wire.QualityDay, 0, len(days))
	for k, day := range days {
		if took := times[k]; len(took) > 0 {
			slices.Sort(took)
			day.MedianMS = took[len(took)/2]
		}
		out = append(out, *day)
	}
	slices.SortFunc(out, func(a, b wire.QualityDay) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Model, b.Model))
	})
	return out
}

func count(day *wire.QualityDay, o mark.Outcome) {
	if o.Ended {
		day.Ended++
		return
	}
	day.Answers++
	if o.Refused {
		day.Refused++
	}
	if o.Empty {
		day.Empty++
	}
	if o.Unread > 0 {
		day.Unread++
	}
	if len(o.Failures) > 0 {
		day.Failed++
	}
	day.Repairs += o.Repairs
	day.Sentences += o.Verbatim + o.Supported + o.Altered + o.Unsupported
	day.Altered += o.Altered
	day.Unsupported += o.Unsupported
	switch o.Feedback {
	case mark.FeedbackRight:
		day.Right++
	case mark.FeedbackWrongQuote:
		day.WrongQuote++
	case mark.FeedbackMissed:
		day.Missed++
	}
}

// expertsOf counts outcomes by expert, most used first.
func expertsOf(outcomes []mark.Outcome) []wire.QualityExpert {
	out := []wire.QualityExpert{}
	at := map[string]int{}
	for _, o := range outcomes {
		if o.Ended {
			continue
		}
		i, ok := at[o.Expert]
		if !ok {
			i = len(out)
			at[o.Expert] = i
			out = append(out, wire.QualityExpert{Expert: o.Expert})
		}
		e := &out[i]
		e.Answers++
		if o.Refused {
			e.Refused++
		}
		if wrong(o) {
			e.Wrong++
		}
		if o.Feedback == mark.FeedbackRight {
			e.Right++
		}
	}
	slices.SortStableFunc(out, func(a, b wire.QualityExpert) int { return b.Answers - a.Answers })
	return out
}

// nameQuestions gives entries the questions that they are about.
func nameQuestions(ctx context.Context, store mark.MatterStore, entries []wire.QualityOutcome) error {
	threads := map[string][]mark.Message{}
	for i, e := range entries {
		messages, ok := threads[e.Conversation]
		if !ok {
			var err error
			if messages, err = store.Messages(ctx, mark.ConversationID(e.Conversation)); err != nil {
				return err
			}
			threads[e.Conversation] = messages
		}
		if at := turnOf(messages, e.Created); at >= 0 {
			entries[i].Question = title(messages[at].Text)
		}
	}
	return nil
}

// turnOf finds the question of the turn that was created at this exact time: of
// the answer, or of the question itself where it got none. It is -1 where there
// is none.
func turnOf(messages []mark.Message, created string) int {
	question := -1
	for i, m := range messages {
		if m.Role == "user" {
			question = i
		}
		if exact(m.Created) == created {
			return question
		}
	}
	return -1
}

// SayOfAnswer records what a reader says of an answer.
func (d *Desk) SayOfAnswer(ctx context.Context, matter string, f wire.Feedback) error {
	store, err := d.store(ctx, matter)
	if err != nil {
		return err
	}
	says := mark.Feedback(f.Says)
	if !slices.Contains([]mark.Feedback{mark.FeedbackNone, mark.FeedbackRight, mark.FeedbackWrongQuote, mark.FeedbackMissed}, says) {
		return mark.Errorf(mark.Invalid, "An answer can be right, have a wrong quotation, or have missed something, not %q.", f.Says)
	}
	at, err := time.Parse(time.RFC3339Nano, f.Created)
	if err != nil {
		return mark.Errorf(mark.Invalid, "This is no time of an answer.").Because(err)
	}
	c := mark.ConversationID(f.Conversation)
	if err := store.SetFeedback(ctx, c, at, says); err != nil {
		return err
	}
	d.enterFeedback(ctx, c, at, says)
	return nil
}

// exact writes a time so that it can name a turn of a conversation.
func exact(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
