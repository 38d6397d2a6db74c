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
