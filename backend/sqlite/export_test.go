package sqlite

import (
	"context"

	mark "markai/backend"
)

// CheckIntegrity lets SQLite and FTS5 compare their trees and indexes.
func CheckIntegrity(ctx context.Context, s mark.MatterStore) error { return s.(*matter).Check(ctx) }

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
