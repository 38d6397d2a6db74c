package app

import (
	"context"
	"io"
	"path/filepath"
	"time"

	mark "markai/backend"
	"markai/backend/device"
	"markai/backend/llama"
	"markai/backend/models"
	"markai/backend/wire"
)

// Import implements desk.Models.
func (p modelsPort) Import(ctx context.Context, path string) (wire.Model, error) {
	return p.taken(p.a.engines.library.Import(ctx, path))
}

// ImportReader implements desk.Models.
func (p modelsPort) ImportReader(ctx context.Context, name string, r io.Reader) (wire.Model, error) {
	return p.taken(p.a.engines.library.Receive(ctx, filepath.Base(name), r))
}

func (p modelsPort) taken(m models.Model, err error) (wire.Model, error) {
	if err != nil {
		return wire.Model{}, err
	}
	return wireModel(p.a.engines.library, m), nil
}

// Remove implements desk.Models.
func (p modelsPort) Remove(_ context.Context, id string) error { return p.a.engines.library.Remove(id) }

// tryTokens is how much a model writes when it is tried.
const tryTokens = 256

// Try implements desk.Models. The model in use answers as it runs; another is
// loaded beside it for this one question.
func (p modelsPort) Try(ctx context.Context, id, question string, emit func(wire.TryEvent) error) error {
	began := time.Now()
	if err := emit(wire.TryEvent{Kind: "loading"}); err != nil {
		return err
	}
	g, done, err := p.a.engines.borrow(ctx, id)
	if err != nil {
		return err
	}
	defer done()
	// The process starts with the first thing that is asked of it.
	if _, err := g.CountTokens(ctx, question); err != nil {
		return err
	}
	var result wire.TryResult
	loaded := time.Now()
	result.LoadMS = since(began)
	var first time.Time
	for d, err := range g.Generate(ctx, mark.Prompt{User: question, MaxTokens: tryTokens, Client: "try"}) {
		if err != nil {
			return err
		}
		if d.Tokens > 0 && first.IsZero() {
			first, result.FirstMS = time.Now(), since(loaded)
		}
		result.Tokens += d.Tokens
		if d.Text == "" {
			continue
		}
		if err := emit(wire.TryEvent{Kind: "text", Text: d.Text}); err != nil {
			return err
		}
	}
	result.TotalMS = since(loaded)
	if writing := time.Since(first).Seconds(); result.Tokens > 1 && writing > 0 {
		result.TokensPerSecond = float64(result.Tokens-1) / writing
	}
	return emit(wire.TryEvent{Kind: "done", Done: &result})
}

func since(t time.Time) float64 { return float64(time.Since(t).Microseconds()) / 1000 }

// borrow gives a chat model and the function that gives it back.
func (e *engines) borrow(ctx context.Context, id string) (mark.Generator, func(), error) {
	if e.chat != nil {
		s, err := e.chat.Model(id)
		if err != nil {
			return nil, nil, err
		}
		done := func() {
			if id != e.chat.model.ID {
				_ = e.chat.Unload(id) // its process ends whatever it says
			}
		}
		return s, done, s.Load(ctx)
	}
	m, err := e.library.Find(models.Chat, id)
	if err != nil {
		return nil, nil, err
	}
	g, err := openChat(ctx, m, device.Read().Threads(0), llama.Config{Context: m.Context})
	if err != nil {
		return nil, nil, err
	}
	return g, func() { _ = g.Close() }, nil // its process ends whatever it says
}
