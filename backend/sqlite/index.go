package sqlite

import (
	"context"
	"database/sql"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
)

// within is the condition that the rowid of an index table is a passage of the
// documents in the JSON array ?. The unary plus keeps SQLite from running the
// whole query once per passage.
const within = ` AND +rowid IN (SELECT id FROM passage WHERE document IN
	(SELECT n FROM document WHERE id IN (SELECT value FROM json_each(?))))`

func scanScored(r row) (s mark.ScoredChunk, err error) {
	return s, r.Scan(&s.Chunk, &s.Document, &s.Score)
}

// MatchWords runs an FTS5 expression over the columns header and body with
// BM25 weights. An expression that FTS5 cannot read is Invalid.
func (m *matter) MatchWords(ctx context.Context, expr string, weights [2]float64, docs []mark.DocumentID, limit int) ([]mark.ScoredChunk, error) {
	if strings.TrimSpace(expr) == "" || limit <= 0 {
		return nil, nil
	}
	query := "SELECT rowid AS id, bm25(passage_words, ?, ?) AS rank FROM passage_words WHERE passage_words MATCH ?"
	args := []any{finite(weights[0]), finite(weights[1]), expr}
	if len(docs) > 0 {
		first, last, err := m.passagesOf(ctx, docs)
		if err != nil {
			return nil, err
		}
		query += " AND rowid BETWEEN ? AND ?" + within
		args = append(args, first, last, jsonList(docs))
	}
	query += " ORDER BY 2, 1 LIMIT ?"
	args = append(args, limit)
	hits, err := collect(ctx, m.db.readers, scanScored,
		"SELECT f.id, d.id, -f.rank FROM ("+query+") f JOIN passage p ON p.id = f.id JOIN document d ON d.n = p.document ORDER BY f.rank, f.id", args...)
	return hits, expressionFault(err)
}

// passagesOf returns the numbers between which all passages of documents lie. The
// index reads only what lies between: a document's passages are numbered nearly
// in a row, so that searching one costs the same however large the matter is.
func (m *matter) passagesOf(ctx context.Context, docs []mark.DocumentID) (first, last int64, err error) {
	err = m.db.readers.QueryRowContext(ctx, `SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM passage WHERE document IN
		(SELECT n FROM document WHERE id IN (SELECT value FROM json_each(?)))`, jsonList(docs)).Scan(&first, &last)
	return first, last, fault(ctx, err)
}

// expressionFault says Invalid where FTS5 could not read an expression.
func expressionFault(err error) error {
	if resultCode(err) == resultError {
		return mark.Errorf(mark.Invalid, "The search could not be understood. Put quotation marks around words with punctuation.").Because(err)
	}
	return err
}

// maxTrigrams bounds how many trigrams of a long string are looked up; the
// text is compared in any case.
const maxTrigrams = 48

// MatchSubstring finds passages whose text contains s, case folded, those with
// more occurrences first.
func (m *matter) MatchSubstring(ctx context.Context, s string, docs []mark.DocumentID, limit int) ([]mark.ScoredChunk, error) {
	if utf8.RuneCountInString(s) < 3 {
		return nil, mark.Errorf(mark.Invalid, "An exact search needs at least three characters.")
	}
	if limit <= 0 || strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
		return nil, nil
	}
	query := "SELECT t.rowid, d.id, p.body FROM (SELECT rowid FROM passage_trigrams WHERE passage_trigrams MATCH ?"
	args := []any{trigrams(s)}
	if len(docs) > 0 {
		query += within
		args = append(args, jsonList(docs))
	}
	query += ") t JOIN passage p ON p.id = t.rowid JOIN document d ON d.n = p.document"
	folded := fold(s)
	rows, err := m.db.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fault(ctx, err)
	}
	defer rows.Close()
	best := topChunks{limit: limit}
	for rows.Next() {
		var hit mark.ScoredChunk
		var body sql.RawBytes
		if err := rows.Scan(&hit.Chunk, &hit.Document, &body); err != nil {
			return nil, fault(ctx, err)
		}
		if n := strings.Count(fold(string(body)), folded); n > 0 {
			hit.Score = float64(n)
			best.add(hit)
		}
	}
	return best.list(), fault(ctx, rows.Err())
}

// trigrams is the FTS5 expression for "has all trigrams of s".
func trigrams(s string) string {
	runes := []rune(s)
	count := len(runes) - 2
	step := max(1, (count+maxTrigrams-1)/maxTrigrams)
	seen := map[string]bool{}
	var terms []string
	for i := 0; i < count; i += step {
		t := string(runes[i : i+3])
		if !seen[t] {
			seen[t] = true
			terms = append(terms, quote(t))
		}
	}
	return strings.Join(terms, " AND ")
}

// quote writes s as an FTS5 string.
func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// fold maps letters that differ in case only to the same one.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			return r
		}
		return unicode.ToLower(r)
	}, s)
}

// Chunks returns the passages asked for, in that order. One that was deleted
// meanwhile is left out.
func (m *matter) Chunks(ctx context.Context, ids []mark.ChunkID) ([]mark.Chunk, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return collect(ctx, m.db.readers, scanChunk,
		"SELECT "+chunkColumns+" FROM json_each(?) j JOIN passage p ON p.id = j.value JOIN document d ON d.n = p.document ORDER BY j.key", jsonList(ids))
}

// ChunksOf returns a document's passages in reading order.
func (m *matter) ChunksOf(ctx context.Context, id mark.DocumentID) ([]mark.Chunk, error) {
	return collect(ctx, m.db.readers, scanChunk,
		"SELECT "+chunkColumns+chunkTables+"WHERE d.id = ? ORDER BY p.from_page, p.from_offset", id)
}

// WordFrequency counts passages by word, in the order of their numbers. Counting
// reads only where words stand, a twentieth of what ranking takes.
func (m *matter) WordFrequency(ctx context.Context, words []string, most int) (map[string]mark.Frequency, error) {
	tx, err := m.db.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fault(ctx, err)
	}
	defer tx.Rollback()
	last, err := one(ctx, tx, scanInt, "", "SELECT coalesce(max(id), 0) FROM passage")
	if err != nil {
		return nil, err
	}
	out := make(map[string]mark.Frequency, len(words))
	for _, word := range words {
		if _, done := out[word]; done {
			continue
		}
		var n, reached int64
		err := tx.QueryRowContext(ctx, `SELECT count(*), coalesce(max(rowid), 0) FROM
			(SELECT rowid FROM passage_words WHERE passage_words MATCH ? ORDER BY rowid LIMIT ?)`,
			quote(strings.ReplaceAll(word, "\x00", " ")), most).Scan(&n, &reached)
		if err != nil {
			return nil, fault(ctx, err)
		}
		if n < int64(most) {
			reached = last
		}
		out[word] = mark.Frequency{Passages: int(n), Share: float64(n) / float64(max(1, reached))}
	}
	return out, nil
}
