package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	mark "markai/backend"
	"markai/backend/app"
	"markai/backend/route"
)

type routed struct {
	Kind       string             `json:"kind"`
	Confidence float64            `json:"confidence"`
	Scores     map[string]float64 `json:"scores"`
}

// runRoute says what kind of question somebody asks, or how well it tells.
func runRoute(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("route")
	test := f.Bool("test", false, "measure on the questions that are kept for testing")
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	question := strings.TrimSpace(strings.Join(rest, " "))
	if (question == "") != *test {
		return mark.Errorf(mark.Invalid, "Give a question, or --test alone.")
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
	if *test {
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
	j, err := r.Judge(ctx, question)
	if err != nil {
		return err
	}
	if f.json {
		out := routed{Kind: string(j.Kind), Confidence: j.Confidence, Scores: map[string]float64{}}
		for i, k := range route.Kinds {
			out.Scores[string(k)] = j.Scores[i]
		}
		return p.printJSON(out)
	}
	fmt.Fprintf(p.Stdout, "%s  %.0f %%\n", j.Kind, 100*j.Confidence)
	return nil
}
