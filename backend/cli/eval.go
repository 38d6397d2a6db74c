package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/app"
	"markai/backend/eval"
)

// evalFlags are what a measurement can be asked for.
type evalFlags struct {
	*flags
	set, out, baseline     *string
	matter                 *string
	lite, ablation, record *bool
	seed                   *uint64
}

const evalUsage = "Use 'markai eval self' to check this installation, 'markai eval replay ID --matter NAME' to put a question again, or 'markai eval retrieval --set DIR', with 'qa', 'citations' or 'compression' in the place of 'retrieval' for these. 'qa' and 'citations' need --out FILE too."

func runEval(ctx context.Context, p *Program, args []string) (err error) {
	f := evalFlags{flags: newFlags("eval")}
	f.set = f.String("set", "", "`folder` of the question set")
	f.out = f.String("out", "", "`file` for the results")
	f.lite = f.Bool("lite", false, "only the small subset that the set names")
	f.ablation = f.Bool("ablation", false, "retrieval: measure the search without each of its parts too")
	f.baseline = f.String("baseline", "", "retrieval: `file` of earlier figures; fails when one is worse beyond noise")
	f.record = f.Bool("record", false, "retrieval: write the figures to the baseline file instead of comparing")
	f.matter = f.String("matter", "", "replay: `name` of the matter")
	f.seed = f.Uint64("seed", 1, "`number` that fixes how the comparison with earlier figures resamples")
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	switch {
	case len(rest) == 1 && rest[0] == "self":
		return runSelf(ctx, p, f.flags)
	case len(rest) > 0 && len(rest) <= 2 && rest[0] == "replay":
		return runReplay(ctx, p, f.flags, *f.matter, strings.Join(rest[1:], ""))
	}
	kinds := []string{"retrieval", "qa", "citations", "compression"}
	if len(rest) != 1 || *f.set == "" || !slices.Contains(kinds, rest[0]) || *f.out == "" && (rest[0] == "qa" || rest[0] == "citations") {
		return mark.Errorf(mark.Invalid, evalUsage)
	}
	var file io.Writer
	if *f.out != "" {
		made, err := os.Create(*f.out)
		if err != nil {
			return mark.Errorf(mark.Invalid, "The file %s cannot be written.", *f.out).Because(err)
		}
		defer func() { err = errors.Join(err, made.Close()) }()
		file = made
	}
	if rest[0] == "citations" { // needs rules only: no store, no engine
		return eval.Citations(ctx, *f.set, file)
	}
	home, err := os.MkdirTemp("", "markai-eval-")
	if err != nil {
		return fmt.Errorf("make a folder for the measurement: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	f.home = home
	c, path, err := p.loadConfig(f.flags, home)
	if err != nil {
		return err
	}
	a, err := app.New(app.Options{Home: home, Config: c, ConfigPath: path, Version: p.Version})
	if err != nil {
		return err
	}
	s := p.start(ctx, a)
	defer func() { err = errors.Join(err, s.stop()) }()
	switch rest[0] {
	case "retrieval":
		return f.retrieval(ctx, p, a, file)
	case "compression":
		return a.EvalCompression(ctx, *f.set, *f.lite, p.Stdout, p.Stderr)
	}
	return a.EvalQA(ctx, *f.set, file, p.Stderr)
}

// retrieval measures search, prints the figures, and compares them with
// earlier ones or records them.
func (f evalFlags) retrieval(ctx context.Context, p *Program, a *app.App, out io.Writer) error {
	reports, err := a.EvalRetrieval(ctx, *f.set, *f.lite, *f.ablation, out, p.Stderr)
	if err != nil {
		return err
	}
	eval.Table(p.Stdout, reports...)
	if *f.baseline == "" {
		return nil
	}
	if *f.record {
		return f.recordBaseline(reports[0])
	}
	file, err := os.Open(*f.baseline)
	if err != nil {
		return mark.Errorf(mark.NotFound, "There are no earlier figures in %s. --record writes them.", *f.baseline).Because(err)
	}
	defer file.Close()
	before, err := eval.ReadBaseline(file)
	if err != nil {
		return err
	}
	changes := before.Compare(reports[0], *f.seed)
	fmt.Fprintf(p.Stdout, "\nAgainst the earlier figures of %s: %d queries in both, seed %d.\n", before.Set, changes[0].Compared, *f.seed)
	if changes[0].Compared == 0 {
		return mark.Errorf(mark.Invalid, "The earlier figures in %s are of another question set.", *f.baseline)
	}
	if worse := eval.PrintChanges(p.Stdout, changes); worse > 0 {
		return mark.Errorf(mark.Invalid, "%d figures are worse than the earlier ones beyond noise. Find out why, or record the new ones with --record.", worse)
	}
	return nil
}

func (f evalFlags) recordBaseline(r eval.Report) (err error) {
	file, err := os.Create(*f.baseline)
	if err != nil {
		return mark.Errorf(mark.Invalid, "The file %s cannot be written.", *f.baseline).Because(err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	name := filepath.Base(*f.set)
	if *f.lite {
		name += ", small"
	}
	return eval.Baseline{Set: name, Report: r}.Write(file)
}
