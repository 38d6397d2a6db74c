package bert

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"sync/atomic"

	mark "markai/backend"
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
	out := make([][]float32, 0, len(texts))
	for len(texts) > 0 {
		n := min(batchTexts, len(texts))
		vectors, err := e.batch(ctx, texts[:n])
		if err != nil {
			return nil, err
		}
		out = append(out, vectors...)
		texts = texts[n:]
	}
	return out, nil
}

func (e *Embedder) batch(ctx context.Context, texts []string) ([][]float32, error) {
	body, err := json.Marshal(texts)
	if err != nil {
		return nil, fmt.Errorf("embed: %w", err)
	}
	var vectors [][]float32
	err = e.Retry(ctx, func(p *worker.Process) (bool, error) {
		var got encoded
		raw, err := p.Call(ctx, methodEncode, share{int(e.threads.Load())}, body, &got)
		if err != nil {
			return true, err
		}
		vectors, err = unpack(raw, len(texts), got.Dim)
		return false, err
	})
	if err != nil {
		return nil, fmt.Errorf("embed %d texts: %w", len(texts), err)
	}
	if d := len(vectors[0]); d != e.dim {
		return nil, mark.Errorf(mark.Unsupported, "The embedding model gives vectors of %d numbers where %d were expected. Choose it again in Settings.", d, e.dim)
	}
	return vectors, nil
}

// pack lays vectors out as little-endian numbers, one after the other.
func pack(vectors [][]float32) []byte {
	var out []byte
	for _, v := range vectors {
		for _, x := range v {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(x))
		}
	}
	return out
}

// unpack undoes pack for n vectors of dim numbers.
func unpack(raw []byte, n, dim int) ([][]float32, error) {
	if dim <= 0 || n <= 0 || len(raw) != 4*n*dim {
		return nil, fmt.Errorf("the worker sent %d bytes for %d vectors of %d", len(raw), n, dim)
	}
	flat := make([]float32, n*dim)
	for i := range flat {
		flat[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	out := make([][]float32, n)
	for i := range out {
		out[i] = flat[i*dim : (i+1)*dim : (i+1)*dim]
	}
	return out, nil
}
