package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/legal"
)

// checkPassages refuses passages that are no document's, or nowhere.
func checkPassages(id mark.DocumentID, chunks []mark.Chunk) error {
	for _, c := range chunks {
		switch {
		case c.Document != "" && c.Document != id:
			return mark.Errorf(mark.Invalid, "A passage of another document cannot be stored with these pages.")
		case !c.From.Before(c.To):
			return mark.Errorf(mark.Invalid, "A passage that ends before it begins cannot be stored.")
		case c.Edge && c.From.Page != c.To.Page:
			return mark.Errorf(mark.Invalid, "The head or foot of a page stands on one page.")
		}
	}
	return nil
}

// putPassages stores passages and edges; what begins where another begins is
// left out.
func putPassages(ctx context.Context, tx *sql.Tx, document int64, chunks []mark.Chunk) error {
	if len(chunks) == 0 {
		return nil
	}
	insert, err := tx.PrepareContext(ctx, `
		INSERT INTO passage (document, from_page, from_offset, to_page, to_offset, header, text, whole, skips)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	defer insert.Close()
	wholes, err := indexed(ctx, tx, document, chunks)
	if err != nil {
		return err
	}
	for i, c := range chunks {
		if c.Edge {
			if _, err := tx.ExecContext(ctx, `INSERT INTO edge (document, page, start, "end", text) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				document, c.From.Page, c.From.Offset, c.To.Offset, c.Text); err != nil {
				return err
			}
			continue
		}
		if _, err := insert.ExecContext(ctx, document, c.From.Page, c.From.Offset, c.To.Page, c.To.Offset, c.Header, c.Text,
			wholes[i], packSkips(c.Skips)); err != nil {
			return err
		}
	}
	return nil
}

// indexed returns what the word indexes read in place of the text of each
// passage; NULL where it is the text. A word that two passages divide, as where
// a page ends in it, is the second one's.
func indexed(ctx context.Context, tx *sql.Tx, document int64, chunks []mark.Chunk) ([]sql.NullString, error) {
	out := make([]sql.NullString, len(chunks))
	before, known := "", false // the text before the passage
	for i, c := range chunks {
		if c.Edge {
			continue
		}
		if r, _ := utf8.DecodeRuneInString(strings.TrimSpace(c.Text)); !known && unicode.IsLower(r) {
			var err error
			before, err = one(ctx, tx, func(r row) (s string, err error) { return s, r.Scan(&s) }, "", `
				SELECT text FROM passage WHERE document = ? AND (from_page, from_offset) < (?, ?)
				ORDER BY from_page DESC, from_offset DESC LIMIT 1`, document, c.From.Page, c.From.Offset)
			if err != nil && mark.CodeOf(err) != mark.NotFound {
				return nil, err
			}
		}
		text := legal.Mend(c.Text).Indexed()
		if word := legal.MendAcross(before, c.Text); word != "" {
			text += "\n" + word
		}
		out[i] = sql.NullString{String: text, Valid: text != c.Text}
		if !out[i].Valid {
			out[i].String = ""
		}
		before, known = c.Text, true
	}
	return out, nil
}

// packSkips writes what a passage leaves out; NULL for nothing.
func packSkips(skips []mark.Span) sql.NullString {
	if len(skips) == 0 {
		return sql.NullString{}
	}
	list := make([][3]int, len(skips))
	for i, s := range skips {
		list[i] = [3]int{s.Page, s.Start, s.End}
	}
	return sql.NullString{String: jsonList(list), Valid: true}
}

// unpackSkips reads what packSkips wrote.
func unpackSkips(doc mark.DocumentID, packed string) ([]mark.Span, error) {
	if packed == "" {
		return nil, nil
	}
	var list [][3]int
	if err := json.Unmarshal([]byte(packed), &list); err != nil {
		return nil, fmt.Errorf("what a passage leaves out: %w", err)
	}
	out := make([]mark.Span, len(list))
	for i, s := range list {
		out[i] = mark.Span{Document: doc, Page: s[0], Start: s[1], End: s[2]}
	}
	return out, nil
}

// ReplacePassages puts passages and edges in place of all that a document has.
// A passage that is in place with the same header and the same index text keeps
// its id and its vector.
func (m *matter) ReplacePassages(ctx context.Context, id mark.DocumentID, chunks []mark.Chunk) error {
	if err := checkPassages(id, chunks); err != nil {
		return err
	}
	return m.db.write(ctx, func(tx *sql.Tx) error {
		n, err := documentNumber(ctx, tx, id)
		if err != nil {
			return err
		}
		type placed struct {
			mark.Chunk
			whole sql.NullString
		}
		stored, err := collect(ctx, tx, func(r row) (c placed, err error) {
			var skips sql.NullString
			if err := r.Scan(&c.ID, &c.Document, &c.From.Page, &c.From.Offset, &c.To.Page, &c.To.Offset, &c.Header, &c.Text, &skips, &c.whole); err != nil {
				return c, err
			}
			c.Skips, err = unpackSkips(c.Document, skips.String)
			return c, err
		}, "SELECT "+chunkColumns+", p.whole"+chunkTables+"WHERE d.id = ?", id)
		if err != nil {
			return err
		}
		changed := false
		wholes, err := indexed(ctx, tx, n, chunks)
		if err != nil {
			return err
		}
		wanted := make(map[mark.Pos]placed, len(chunks))
		for i, c := range chunks {
			if !c.Edge {
				wanted[c.From] = placed{c, wholes[i]}
			}
		}
		for _, have := range stored {
			want, ok := wanted[have.From]
			if ok && want.To == have.To && want.Header == have.Header && want.Text == have.Text &&
				slices.Equal(want.Skips, have.Skips) && want.whole == have.whole {
				continue // putPassages leaves it as it is
			}
			if err := dropVectors(ctx, tx, "SELECT ?", have.ID); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "DELETE FROM passage WHERE id = ?", have.ID); err != nil {
				return err
			}
			changed = true
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM edge WHERE document = ?", n); err != nil {
			return err
		}
		if err := putPassages(ctx, tx, n, chunks); err != nil {
			return fmt.Errorf("put passages: %w", err)
		}
		if !changed {
			return nil
		}
		return tidyNearest(ctx, tx)
	})
}

// MatchEdges runs an FTS5 expression over the heads and feet of pages and
// returns the best of each document.
func (m *matter) MatchEdges(ctx context.Context, expr string, docs []mark.DocumentID, limit int) ([]mark.Chunk, error) {
	if expr == "" || limit <= 0 {
		return nil, nil
	}
	query := "SELECT rowid AS id, rank FROM edge_words WHERE edge_words MATCH ?"
	args := []any{expr}
	if len(docs) > 0 {
		query += ` AND +rowid IN (SELECT id FROM edge WHERE document IN
			(SELECT n FROM document WHERE id IN (SELECT value FROM json_each(?))))`
		args = append(args, jsonList(docs))
	}
	args = append(args, limit)
	// With one min() SQLite takes the other columns from the row that has it.
	found, err := collect(ctx, m.db.readers, func(r row) (c mark.Chunk, err error) {
		var rank float64
		err = r.Scan(&c.Document, &c.From.Page, &c.From.Offset, &c.To.Offset, &c.Text, &rank)
		c.To.Page, c.Edge = c.From.Page, true
		return c, err
	}, `SELECT d.id, e.page, e.start, e."end", e.text, min(f.rank) AS best
		FROM (`+query+`) f JOIN edge e ON e.id = f.id JOIN document d ON d.n = e.document
		GROUP BY e.document ORDER BY best, d.n LIMIT ?`, args...)
	return found, expressionFault(err)
}

// Neighbours returns the passages before and behind each of those asked for,
// in its document; 0 where there is none.
func (m *matter) Neighbours(ctx context.Context, ids []mark.ChunkID) (map[mark.ChunkID][2]mark.ChunkID, error) {
	type pair struct {
		id    mark.ChunkID
		sides [2]mark.ChunkID
	}
	found, err := collect(ctx, m.db.readers, func(r row) (p pair, err error) {
		return p, r.Scan(&p.id, &p.sides[0], &p.sides[1])
	}, `SELECT p.id,
		coalesce((SELECT b.id FROM passage b WHERE b.document = p.document AND (b.from_page, b.from_offset) < (p.from_page, p.from_offset)
			ORDER BY b.from_page DESC, b.from_offset DESC LIMIT 1), 0),
		coalesce((SELECT a.id FROM passage a WHERE a.document = p.document AND (a.from_page, a.from_offset) > (p.from_page, p.from_offset)
			ORDER BY a.from_page, a.from_offset LIMIT 1), 0)
		FROM json_each(?) j JOIN passage p ON p.id = j.value`, jsonList(ids))
	out := make(map[mark.ChunkID][2]mark.ChunkID, len(found))
	for _, p := range found {
		out[p.id] = p.sides
	}
	return out, err
}
