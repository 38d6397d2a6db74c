package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	mark "markai/backend"
	"markai/backend/crypt"
)

// registry is the vault's own store. It is a mark.Registry.
type registry struct{ db *database }

var _ mark.Registry = (*registry)(nil)

const matterGone = "This matter is no longer in the vault."

// Close closes the store.
func (r *registry) Close() error { return r.db.Close() }

// PutMatter adds or replaces a matter and its wrapped key.
func (r *registry) PutMatter(ctx context.Context, m mark.Matter, wrappedKey []byte) error {
	if m.ID == "" || len(wrappedKey) == 0 {
		return mark.Errorf(mark.Invalid, "A matter needs an id and a key.")
	}
	return r.db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO matter (id, name, created, wrapped_key) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, created = excluded.created, wrapped_key = excluded.wrapped_key`,
			m.ID, m.Name, nanos(m.Created), wrappedKey)
		return err
	})
}

// Matters returns all, by name.
func (r *registry) Matters(ctx context.Context) ([]mark.Matter, error) {
	return collect(ctx, r.db.readers, func(r row) (m mark.Matter, err error) {
		var created int64
		err = r.Scan(&m.ID, &m.Name, &created)
		m.Created = timeOf(created)
		return m, err
	}, "SELECT id, name, created FROM matter ORDER BY name COLLATE NOCASE, name, id")
}

// MatterKey returns the wrapped key, or NotFound.
func (r *registry) MatterKey(ctx context.Context, id mark.MatterID) ([]byte, error) {
	return one(ctx, r.db.readers, func(r row) (b []byte, err error) { return b, r.Scan(&b) },
		matterGone, "SELECT wrapped_key FROM matter WHERE id = ?", id)
}

// EraseMatter forgets a matter and overwrites its wrapped key in the file and
// in the write-ahead log. TooBusy: readers kept it from the log; call it again.
func (r *registry) EraseMatter(ctx context.Context, id mark.MatterID) error {
	err := r.db.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE matter SET wrapped_key = zeroblob(length(wrapped_key)) WHERE id = ?", id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM setting WHERE substr(key, 1, length(?1)) = ?1", mark.MatterSetting(id, "")); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM expert_use WHERE matter = ?", id); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, "DELETE FROM matter WHERE id = ?", id)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return mark.Errorf(mark.NotFound, matterGone)
	})
	if err != nil && mark.CodeOf(err) != mark.NotFound {
		return err
	}
	// Even of a matter that is gone: the log may hold the key since a call that
	// was cut short.
	var busy, inLog, moved int
	if err := r.db.writer.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &inLog, &moved); err != nil {
		return fault(ctx, err)
	}
	if busy != 0 {
		return mark.Errorf(mark.TooBusy, "The matter was erased, but its key still lies in the log of the registry, which is being read. Lock the vault and unlock it to finish.")
	}
	return err
}

// Setting returns a setting, or "" when unset.
func (r *registry) Setting(ctx context.Context, key string) (value string, err error) {
	err = r.db.readers.QueryRowContext(ctx, "SELECT value FROM setting WHERE key = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, fault(ctx, err)
}

// PutSetting sets a setting; "" unsets it.
func (r *registry) PutSetting(ctx context.Context, key, value string) error {
	return r.db.write(ctx, func(tx *sql.Tx) error {
		if value == "" {
			_, err := tx.ExecContext(ctx, "DELETE FROM setting WHERE key = ?", key)
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
		return err
	})
}

// Audit appends an entry to the hash chain; Seq, Time and Hash are set here.
func (r *registry) Audit(ctx context.Context, e mark.AuditEntry) error {
	return r.db.write(ctx, func(tx *sql.Tx) error {
		var previous string
		e.Seq = 0
		err := tx.QueryRowContext(ctx, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").Scan(&e.Seq, &previous)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		e.Seq++
		e.Time = time.Now().UTC()
		e.Hash = crypt.AuditHash(previous, e)
		_, err = tx.ExecContext(ctx, "INSERT INTO audit (seq, time, user, action, matter, object, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
			e.Seq, nanos(e.Time), e.User, e.Action, e.Matter, e.Object, e.Hash)
		return err
	})
}

// AuditTrail returns entries after seq, oldest first.
func (r *registry) AuditTrail(ctx context.Context, after int64, limit int) ([]mark.AuditEntry, error) {
	return collect(ctx, r.db.readers, func(r row) (e mark.AuditEntry, err error) {
		var at int64
		err = r.Scan(&e.Seq, &at, &e.User, &e.Action, &e.Matter, &e.Object, &e.Hash)
		e.Time = timeOf(at)
		return e, err
	}, "SELECT seq, time, user, action, matter, object, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after, max(0, limit))
}
