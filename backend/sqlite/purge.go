package sqlite

import (
	"context"
	"database/sql"
)

// purgePages is how many index pages one step of a purge merges: some tens of
// milliseconds, for which other writers wait.
const purgePages = 500

// purge merges each text index into one segment, step by step, so that no
// entry of a deleted passage is left in the file. It reads and writes the
// whole index once. A purge cut short leaves sealed remains until the next.
func (m *matter) purge(ctx context.Context) error {
	for _, table := range []string{"passage_words", "passage_trigrams", "edge_words"} {
		// A negative number makes all segments part of the merge, a positive
		// one goes on with it.
		for pages := -purgePages; ; pages = purgePages {
			merged, err := m.mergeStep(ctx, table, pages)
			if err != nil {
				return err
			}
			if !merged {
				break
			}
		}
	}
	return nil
}

// mergeStep reports whether there was something to merge: FTS5 writes at least
// two rows where there was.
func (m *matter) mergeStep(ctx context.Context, table string, pages int) (merged bool, err error) {
	err = m.db.write(ctx, func(tx *sql.Tx) error {
		before, err := one(ctx, tx, scanInt, "", "SELECT total_changes()")
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO "+table+" ("+table+", rank) VALUES ('merge', ?)", pages); err != nil {
			return err
		}
		after, err := one(ctx, tx, scanInt, "", "SELECT total_changes()")
		merged = after-before >= 2
		return err
	})
	return merged, err
}
