package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"slices"
	"strings"

	mark "markai/backend"
)

// maxThreadKeys bounds the ids of one message; a head may name thousands.
const maxThreadKeys = 200

// JoinThread puts a message into its conversation. The key of a conversation is
// the first message id that was known of it.
func (m *matter) JoinThread(ctx context.Context, id mark.DocumentID, k mark.ThreadKeys) (thread string, err error) {
	if len(k.Messages) > maxThreadKeys { // the beginning and what came last
		k.Messages = append(slices.Clone(k.Messages[:maxThreadKeys/2]), k.Messages[len(k.Messages)-maxThreadKeys/2:]...)
	}
	err = m.db.write(ctx, func(tx *sql.Tx) error {
		keys := make([]string, 0, len(k.Messages)+1)
		for _, msg := range k.Messages {
			keys = append(keys, "id:"+msg)
		}
		threads, err := threadsOf(ctx, tx, keys)
		if err != nil {
			return err
		}
		// A message that names another is placed by it. One that does not is
		// placed by its subject: an answer where the subject was used before, a
		// beginning where answers to it came first.
		if k.Subject != "" && len(k.Messages) < 2 {
			begun, answered := "subject:"+k.Subject, "reply:"+k.Subject
			before, err := threadsOf(ctx, tx, []string{begun})
			if err != nil {
				return err
			}
			switch {
			case k.Reply && len(before) > 0:
				threads = append(threads, before...)
			case k.Reply || len(before) == 0:
				orphans, err := threadsOf(ctx, tx, []string{answered})
				if err != nil {
					return err
				}
				threads = append(threads, orphans...)
			}
			if k.Reply {
				keys = append(keys, answered)
			} else if len(before) == 0 {
				keys = append(keys, begun)
			}
		}
		if len(keys) == 0 {
			return nil
		}
		thread = strings.TrimPrefix(keys[0], "id:")
		if len(threads) > 0 {
			thread = threads[0]
		}
		for _, other := range threads[min(1, len(threads)):] {
			if other == thread {
				continue
			}
			for _, statement := range []string{
				"UPDATE thread_key SET thread = ? WHERE thread = ?",
				"UPDATE document SET thread = ? WHERE thread = ? AND thread <> ''",
			} {
				if _, err := tx.ExecContext(ctx, statement, thread, other); err != nil {
					return err
				}
			}
		}
		for _, key := range keys {
			if _, err := tx.ExecContext(ctx, "INSERT INTO thread_key (key, thread) VALUES (?, ?) ON CONFLICT DO NOTHING", key, thread); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "UPDATE document SET thread = ? WHERE id = ?", thread, id)
		return err
	})
	return thread, err
}

// threadsOf returns the conversations that keys belong to, each once, in the
// keys' order.
func threadsOf(ctx context.Context, tx *sql.Tx, keys []string) ([]string, error) {
	var out []string
	for _, k := range keys {
		found, err := collect(ctx, tx, scanText, "SELECT thread FROM thread_key WHERE key = ?", k)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 && !slices.Contains(out, found[0]) {
			out = append(out, found[0])
		}
	}
	return out, nil
}

func scanText(r row) (s string, err error) { return s, r.Scan(&s) }

// LinkDuplicate points a document to the earliest that says the same. Where it
// is itself the earliest of some that were linked before, those now point to it.
func (m *matter) LinkDuplicate(ctx context.Context, id mark.DocumentID) (first mark.DocumentID, err error) {
	err = m.db.write(ctx, func(tx *sql.Tx) error {
		n, err := documentNumber(ctx, tx, id)
		if err != nil {
			return err
		}
		const same = `
			SELECT n FROM document WHERE sha256 = (SELECT sha256 FROM document WHERE n = ?1) AND sha256 <> ''
			UNION ALL
			SELECT n FROM document WHERE content_hash = (SELECT content_hash FROM document WHERE n = ?1) AND content_hash <> ''`
		earliest, err := one(ctx, tx, scanInt, documentGone, "SELECT min(n) FROM (SELECT ?1 AS n UNION ALL "+same+")", n)
		if err != nil {
			return err
		}
		if earliest != n {
			if first, err = one(ctx, tx, func(r row) (d mark.DocumentID, err error) { return d, r.Scan(&d) }, documentGone,
				"SELECT iif(duplicate = '', id, duplicate) FROM document WHERE n = ?", earliest); err != nil {
				return err
			}
			if first == id { // it pointed here before it became the earlier one
				first = ""
			}
			_, err = tx.ExecContext(ctx, "UPDATE document SET duplicate = ? WHERE n = ?", first, n)
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE document SET duplicate = '' WHERE n = ?", n); err != nil {
			return err
		}
		// Only documents that were linked when this one's content was not yet known.
		_, err = tx.ExecContext(ctx, "UPDATE document SET duplicate = ?2 WHERE n <> ?1 AND status <> 'queued' AND duplicate <> ?2 AND n IN ("+same+")", n, id)
		return err
	})
	return first, err
}

// LinkVersion makes a document a version of another, in that one's group.
func (m *matter) LinkVersion(ctx context.Context, id, of mark.DocumentID) (first mark.DocumentID, err error) {
	err = m.db.write(ctx, func(tx *sql.Tx) error {
		if first, err = one(ctx, tx, func(r row) (d mark.DocumentID, err error) { return d, r.Scan(&d) }, documentGone,
			"SELECT iif(similar = '', id, similar) FROM document WHERE id = ?", of); err != nil {
			return err
		}
		if first == id { // the group is its own
			return nil
		}
		if _, err = documentNumber(ctx, tx, id); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE document SET similar = ?1 WHERE id = ?2 OR similar = ?2 AND similar <> ''", first, id)
		return err
	})
	return first, err
}

// leaveKin gives the groups that a document headed their next head, before the
// document is deleted.
func leaveKin(ctx context.Context, tx *sql.Tx, n int64) error {
	for _, column := range []string{"duplicate", "similar"} {
		heirs, err := collect(ctx, tx, scanText,
			"SELECT id FROM document WHERE "+column+" = (SELECT id FROM document WHERE n = ?) AND "+column+" <> '' ORDER BY n LIMIT 1", n)
		if err != nil {
			return err
		}
		for _, heir := range heirs {
			if _, err := tx.ExecContext(ctx, "UPDATE document SET "+column+" = iif(id = ?1, '', ?1) WHERE "+column+
				" = (SELECT id FROM document WHERE n = ?2) AND "+column+" <> ''", heir, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// PutSketch stores a document's sketch and the keys to find it by.
func (m *matter) PutSketch(ctx context.Context, id mark.DocumentID, s mark.Sketch, bands []int64) error {
	data := make([]byte, 0, 4*len(s))
	for _, v := range s {
		data = binary.LittleEndian.AppendUint32(data, v)
	}
	return m.db.write(ctx, func(tx *sql.Tx) error {
		n, err := documentNumber(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO sketch (document, data) VALUES (?, ?) ON CONFLICT (document) DO UPDATE SET data = excluded.data", n, data); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM sketch_band WHERE document = ?", n); err != nil {
			return err
		}
		for _, b := range bands {
			if _, err := tx.ExecContext(ctx, "INSERT INTO sketch_band (band, document) VALUES (?, ?) ON CONFLICT DO NOTHING", b, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// SketchesNear returns other documents whose sketches share a band.
func (m *matter) SketchesNear(ctx context.Context, id mark.DocumentID, bands []int64, limit int) ([]mark.Sketched, error) {
	seen := map[int64]bool{}
	var near []int64
	for _, b := range bands {
		found, err := collect(ctx, m.db.readers, scanInt, "SELECT document FROM sketch_band WHERE band = ? ORDER BY document DESC LIMIT ?", b, limit+1)
		if err != nil {
			return nil, err
		}
		for _, n := range found {
			if !seen[n] {
				seen[n] = true
				near = append(near, n)
			}
		}
	}
	slices.SortFunc(near, func(a, b int64) int { return int(b - a) })
	var out []mark.Sketched
	for _, n := range near {
		found, err := collect(ctx, m.db.readers, func(r row) (s mark.Sketched, err error) {
			var data []byte
			if err := r.Scan(&data); err != nil {
				return s, err
			}
			for ; len(data) >= 4; data = data[4:] {
				s.Sketch = append(s.Sketch, binary.LittleEndian.Uint32(data))
			}
			return s, nil
		}, "SELECT data FROM sketch WHERE document = ?", n)
		if err != nil {
			return nil, err
		}
		docs, err := collect(ctx, m.db.readers, scanDocument, "SELECT "+documentColumns+" FROM document WHERE n = ? AND id <> ?", n, id)
		if err != nil {
			return nil, err
		}
		if len(found) == 1 && len(docs) == 1 { // else deleted meanwhile, or the document itself
			out = append(out, mark.Sketched{Document: docs[0], Sketch: found[0].Sketch})
		}
	}
	return out, nil
}
