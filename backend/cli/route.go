package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	mark "markai/backend"
	"markai/backend/app"
	"markai/backend/wire"
)

// runRoute says who would answer a question and why, or how well it tells kinds
// of questions apart.
func runRoute(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("route")
	test := f.Bool("test", false, "measure on the questions that are kept for testing")
	list := f.Bool("experts", false, "list the experts")
	named := f.String("expert", "", "`id` of the expert that is to answer")
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	question := strings.TrimSpace(strings.Join(rest, " "))
	if (question != "") == (*test || *list) || *test && *list {
		return mark.Errorf(mark.Invalid, "Give a question, or --test or --experts alone.")
	}
	home, err := p.homeDir(f)
	if err != nil { // none is needed: it would only hold settings and models
		home = ""
	}
	c, _, err := p.loadConfig(f, home)
	if err != nil {
		return err
	}
	r, err := app.NewRouter(ctx, home, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	switch {
	case *test:
		return p.testRoute(ctx, f, r)
	case *list:
		return p.listExperts(ctx, f, r)
	}
	w, err := r.Route(ctx, question, *named)
	if err != nil {
		return err
	}
	if f.json {
		return p.printJSON(w)
	}
	printRoute(p.Stdout, w)
	return nil
}

func (p *Program) testRoute(ctx context.Context, f *flags, r *app.Router) error {
	report, p95, err := r.Measure(ctx)
	if err != nil {
		return err
	}
	if f.json {
		return p.printJSON(map[string]any{"questions": report.Questions, "macro_f1": report.MacroF1, "p95_ms": float64(p95.Microseconds()) / 1000, "kinds": report.Kinds})
	}
	fmt.Fprintf(p.Stdout, "%s\n95 of 100 questions were judged within %.1f ms\n", report, float64(p95.Microseconds())/1000)
	return nil
}

func (p *Program) listExperts(ctx context.Context, f *flags, r *app.Router) error {
	list, err := r.Experts(ctx)
	if err != nil {
		return err
	}
	if f.json {
		return p.printJSON(list)
	}
	for _, e := range list {
		model := e.Model
		if model == "" {
			model = "no model"
		}
		fmt.Fprintf(p.Stdout, "%-14s %-13s %-28s %s\n", e.ID, e.Retrieval, model, e.About)
		if e.Problem != "" {
			fmt.Fprintf(p.Stdout, "%14s %s\n", "", e.Problem)
		}
	}
	return nil
}

// printRoute says who answers, why, and who would be next.
func printRoute(w io.Writer, r wire.Route) {
	fmt.Fprintf(w, "%s  %.0f %%\n", r.Kind, 100*r.Confidence)
	for _, why := range r.Why {
		fmt.Fprintln(w, why)
	}
	for _, s := range r.Steps {
		fmt.Fprintf(w, "  %-10s %s", s.State, s.Name)
		if s.Problem != "" {
			fmt.Fprintf(w, ": %s", s.Problem)
		}
		fmt.Fprintln(w)
	}
}
