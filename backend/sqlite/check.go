package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	mark "markai/backend"
)

// Check compares the store's trees with each other, its foreign keys with their
// rows and its text indexes with the passages. It reads the whole file and
// holds up writers meanwhile. Errors: Damaged.
func (m *matter) Check(ctx context.Context) error {
	damaged := func(cause error) error {
		return mark.Errorf(mark.Damaged, "This matter's store is damaged. Restore the data folder from a backup.").Because(cause)
	}
	return m.db.write(ctx, func(tx *sql.Tx) error {
		verdict, err := one(ctx, tx, scanText, "", "PRAGMA integrity_check(1)")
		if err != nil {
			return err
		}
		if verdict != "ok" {
			return damaged(fmt.Errorf("integrity check: %s", verdict))
		}
		orphans, err := collect(ctx, tx, func(r row) (table string, err error) {
			var rest [3]any
			return table, r.Scan(&table, &rest[0], &rest[1], &rest[2])
		}, "PRAGMA foreign_key_check")
		if err != nil {
			return err
		}
		if len(orphans) > 0 {
			return damaged(fmt.Errorf("%d rows of %s refer to nothing", len(orphans), orphans[0]))
		}
		for _, table := range []string{"passage_words", "passage_trigrams", "edge_words"} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO "+table+" ("+table+", rank) VALUES ('integrity-check', 1)"); err != nil {
				return damaged(fmt.Errorf("%s: %w", table, err))
			}
		}
		return nil
	})
}
