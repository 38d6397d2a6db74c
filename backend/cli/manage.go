package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/app"
	"markai/backend/config"
	"markai/backend/eval"
)

const isLinux = runtime.GOOS == "linux"

func runConfig(_ context.Context, p *Program, args []string) error {
	f := newFlags("config")
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(rest) != 1 || rest[0] != "show" {
		return mark.Errorf(mark.Invalid, "Use 'markai config show'.")
	}
	home, err := p.homeDir(f)
	if err != nil {
		return err
	}
	c, path, err := p.loadConfig(f, home)
	if err != nil {
		return err
	}
	if f.json {
		return p.printJSON(map[string]any{"file": path, "settings": showConfig(c.Show())})
	}
	fmt.Fprintf(p.Stdout, "# %s\n", path)
	for _, v := range c.Show() {
		fmt.Fprintf(p.Stdout, "%-24s %-28s %-12s %s\n", v.Key, v.Value, v.Origin, v.Doc)
	}
	return nil
}

type shownSetting struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	Default string `json:"default"`
	Origin  string `json:"origin"`
	Doc     string `json:"doc"`
}

func showConfig(values []config.Value) []shownSetting {
	out := []shownSetting{}
	for _, v := range values {
		out = append(out, shownSetting{v.Key, v.Value, v.Default, string(v.Origin), v.Doc})
	}
	return out
}

func runModels(ctx context.Context, p *Program, args []string) error {
	f := newFlags("models")
	dir := f.String("dir", "", "`folder` of the shipped models, for prepare")
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	home, err := p.homeDir(f)
	if err != nil {
		return err
	}
	m := app.Models(home)
	verb := "list"
	if len(rest) > 0 {
		verb = rest[0]
	}
	switch {
	case verb == "list" && len(rest) <= 1:
		list, err := app.ListModels(ctx, m)
		if err != nil {
			return err
		}
		if f.json {
			return p.printJSON(map[string]any{"models": list})
		}
		for _, x := range list {
			state := "installed"
			if !x.Installed {
				state = "not installed"
			}
			fmt.Fprintf(p.Stdout, "%-28s %-10s %-14s %8.1f MB  %s  %s\n", x.ID, x.Role, state, float64(x.Bytes)/1e6, x.Licence, x.Problem)
		}
		return nil
	case verb == "prepare" && len(rest) == 1:
		made, err := app.PrepareModels(ctx, *dir)
		for _, n := range made {
			fmt.Fprintf(p.Stderr, "made %s\n", n)
		}
		return err
	case verb == "import" && len(rest) == 2:
		x, err := m.Import(ctx, rest[1])
		if err != nil {
			return err
		}
		fmt.Fprintf(p.Stdout, "imported %s; use it with the setting chat.model or embedding.model\n", x.ID)
		return nil
	}
	return mark.Errorf(mark.Invalid, "Use 'markai models list', 'models prepare' or 'models import FILE'.")
}

func runEval(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("eval")
	set := f.String("set", "", "`folder` of the question set")
	out := f.String("out", "", "`file` for the results")
	lite := f.Bool("lite", false, "only the small subset that the set names")
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(rest) != 1 || *set == "" || *out == "" || !slices.Contains([]string{"retrieval", "qa", "citations"}, rest[0]) {
		return mark.Errorf(mark.Invalid, "Use 'markai eval retrieval --set DIR --out FILE', with 'qa' or 'citations' in the place of 'retrieval' for these.")
	}
	file, err := os.Create(*out)
	if err != nil {
		return mark.Errorf(mark.Invalid, "The file %s cannot be written.", *out).Because(err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if rest[0] == "citations" { // needs rules only: no store, no engine
		return eval.Citations(ctx, *set, file)
	}
	home, err := os.MkdirTemp("", "markai-eval-")
	if err != nil {
		return fmt.Errorf("make a folder for the measurement: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	f.home = home
	c, path, err := p.loadConfig(f, home)
	if err != nil {
		return err
	}
	a, err := app.New(app.Options{Home: home, Config: c, ConfigPath: path, Version: p.Version})
	if err != nil {
		return err
	}
	s := p.start(ctx, a)
	defer func() { err = errors.Join(err, s.stop()) }()
	if rest[0] == "retrieval" {
		return a.EvalRetrieval(ctx, *set, *lite, file, p.Stderr)
	}
	return a.EvalQA(ctx, *set, file, p.Stderr)
}

func runDoctor(ctx context.Context, p *Program, args []string) error {
	f := newFlags("doctor")
	if _, err := f.parse(args); err != nil {
		return err
	}
	home, err := p.homeDir(f)
	if err != nil {
		return err
	}
	c, _, err := p.loadConfig(f, home)
	if err != nil {
		return err
	}
	checks := app.Doctor(ctx, home, c)
	if f.json {
		if err := p.printJSON(map[string]any{"checks": checks}); err != nil {
			return err
		}
	}
	broken := []string{}
	for _, k := range checks {
		if !k.OK {
			broken = append(broken, k.Name)
		}
		if !f.json {
			sign := "ok  "
			if !k.OK {
				sign = "FAIL"
			}
			fmt.Fprintf(p.Stdout, "%s  %-18s %s\n", sign, k.Name, k.Detail)
		}
	}
	if len(broken) > 0 {
		return mark.Errorf(mark.Unavailable, "Not everything works here: %s.", strings.Join(broken, ", "))
	}
	return nil
}
