package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	mark "markai/backend"
	"markai/kernels"
)

// A search takes candidates by quantised numbers and ranks them by the exact
// vectors. What was not among so many candidates is not missed: see the
// measurements in kernels/README.md.
const (
	candidates    = 2    // per hit asked for
	minCandidates = 128  // whatever is asked for
	maxCandidates = 4096 // of sqlite-vec, which allows no more
	exactUpTo     = 4096 // passages in scope that are ranked without sqlite-vec
)

// NearestVectors ranks by cosine. It finds nothing where there are no vectors.
// The copy in memory is searched, or where there is none the table nearest;
// either way the answer is that of one moment.
func (m *matter) NearestVectors(ctx context.Context, v []float32, docs []mark.DocumentID, limit int) ([]mark.ScoredChunk, error) {
	if limit <= 0 {
		return nil, nil
	}
	s, err := m.near.look(ctx)
	if err != nil || s.dim == 0 {
		return nil, err
	}
	defer s.tx.Rollback()
	if len(v) != s.dim || !directed(v) {
		return nil, mark.Errorf(mark.Invalid, "The question was embedded by another model than the passages. Embed the matter again or choose its model in Settings.")
	}
	if s.view == nil {
		return nearestInTable(ctx, s.tx, v, docs, limit)
	}
	return nearestInMemory(ctx, s, v, docs, limit)
}

func nearestInMemory(ctx context.Context, s sight, v []float32, docs []mark.DocumentID, limit int) ([]mark.ScoredChunk, error) {
	var scope *kernels.Filter // nil: all
	if len(docs) > 0 {
		numbers, err := collect(ctx, s.tx, scanInt, "SELECT n FROM document WHERE id IN (SELECT value FROM json_each(?))", jsonList(docs))
		if err != nil {
			return nil, err
		}
		groups := make([]uint32, len(numbers))
		for i, n := range numbers {
			groups[i] = uint32(n)
		}
		scope = s.view.Filter(kernels.GroupsOf(groups...))
	}
	k := max(minCandidates, candidates*min(limit, s.view.Len()))
	near, err := s.view.Search(ctx, v, scope, k)
	if err != nil {
		return nil, copyFault(ctx, err)
	}
	return rescore(ctx, s.tx, v, near, limit)
}

// copyFault translates what the copy in memory says.
func copyFault(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, kernels.ErrClosed):
		return mark.Errorf(mark.Locked, "The vault was locked. Unlock it and try again.").Because(err)
	case errors.Is(err, kernels.ErrVector):
		return mark.Errorf(mark.Damaged, "A stored vector cannot be compared. Embed the matter again.").Because(err)
	}
	return fault(ctx, err)
}

// rescore ranks candidates by their exact vectors.
func rescore(ctx context.Context, tx *sql.Tx, v []float32, near []kernels.Hit, limit int) ([]mark.ScoredChunk, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	ids, group := make([]int64, len(near)), make(map[mark.ChunkID]uint32, len(near))
	for i, h := range near {
		ids[i], group[mark.ChunkID(h.ID)] = h.ID, h.Group
	}
	slices.Sort(ids) // as they lie in the file
	best := topChunks{limit: limit}
	err := each(ctx, tx, func(r row) error {
		var hit mark.ScoredChunk
		var data sql.RawBytes
		err := r.Scan(&hit.Chunk, &data)
		if err == nil {
			hit.Score, err = cosine(v, data)
		}
		best.add(hit)
		return err
	}, "SELECT passage, data FROM vector WHERE passage IN (SELECT value FROM json_each(?))", jsonList(ids))
	if err != nil {
		return nil, err
	}
	hits, numbers := best.list(), []uint32{}
	for _, h := range hits {
		numbers = append(numbers, group[h.Chunk])
	}
	names := map[uint32]mark.DocumentID{}
	if err := each(ctx, tx, func(r row) error {
		var n uint32
		var id mark.DocumentID
		err := r.Scan(&n, &id)
		names[n] = id
		return err
	}, "SELECT n, id FROM document WHERE n IN (SELECT value FROM json_each(?))", jsonList(numbers)); err != nil {
		return nil, err
	}
	for i := range hits {
		hits[i].Document = names[group[hits[i].Chunk]]
	}
	return hits, nil
}

// each calls f with every row of a query that takes some milliseconds. The
// query is not interrupted in between, because the driver starts a goroutine
// per row where it might be.
func each(ctx context.Context, q querier, f func(row) error, query string, args ...any) error {
	ctx = context.WithoutCancel(ctx)
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return fault(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return fault(ctx, err)
		}
	}
	return fault(ctx, rows.Err())
}

// nearestInTable searches the table nearest, or where few passages are in
// scope ranks these exactly at once.
func nearestInTable(ctx context.Context, tx *sql.Tx, v []float32, docs []mark.DocumentID, limit int) ([]mark.ScoredChunk, error) {
	scope, args := "SELECT id FROM passage", []any{}
	if len(docs) > 0 {
		scope = `SELECT p.id AS id FROM passage p JOIN document d ON d.n = p.document WHERE d.id IN (SELECT value FROM json_each(?))`
		args = append(args, jsonList(docs))
	}
	few, err := one(ctx, tx, scanInt, "",
		fmt.Sprintf("SELECT count(*) <= %d FROM (%s LIMIT %d)", exactUpTo, scope, exactUpTo+1), args...)
	if err != nil {
		return nil, err
	}
	if few == 0 {
		k := min(maxCandidates, max(minCandidates, candidates*min(limit, maxCandidates)))
		inner := "SELECT rowid AS id FROM nearest WHERE code MATCH vec_int8(?) AND k = ?"
		if len(docs) > 0 {
			inner += " AND rowid IN (" + scope + ")"
		}
		scope, args = inner, append([]any{codes(v), k}, args...)
	}
	return rankExactly(ctx, tx, v, limit, scope, args)
}

// rankExactly ranks the passages that the query scope yields.
func rankExactly(ctx context.Context, q querier, v []float32, limit int, scope string, args []any) ([]mark.ScoredChunk, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT p.id, d.id, v.data FROM (`+scope+`) s
		JOIN vector v ON v.passage = s.id JOIN passage p ON p.id = v.passage JOIN document d ON d.n = p.document`, args...)
	if err != nil {
		return nil, fault(ctx, err)
	}
	defer rows.Close()
	best := topChunks{limit: limit}
	for rows.Next() {
		var hit mark.ScoredChunk
		var data sql.RawBytes
		if err := rows.Scan(&hit.Chunk, &hit.Document, &data); err != nil {
			return nil, fault(ctx, err)
		}
		if hit.Score, err = cosine(v, data); err != nil {
			return nil, err
		}
		best.add(hit)
	}
	return best.list(), fault(ctx, rows.Err())
}
