package desk

import (
	"context"
	"strings"

	mark "markai/backend"
	"markai/backend/wire"
)

// Engine says how the models run.
type Engine interface {
	Engine(ctx context.Context) (wire.Engine, error)
}

// Experts are the ways of answering, and the router that chooses among them.
type Experts interface {
	Experts(ctx context.Context) ([]wire.Expert, error)
	Route(ctx context.Context, r wire.RouteRequest) (wire.Route, error)
}

// Engine says how the models run now.
func (d *Desk) Engine(ctx context.Context) (wire.Engine, error) { return d.d.Engine.Engine(ctx) }

// Experts lists the ways of answering; none where this build has no router.
func (d *Desk) Experts(ctx context.Context) ([]wire.Expert, error) {
	if d.d.Experts == nil {
		return []wire.Expert{}, nil
	}
	return d.d.Experts.Experts(ctx)
}

// WireRoute is how the choice of an expert crosses to the window; nil stays nil.
func WireRoute(r *mark.Routed) *wire.Route {
	if r == nil {
		return nil
	}
	out := &wire.Route{
		Kind: r.Kind, Confidence: r.Confidence, Expert: r.Expert, Name: r.Name, Model: r.Model, Chosen: r.Chosen,
		Why: notNil(r.Why), Steps: []wire.RouteStep{}, Scores: []wire.Score{},
	}
	for _, s := range r.Steps {
		out.Steps = append(out.Steps, wire.RouteStep{Expert: s.Expert, Name: s.Name, State: string(s.State), Problem: s.Problem})
	}
	return out
}

// Route says which expert would answer a question.
func (d *Desk) Route(ctx context.Context, r wire.RouteRequest) (wire.Route, error) {
	if r.Question = strings.TrimSpace(r.Question); r.Question == "" {
		return wire.Route{}, mark.Errorf(mark.Invalid, "Type a question first.")
	}
	if d.d.Experts == nil {
		return wire.Route{}, mark.Errorf(mark.Unsupported, "This build answers every question in one way.")
	}
	return d.d.Experts.Route(ctx, r)
}
