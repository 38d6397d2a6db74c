package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	mark "markai/backend"
	"markai/backend/app"
	"markai/backend/device"
	"markai/backend/fleet"
	"markai/backend/models"
	"markai/backend/recipe"
)

// quantizeModel writes a model file in another type.
func (p *Program) quantizeModel(ctx context.Context, from, to, kind string, plain, asJSON bool) error {
	last := ""
	q, err := app.Quantize(ctx, from, to, kind, plain, func(phase string, done, total int) {
		if line := fmt.Sprintf("%s %d %%", phase, 100*done/max(total, 1)); line != last {
			last = line
			fmt.Fprintln(p.Stderr, line)
		}
	})
	if err != nil {
		return err
	}
	for _, n := range q.Notes {
		fmt.Fprintln(p.Stderr, n)
	}
	if asJSON {
		return p.printJSON(map[string]any{"path": q.Path, "bytes": q.Bytes, "type": q.Type.Name, "notes": append([]string{}, q.Notes...)})
	}
	fmt.Fprintf(p.Stdout, "wrote %s, %s, %.1f MB\n", q.Path, q.Type.Name, float64(q.Bytes)/1e6)
	return nil
}

// reportModels measures copies of a model, the first being the original, and
// keeps what was measured for the window.
func (p *Program) reportModels(ctx context.Context, f *modelFlags, l *models.Library, paths []string) error {
	var questions []app.PassageQuestion
	if f.questions > 0 {
		var err error
		if questions, err = p.passageQuestions(ctx, f); err != nil {
			return err
		}
	}
	r, err := app.CompareModels(ctx, l, paths, f.length, questions, func(name string) { fmt.Fprintf(p.Stderr, "measuring %s\n", name) })
	if err != nil {
		return err
	}
	if f.chart != "" {
		if err := os.WriteFile(f.chart, []byte(recipe.Chart(r.Rows)), 0o644); err != nil {
			return mark.Errorf(mark.Invalid, "The file %s cannot be written.", f.chart).Because(err)
		}
	}
	if f.json {
		return p.printJSON(r)
	}
	fmt.Fprintf(p.Stdout, "%s\n%s\n", recipe.Table(r.Rows), r.Why)
	return nil
}

// passageQuestions reads the bundled questions with the passages that answer them.
func (p *Program) passageQuestions(ctx context.Context, f *modelFlags) (out []app.PassageQuestion, err error) {
	if p.Questions == nil {
		return nil, mark.Errorf(mark.Unavailable, "This build carries no questions to judge answers with.")
	}
	r, err := p.reader(f.flags)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	fmt.Fprintln(p.Stderr, "reading the sample documents")
	return app.PassageQuestions(ctx, r, p.Questions, f.questions)
}

// planModel prints how a server with FP8 would take a model.
func (p *Program) planModel(path string) error {
	text, err := models.Plan(path)
	if err != nil {
		return err
	}
	fmt.Fprint(p.Stdout, text)
	return nil
}

// convertModel writes a published model as GGUF; "auto" is 16 bits, which lose
// the least and can be quantized.
func (p *Program) convertModel(ctx context.Context, dir, to, kind string, asJSON bool) error {
	if kind == "auto" {
		kind = "f16"
	}
	c, err := models.Convert(ctx, dir, to, kind)
	if err != nil {
		return err
	}
	return p.printCard(c, asJSON)
}

// inspectModel prints what a model file says of itself and whether it fits.
func (p *Program) inspectModel(path string, asJSON bool) error {
	c, err := models.Inspect(path, device.Read().Free)
	if err != nil {
		return err
	}
	return p.printCard(c, asJSON)
}

func (p *Program) printCard(c models.Card, asJSON bool) error {
	if asJSON {
		return p.printJSON(c)
	}
	fmt.Fprintf(p.Stdout, "%s\narchitecture  %s (%s), %.0f M weights in %s\nmade for      %s\ntemplate      %s\nlicence       %s\n",
		c.Name, c.Architecture, c.Form, float64(c.Parameters)/1e6, c.Type, strings.Join(c.Abilities, ", "), orElse(c.Template, "none"), orElse(c.Licence, "not stated in the file"))
	for _, n := range c.Needs {
		fmt.Fprintf(p.Stdout, "context %6d  %8.0f MB\n", n.Context, float64(n.Bytes)/1e6)
	}
	fmt.Fprintln(p.Stdout, c.Advice)
	return nil
}

// placeModel prints how a model would be laid over GPUs of so many gigabytes.
func (p *Program) placeModel(path, gpus string, copies, tokens int, asJSON bool) error {
	var machine []fleet.GPU
	for i, part := range strings.FieldsFunc(gpus, func(r rune) bool { return r == ',' || r == ' ' }) {
		gb, err := strconv.ParseFloat(part, 64)
		if err != nil || !(gb >= 0 && gb < 1<<20) {
			return mark.Errorf(mark.Invalid, "%q is no amount of memory. Give gigabytes, such as --gpus 24,24.", part)
		}
		machine = append(machine, fleet.GPU{Name: strconv.Itoa(i), Free: int64(gb * (1 << 30))})
	}
	plan, err := models.Place(path, tokens, copies, machine)
	if err != nil {
		return err
	}
	if asJSON {
		return p.printJSON(plan)
	}
	for i, c := range plan.Copies {
		fmt.Fprintf(p.Stdout, "copy %d: %s, GPUs %v, layers %v, main %d\n", i+1, c.Mode, c.GPUs, c.Layers, c.Main)
	}
	fmt.Fprintf(p.Stdout, "%s Planned, not run.\n", plan.Why)
	return nil
}
