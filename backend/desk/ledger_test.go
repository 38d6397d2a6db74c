package desk_test

import (
	"context"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/marktest"
	"markai/backend/wire"
)

// registered is a vault whose registry is there.
type registered struct {
	vault
	registry mark.Registry
}

func (v *registered) Registry(context.Context) (mark.Registry, error) { return v.registry, nil }

func TestLedgerKnowsWhoAnsweredAndWhatWasSaidOfIt(t *testing.T) {
	r := marktest.OpenRegistry(t)
	v := &registered{vault{state: "open", store: marktest.OpenMatter(t)}, r}
	d := desk.New(desk.Deps{Vault: v, Ingest: late{}, Models: noModels{}, Machine: func() wire.Machine { return wire.Machine{} },
		Answerer: &told{answer: mark.Answer{Text: "…", Model: "small", Timings: mark.Timings{FirstToken: time.Second, Total: 2 * time.Second},
			Routed: &mark.Routed{Kind: "fact", Expert: "facts", Steps: []mark.RouteStep{
				{Expert: "leases", State: mark.StepFailed}, {Expert: "facts", State: mark.StepAnswers}, {Expert: "clauses", State: mark.StepSkipped}, {Expert: "quotations", State: mark.StepBehind},
			}}}}})
	conversation, err := putQuestion(t, d, wire.AskRequest{Question: "Who pays?", Expert: "facts"})
	if err != nil {
		t.Fatal(err)
	}
	turns, err := d.Messages(t.Context(), "m", conversation)
	if err != nil || len(turns) != 2 {
		t.Fatalf("%d turns, %v", len(turns), err)
	}
	if err := d.SayOfAnswer(t.Context(), "m", wire.Feedback{Conversation: conversation, Created: turns[1].Created, Says: "missed"}); err != nil {
		t.Fatal(err)
	}
	uses, err := r.ExpertUses(t.Context(), time.Time{}, 10)
	if err != nil || len(uses) != 2 {
		t.Fatalf("%+v, %v", uses, err)
	}
	for _, u := range uses {
		switch {
		case u.Matter != "m" || u.Kind != "fact" || u.Time.IsZero():
			t.Errorf("got %+v", u)
		case u.Expert == "leases" && (!u.Failed || u.Feedback != ""), u.Expert == "facts" && (u.Failed || u.Feedback != mark.FeedbackMissed || u.Model != "small" || u.First != time.Second || u.Total != 2*time.Second):
			t.Errorf("got %+v", u)
		}
	}
	if turns[1].Answer.Route == nil || turns[1].Answer.Route.Expert != "facts" {
		t.Errorf("the conversation does not say who answered: %+v", turns[1].Answer.Route)
	}
}
