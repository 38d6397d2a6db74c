package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	mark "markai/backend"
)

// CheckIntegrity lets SQLite and FTS5 compare their trees and indexes.
func CheckIntegrity(ctx context.Context, s mark.MatterStore) error {
	m := s.(*matter)
	var verdict string
	if err := m.db.writer.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		return fmt.Errorf("integrity check: %s, %w", verdict, err)
	}
	return m.db.write(ctx, func(tx *sql.Tx) error {
		for _, table := range []string{"passage_words", "passage_trigrams"} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO "+table+" ("+table+", rank) VALUES ('integrity-check', 1)"); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		return nil
	})
}

// NearestRoom returns for how many vectors the table nearest has room.
func NearestRoom(ctx context.Context, s mark.MatterStore) (rows int, err error) {
	return rows, s.(*matter).db.readers.QueryRowContext(ctx, "SELECT sum(size) FROM nearest_chunks").Scan(&rows)
}

// IndexHolds returns how many blocks of the word index hold a fragment of a word.
func IndexHolds(ctx context.Context, s mark.MatterStore, fragment string) (blocks int, err error) {
	return blocks, s.(*matter).db.readers.QueryRowContext(ctx,
		"SELECT count(*) FROM passage_words_data WHERE instr(block, CAST(? AS BLOB))", fragment).Scan(&blocks)
}

// Segments returns of how many segments the text indexes consist.
func Segments(ctx context.Context, s mark.MatterStore) (words, trigrams int, err error) {
	return words, trigrams, s.(*matter).db.readers.QueryRowContext(ctx,
		"SELECT (SELECT count(DISTINCT segid) FROM passage_words_idx), (SELECT count(DISTINCT segid) FROM passage_trigrams_idx)").Scan(&words, &trigrams)
}
