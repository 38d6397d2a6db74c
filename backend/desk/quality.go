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
	out := wire.Quality{Days: []wire.QualityDay{}, Entries: []wire.QualityOutcome{}}
	store, err := d.store(ctx, matter)
	if err != nil {
		return out, err
	}
	outcomes, err := store.Outcomes(ctx, time.Now().AddDate(0, 0, -qualityDays), qualityMost)
	if err != nil {
		return out, err
	}
	type key struct{ day, model string }
	days := map[key]*wire.QualityDay{}
	for _, o := range outcomes {
		k := key{o.Time.Local().Format(time.DateOnly), o.Model}
		day := days[k]
		if day == nil {
			day = &wire.QualityDay{Day: k.day, Model: k.model}
			days[k] = day
		}
		count(day, o)
		wrong := o.Altered > 0 || o.Unsupported > 0 || o.Feedback != mark.FeedbackNone && o.Feedback != mark.FeedbackRight
		if wrong && len(out.Entries) < qualityEntries {
			out.Entries = append(out.Entries, wire.QualityOutcome{
				Conversation: string(o.Conversation), Created: exact(o.Time), Model: o.Model, Refused: o.Refused,
				Altered: o.Altered, Unsupported: o.Unsupported, Says: string(o.Feedback), TotalMS: ms(o.Total),
			})
		}
	}
	for _, day := range days {
		out.Days = append(out.Days, *day)
	}
	slices.SortFunc(out.Days, func(a, b wire.QualityDay) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Model, b.Model))
	})
	return out, nil
}

func count(day *wire.QualityDay, o mark.Outcome) {
	day.Answers++
	if o.Refused {
		day.Refused++
	}
	if o.Empty {
		day.Empty++
	}
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
	return store.SetFeedback(ctx, mark.ConversationID(f.Conversation), at, says)
}

// exact writes a time so that it can name a turn of a conversation.
func exact(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
