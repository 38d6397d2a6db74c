package models

import (
	"path/filepath"
	"strings"

	"markai/backend/fleet"
)

// Place plans how the model at path, run with a context of so many tokens in up
// to copies copies, would be laid over these GPUs. Errors: those of Inspect.
func Place(path string, context, copies int, gpus []fleet.GPU) (fleet.Plan, error) {
	head, err := readHead(path)
	if err != nil {
		return fleet.Plan{}, err
	}
	a, err := head.Architecture()
	if err != nil {
		return fleet.Plan{}, explain(filepath.Base(path), err)
	}
	var blocks uint64
	for _, t := range head.Tensors {
		if strings.HasPrefix(t.Name, "blk.") {
			n, err := t.Size()
			if err != nil {
				return fleet.Plan{}, explain(t.Name, err)
			}
			blocks += n
		}
	}
	cache := a.Memory(context) - a.Memory(0)
	return fleet.Choose(gpus, fleet.Load{
		Layers: a.Layers, LayerBytes: int64((blocks + cache) / uint64(a.Layers)),
		OuterBytes: int64(a.Weights - blocks), WorkBytes: int64(a.Memory(0) - a.Weights), Wanted: copies,
	}), nil
}
