package llama

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	mark "markai/backend"
	"markai/backend/worker"
)

// Generator continues prompts in a worker process. It implements
// mark.Generator and is safe for concurrent use: requests are computed
// together, step by step, and a beginning that prompts share is computed once.
type Generator struct {
	*keeper
	name    string
	adapter func(id string) (path string, err error)
}

// NewGenerator returns a generator. The worker starts with the first request.
func NewGenerator(cfg Config) (*Generator, error) {
	if cfg.Context <= 0 {
		cfg.Context = 4096
	}
	k, err := newKeeper(KindChat, cfg)
	if err != nil {
		return nil, err
	}
	return &Generator{keeper: k, name: cfg.Name, adapter: cfg.Adapter}, nil
}

// Model names the model and its version.
func (g *Generator) Model() string { return g.name }

// Generate continues p. A worker that dies before the first token is replaced
// and asked once more; later its death is Crashed.
func (g *Generator) Generate(ctx context.Context, p mark.Prompt) iter.Seq2[mark.Delta, error] {
	return func(yield func(mark.Delta, error) bool) {
		body, err := g.bodyOf(p)
		if err != nil {
			yield(mark.Delta{}, fmt.Errorf("generate: %w", err))
			return
		}
		left := false // the caller broke out of the loop
		err = g.Retry(ctx, func(w *worker.Process) (bool, error) {
			fresh := true
			for m, err := range w.Stream(ctx, methodGenerate, g.threads.Load(), body) {
				var d delta
				if err == nil {
					err = m.Decode(&d)
				}
				if err != nil {
					return fresh, err
				}
				fresh = false
				if !yield(mark.Delta{Text: d.Text, Tokens: d.Tokens, Stop: d.Stop, Prompt: d.Prompt, Cached: d.Cached, Beside: d.Beside, Waiting: d.Waiting, Guessed: d.Guessed, Held: d.Held, Unguessed: d.Unguessed, Scores: domainScores(d.Scores), Calls: d.Calls}, nil) {
					left = true
					return false, nil
				}
			}
			return false, nil
		})
		if err != nil && !left {
			yield(mark.Delta{}, fmt.Errorf("generate: %w", err))
		}
	}
}

// bodyOf is the body of a request with p. Errors: Invalid, and those of
// Config.Adapter.
func (g *Generator) bodyOf(p mark.Prompt) ([]byte, error) {
	q, err := promptOf(p)
	if err != nil {
		return nil, err
	}
	if p.Adapter != "" {
		if g.adapter == nil {
			return nil, mark.Errorf(mark.Unsupported, "This model writes without adapters.")
		}
		if q.Adapter, err = g.adapter(p.Adapter); err != nil {
			return nil, err
		}
	}
	return json.Marshal(q)
}

// CountTokens returns how many tokens text takes. It does not wait for a
// generation under way.
func (g *Generator) CountTokens(ctx context.Context, text string) (int, error) {
	body, err := json.Marshal(text)
	if err != nil {
		return 0, fmt.Errorf("count tokens: %w", err)
	}
	var n counted
	err = g.Retry(ctx, func(w *worker.Process) (bool, error) {
		_, err := w.Call(ctx, methodCount, nil, body, &n)
		return true, err
	})
	if err != nil {
		return 0, fmt.Errorf("count tokens: %w", err)
	}
	return n.Tokens, nil
}

// SaveState returns what the model holds of p and of the text that it wrote
// after it. It implements mark.ModelState.
func (g *Generator) SaveState(ctx context.Context, p mark.Prompt, limit int) ([]byte, error) {
	if p.Adapter != "" {
		return nil, fmt.Errorf("save the model's state: %w", errNothingHeld) // what an adapter changed is not kept
	}
	body, err := g.bodyOf(p)
	if err != nil {
		return nil, fmt.Errorf("save the model's state: %w", err)
	}
	var state []byte
	err = g.Retry(ctx, func(w *worker.Process) (bool, error) {
		var err error
		state, err = w.Call(ctx, methodSave, saving{limit}, body, nil)
		return false, err // a new worker holds nothing
	})
	if err != nil {
		return nil, fmt.Errorf("save the model's state: %w", err)
	}
	return state, nil
}

// RestoreState gives a saved state back to the model. It implements
// mark.ModelState.
func (g *Generator) RestoreState(ctx context.Context, state []byte) error {
	err := g.Retry(ctx, func(w *worker.Process) (bool, error) {
		_, err := w.Call(ctx, methodRestore, nil, state, nil)
		return false, err // where it was the state that killed it, once is enough
	})
	if err != nil {
		return fmt.Errorf("restore the model's state: %w", err)
	}
	return nil
}
