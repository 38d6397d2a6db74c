package cli

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"strings"

	mark "markai/backend"
	"markai/backend/app"
	"markai/backend/device"
	"markai/backend/models"
)

// modelFlags are the options of the models commands.
type modelFlags struct {
	*flags
	dir, kind, chart, gpus, cache, draft string
	plain, accept                        bool
	length, copies, tokens, threads      int
	questions                            int
	layers                               int
	temperature                          float64
}

func newModelFlags() *modelFlags {
	f := &modelFlags{flags: newFlags("models")}
	f.StringVar(&f.dir, "dir", "", "`folder` of the shipped models, for prepare")
	f.StringVar(&f.kind, "type", "auto", "the `type` to quantize to: auto, bf16, f16, q8_0, q6_k, q4_k_m, q4_0, iq4 or mxfp4; of the file to download")
	f.BoolVar(&f.plain, "plain", false, "quantize without calibration")
	f.BoolVar(&f.accept, "accept", false, "accept the licence of the model to download")
	f.IntVar(&f.length, "bytes", 0, "how many `bytes` of text a report measures with; 0: all there is")
	f.IntVar(&f.questions, "questions", 0, "how many of the bundled `questions` each copy of a report answers too")
	f.StringVar(&f.chart, "chart", "", "`file` for a report's chart, as SVG")
	f.StringVar(&f.gpus, "gpus", "", "free memory of each GPU in `GB`, with commas, for place")
	f.IntVar(&f.copies, "copies", 1, "how many `copies` of a model would be used, for place")
	f.IntVar(&f.tokens, "context", 4096, "context in `tokens`, for place and settings")
	f.IntVar(&f.threads, "threads", 0, "processor `threads` for writing, for settings; 0: the program decides")
	f.StringVar(&f.cache, "cache", "", "`type` of the key-value cache's numbers, for settings: f16, q8_0 or q4_0")
	f.StringVar(&f.draft, "draft", "", "`model` that guesses ahead, for settings")
	f.IntVar(&f.layers, "gpu-layers", -1, "`layers` on a graphics processor, for settings; -1: the program decides")
	f.Float64Var(&f.temperature, "temperature", 0, "`temperature`, for settings; 0: always the likeliest token")
	return f
}

// modelVerb is one thing that 'markai models' does.
type modelVerb struct {
	line     string // its name and arguments
	min, max int    // how many arguments it takes
	run      func(ctx context.Context, p *Program, f *modelFlags, l *models.Library, args []string) error
}

func modelVerbs() []modelVerb {
	return []modelVerb{
		{"list", 0, 0, func(ctx context.Context, p *Program, f *modelFlags, l *models.Library, _ []string) error {
			return p.listModels(ctx, l, f.json)
		}},
		{"catalogue", 0, 0, func(_ context.Context, p *Program, f *modelFlags, l *models.Library, _ []string) error {
			return p.listCatalogue(f, l)
		}},
		{"download ID", 1, 1, func(ctx context.Context, p *Program, f *modelFlags, _ *models.Library, args []string) error {
			return p.downloadModel(ctx, f, args[0])
		}},
		{"import FILE", 1, 1, func(ctx context.Context, p *Program, f *modelFlags, l *models.Library, args []string) error {
			return p.importModel(ctx, l, args[0], f.json)
		}},
		{"verify NAME", 1, 1, func(ctx context.Context, p *Program, f *modelFlags, l *models.Library, args []string) error {
			return p.verifyModel(ctx, l, args[0], f.json)
		}},
		{"settings NAME", 1, 1, func(_ context.Context, p *Program, f *modelFlags, l *models.Library, args []string) error {
			return p.modelSettings(f, l, args[0])
		}},
		{"remove NAME", 1, 1, func(_ context.Context, _ *Program, _ *modelFlags, l *models.Library, args []string) error {
			return l.Remove(args[0])
		}},
		{"prepare", 0, 0, func(ctx context.Context, p *Program, f *modelFlags, _ *models.Library, _ []string) error {
			made, err := app.PrepareModels(ctx, f.dir)
			for _, n := range made {
				fmt.Fprintf(p.Stderr, "made %s\n", n)
			}
			return err
		}},
		{"inspect FILE", 1, 1, func(_ context.Context, p *Program, f *modelFlags, _ *models.Library, args []string) error {
			return p.inspectModel(args[0], f.json)
		}},
		{"place FILE --gpus GB,GB", 1, 1, func(_ context.Context, p *Program, f *modelFlags, _ *models.Library, args []string) error {
			return p.placeModel(args[0], f.gpus, f.copies, f.tokens, f.json)
		}},
		{"convert FOLDER OUT", 2, 2, func(ctx context.Context, p *Program, f *modelFlags, _ *models.Library, args []string) error {
			return p.convertModel(ctx, args[0], args[1], f.kind, f.json)
		}},
		{"quantize IN OUT", 2, 2, func(ctx context.Context, p *Program, f *modelFlags, _ *models.Library, args []string) error {
			return p.quantizeModel(ctx, args[0], args[1], f.kind, f.plain, f.json)
		}},
		{"report ORIGINAL COPY…", 1, 100, func(ctx context.Context, p *Program, f *modelFlags, l *models.Library, args []string) error {
			return p.reportModels(ctx, f, l, args)
		}},
		{"plan FILE", 1, 1, func(_ context.Context, p *Program, _ *modelFlags, _ *models.Library, args []string) error {
			return p.planModel(args[0])
		}},
	}
}

func runModels(ctx context.Context, p *Program, args []string) error {
	f := newModelFlags()
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	home, err := p.homeDir(f.flags)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		rest = []string{"list"}
	}
	var lines []string
	for _, v := range modelVerbs() {
		name, _, _ := strings.Cut(v.line, " ")
		if n := len(rest) - 1; name == rest[0] && n >= v.min && n <= v.max {
			return v.run(ctx, p, f, app.Models(home), rest[1:])
		}
		lines = append(lines, "'models "+v.line+"'")
	}
	last := len(lines) - 1
	return mark.Errorf(mark.Invalid, "Use 'markai %s or %s.", strings.TrimPrefix(strings.Join(lines[:last], ", "), "'"), lines[last])
}

func (p *Program) listModels(ctx context.Context, l *models.Library, asJSON bool) error {
	list, err := app.ListModels(ctx, l)
	if err != nil {
		return err
	}
	if asJSON {
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
}

// listCatalogue prints which models can be had and whether they run here.
func (p *Program) listCatalogue(f *modelFlags, l *models.Library) error {
	home, err := p.homeDir(f.flags)
	if err != nil {
		return err
	}
	c, _, err := p.loadConfig(f.flags, home)
	if err != nil {
		return err
	}
	list, err := app.Catalogue(l, c.Models.Source)
	if err != nil {
		return err
	}
	if f.json {
		return p.printJSON(list)
	}
	for _, e := range list.Entries {
		fmt.Fprintf(p.Stdout, "%-32s %-9s %6.1f B  context %6d  %s\n    %s\n", e.ID, e.Role, float64(e.Parameters)/1e9, e.Context, e.Licence.Name, e.About)
		for _, x := range e.Files {
			about, note := "", ""
			if x.Bytes == 0 {
				about = "about "
			}
			switch {
			case x.Installed != "":
				note = "  installed"
			case x.Suggested:
				note = "  suggested for this machine"
			}
			fmt.Fprintf(p.Stdout, "    %-8s %s%.1f GB  %s%s\n", x.Type, about, float64(x.Estimate)/1e9, x.Advice, note)
		}
	}
	if list.Source == "" {
		fmt.Fprintln(p.Stdout, "Nothing is downloaded: models.source and network.hosts are not set. A file that you have is taken in with 'markai models import FILE'.")
	}
	return nil
}

// importModel copies a model file into the models folder and prints its card.
func (p *Program) importModel(ctx context.Context, l *models.Library, path string, asJSON bool) error {
	m, err := l.Import(ctx, path)
	if err != nil {
		return err
	}
	c, err := models.Inspect(m.Path, device.Read().Free)
	if err != nil {
		return err
	}
	if asJSON {
		return p.printJSON(c)
	}
	if err := p.printCard(c, false); err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "sha256        %s\n", m.SHA256)
	if m.Role == models.Chat || m.Role == models.Embedding {
		fmt.Fprintf(p.Stdout, "imported %s; use it with the setting %s.model\n", m.ID, m.Role)
	}
	return nil
}

// verifyModel reads a model's whole file.
func (p *Program) verifyModel(ctx context.Context, l *models.Library, id string, asJSON bool) error {
	v, err := l.Verify(ctx, id)
	if err != nil {
		return err
	}
	if asJSON {
		err = p.printJSON(v)
	} else {
		fmt.Fprintf(p.Stdout, "%s\nsha256 %s\n", v.Report, v.SHA256)
	}
	if err == nil && !v.Sound {
		err = mark.Errorf(mark.Damaged, "%s", v.Report)
	}
	return err
}

// modelSettings changes what is named on the command line and prints what holds.
func (p *Program) modelSettings(f *modelFlags, l *models.Library, id string) error {
	if _, err := l.Find("", id); err != nil {
		return err
	}
	s, err := l.Settings(id)
	if err != nil {
		return err
	}
	changed := false
	f.Visit(func(x *flag.Flag) {
		known := true
		switch x.Name {
		case "context":
			s.Context = f.tokens
		case "threads":
			s.Threads = f.threads
		case "cache":
			s.Cache = f.cache
		case "draft":
			s.Draft = f.draft
		case "temperature":
			s.Temperature = float32(f.temperature)
		case "gpu-layers":
			if s.GPULayers = &f.layers; f.layers < 0 {
				s.GPULayers = nil
			}
		default:
			known = false
		}
		changed = changed || known
	})
	if changed {
		if err := l.SetSettings(id, s); err != nil {
			return err
		}
	}
	if f.json {
		return p.printJSON(s)
	}
	layers := "the program decides"
	if s.GPULayers != nil {
		layers = strconv.Itoa(*s.GPULayers)
	}
	fmt.Fprintf(p.Stdout, "context      %s\nthreads      %s\ncache        %s\ngpu-layers   %s\ndraft        %s\ntemperature  %g\n",
		orElse(s.Context, "the program decides"), orElse(s.Threads, "the program decides"), orElse(s.Cache, "f16"), layers, orElse(s.Draft, "none"), s.Temperature)
	return nil
}

// orElse prints v, or what holds where it is not set.
func orElse[T comparable](v T, otherwise string) string {
	var zero T
	if v == zero {
		return otherwise
	}
	return fmt.Sprint(v)
}
