package desk

import (
	"context"
	"log/slog"
	"time"

	mark "markai/backend"
)

// enter keeps in the ledger of experts what became of a question, answered at
// this time. That it cannot be kept takes nothing from the person.
func (d *Desk) enter(ctx context.Context, matter mark.MatterID, c mark.ConversationID, at time.Time, a *mark.Answer) {
	if a.Routed == nil {
		return
	}
	r, err := d.d.Vault.Registry(ctx)
	if err == nil {
		for _, u := range uses(matter, c, at, a) {
			if err = r.PutExpertUse(ctx, u); err != nil {
				break
			}
		}
	}
	if err != nil {
		slog.WarnContext(ctx, "the ledger of experts was not kept", "code", mark.CodeOf(err))
	}
}

// uses are the experts that dealt with a question: those that failed at it, and
// the one that answered.
func uses(matter mark.MatterID, c mark.ConversationID, at time.Time, a *mark.Answer) []mark.ExpertUse {
	var out []mark.ExpertUse
	for _, s := range a.Routed.Steps {
		u := mark.ExpertUse{Matter: matter, Conversation: c, Time: at, Expert: s.Expert, Kind: a.Routed.Kind}
		switch s.State {
		case mark.StepFailed:
			u.Failed = true
		case mark.StepAnswers:
			u.Model, u.Refused, u.First, u.Total = a.Model, a.Refused, a.Timings.FirstToken, a.Timings.Total
		default:
			continue
		}
		out = append(out, u)
	}
	return out
}

// enterFeedback keeps in the ledger what a reader said of an answer.
func (d *Desk) enterFeedback(ctx context.Context, c mark.ConversationID, at time.Time, f mark.Feedback) {
	r, err := d.d.Vault.Registry(ctx)
	if err == nil {
		err = r.SetExpertFeedback(ctx, c, at, f)
	}
	if err != nil {
		slog.WarnContext(ctx, "the ledger of experts was not kept", "code", mark.CodeOf(err))
	}
}
