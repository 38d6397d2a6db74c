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

const outcomeColumns = `id, conversation, time, model, refused, survey, empty,
	verbatim, supported, altered, unsupported, search, total, feedback, expert, repairs, unread, failures, ended, scope, limited`

func scanOutcome(r row) (o mark.Outcome, err error) {
	var at int64
	var failures, scope string
	err = r.Scan(&o.ID, &o.Conversation, &at, &o.Model, &o.Refused, &o.Survey, &o.Empty,
		&o.Verbatim, &o.Supported, &o.Altered, &o.Unsupported, &o.Search, &o.Total, &o.Feedback,
		&o.Expert, &o.Repairs, &o.Unread, &failures, &o.Ended, &scope, &o.Limited)
	if err != nil {
		return o, err
	}
	o.Time = timeOf(at)
	if err := errors.Join(json.Unmarshal([]byte(failures), &o.Failures), json.Unmarshal([]byte(scope), &o.Scope)); err != nil {
		return o, errors.Join(errOutcome, err)
	}
	return o, nil
}

var errOutcome = errors.New("a stored outcome is not as it was written")

// PutOutcome records how an answer turned out. Its conversation must be there.
func (m *matter) PutOutcome(ctx context.Context, o mark.Outcome) error {
	failures, err := json.Marshal(append([]mark.Failure{}, o.Failures...)) // [] rather than null
	if err != nil {
		return fmt.Errorf("write the outcome down: %w", err)
	}
	scope, err := json.Marshal(append([]mark.DocumentID{}, o.Scope...))
	if err != nil {
		return fmt.Errorf("write the outcome down: %w", err)
	}
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO outcome ("+outcomeColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			o.ID, o.Conversation, nanos(o.Time), o.Model, o.Refused, o.Survey, o.Empty,
			o.Verbatim, o.Supported, o.Altered, o.Unsupported, o.Search, o.Total, o.Feedback,
			o.Expert, o.Repairs, o.Unread, string(failures), o.Ended, string(scope), o.Limited)
		if resultCode(err) == resultForeignKey {
			return mark.Errorf(mark.NotFound, conversationGone).Because(err)
		}
		return err
	})
}

// Outcomes returns those since a time, newest first.
func (m *matter) Outcomes(ctx context.Context, since time.Time, limit int) ([]mark.Outcome, error) {
	return collect(ctx, m.db.readers, scanOutcome,
		"SELECT "+outcomeColumns+" FROM outcome WHERE time >= ? ORDER BY time DESC, id LIMIT ?", nanos(since), max(0, limit))
}

// Outcome returns one, or NotFound.
func (m *matter) Outcome(ctx context.Context, id string) (mark.Outcome, error) {
	o, err := scanOutcome(m.db.readers.QueryRowContext(ctx, "SELECT "+outcomeColumns+" FROM outcome WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return o, mark.Errorf(mark.NotFound, "This answer is no longer there.").Because(err)
	}
	return o, err
}

// SetFeedback records what a reader says of an answer.
func (m *matter) SetFeedback(ctx context.Context, c mark.ConversationID, at time.Time, f mark.Feedback) error {
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, "UPDATE outcome SET feedback = ? WHERE conversation = ? AND time = ?", f, c, nanos(at))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return mark.Errorf(mark.NotFound, "This answer is no longer there.").Because(err)
		}
		return nil
	})
}
