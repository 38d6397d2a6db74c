package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"markai/kernels"
)

// Blocks spare the copy in memory the quantising of every vector at every
// start. They are true by construction: the triggers of the table vector
// remove a block in the transaction that changes one of its vectors. One that
// is damaged all the same is found by its checksum and not used.

// keptChanges is how many changes stay on record for copies to follow.
const keptChanges = 4 * followRows

// packedRows returns how many vectors the blocks to the last one hold, and how
// many blocks these are.
func packedRows(ctx context.Context, q querier, last int64) (rows, blocks int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT coalesce(sum(rows), 0), count(*) FROM vector_block WHERE n <= ?", last).Scan(&rows, &blocks)
	return rows, blocks, fault(ctx, err)
}

// lastBlock returns the number of the block of the last passage that has a vector.
func lastBlock(ctx context.Context, q querier) (int64, error) {
	return one(ctx, q, scanInt, "", "SELECT coalesce(max(passage), 0) >> ? FROM vector", blockBits)
}

// What became of a block that was to be loaded.
type blockState int

const (
	blockMissing blockState = iota
	blockDamaged
	blockLoaded
)

// loadBlock adds the vectors of a block, if it is there and whole.
func loadBlock(ctx context.Context, q querier, ix *kernels.Index, n int64) (state blockState, err error) {
	err = each(ctx, q, func(r row) error {
		var data sql.RawBytes
		if err := r.Scan(&data); err != nil {
			return err
		}
		err := ix.Load(data)
		switch {
		case errors.Is(err, kernels.ErrBlock):
			state, err = blockDamaged, nil
		case err == nil:
			state = blockLoaded
		}
		return err
	}, "SELECT data FROM vector_block WHERE n = ?", n)
	return state, err
}

// keepBlocks writes the blocks that are missing, or damaged. The last block is
// left out, as are those of which passages wait for vectors: they would soon
// be removed again.
func (m *matter) keepBlocks(ctx context.Context) error {
	if err := m.dropDamaged(ctx); err != nil {
		return err
	}
	last, err := lastBlock(ctx, m.db.readers)
	if err != nil {
		return err
	}
	for n := range last {
		if err := m.keepBlock(ctx, n); err != nil {
			return err
		}
	}
	return m.cutChanges(ctx)
}

// dropDamaged removes the blocks that loading found damaged.
func (m *matter) dropDamaged(ctx context.Context) error {
	m.near.turn <- struct{}{}
	damaged := m.near.damaged
	m.near.damaged = nil
	<-m.near.turn
	if len(damaged) == 0 {
		return nil
	}
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM vector_block WHERE n IN (SELECT value FROM json_each(?))", jsonList(damaged))
		return err
	})
}

func (m *matter) keepBlock(ctx context.Context, n int64) error {
	data, rows, seq, err := m.packBlock(ctx, n)
	if err != nil || data == nil {
		return err
	}
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		// What was read must still be so, and what happened since on record.
		changed, err := one(ctx, tx, scanInt, "", `
			SELECT (SELECT min(seq) FROM vector_change) > ?1
				OR EXISTS (SELECT 1 FROM vector_change WHERE seq > ?1 AND passage >> ?2 = ?3)`, seq, blockBits, n)
		if err != nil || changed != 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO vector_block (n, rows, data) VALUES (?, ?, ?)", n, rows, data)
		return err
	})
}

// packBlock returns a block that ought to be written, with the number of its
// rows, and the change as of which it is true. data is nil where there is
// nothing to write.
func (m *matter) packBlock(ctx context.Context, n int64) (data []byte, rows int, seq int64, err error) {
	tx, err := m.db.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, 0, 0, fault(ctx, err)
	}
	defer tx.Rollback()
	_, dim, err := vectorModel(ctx, tx)
	if err != nil || dim == 0 {
		return nil, 0, 0, err
	}
	if _, seq, err = changes(ctx, tx); err != nil {
		return nil, 0, 0, err
	}
	skip, err := one(ctx, tx, scanInt, "", `
		SELECT EXISTS (SELECT 1 FROM vector_block WHERE n = ?1)
			OR EXISTS (SELECT 1 FROM unembedded WHERE passage >= ?2 AND passage < ?3)`, n, n<<blockBits, (n+1)<<blockBits)
	if err != nil || skip != 0 {
		return nil, 0, 0, err
	}
	ix := kernels.New(dim, kernels.Options{Expect: blockRows})
	defer ix.Close()
	if err := loadVectors(ctx, tx, ix, n); err != nil {
		return nil, 0, 0, err
	}
	data, err = ix.View().Pack()
	return data, ix.Len(), seq, err
}

// cutChanges forgets early changes: a copy that is so far behind is made anew.
func (m *matter) cutChanges(ctx context.Context) error {
	for {
		cut := int64(0)
		err := m.db.writeBeside(ctx, func(tx *sql.Tx) error {
			done, err := tx.ExecContext(ctx, `DELETE FROM vector_change WHERE seq <= (SELECT max(seq) FROM vector_change) - ?1
				AND seq < (SELECT min(seq) FROM vector_change) + ?1`, keptChanges)
			if err == nil {
				cut, err = done.RowsAffected()
			}
			return err
		})
		if err != nil || cut == 0 {
			return err
		}
	}
}
