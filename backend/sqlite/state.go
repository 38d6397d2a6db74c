package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	mark "markai/backend"
)

// PutModelState keeps what a model has computed of a conversation.
func (m *matter) PutModelState(ctx context.Context, id mark.ConversationID, model string, state []byte, keep int64) error {
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM model_state WHERE conversation = ?", id); err != nil {
			return err
		}
		if int64(len(state)) > keep {
			return nil
		}
		// The newest that together fit beside the new one stay.
		if _, err := tx.ExecContext(ctx, `DELETE FROM model_state WHERE conversation IN (
			SELECT conversation FROM (SELECT conversation, sum(size) OVER (ORDER BY used DESC, conversation) AS together FROM model_state)
			WHERE together > ?)`, keep-int64(len(state))); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO model_state (conversation, model, used, size, data) VALUES (?, ?, ?, ?, ?)",
			id, model, nanos(time.Now()), len(state), state)
		if resultCode(err) == resultForeignKey {
			return mark.Errorf(mark.NotFound, conversationGone).Because(err)
		}
		return err
	})
}

// ModelState returns what a model has computed of a conversation.
func (m *matter) ModelState(ctx context.Context, id mark.ConversationID, model string) ([]byte, error) {
	var state []byte
	err := m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "UPDATE model_state SET used = ? WHERE conversation = ? AND model = ? RETURNING data",
			nanos(time.Now()), id, model).Scan(&state)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, mark.Errorf(mark.NotFound, "Nothing is kept of this conversation. It is read again.")
	}
	return state, err
}
