package answer

import (
	"context"
	"log/slog"
	"time"

	mark "markai/backend"
)

// What a model has computed of a conversation is kept in the matter's store, so
// that it goes on at once after the program was closed.
const (
	worthKeeping = time.Second // what was read in less is read again
	largestState = 192 << 20   // bytes of one conversation
	allStates    = 512 << 20   // bytes of a matter's conversations
)

// recall gives the model what was kept of this conversation, once in the life
// of the program: after that the model has it, or has forgotten it for others.
func (w *work) recall(ctx context.Context, model Model) {
	states, ok := w.s.cfg.Generator.(mark.ModelState)
	if !ok || w.q.Conversation == "" || !w.s.first(w.q.Conversation) {
		return
	}
	state, err := w.m.ModelState(ctx, w.q.Conversation, model.Name)
	if err == nil {
		err = states.RestoreState(ctx, state)
	}
	if err != nil && mark.CodeOf(err) != mark.NotFound {
		slog.WarnContext(ctx, "what was kept of a conversation could not be used; it is read again", "error", mark.CodeOf(err))
	}
}

// first reports whether this is the first question of a conversation.
func (s *Service) first(id mark.ConversationID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.recalled[id]
	s.recalled[id] = struct{}{}
	return !known
}

// keep keeps what the model has computed of this conversation, where that took
// long. The reader has the answer already.
func (w *work) keep(ctx context.Context) {
	if w.reading < worthKeeping || w.q.Conversation == "" {
		return
	}
	states, ok := w.s.cfg.Generator.(mark.ModelState)
	if !ok {
		return
	}
	state, err := states.SaveState(ctx, w.asked, largestState)
	if err == nil {
		err = w.m.PutModelState(ctx, w.q.Conversation, w.by.Name, state, allStates)
	}
	switch mark.CodeOf(err) {
	case mark.NotFound, mark.TooBig: // forgotten already, or too long a conversation
	default:
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "a conversation could not be kept for the model", "error", mark.CodeOf(err))
		}
	}
}
