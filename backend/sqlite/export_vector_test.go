package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	mark "markai/backend"
	"markai/kernels"
)

// KeepBlocks writes the missing blocks of vectors at once, and returns which
// blocks there are then.
func KeepBlocks(ctx context.Context, s mark.MatterStore) (blocks []int64, err error) {
	m := s.(*matter)
	if err := m.keepBlocks(ctx); err != nil {
		return nil, err
	}
	return Blocks(ctx, s)
}

// Blocks returns the numbers of the blocks of vectors.
func Blocks(ctx context.Context, s mark.MatterStore) ([]int64, error) {
	return collect(ctx, s.(*matter).db.readers, scanInt, "SELECT n FROM vector_block ORDER BY n")
}

// BlockRows loads every block and returns how many vectors each has.
func BlockRows(ctx context.Context, s mark.MatterStore) (rows []int, err error) {
	m := s.(*matter)
	_, dim, err := vectorModel(ctx, m.db.readers)
	if err != nil {
		return nil, err
	}
	blocks, err := Blocks(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, n := range blocks {
		ix := kernels.New(dim, kernels.Options{})
		state, err := loadBlock(ctx, m.db.readers, ix, n)
		if err != nil || state != blockLoaded {
			return rows, fmt.Errorf("block %d is in state %d: %w", n, state, err)
		}
		rows = append(rows, ix.Len())
	}
	return rows, nil
}

// DamageBlocks flips a bit of byte at of every block of vectors, behind the
// store's back. A block is shorter than at: then from its beginning again.
func DamageBlocks(ctx context.Context, s mark.MatterStore, at int) error {
	return s.(*matter).db.write(ctx, func(tx *sql.Tx) error {
		blocks, err := collect(ctx, tx, scanInt, "SELECT n FROM vector_block")
		if err != nil {
			return err
		}
		for _, n := range blocks {
			var data []byte
			if err := tx.QueryRowContext(ctx, "SELECT data FROM vector_block WHERE n = ?", n).Scan(&data); err != nil {
				return err
			}
			data[at%len(data)] ^= 1
			if _, err := tx.ExecContext(ctx, "UPDATE vector_block SET data = ? WHERE n = ?", data, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// SkipPassages gives the next passage the first number of the next block.
func SkipPassages(ctx context.Context, s mark.MatterStore) error {
	return s.(*matter).db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE sqlite_sequence SET seq = (seq / ?1 + 1) * ?1 - 1 WHERE name = 'passage'", blockRows)
		return err
	})
}

// CopyHolds returns how many vectors the copy in memory holds, -1 where there is none.
func CopyHolds(s mark.MatterStore) int {
	c := s.(*matter).near
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	if c.ix == nil {
		return -1
	}
	return c.ix.Len()
}

// CopyHits searches the copy in memory alone, and returns what the quantised
// numbers say. There is no copy where there are no vectors, or where the table
// is searched instead.
func CopyHits(ctx context.Context, s mark.MatterStore, query []float32, k int) (hits []kernels.Hit, there bool, err error) {
	sight, err := s.(*matter).near.look(ctx)
	if err != nil || sight.dim == 0 {
		return nil, false, err
	}
	defer sight.tx.Rollback()
	if sight.view == nil {
		return nil, false, nil
	}
	hits, err = sight.view.Search(ctx, query, nil, k)
	return hits, true, err
}

// Changes returns how many changes of vectors are on record.
func Changes(ctx context.Context, s mark.MatterStore) (n int, err error) {
	return n, s.(*matter).db.readers.QueryRowContext(ctx, "SELECT count(*) FROM vector_change").Scan(&n)
}

// DropBlock removes a block of vectors.
func DropBlock(ctx context.Context, s mark.MatterStore, n int64) error {
	return s.(*matter).db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM vector_block WHERE n = ?", n)
		return err
	})
}

// FillVectorsAlone makes n passages without words, and a vector of stock for
// each, but does not fill the table of sqlite-vec: that takes most of the time,
// and loading does not look at it.
func FillVectorsAlone(ctx context.Context, s mark.MatterStore, n int, stock [][]float32) error {
	return fillVectors(ctx, s, n, stock, 1, "vector")
}

// FillVectors makes n passages of 600 bytes, a hundred to a document, each with
// one of the vectors of stock. Their words are not indexed, which would take
// most of the time.
func FillVectors(ctx context.Context, s mark.MatterStore, n int, stock [][]float32) error {
	return fillVectors(ctx, s, n, stock, 600, "vector", "nearest")
}

// fillVectors fills tables with vectors for n passages of so many bytes.
func fillVectors(ctx context.Context, s mark.MatterStore, n int, stock [][]float32, size int, tables ...string) error {
	m := s.(*matter)
	for d := range (n + 99) / 100 {
		if err := m.PutDocument(ctx, mark.Document{ID: mark.DocumentID(fmt.Sprintf("d%06d", d)), Name: fmt.Sprintf("document %06d", d)}); err != nil {
			return err
		}
	}
	return m.db.write(ctx, func(tx *sql.Tx) error {
		if err := useModel(ctx, tx, "e", len(stock[0])); err != nil {
			return err
		}
		for _, statement := range []string{
			"DROP TRIGGER passage_is_indexed",
			"CREATE TEMP TABLE stock (n INTEGER PRIMARY KEY, data BLOB, code BLOB)",
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		for i, v := range stock {
			if _, err := tx.ExecContext(ctx, "INSERT INTO stock VALUES (?, ?, ?)", i, floats(v), codes(v)); err != nil {
				return err
			}
		}
		chosen := fmt.Sprintf("FROM passage p CROSS JOIN stock s ON s.n = (p.id * 7919 + p.id / %[1]d) %% %[1]d", len(stock))
		fill := map[string]string{
			"vector":  "INSERT INTO vector (passage, data) SELECT p.id, s.data " + chosen,
			"nearest": "INSERT INTO nearest (rowid, code) SELECT p.id, vec_int8(s.code) " + chosen,
		}
		statements := []string{
			fmt.Sprintf(`INSERT INTO passage (document, from_page, from_offset, to_page, to_offset, header, text)
				WITH RECURSIVE counted (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM counted WHERE i + 1 < %d)
				SELECT 1 + i / 100, 1 + i %% 100, 0, 1 + i %% 100, %d, 'header', printf('%%.%dc', 'x') FROM counted`, n, size, size),
		}
		for _, table := range tables {
			statements = append(statements, fill[table])
		}
		for _, statement := range append(statements, "DROP TABLE stock") {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}
