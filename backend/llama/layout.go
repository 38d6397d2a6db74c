package llama

import (
	"context"

	native "github.com/hybridgroup/yzma/pkg/llama"

	"markai/backend/worker"
)

// Split is how several graphics processors share a model.
type Split string

// The splits.
const (
	SplitNone  Split = ""      // one holds all that is offloaded
	SplitLayer Split = "layer" // each holds some of the layers
	SplitRow   Split = "row"   // each holds a part of every layer
)

// Layout says what of a model lies on graphics processors, which are numbered as
// Processors lists them. The zero Layout leaves everything to the processor.
type Layout struct {
	Layers int       `json:"layers,omitempty"` // that are offloaded
	Split  Split     `json:"split,omitempty"`
	Main   int       `json:"main,omitempty"`  // the one that holds what is not split
	Parts  []float32 `json:"parts,omitempty"` // each one's share of the layers, in proportion; empty: all on Main
}

// mostParts is how many shares llama.cpp looks at.
const mostParts = 16

// apply sets a layout, and returns what must stay alive until the model is
// loaded.
func (l Layout) apply(p *native.ModelParams) (keep []float32) {
	p.NGpuLayers = int32(l.Layers)
	if l.Layers == 0 {
		return nil // without graphics processors there is no main one to name
	}
	p.MainGpu = int32(l.Main)
	switch l.Split {
	case SplitLayer:
		p.SplitMode = native.SplitModeLayer
	case SplitRow:
		p.SplitMode = native.SplitModeRow
	default:
		p.SplitMode = native.SplitModeNone
	}
	if len(l.Parts) == 0 || l.Split == SplitNone {
		return nil
	}
	// llama.cpp reads as many as it may have devices, whatever there are.
	keep = make([]float32, mostParts)
	copy(keep, l.Parts)
	p.TensorSplit = &keep[0]
	return keep
}

// Processor is a graphics processor.
type Processor struct {
	Name       string `json:"name"`
	Integrated bool   `json:"integrated"` // shares the machine's memory
	Free       int64  `json:"free"`       // bytes
	Total      int64  `json:"total"`      // bytes
}

// Processors returns the graphics processors that the runtime finds, in the
// order in which it numbers them. It starts the worker, and fails where that
// fails.
func (k *keeper) Processors(ctx context.Context) ([]Processor, error) {
	var found devices
	err := k.Retry(ctx, func(p *worker.Process) (bool, error) {
		_, err := p.Call(ctx, methodDevices, nil, nil, &found)
		return true, err
	})
	return found.Processors, err
}
