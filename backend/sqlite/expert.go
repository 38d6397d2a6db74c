package sqlite

import (
	"context"
	"database/sql"
	"time"

	mark "markai/backend"
)

// mostUses is how many uses of experts the registry keeps: enough to judge
// them by, and a file of a megabyte or two.
const mostUses = 10_000

const useColumns = "conversation, time, expert, matter, kind, model, refused, failed, first, total, feedback"

// PutExpertUse implements mark.ExpertLedger.
func (r *registry) PutExpertUse(ctx context.Context, u mark.ExpertUse) error {
	return r.db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO expert_use ("+useColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			u.Conversation, nanos(u.Time), u.Expert, u.Matter, u.Kind, u.Model, u.Refused, u.Failed, u.First, u.Total, u.Feedback)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			DELETE FROM expert_use WHERE time < (SELECT time FROM expert_use ORDER BY time DESC LIMIT 1 OFFSET ?)`, mostUses-1)
		return err
	})
}

// ExpertUses implements mark.ExpertLedger.
func (r *registry) ExpertUses(ctx context.Context, since time.Time, limit int) ([]mark.ExpertUse, error) {
	return collect(ctx, r.db.readers, func(r row) (u mark.ExpertUse, err error) {
		var at int64
		err = r.Scan(&u.Conversation, &at, &u.Expert, &u.Matter, &u.Kind, &u.Model, &u.Refused, &u.Failed, &u.First, &u.Total, &u.Feedback)
		u.Time = timeOf(at)
		return u, err
	}, "SELECT "+useColumns+" FROM expert_use WHERE time >= ? ORDER BY time DESC, conversation, expert LIMIT ?", nanos(since), max(0, limit))
}

// SetExpertFeedback implements mark.ExpertLedger.
func (r *registry) SetExpertFeedback(ctx context.Context, c mark.ConversationID, at time.Time, f mark.Feedback) error {
	return r.db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE expert_use SET feedback = ? WHERE conversation = ? AND time = ? AND failed = 0", f, c, nanos(at))
		return err
	})
}
