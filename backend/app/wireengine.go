package app

import (
	"math"

	"markai/backend/infer"
	"markai/backend/models"
	"markai/backend/wire"
)

// wireEngine is how a model runs, in the words of the window.
func wireEngine(m models.Model, status infer.Status, s infer.Stats) wire.EngineModel {
	return wire.EngineModel{
		ID: m.ID, Name: m.Name, Role: string(m.Role), Status: string(status.State),
		Requests: s.Requests, Failed: s.Failed, Cancelled: s.Cancelled, Refused: s.Refused, Running: s.Running, Waiting: s.Waiting,
		Tokens: int64(s.Tokens), Prompt: int64(s.Prompt), Cached: int64(s.Cached), Guessed: int64(s.Guessed), Held: int64(s.Held),
		Unguessed: s.Last.Unguessed, FirstToken: wireHistogram(s.FirstToken), Between: wireHistogram(s.Between),
		Decode: wireHistogram(s.PerSecond), Reading: wireHistogram(s.Reading), Batch: wireHistogram(s.Batch),
		Samples: []wire.EngineSample{},
	}
}

// wireHistogram leaves the last bound out, which is infinite and has no JSON
// form; a quantile above all others is the last of them.
func wireHistogram(h infer.Histogram) wire.Histogram {
	out := wire.Histogram{N: h.N, Mean: h.Mean(), Counts: h.Counts[:], Bounds: make([]float64, 0, len(h.Counts)-1)}
	for i := range len(h.Counts) - 1 {
		out.Bounds = append(out.Bounds, h.Upper(i))
	}
	most := out.Bounds[len(out.Bounds)-1]
	out.P50, out.P95 = math.Min(h.Quantile(0.5), most), math.Min(h.Quantile(0.95), most)
	return out
}
