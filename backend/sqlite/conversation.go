package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	mark "markai/backend"
)

const conversationGone = "This conversation is no longer there."

// PutConversation adds a conversation or replaces its title and times.
func (m *matter) PutConversation(ctx context.Context, c mark.Conversation) error {
	if c.ID == "" {
		return mark.Errorf(mark.Invalid, "A conversation needs an id.")
	}
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO conversation (id, title, created, updated) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET title = excluded.title, created = excluded.created, updated = excluded.updated`,
			c.ID, c.Title, nanos(c.Created), nanos(c.Updated))
		return err
	})
}

// Conversations returns all, the one used last first.
func (m *matter) Conversations(ctx context.Context) ([]mark.Conversation, error) {
	return collect(ctx, m.db.readers, func(r row) (c mark.Conversation, err error) {
		var created, updated int64
		err = r.Scan(&c.ID, &c.Title, &created, &updated)
		c.Created, c.Updated = timeOf(created), timeOf(updated)
		return c, err
	}, "SELECT id, title, created, updated FROM conversation ORDER BY updated DESC, id")
}

// AddMessage appends a turn and moves the conversation to the top. A message
// without a time gets the present one.
func (m *matter) AddMessage(ctx context.Context, id mark.ConversationID, msg mark.Message) error {
	var answer sql.NullString
	if msg.Answer != nil {
		b, err := json.Marshal(msg.Answer)
		if err != nil {
			return fmt.Errorf("write the answer down: %w", err)
		}
		answer = sql.NullString{String: string(b), Valid: true}
	}
	if msg.Created.IsZero() {
		msg.Created = time.Now()
	}
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO message (conversation, role, text, answer, created) VALUES (?, ?, ?, ?, ?)",
			id, msg.Role, msg.Text, answer, nanos(msg.Created))
		if resultCode(err) == resultForeignKey {
			return mark.Errorf(mark.NotFound, conversationGone).Because(err)
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE conversation SET updated = max(updated, ?) WHERE id = ?", nanos(msg.Created), id)
		return err
	})
}

// Messages returns the turns of a conversation, oldest first; none where there
// is no such conversation.
func (m *matter) Messages(ctx context.Context, id mark.ConversationID) ([]mark.Message, error) {
	return collect(ctx, m.db.readers, func(r row) (msg mark.Message, err error) {
		var answer sql.NullString
		var created int64
		if err := r.Scan(&msg.Role, &msg.Text, &answer, &created); err != nil {
			return msg, err
		}
		msg.Created = timeOf(created)
		if answer.Valid {
			msg.Answer = new(mark.Answer)
			if err := json.Unmarshal([]byte(answer.String), msg.Answer); err != nil {
				return msg, errors.Join(errAnswer, err)
			}
		}
		return msg, nil
	}, "SELECT role, text, answer, created FROM message WHERE conversation = ? ORDER BY n", id)
}

var errAnswer = errors.New("a stored answer is not as it was written")

// DeleteConversation removes a conversation with its turns.
func (m *matter) DeleteConversation(ctx context.Context, id mark.ConversationID) error {
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM conversation WHERE id = ?", id)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return mark.Errorf(mark.NotFound, conversationGone)
	})
}
