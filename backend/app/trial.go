package app

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/bert"
	"markai/backend/device"
	"markai/backend/llama"
	"markai/backend/models"
	"markai/backend/worker"
)

// A trial of a graphics processor is remembered beside the vault, because it is
// wanted while that is still locked. What is measured in one run of the program
// is used from the next one on: within a run the vectors keep their name.

// trials are what was measured on this machine, by trialKey.
type trials map[string]device.Trial

func trialsPath(home string) string { return filepath.Join(home, "embedding.json") }

// readTrials returns what is remembered. A file that cannot be read is one that
// remembers nothing.
func readTrials(home string) trials {
	t := trials{}
	raw, err := os.ReadFile(trialsPath(home))
	if err != nil || json.Unmarshal(raw, &t) != nil {
		return trials{}
	}
	return t
}

// remember adds a trial to what is remembered in home. Where home is not there
// yet nothing is: the next start measures again.
func remember(home, key string, t device.Trial) error {
	all := readTrials(home)
	all[key] = t
	raw, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return keepFile(trialsPath(home), raw)
}

// trialKey names what a trial holds for: the model, the processor's way of
// computing, and the runtime's back ends as they are now. "" where there is no
// back end for a graphics processor, and so nothing to measure.
func trialKey(m models.Model, runtime string) string {
	ends := llama.BackEnds(runtime)
	if len(ends) == 0 {
		return ""
	}
	parts := []string{m.ID, bert.Engine()}
	for _, name := range ends {
		part := name
		if st, err := os.Stat(filepath.Join(runtime, name)); err == nil {
			part = fmt.Sprintf("%s %d", name, st.Size())
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// settle measures the graphics processor if that was not done, or another one
// is there now, and returns what holds. It has workers of its own at the lowest
// priority, so that no question waits for it. What goes wrong is tried again at
// the next start.
func (e *embedding) settle(ctx context.Context) (*device.Trial, error) {
	if e.key == "" || e.model.Path == "" || e.broken(ctx) != nil {
		return e.trial, nil
	}
	t, err := try(ctx, e.model, e.runtime, e.trial)
	if err != nil || e.trial != nil && *e.trial == t {
		return e.trial, err
	}
	return &t, remember(e.home, e.key, t)
}

// try measures. It returns the trial that was known if that still holds.
func try(ctx context.Context, m models.Model, runtime string, known *device.Trial) (t device.Trial, err error) {
	g, err := llama.NewEmbedder(llama.Config{
		Runtime: runtime, Model: m.Path, Name: m.ID, Context: m.Context, Dim: m.Width, Graphic: true, Worker: worker.Spec{Nice: background},
	})
	if err != nil {
		return t, err
	}
	defer g.Close()
	names, err := g.Devices(ctx)
	if err != nil {
		return t, fmt.Errorf("look for graphics processors: %w", err)
	}
	t.Device = strings.Join(names, ", ")
	if known != nil && known.Device == t.Device {
		return *known, nil
	}
	if t.Device == "" {
		return t, nil
	}
	threads := device.Read().Threads(0).Batch
	g.SetThreads(threads, threads)
	t.Graphic = pace(ctx, g) // 0 where it fails
	way := device.Options{Known: bert.Supports(m.Path) == nil, Loops: bert.Fast(), Runtime: true}.Embedder()
	v, _, err := open(m, way, runtime, threads, nil)
	if err != nil {
		return t, err
	}
	defer v.Close()
	t.Processor = pace(ctx, v)
	if err := ctx.Err(); err != nil {
		return t, err
	}
	return t, nil
}

// pace returns how many long passages a second v makes into vectors, 0 where it
// fails.
func pace(ctx context.Context, v mark.Embedder) (rate float64) {
	if _, err := v.Embed(ctx, longPassages(1)); err != nil {
		return 0
	}
	passages := longPassages(64) // enough that starting a batch does not count
	for range 2 {
		began := time.Now()
		if _, err := v.Embed(ctx, passages); err != nil {
			return 0
		}
		rate = max(rate, float64(len(passages))/time.Since(began).Seconds())
	}
	return rate
}

// longPassages returns n passages that fill a model of 256 tokens.
func longPassages(n int) []string {
	passages := make([]string, n)
	for i := range passages {
		passages[i] = strings.Repeat("The tenant pays the rent in advance. ", 40)
	}
	return passages
}

// broke notes that the graphics processor failed in use: the next start does
// without it.
func (e *embedding) broke(err error) {
	if e.way != device.Graphic || mark.CodeOf(err) != mark.Crashed {
		return
	}
	t := *e.trial
	t.Graphic = 0
	// Where it cannot be written, the next start fails and says so again.
	_ = remember(e.home, e.key, t)
}
