package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	mark "markai/backend"
)

// Vectors are kept exactly in the table vector, and as one byte per number in
// the sqlite-vec table nearest. Searches use a copy in memory (vector_copy.go),
// which is made of the first; the second serves where the copy would be too
// large.

// Unembedded returns up to limit passages without a vector of this model, of
// one document or (id empty) of all.
func (m *matter) Unembedded(ctx context.Context, id mark.DocumentID, model string, limit int) ([]mark.Chunk, error) {
	if limit <= 0 {
		return nil, nil
	}
	tx, err := m.db.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fault(ctx, err)
	}
	defer tx.Rollback()
	name, dim, err := vectorModel(ctx, tx)
	if err != nil {
		return nil, err
	}
	// CROSS JOIN keeps the order of the tables: the queue, or the document's
	// passages, come first and the rest is looked up.
	from, args := " FROM passage p CROSS JOIN document d ON d.n = p.document", []any{}
	fresh := dim == 0 || name == model
	switch {
	case id != "":
		from = " FROM document d CROSS JOIN passage p ON p.document = d.n AND d.id = ?"
		args = append(args, id)
		if fresh {
			from += " CROSS JOIN unembedded u ON u.passage = p.id"
		}
	case fresh:
		from = " FROM unembedded u CROSS JOIN passage p ON p.id = u.passage CROSS JOIN document d ON d.n = p.document"
	}
	return collect(ctx, tx, scanChunk, "SELECT "+chunkColumns+from+" ORDER BY p.id LIMIT ?", append(args, limit)...)
}

// PutVectors stores the vectors of passages. The first vectors of another
// model replace all that there are: vectors of two models do not compare.
// Passages that were deleted meanwhile are left out.
func (m *matter) PutVectors(ctx context.Context, model string, ids []mark.ChunkID, vectors [][]float32) error {
	if len(ids) != len(vectors) {
		return mark.Errorf(mark.Invalid, "There must be one vector for each passage.")
	}
	if len(ids) == 0 {
		return nil
	}
	dim := len(vectors[0])
	for _, v := range vectors {
		if len(v) != dim || dim == 0 || !directed(v) {
			return mark.Errorf(mark.Invalid, "The embedding model gave a vector that cannot be compared. Choose another embedding model in Settings.")
		}
	}
	err := m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		if err := useModel(ctx, tx, model, dim); err != nil {
			return err
		}
		for i, id := range ids {
			if err := putVector(ctx, tx, id, vectors[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	m.near.refresh(ctx)
	if m.put.Add(int64(len(ids))) >= blockRows {
		m.put.Store(0)
		m.tidyBlocks()
	}
	return nil
}

func putVector(ctx context.Context, tx *sql.Tx, id mark.ChunkID, v []float32) error {
	added, err := tx.ExecContext(ctx, `
		INSERT INTO vector (passage, data) SELECT id, ? FROM passage WHERE id = ?
		ON CONFLICT (passage) DO UPDATE SET data = excluded.data`, floats(v), id)
	if err != nil {
		return err
	}
	if n, err := added.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM unembedded WHERE passage = ?", id); err != nil {
		return err
	}
	// sqlite-vec has no upsert, and its UPDATE forgets that the bytes are int8.
	if _, err := tx.ExecContext(ctx, "DELETE FROM nearest WHERE rowid = ?", id); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO nearest (rowid, code) VALUES (?, vec_int8(?))", id, codes(v))
	return err
}

// vectorModel returns the model whose vectors are stored; dim is 0 where there
// are none.
func vectorModel(ctx context.Context, q querier) (name string, dim int, err error) {
	err = q.QueryRowContext(ctx, "SELECT name, dim FROM vector_model").Scan(&name, &dim)
	if errors.Is(err, sql.ErrNoRows) {
		return "", 0, nil
	}
	return name, dim, fault(ctx, err)
}

// useModel makes room for vectors of this model, at the cost of all others'.
func useModel(ctx context.Context, tx *sql.Tx, model string, dim int) error {
	name, have, err := vectorModel(ctx, tx)
	if err != nil || (name == model && have == dim) {
		return err
	}
	if err := forgetModel(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO vector_model (one, name, dim) VALUES (1, ?, ?)", model, dim); err != nil {
		return err
	}
	return createNearest(ctx, tx, dim)
}

func createNearest(ctx context.Context, tx *sql.Tx, dim int) error {
	_, err := tx.ExecContext(ctx, fmt.Sprintf("CREATE VIRTUAL TABLE nearest USING vec0 (code int8[%d] distance_metric=cosine)", dim))
	return err
}

func forgetModel(ctx context.Context, tx *sql.Tx) error {
	for _, statement := range []string{
		"INSERT OR IGNORE INTO unembedded (passage) SELECT passage FROM vector",
		"DELETE FROM vector", "DELETE FROM vector_model", "DROP TABLE IF EXISTS nearest",
		"DELETE FROM vector_block", // those of no vectors, too
		// The copies in memory of all processes are to be made anew.
		"DELETE FROM vector_change WHERE seq < (SELECT max(seq) FROM vector_change)",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// dropVectors removes the vectors of the passages that a query yields.
func dropVectors(ctx context.Context, tx *sql.Tx, passages string, args ...any) error {
	_, dim, err := vectorModel(ctx, tx)
	if err != nil || dim == 0 {
		return err
	}
	ids, err := collect(ctx, tx, scanInt, "SELECT passage FROM vector WHERE passage IN ("+passages+")", args...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		for _, statement := range []string{
			"DELETE FROM nearest WHERE rowid = ?",
			"DELETE FROM vector WHERE passage = ?",
			"INSERT OR IGNORE INTO unembedded (passage) VALUES (?)",
		} {
			if _, err := tx.ExecContext(ctx, statement, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// roomToSpare is how many rows of nearest may be dead beyond the living.
const roomToSpare = 4096

// tidyNearest makes nearest anew when most of it is dead: sqlite-vec only
// marks deleted rows, so their numbers and their room stay.
func tidyNearest(ctx context.Context, tx *sql.Tx) error {
	_, dim, err := vectorModel(ctx, tx)
	if err != nil || dim == 0 {
		return err
	}
	room, err := one(ctx, tx, scanInt, "", "SELECT coalesce(sum(size), 0) FROM nearest_chunks")
	if err != nil {
		return err
	}
	living, err := one(ctx, tx, scanInt, "", "SELECT (SELECT count(*) FROM passage) - (SELECT count(*) FROM unembedded)")
	if err != nil {
		return err
	}
	switch {
	case living == 0:
		return forgetModel(ctx, tx)
	case room <= 2*living+roomToSpare:
		return nil
	}
	if _, err := tx.ExecContext(ctx, "DROP TABLE nearest"); err != nil {
		return err
	}
	if err := createNearest(ctx, tx, dim); err != nil {
		return err
	}
	const batch = 500
	for after := int64(0); ; {
		list, err := collect(ctx, tx, scanVector, "SELECT passage, data FROM vector WHERE passage > ? ORDER BY passage LIMIT ?", after, batch)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, e := range list {
			if _, err := tx.ExecContext(ctx, "INSERT INTO nearest (rowid, code) VALUES (?, vec_int8(?))", e.passage, codes(e.vector)); err != nil {
				return err
			}
			after = int64(e.passage)
		}
	}
}

// Vectors returns the stored vectors of chunks that have one.
func (m *matter) Vectors(ctx context.Context, ids []mark.ChunkID) (map[mark.ChunkID][]float32, error) {
	list, err := collect(ctx, m.db.readers, scanVector,
		"SELECT passage, data FROM vector WHERE passage IN (SELECT value FROM json_each(?))", jsonList(ids))
	if err != nil {
		return nil, err
	}
	found := make(map[mark.ChunkID][]float32, len(list))
	for _, e := range list {
		found[e.passage] = e.vector
	}
	return found, nil
}

// storedVector is a row of the table vector.
type storedVector struct {
	passage mark.ChunkID
	vector  []float32
}

func scanVector(r row) (s storedVector, err error) {
	var data sql.RawBytes
	if err := r.Scan(&s.passage, &data); err != nil {
		return s, err
	}
	s.vector = appendFloats(nil, data)
	return s, nil
}

// floats is how a vector is stored.
func floats(v []float32) []byte {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// appendFloats appends the numbers of a stored vector.
func appendFloats(v []float32, data []byte) []float32 {
	for i := range len(data) / 4 {
		v = append(v, float(data, i))
	}
	return v
}

func float(data []byte, i int) float32 {
	return math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
}

// codes scales a vector so that its largest number is 127, which cosine does
// not see, and rounds.
func codes(v []float32) []byte {
	var top float32
	for _, x := range v {
		top = max(top, x, -x)
	}
	b := make([]byte, len(v))
	for i, x := range v {
		b[i] = byte(int8(math.Round(float64(x / top * 127))))
	}
	return b
}

// directed reports whether v has a direction that can be computed with: finite,
// and neither all zero nor next to it.
func directed(v []float32) bool {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return sum > 1e-58 && sum < 1e58
}

// cosine compares v with a stored vector of the same width.
func cosine(v []float32, data []byte) (float64, error) {
	if len(data) != 4*len(v) {
		return 0, mark.Errorf(mark.Damaged, "A stored vector has the wrong width. Embed the matter again.")
	}
	var dot, vv, dd float64
	for i, x := range v {
		y := float64(float(data, i))
		dot += float64(x) * y
		vv += float64(x) * float64(x)
		dd += y * y
	}
	return dot / math.Sqrt(vv*dd), nil
}
