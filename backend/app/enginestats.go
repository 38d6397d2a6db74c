package app

import (
	"context"
	"io"
	"sync"
	"time"

	mark "markai/backend"
	"markai/backend/device"
	"markai/backend/infer"
	"markai/backend/models"
	"markai/backend/wire"
)

const (
	sampling = time.Second
	samples  = 60 // that are kept of each model
)

// sampler looks at the chat models every second, for a live panel.
type sampler struct {
	mu   sync.Mutex // guards what follows
	ring map[string][]wire.EngineSample
	last map[string]infer.Stats
	when time.Time
}

// run samples until ctx ends.
func (s *sampler) run(ctx context.Context, c *chat) {
	tick := time.NewTicker(sampling)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			s.take(c.Stats(), now)
		}
	}
}

// take adds a sample of every model.
func (s *sampler) take(stats []infer.ModelStats, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ring == nil {
		s.ring, s.last = map[string][]wire.EngineSample{}, map[string]infer.Stats{}
	}
	passed := now.Sub(s.when).Seconds()
	s.when = now
	for _, m := range stats {
		was, known := s.last[m.Model]
		s.last[m.Model] = m.Stats
		if !known || passed <= 0 {
			continue // a rate takes two looks
		}
		one := wire.EngineSample{
			Tokens: float64(m.Stats.Tokens-was.Tokens) / passed, Prompt: float64(m.Stats.Prompt-was.Prompt) / passed,
			Running: m.Stats.Running, Waiting: m.Stats.Waiting, MemoryBytes: m.Memory,
		}
		all := append(s.ring[m.Model], one)
		s.ring[m.Model] = append([]wire.EngineSample{}, all[max(0, len(all)-samples):]...)
	}
}

// of returns what is kept of a model, oldest first.
func (s *sampler) of(model string) []wire.EngineSample {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]wire.EngineSample{}, s.ring[model]...)
}

// enginePort says how the models run.
type enginePort struct{ a *App }

// Engine implements desk.Engine.
func (p enginePort) Engine(context.Context) (wire.Engine, error) {
	m := device.Read()
	out := wire.Engine{
		Time: time.Now().UTC().Format(time.RFC3339), MemoryBytes: m.Memory, FreeBytes: m.Free,
		Devices: []wire.EngineDevice{{Name: m.Processor, Kind: "cpu", MemoryBytes: m.Memory, FreeBytes: m.Free}},
		Models:  []wire.EngineModel{},
	}
	e := p.a.engines
	if e.chat != nil {
		for _, gpu := range e.chat.gpus.known() {
			out.Devices = append(out.Devices, wire.EngineDevice{Name: gpu.Name, Kind: "gpu", MemoryBytes: gpu.Total, FreeBytes: gpu.Free})
		}
		out.BudgetBytes = e.chat.budget
		for _, one := range e.chat.Stats() {
			model, _, err := e.chat.find(one.Model)
			if err != nil {
				model = models.Model{ID: one.Model, Name: one.Model, Role: models.Chat}
			}
			w := wireEngine(model, one.Status, one.Stats)
			w.MemoryBytes, w.Samples = one.Memory, e.sampler.of(one.Model)
			out.Models = append(out.Models, w)
		}
	}
	if e.embed != nil && e.embed.model.ID != "" {
		out.Models = append(out.Models, e.embed.figures())
	}
	return out, nil
}

// WriteMetrics writes how the models run in Prometheus' text format.
func (a *App) WriteMetrics(w io.Writer) error {
	var stats []infer.ModelStats
	if a.engines.chat != nil {
		stats = a.engines.chat.Stats()
	}
	if err := infer.WriteMetrics(w, stats); err != nil {
		return mark.Errorf(mark.Unavailable, "The figures could not be written.").Because(err)
	}
	return nil
}
