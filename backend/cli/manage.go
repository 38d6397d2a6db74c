package cli

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	mark "markai/backend"
	"markai/backend/app"
	"markai/backend/config"
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
	kind := f.String("type", "auto", "the `type` to quantize to: auto, bf16, f16, q8_0, q6_k, q4_k_m, q4_0, iq4 or mxfp4")
	plain := f.Bool("plain", false, "quantize without calibration")
	length := f.Int("bytes", 0, "how many `bytes` of text a report measures with; 0: all there is")
	chart := f.String("chart", "", "`file` for a report's chart, as SVG")
	gpus := f.String("gpus", "", "free memory of each GPU in `GB`, with commas, for place")
	copies := f.Int("copies", 1, "how many `copies` of a model would be used, for place")
	tokens := f.Int("context", 4096, "context in `tokens`, for place")
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
	switch {
	case verb == "quantize" && len(rest) == 3:
		return p.quantizeModel(ctx, rest[1], rest[2], *kind, *plain, f.json)
	case verb == "report" && len(rest) >= 2:
		return p.reportModels(ctx, rest[1:], *length, *chart, f.json)
	case verb == "plan" && len(rest) == 2:
		return p.planModel(rest[1])
	case verb == "convert" && len(rest) == 3:
		return p.convertModel(ctx, rest[1], rest[2], *kind, f.json)
	case verb == "inspect" && len(rest) == 2:
		return p.inspectModel(rest[1], f.json)
	case verb == "place" && len(rest) == 2:
		return p.placeModel(rest[1], *gpus, *copies, *tokens, f.json)
	case verb == "remove" && len(rest) == 2:
		return m.Remove(rest[1])
	}
	return mark.Errorf(mark.Invalid, "Use 'markai models list', 'models prepare', 'models import FILE', 'models remove NAME', 'models inspect FILE', 'models place FILE --gpus GB,GB', 'models convert FOLDER OUT', 'models quantize IN OUT', 'models report ORIGINAL COPY…' or 'models plan FILE'.")
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
