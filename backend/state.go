package mark

import "context"

// ModelState keeps what a model has computed of a prompt, so that a prompt that
// begins alike need not be computed again. A Generator may implement it.
type ModelState interface {
	// SaveState returns what the model holds of p and of the text that it wrote
	// after it. It holds the text itself: seal it. Errors: NotFound when it
	// holds nothing of p any more, TooBig when it takes more than limit bytes,
	// Unavailable.
	SaveState(ctx context.Context, p Prompt, limit int) ([]byte, error)
	// RestoreState gives a saved state back to the model. Errors: Unsupported
	// when another model or another version made it, TooBusy when there is no
	// room for it now, Damaged, Unavailable.
	RestoreState(ctx context.Context, state []byte) error
}

// StateStore keeps the state of models by conversation, sealed like all else in
// the store.
type StateStore interface {
	// PutModelState keeps the state of a conversation in place of the one
	// before, and forgets those used longest ago until all take no more than
	// keep bytes together; a state larger than that is not kept. Errors:
	// NotFound when there is no such conversation.
	PutModelState(ctx context.Context, id ConversationID, model string, state []byte, keep int64) error
	// ModelState returns the state that this model left of a conversation, or
	// NotFound. It counts as used.
	ModelState(ctx context.Context, id ConversationID, model string) ([]byte, error)
}
