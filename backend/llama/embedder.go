package llama

import "context"

// batchTexts is how many texts travel in one call: few, so that a cancelled
// batch stops soon and a crash repeats little.
const batchTexts = 16

// Embedder turns texts into unit vectors in a worker process. It implements
// mark.Embedder and is safe for concurrent use: texts of several callers take
// turns one by one, so that a search does not wait behind a batch.
type Embedder struct {
	*keeper
	name string
	dim  int
}

// NewEmbedder returns an embedder. The worker starts with the first text.
func NewEmbedder(cfg Config) (*Embedder, error) {
	if cfg.Context <= 0 {
		cfg.Context = 256
	}
	k, err := newKeeper(KindEmbed, cfg)
	if err != nil {
		return nil, err
	}
	return &Embedder{keeper: k, name: cfg.Name, dim: cfg.Dim}, nil
}

// Model names the model and its version.
func (e *Embedder) Model() string { return e.name }

// Dim returns the length of the vectors.
func (e *Embedder) Dim() int { return e.dim }

// Embed returns one unit vector per text. Errors: Unavailable, Crashed when
// the worker died twice on the same texts.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	return e.Vectors(ctx, methodEmbed, func() any { return e.threads.Load() }, texts, batchTexts, e.dim)
}
