package desk_test

import (
	"context"
	"iter"
	"testing"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/marktest"
	"markai/backend/wire"
)

// routed answers every question by the expert that it names.
type routed struct{}

func (routed) Answer(_ context.Context, _ mark.MatterStore, q mark.Question) iter.Seq2[mark.AnswerEvent, error] {
	return func(yield func(mark.AnswerEvent, error) bool) {
		yield(mark.AnswerEvent{Final: &mark.Answer{Text: "A.", Routed: &mark.Routed{
			Kind: "chronology", Confidence: 0.8, Expert: q.Expert, Name: "Chronology", Model: "small", Chosen: true, Why: []string{"You chose it."},
			Steps: []mark.RouteStep{{Expert: q.Expert, Name: "Chronology", State: mark.StepAnswers}, {Expert: "last", Name: "Quotations alone", State: mark.StepBehind}},
		}}}, nil)
	}
}

func TestAnswerSaysWhichExpertDealtWithItAndWhy(t *testing.T) {
	d := desk.New(desk.Deps{Vault: &vault{state: "open", store: marktest.OpenMatter(t)}, Models: noModels{}, Answerer: routed{}})
	a, err := d.Answer(t.Context(), "m", wire.AskRequest{Question: "What happened when?", Expert: "time"})
	if err != nil {
		t.Fatal(err)
	}
	r := a.Route
	if r == nil || r.Expert != "time" || !r.Chosen || len(r.Why) != 1 || len(r.Steps) != 2 || r.Steps[0].State != "answers" || r.Steps[1].State != "behind" {
		t.Errorf("the answer's route is %+v", r)
	}
}

func TestWithoutARouterNobodyIsOffered(t *testing.T) {
	d := desk.New(desk.Deps{})
	if list, err := d.Experts(t.Context()); err != nil || list == nil || len(list) != 0 {
		t.Errorf("experts %v, %v", list, err)
	}
	if _, err := d.Route(t.Context(), wire.RouteRequest{Question: "Who?"}); mark.CodeOf(err) != mark.Unsupported {
		t.Errorf("a route without a router: %v", err)
	}
	if _, err := d.Route(t.Context(), wire.RouteRequest{Question: "  "}); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("a route of no question: %v", err)
	}
}
