package app

import (
	"sync/atomic"

	"markai/backend/infer"
	"markai/backend/models"
	"markai/backend/wire"
)

// embedded counts what an embedding model was asked for.
type embedded struct{ running, requests, failed atomic.Int64 }

// begin notes that texts are to be embedded, and returns what notes the end.
func (e *embedded) begin() (end func(failed bool)) {
	e.running.Add(1)
	return func(failed bool) {
		e.running.Add(-1)
		e.requests.Add(1)
		if failed {
			e.failed.Add(1)
		}
	}
}

// figures is how the embedding model runs, in the words of the window. A worker
// of its own computes it, whose memory is told where the platform tells it.
func (e *embedding) figures() wire.EngineModel {
	var holds int64
	if m, ok := e.vectors.(interface{ Memory() int64 }); ok {
		holds = m.Memory()
	}
	state := e.state()
	w := wireEngine(models.Model{ID: e.model.ID, Name: e.model.Name, Role: models.Embedding}, infer.Status{}, infer.Stats{})
	w.Status, w.Device, w.MemoryBytes = state.Status, e.engine, holds
	if state.Status == "ready" && holds == 0 {
		w.Status = string(infer.Resting)
	}
	w.Requests, w.Failed, w.Running = int(e.asked.requests.Load()), int(e.asked.failed.Load()), int(e.asked.running.Load())
	return w
}
