package infer

import (
	"context"

	mark "markai/backend"
)

// SaveState implements mark.ModelState where the engine does. It loads no
// model: one that rests holds nothing.
func (s *Service) SaveState(ctx context.Context, p mark.Prompt, limit int) ([]byte, error) {
	s.mu.Lock()
	h := s.engine
	if h == nil {
		s.mu.Unlock()
		return nil, mark.Errorf(mark.NotFound, "The model is not loaded and holds nothing of this conversation.")
	}
	h.users++
	s.mu.Unlock()
	defer s.release(h)
	m, ok := h.Engine.(mark.ModelState)
	if !ok {
		return nil, errNoState
	}
	return m.SaveState(ctx, p, limit)
}

// RestoreState implements mark.ModelState where the engine does. It loads the
// model.
func (s *Service) RestoreState(ctx context.Context, state []byte) error {
	e, release, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	m, ok := e.(*held).Engine.(mark.ModelState)
	if !ok {
		return errNoState
	}
	return m.RestoreState(ctx, state)
}

var errNoState = mark.Errorf(mark.Unavailable, "This model does not keep conversations.")
