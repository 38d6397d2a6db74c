package app

import (
	"context"
	"errors"
	"testing"

	"markai/backend/models"
)

// waiting is an embedder that says when it is asked, and answers when it is let.
type waiting struct {
	vectors
	asked, let chan struct{}
	err        error
}

func (w *waiting) Embed(context.Context, []string) ([][]float32, error) {
	w.asked <- struct{}{}
	<-w.let
	return nil, w.err
}

func (w *waiting) Memory() int64 { return 7 }

func TestPanelSeesWhatTheEmbeddingModelIsAskedFor(t *testing.T) {
	w := &waiting{asked: make(chan struct{}), let: make(chan struct{})}
	e := &embedding{vectors: w, model: models.Model{ID: "small", Name: "Small"}, engine: "built-in"}
	e.check.Do(func() {}) // its file was looked at
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.Embed(t.Context(), []string{"a", "b"})
	}()
	<-w.asked
	if f := e.figures(); f.Running != 1 || f.Requests != 0 || f.MemoryBytes != 7 || f.Status != "ready" || f.Device != "built-in" || f.Role != "embedding" {
		t.Errorf("while it works: %+v", f)
	}
	w.err = errors.New("broken")
	close(w.let)
	<-done
	if f := e.figures(); f.Running != 0 || f.Requests != 1 || f.Failed != 1 || f.Status != "failed" {
		t.Errorf("when it has failed: %+v", f)
	}
}

func TestEmbeddingModelThatNobodyAskedRests(t *testing.T) {
	e := &embedding{model: models.Model{ID: "small", Name: "Small"}}
	if f := e.figures(); f.Status != "resting" || f.MemoryBytes != 0 || f.Samples == nil {
		t.Errorf("%+v", f)
	}
}
