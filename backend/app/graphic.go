package app

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	mark "markai/backend"
	"markai/backend/device"
	"markai/backend/fleet"
	"markai/backend/llama"
	"markai/backend/models"
	"markai/backend/worker"
)

// graphics are the graphics processors that chat models may be laid over, and
// how many layers were measured to be best. As for embeddings, what is measured
// in one run of the program is used from the next one on.
type graphics struct {
	path string // of what was measured

	mu    sync.Mutex // guards what follows
	asked bool
	found []llama.Processor
	best  map[string]int // layers, by laidKey
}

func readGraphics(home string) *graphics {
	g := &graphics{path: filepath.Join(home, "layers.json"), best: map[string]int{}}
	raw, err := os.ReadFile(g.path)
	if err != nil || json.Unmarshal(raw, &g.best) != nil || g.best == nil {
		g.best = map[string]int{} // nothing is remembered
	}
	return g
}

// processors returns the graphics processors that the runtime finds: none where
// it has no back end for any, which is known without asking. It is asked once,
// in a process of its own that loads no model.
func (g *graphics) processors(ctx context.Context) []llama.Processor {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.asked {
		return g.found
	}
	dir, err := runtimeDir()
	if err != nil || len(llama.BackEnds(dir)) == 0 {
		g.asked = err == nil
		return nil
	}
	worker, err := llama.NewGenerator(llama.Config{Runtime: dir})
	if err == nil {
		g.found, err = worker.Processors(ctx)
		_ = worker.Close() // its process ends whatever it says
	}
	if err != nil {
		if ctx.Err() == nil {
			slog.WarnContext(ctx, "graphics processors could not be looked for; models stay on the processor", "error", mark.CodeOf(err))
		}
		return nil
	}
	g.found, g.asked = usable(g.found), true
	return g.found
}

// known returns the graphics processors that have been found already.
func (g *graphics) known() []llama.Processor {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.found
}

// usable leaves out what shares the machine's memory where there are others, as
// llama.cpp does when it numbers them.
func usable(all []llama.Processor) []llama.Processor {
	var own, shared []llama.Processor
	for _, p := range all {
		if p.Integrated {
			shared = append(shared, p)
		} else {
			own = append(own, p)
		}
	}
	if len(own) > 0 {
		return own
	}
	return shared[:min(len(shared), 1)]
}

// fleetOf is what the planner is told of graphics processors. Their speed is
// not known, nor how they are linked.
func fleetOf(found []llama.Processor) []fleet.GPU {
	var out []fleet.GPU
	for _, p := range found {
		out = append(out, fleet.GPU{Name: p.Name, Free: p.Free})
	}
	return out
}

// laidKey names what a measurement holds for: the model and these processors.
func laidKey(m models.Model, found []llama.Processor) string {
	names := []string{m.ID, fmt.Sprint(m.Bytes)}
	for _, p := range found {
		names = append(names, fmt.Sprintf("%s %d", p.Name, p.Total))
	}
	return strings.Join(names, ", ")
}

// layoutOf is a plan's first copy as the engine is told it. layers are those of
// the whole model: where a copy holds all of them it holds what comes after them,
// too. most bounds the layers; -1: it does not.
func layoutOf(p fleet.Plan, layers, most int) llama.Layout {
	if len(p.Copies) == 0 || p.Copies[0].Mode == fleet.None || most == 0 {
		return llama.Layout{}
	}
	c := p.Copies[0]
	out := llama.Layout{Layers: c.Offloaded(), Main: max(c.Main, 0)}
	if most > 0 {
		out.Layers = min(out.Layers, most)
	}
	if out.Layers == layers {
		out.Layers++ // the output counts as a layer
	}
	switch c.Mode {
	case fleet.Layer:
		out.Split = llama.SplitLayer
	case fleet.Row:
		out.Split = llama.SplitRow
	default:
		return out
	}
	for i, gpu := range c.GPUs {
		for len(out.Parts) <= gpu {
			out.Parts = append(out.Parts, 0)
		}
		out.Parts[gpu] = float32(c.Layers[i])
	}
	return out
}

// plan is how a model with a context of so many tokens fits these processors.
func plan(m models.Model, context int, found []llama.Processor) (fleet.Plan, error) {
	return models.Place(m.Path, context, 1, fleetOf(found))
}

// layout is where a model is to be computed: on the graphics processors as far
// as they hold it, as many layers as were measured to be best, or as the person
// chose.
func (g *graphics) layout(ctx context.Context, m models.Model, s models.Settings, context int) llama.Layout {
	found := g.processors(ctx)
	if len(found) == 0 {
		return llama.Layout{}
	}
	p, err := plan(m, context, found)
	if err != nil {
		return llama.Layout{} // the file is looked at again before it is loaded, and that says what is wrong
	}
	most := -1
	if s.GPULayers != nil {
		most = *s.GPULayers
	} else {
		g.mu.Lock()
		if n, ok := g.best[laidKey(m, found)]; ok {
			most = n
		}
		g.mu.Unlock()
	}
	return layoutOf(p, m.Layers, most)
}

// settle measures how many layers of a model are best offloaded, once for a
// model and the processors that are there, with workers of the lowest priority.
func (g *graphics) settle(ctx context.Context, m models.Model, context int) error {
	found := g.processors(ctx)
	if len(found) == 0 || m.Path == "" {
		return nil
	}
	key := laidKey(m, found)
	g.mu.Lock()
	_, done := g.best[key]
	g.mu.Unlock()
	if done {
		return nil
	}
	p, err := plan(m, context, found)
	if err != nil || len(p.Copies) == 0 {
		return err
	}
	best, err := fleet.Calibrate(p.Copies[0].Offloaded(), func(layers int) (float64, error) {
		return wordsPerSecond(ctx, m, context, layoutOf(p, m.Layers, layers)), ctx.Err()
	})
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.best[key] = best
	raw, err := json.MarshalIndent(g.best, "", "  ")
	if err != nil {
		return err
	}
	return keepFile(g.path, raw)
}

// wordsPerSecond is how many tokens a second a model reads and writes in a
// layout: a prompt of a passage or two and a short answer. It is 0 where it does
// not run.
func wordsPerSecond(ctx context.Context, m models.Model, context int, l llama.Layout) float64 {
	dir, err := runtimeDir()
	if err != nil {
		return 0
	}
	g, err := llama.NewGenerator(llama.Config{
		Runtime: dir, Model: m.Path, Name: m.ID, Context: context, Template: m.Template, Layout: l, Worker: worker.Spec{Nice: background},
	})
	if err != nil {
		return 0
	}
	defer g.Close() //nolint:errcheck // its process ends whatever it says
	share := device.Read().Threads(0)
	g.SetThreads(share.Decode, share.Batch)
	rate := 0.0
	for i := range 2 { // the first run loads the model
		began, tokens := time.Now(), 0
		p := mark.Prompt{System: strings.Join(longPassages(1), ""), User: fmt.Sprintf("Question %d: who pays the rent?", i), MaxTokens: 48, Background: true, Deterministic: true}
		for d, err := range g.Generate(ctx, p) {
			if err != nil {
				return 0
			}
			tokens += d.Tokens + d.Prompt - d.Cached
		}
		rate = float64(tokens) / time.Since(began).Seconds()
	}
	return rate
}

// String says what there is, for people.
func (g *graphics) String() string {
	found := g.known()
	if len(found) == 0 {
		return "not run, the runtime finds none; the processor computes"
	}
	var names []string
	for _, p := range found {
		names = append(names, fmt.Sprintf("%s, %.1f GB free of %.1f GB", p.Name, gb(p.Free), gb(p.Total)))
	}
	return strings.Join(names, "; ")
}
