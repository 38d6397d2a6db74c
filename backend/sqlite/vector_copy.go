package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"markai/kernels"
)

// vectorCopy is the quantised copy of a matter's vectors in memory. It is loaded
// when a large matter is opened, or by the first search; each search brings it to the moment of its own read
// transaction by the table vector_change, whoever wrote, this process or
// another.
type vectorCopy struct {
	db    *database
	limit int64           // bytes that it may take; 0 for no limit
	life  context.Context // ends with the matter
	slow  func()          // called when loading would have been faster with all blocks

	turn    chan struct{}  // whoever put something in may touch what follows
	ix      *kernels.Index // nil before the first search
	seq     int64          // the change up to which ix is true
	damaged []int64        // blocks that could not be used
	over    bool
}

const (
	// blockBits: the number of a passage without so many low bits is that of
	// its block. The triggers of the table vector have it too.
	blockBits = 14
	blockRows = 1 << blockBits
	// followRows is after how many changes the copy is made anew.
	followRows = blockRows
	// patience is how many blocks may be missing when the copy is loaded. Where
	// more are, the table nearest is searched until they are written.
	patience = 5
)

func newVectorCopy(life context.Context, db *database, limit int64, slow func()) *vectorCopy {
	return &vectorCopy{db: db, limit: limit, life: life, slow: slow, turn: make(chan struct{}, 1)}
}

// sight is the store at one moment, and the copy as of the same.
type sight struct {
	tx   *sql.Tx       // the caller ends it
	dim  int           // 0 where there are no vectors: then nothing else is set
	view *kernels.View // nil where there is no copy: it would be too large, or take too long now
}

// look loads the copy or brings it up to date.
func (c *vectorCopy) look(ctx context.Context) (s sight, err error) {
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return s, context.Cause(ctx)
	}
	defer func() { <-c.turn }()
	// The transaction begins after the turn: it sees at least what the copy
	// already has.
	tx, err := c.db.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s, fault(ctx, err)
	}
	s, err = c.at(ctx, tx)
	if err != nil || s.dim == 0 {
		tx.Rollback()
	}
	return s, err
}

// at brings the copy to the moment of tx.
func (c *vectorCopy) at(ctx context.Context, tx *sql.Tx) (s sight, err error) {
	if c.over {
		return s, copyFault(ctx, kernels.ErrClosed)
	}
	_, dim, err := vectorModel(ctx, tx)
	if err != nil {
		return s, err
	}
	if dim == 0 {
		c.ix = nil
		return s, nil
	}
	from, to, err := changes(ctx, tx)
	if err != nil {
		return s, err
	}
	s = sight{tx: tx, dim: dim}
	switch {
	case c.ix == nil || c.ix.Dim() != dim || c.seq < from || c.seq > to || to-c.seq > followRows:
		c.ix = nil
		last, rows, ready, err := c.ready(ctx, tx, dim)
		if err != nil || !ready {
			return s, err
		}
		if c.ix, err = c.load(ctx, tx, dim, last, rows); err != nil {
			return s, err
		}
	case c.seq < to:
		if err := c.follow(ctx, tx); err != nil {
			return s, err
		}
	}
	c.seq, s.view = to, c.ix.View()
	return s, nil
}

// changes returns the first and the last change that are on record.
func changes(ctx context.Context, q querier) (from, to int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT (SELECT min(seq) FROM vector_change), (SELECT max(seq) FROM vector_change)").Scan(&from, &to)
	return from, to, fault(ctx, err)
}

// ready reports whether the copy can be loaded, soon and within the limit. last
// is the number of the last block, and rows how many vectors the blocks hold.
func (c *vectorCopy) ready(ctx context.Context, tx *sql.Tx, dim int) (last, rows int64, ready bool, err error) {
	if last, err = lastBlock(ctx, tx); err != nil {
		return 0, 0, false, err
	}
	rows, blocks, err := packedRows(ctx, tx, last)
	if err != nil {
		return 0, 0, false, err
	}
	missing := last + 1 - blocks
	if missing > patience {
		c.slow()
		return last, rows, false, nil
	}
	most := rows + missing*blockRows
	return last, rows, c.limit <= 0 || most*int64(dim+dim/8+56) <= c.limit, nil
}

// load makes the copy from blocks, and from the vectors where one is missing.
func (c *vectorCopy) load(ctx context.Context, tx *sql.Tx, dim int, last, rows int64) (*kernels.Index, error) {
	ctx, stop := joined(ctx, c.life)
	defer stop()
	ix, missing := kernels.New(dim, kernels.Options{Expect: int(rows)}), false
	for n := int64(0); n <= last; n++ {
		if err := ctx.Err(); err != nil {
			ix.Close()
			return nil, context.Cause(ctx)
		}
		state, err := loadBlock(ctx, tx, ix, n)
		if state == blockDamaged {
			c.damaged = append(c.damaged, n)
		}
		if err == nil && state != blockLoaded {
			missing = missing || n < last
			err = loadVectors(ctx, tx, ix, n)
		}
		if err != nil {
			ix.Close()
			return nil, err
		}
	}
	if missing || len(c.damaged) > 0 {
		c.slow()
	}
	return ix, nil
}

// loadVectors adds the vectors of one block's passages, one by one.
func loadVectors(ctx context.Context, q querier, ix *kernels.Index, n int64) error {
	var v []float32
	return each(ctx, q, func(r row) error {
		var passage, document int64
		var data sql.RawBytes
		if err := r.Scan(&passage, &document, &data); err != nil {
			return err
		}
		v = appendFloats(v[:0], data)
		if err := ix.Add(passage, uint32(document), v); err != nil {
			return copyFault(ctx, err)
		}
		return nil
	}, `SELECT v.passage, p.document, v.data FROM vector v CROSS JOIN passage p ON p.id = v.passage
		WHERE v.passage >= ? AND v.passage < ? ORDER BY v.passage`, n<<blockBits, (n+1)<<blockBits)
}

// follow applies the changes since the copy's moment. They are all read before
// the first is applied, so that the copy is never between two moments.
func (c *vectorCopy) follow(ctx context.Context, tx *sql.Tx) error {
	type change struct {
		storedVector
		document sql.NullInt64 // NULL where the vector is no more
	}
	list, err := collect(context.WithoutCancel(ctx), tx, func(r row) (x change, err error) {
		var data sql.RawBytes
		err = r.Scan(&x.passage, &x.document, &data)
		x.vector = appendFloats(nil, data)
		return x, err
	}, `SELECT x.passage, p.document, v.data FROM (SELECT DISTINCT passage FROM vector_change WHERE seq > ?) x
		LEFT JOIN vector v ON v.passage = x.passage LEFT JOIN passage p ON p.id = v.passage ORDER BY x.passage`, c.seq)
	if err != nil {
		return err
	}
	var gone []int64
	for _, x := range list {
		if !x.document.Valid {
			gone = append(gone, int64(x.passage))
			continue
		}
		if err := c.ix.Add(int64(x.passage), uint32(x.document.Int64), x.vector); err != nil {
			c.ix = nil // which is between two moments now
			return copyFault(ctx, err)
		}
	}
	if len(gone) > 0 {
		c.ix.Delete(gone...)
	}
	return nil
}

// refresh brings the copy up to date after a write, if it is there and nobody
// is at it: else the next search does it.
func (c *vectorCopy) refresh(ctx context.Context) {
	select {
	case c.turn <- struct{}{}:
	default:
		return
	}
	there := c.ix != nil
	<-c.turn
	if !there {
		return
	}
	if s, err := c.look(ctx); err == nil && s.dim != 0 {
		s.tx.Rollback()
	}
}

// preload loads the copy of a matter that has blocks, which is a large one, so
// that the first search need not wait. A smaller one is loaded in a moment.
func (c *vectorCopy) preload(ctx context.Context) {
	if rows, _, err := packedRows(ctx, c.db.readers, math.MaxInt64); err != nil || rows == 0 {
		return
	}
	if s, err := c.look(ctx); err == nil && s.dim != 0 {
		s.tx.Rollback()
	}
}

// close wipes the copy. It waits for searches of it, and stops one that loads.
func (c *vectorCopy) close() {
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	c.over = true
	if c.ix != nil {
		c.ix.Close()
		c.ix = nil
	}
}

// joined returns a context that ends with either.
func joined(ctx, other context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(other, func() { cancel(fmt.Errorf("the matter was closed: %w", context.Cause(other))) })
	return ctx, func() { stop(); cancel(nil) }
}
