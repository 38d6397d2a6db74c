package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/route"
	"markai/backend/wire"
)

// expertsPort is the router as the desk knows it.
type expertsPort struct{ x *experts }

// Experts implements desk.Experts.
func (p expertsPort) Experts(ctx context.Context) ([]wire.Expert, error) {
	list, err := p.x.list()
	if err != nil {
		return nil, err
	}
	return wireExperts(list, p.x.problem, route.Tally(p.x.uses(ctx), "")), nil
}

func wireExperts(list []route.Expert, problem func(route.Expert) string, records map[string]route.Record) []wire.Expert {
	out := []wire.Expert{}
	for _, e := range list {
		w := wire.Expert{
			ID: e.ID, Name: e.Name, About: e.About, Kinds: []string{}, Model: e.Model, Adapter: e.Adapter, Prompt: e.Prompt, Retrieval: string(e.Mode),
			Sampling: wire.Sampling{Temperature: float64(e.Sampling.Temperature), TopP: float64(e.Sampling.TopP), TopK: e.Sampling.TopK, MaxTokens: e.Sampling.MaxTokens},
			Problem:  problem(e),
		}
		w.Ready = w.Problem == ""
		for _, k := range e.Kinds {
			w.Kinds = append(w.Kinds, string(k))
		}
		r := records[e.ID]
		w.Ledger = wire.Ledger{
			Uses: r.Uses, Refused: r.Refused, Failed: r.Failed, Right: r.Right, WrongQuote: r.WrongQuote, Missed: r.Missed,
			P50MS: millis(r.P50), P95MS: millis(r.P95), Weight: r.Weight(),
		}
		out = append(out, w)
	}
	return out
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Route implements desk.Experts.
func (p expertsPort) Route(ctx context.Context, r wire.RouteRequest) (wire.Route, error) {
	d, err := p.x.Route(ctx, mark.Question{Text: r.Question, Expert: r.Expert})
	if err != nil {
		return wire.Route{}, err
	}
	if m := d.Routed.Model; m != "" && p.x.chat != nil && !p.x.chat.writer(m).Writes(0) {
		d.Routed.Why = append(d.Routed.Why, "Its model is not trusted to write, so quotations will be the answer.")
	}
	return wireDecision(d), nil
}

// wireDecision is who would answer, with how likely each kind is.
func wireDecision(d route.Decision) wire.Route {
	w := *desk.WireRoute(&d.Routed)
	for i, k := range route.Kinds {
		w.Scores = append(w.Scores, wire.Score{Kind: string(k), Share: d.Judgement.Scores[i]})
	}
	slices.SortStableFunc(w.Scores, func(a, b wire.Score) int { return cmp.Compare(b.Share, a.Share) })
	return w
}
