package retrieve

import (
	"context"
	"slices"
	"sync"

	mark "markai/backend"
)

// remembered is how many texts keep their vectors: a question is often searched
// several times in a row, in one document after another or once more with a
// filter, and embedding it takes longer than the search.
const remembered = 64

// vectors remembers the vectors of the last texts. The zero value is empty.
type vectors struct {
	mu    sync.Mutex
	model string
	texts []string // oldest first
	of    map[string][]float32
}

// get returns the vectors of texts, from memory where it has them.
func (v *vectors) get(ctx context.Context, e mark.Embedder, texts []string) ([][]float32, error) {
	model := e.Model()
	out := make([][]float32, len(texts))
	var missing []string
	v.mu.Lock()
	if v.of == nil || v.model != model { // vectors of different models do not mix
		v.model, v.texts, v.of = model, nil, map[string][]float32{}
	}
	for i, t := range texts {
		if out[i] = v.of[t]; out[i] == nil && !slices.Contains(missing, t) {
			missing = append(missing, t)
		}
	}
	v.mu.Unlock()
	if len(missing) == 0 {
		return out, nil
	}
	made, err := e.Embed(ctx, missing)
	if err != nil {
		return nil, err
	}
	for i, t := range texts {
		if at := slices.Index(missing, t); at >= 0 {
			out[i] = made[at]
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.model != model {
		return out, nil
	}
	for i, t := range missing {
		if v.of[t] == nil {
			v.of[t] = made[i]
			v.texts = append(v.texts, t)
		}
	}
	for len(v.texts) > remembered {
		delete(v.of, v.texts[0])
		v.texts = v.texts[1:]
	}
	return out, nil
}
