package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync"

	mark "markai/backend"
)

const (
	partSize    = 256 << 10 // bytes of an original in one row
	partsCached = 4         // per open original
)

// PutOriginal seals the original's bytes in parts, in one transaction each, so
// that a large file never holds up other writers for long. An original becomes
// readable when its last part is in; one that was broken off is started anew.
func (m *matter) PutOriginal(ctx context.Context, id mark.DocumentID, r io.Reader) error {
	var n int64
	err := m.db.write(ctx, func(tx *sql.Tx) (err error) {
		if n, err = documentNumber(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE document SET original_bytes = NULL WHERE n = ?", n); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM part WHERE document = ?", n)
		return err
	})
	if err != nil {
		return err
	}
	var size int64
	buf := make([]byte, partSize)
	for number := 0; ; number++ {
		got, readErr := io.ReadFull(r, buf)
		last := errors.Is(readErr, io.EOF) || errors.Is(readErr, io.ErrUnexpectedEOF)
		if readErr != nil && !last {
			return fmt.Errorf("read the original: %w", readErr)
		}
		size += int64(got)
		err := m.db.write(ctx, func(tx *sql.Tx) error {
			if got > 0 {
				if _, err := tx.ExecContext(ctx, "INSERT INTO part (document, number, data) VALUES (?, ?, ?)", n, number, buf[:got]); err != nil {
					return err
				}
			}
			if !last {
				return nil
			}
			_, err := tx.ExecContext(ctx, "UPDATE document SET original_bytes = ? WHERE n = ?", size, n)
			return err
		})
		if err != nil || last {
			return err
		}
	}
}

// Original opens the sealed original. It outlives ctx and is closed by Close.
func (m *matter) Original(ctx context.Context, id mark.DocumentID) (mark.Original, error) {
	o := &original{db: m.db}
	var size sql.NullInt64
	_, err := one(ctx, m.db.readers, func(r row) (struct{}, error) { return struct{}{}, r.Scan(&o.document, &size) },
		documentGone, "SELECT n, original_bytes FROM document WHERE id = ?", id)
	if err != nil {
		return nil, err
	}
	if !size.Valid {
		return nil, mark.Errorf(mark.NotFound, "The original of this document was not stored completely. Add the file again.")
	}
	o.size = size.Int64
	o.ctx, o.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return o, nil
}

// original reads the parts of one document.
type original struct {
	db       *database
	document int64
	size     int64
	ctx      context.Context // io.ReaderAt has no room for one; ends at Close
	cancel   context.CancelFunc

	mu    sync.Mutex // guards parts
	parts []part     // most recently used first
}

type part struct {
	number int64
	data   []byte
}

// Size returns the original's size in bytes.
func (o *original) Size() int64 { return o.size }

// Close ends reads that are under way.
func (o *original) Close() error {
	o.cancel()
	return nil
}

// ReadAt is io.ReaderAt. It is safe for concurrent use.
func (o *original) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, mark.Errorf(mark.Invalid, "A file cannot be read before its beginning.")
	}
	done := 0
	for done < len(p) {
		at := off + int64(done)
		if at >= o.size {
			return done, io.EOF
		}
		data, err := o.part(at / partSize)
		if err != nil {
			return done, err
		}
		skip := at % partSize
		if skip >= int64(len(data)) {
			return done, mark.Errorf(mark.Damaged, "The stored original of this document is incomplete. Add the file again.")
		}
		done += copy(p[done:], data[skip:])
	}
	return done, nil
}

// part returns one part, from the cache where it is there.
func (o *original) part(number int64) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.ctx.Err(); err != nil {
		return nil, fmt.Errorf("read the original: %w", err)
	}
	for i, p := range o.parts {
		if p.number == number {
			copy(o.parts[1:i+1], o.parts[:i])
			o.parts[0] = p
			return p.data, nil
		}
	}
	data, err := one(o.ctx, o.db.readers, func(r row) (b []byte, err error) { return b, r.Scan(&b) },
		documentGone, "SELECT data FROM part WHERE document = ? AND number = ?", o.document, number)
	if err != nil {
		return nil, err
	}
	if len(o.parts) == partsCached {
		o.parts = o.parts[:partsCached-1]
	}
	o.parts = append([]part{{number, data}}, o.parts...)
	return data, nil
}
