package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	mark "markai/backend"
	"markai/backend/config"
	"markai/backend/route"
	"markai/backend/wire"
)

// Router tells what kind of question somebody asks, with the embedding model
// that the settings name, or by words alone where there is none, and who would
// answer it. It knows no vault, and so nothing of what readers said.
type Router struct {
	engines *engines
	experts *experts
}

// NewRouter trains a Router, which takes a second or less. home may be empty.
func NewRouter(ctx context.Context, home string, c *config.Loaded) (*Router, error) {
	e, err := newEngines(home, c, func() {})
	if err != nil {
		return nil, err
	}
	r := &Router{e, newExperts(home, e, noLedger, func() bool { return false })}
	if r.experts.embedder != nil {
		if err := r.experts.train(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("learn to tell questions apart: %w", err), r.Close())
		}
	}
	return r, nil
}

// Judge tells what kind of question text is.
func (r *Router) Judge(ctx context.Context, text string) (route.Judgement, error) {
	return r.experts.judge(ctx, text)
}

// Route says who would answer a question, named being the person's own choice
// or empty.
func (r *Router) Route(ctx context.Context, text, named string) (wire.Route, error) {
	return expertsPort{r.experts}.Route(ctx, wire.RouteRequest{Question: text, Expert: named})
}

// Experts lists the experts.
func (r *Router) Experts(ctx context.Context) ([]wire.Expert, error) {
	return expertsPort{r.experts}.Experts(ctx)
}

// Measure judges the questions that are kept for testing, one by one as people
// ask them, and returns the longest that 95 of 100 took.
func (r *Router) Measure(ctx context.Context) (route.Report, time.Duration, error) {
	_, test := route.Examples()
	var judged []route.Kind
	var took []time.Duration
	for _, e := range test {
		began := time.Now()
		j, err := r.Judge(ctx, e.Text)
		if err != nil {
			return route.Report{}, 0, err
		}
		took = append(took, time.Since(began))
		judged = append(judged, j.Kind)
	}
	slices.Sort(took)
	return route.Evaluate(test, judged), took[len(took)*95/100], nil
}

// Close ends the embedding model's process.
func (r *Router) Close() error { return r.engines.close() }

// noLedger is for a program without an open vault.
func noLedger() (mark.ExpertLedger, error) {
	return nil, mark.Errorf(mark.Locked, "The vault is locked.")
}
