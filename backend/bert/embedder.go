package bert

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"markai/backend/worker"
)

// batchTexts is how many texts travel in one call: enough for all threads, few
// enough that a cancelled batch stops soon and a crash repeats little.
const batchTexts = 32

// Config says which model to run and how.
type Config struct {
	Model   string // path of the GGUF file, checked before (models.Check) and one that Supports takes
	Name    string // names model and version
	Context int    // tokens of a text; 0 means 256
	Dim     int    // the length of its vectors (models.Model.Width)
	Worker  worker.Spec
}

// Embedder turns texts into unit vectors in a worker process. It implements
// mark.Embedder and is safe for concurrent use: a question is computed beside
// a batch.
type Embedder struct {
	*worker.Keeper
	name    string
	dim     int
	threads atomic.Int64
}

// NewEmbedder returns an embedder. The worker starts with the first text.
func NewEmbedder(cfg Config) (*Embedder, error) {
	if cfg.Context <= 2 {
		cfg.Context = 256
	}
	env, err := json.Marshal(setup{cfg.Model, cfg.Context})
	if err != nil {
		return nil, fmt.Errorf("set up the encoder: %w", err)
	}
	spec := cfg.Worker
	spec.Kind = Kind
	spec.Env = append(append([]string{}, spec.Env...), envSetup+"="+string(env))
	e := &Embedder{Keeper: worker.NewKeeper(spec), name: cfg.Name + "/" + numerics, dim: cfg.Dim}
	e.threads.Store(1)
	return e, nil
}

// SetThreads changes, from the next batch on, how many threads compute it.
func (e *Embedder) SetThreads(n int) { e.threads.Store(int64(max(n, 1))) }

// Model names the model, its version and the way its numbers are computed.
func (e *Embedder) Model() string { return e.name }

// Dim returns the length of the vectors.
func (e *Embedder) Dim() int { return e.dim }

// Embed returns one unit vector per text. Errors: Unavailable, Unsupported,
// Crashed when the worker died twice on the same texts.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	return e.Vectors(ctx, methodEncode, func() any { return share{int(e.threads.Load())} }, texts, batchTexts, e.dim)
}
