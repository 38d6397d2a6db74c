package bert

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	mark "markai/backend"
	"markai/backend/worker"
	"markai/kernels/encoder"
)

// Kind is the kind of worker that Handlers serves.
const Kind = "encode"

// methodEncode has a body of JSON []string, and its reply one of float32,
// little-endian, vector after vector.
const methodEncode = "encode"

// share is how much of the machine a request may take.
type share struct {
	Threads int `json:"threads"`
}

// envSetup carries the setup to the child.
const envSetup = "MARKAI_BERT"

// setup is what a worker loads when the first request comes.
type setup struct {
	Model   string `json:"model"`   // path of the GGUF file
	Context int    `json:"context"` // tokens
}

// Handlers serves a worker with the model named in the environment, which it
// loads when the first request comes.
func Handlers() worker.Handlers {
	var mu sync.Mutex // guards m
	var m *model
	ready := func() (*model, error) {
		mu.Lock()
		defer mu.Unlock()
		if m != nil {
			return m, nil
		}
		var s setup
		if err := json.Unmarshal([]byte(os.Getenv(envSetup)), &s); err != nil {
			return nil, mark.Errorf(mark.Internal, "The encoder's worker was started without a model.").Because(err)
		}
		loaded, err := open(s.Model, s.Context)
		if err == nil {
			m = loaded
		}
		return loaded, err
	}
	return worker.Handlers{methodEncode: func(ctx context.Context, c *worker.Call) error {
		var s share
		if err := c.Decode(&s); err != nil {
			return err
		}
		var texts []string
		if json.Unmarshal(c.Body(), &texts) != nil {
			// The decoder's error would quote a client's text.
			return mark.Errorf(mark.Internal, "The program and its encoder do not understand each other. Reinstall Mark AI.")
		}
		m, err := ready()
		if err != nil {
			return err
		}
		vectors, err := m.embed(ctx, texts, s.Threads)
		if err != nil {
			return err
		}
		return c.ReplyVectors(vectors, m.enc.Width)
	}}
}

func (m *model) embed(ctx context.Context, texts []string, threads int) ([][]float32, error) {
	passages := make([][]int32, len(texts))
	for i, text := range texts {
		passages[i] = m.tokens.Append(nil, text, m.limit)
	}
	vectors, err := m.enc.Embed(ctx, encoder.Request{Passages: passages, Threads: threads})
	if err != nil {
		return nil, fmt.Errorf("embed: %w", err)
	}
	return vectors, nil
}
