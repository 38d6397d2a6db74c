package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	mark "markai/backend"
)

// Stores opens encrypted store files. It is a mark.Stores.
type Stores struct {
	// VectorMemory is how many bytes the copy of one matter's vectors may take
	// that makes searches by meaning fast; 0 is no limit. A larger matter is
	// searched on disk.
	VectorMemory int64
}

// New returns the opener of encrypted store files.
func New() *Stores { return &Stores{} }

var _ mark.Stores = (*Stores)(nil)

// OpenRegistry opens the registry at path, or creates it.
func (*Stores) OpenRegistry(ctx context.Context, path string, key []byte) (mark.Registry, error) {
	db, err := open(ctx, path, key, registrySchema)
	if err != nil {
		return nil, err
	}
	return &registry{db: db}, nil
}

// OpenMatter opens a matter's store at path, or creates it.
func (s *Stores) OpenMatter(ctx context.Context, path string, key []byte) (mark.MatterStore, error) {
	db, err := open(ctx, path, key, matterSchema)
	if err != nil {
		return nil, err
	}
	return newMatter(db, s.VectorMemory), nil
}

// database is one encrypted file: one writing connection, several reading ones.
type database struct {
	writer  *sql.DB // one connection; BEGIN IMMEDIATE
	readers *sql.DB // query-only connections
	path    string
	slot    int
	closing sync.Once
	changes atomic.Int64 // transactions of write
}

// readerLimit bounds the reading connections, each of which has a page cache.
var readerLimit = max(4, runtime.NumCPU())

// open keys, checks and migrates the file at path.
func open(ctx context.Context, path string, key []byte, s schema) (*database, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the store: %w", err)
	}
	if err := refusePlain(path); err != nil {
		return nil, err
	}
	takeRoom(path)
	slot, err := holdKey(key)
	if err != nil {
		return nil, err
	}
	db := &database{path: path, slot: slot}
	if err := db.start(ctx, s); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// start opens the connections, migrates, and looks at the disk once more.
func (db *database) start(ctx context.Context, s schema) error {
	// SQLite gives the log and its index the permissions of the main file.
	f, err := os.OpenFile(db.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	source := dsn(db.path, db.slot, s.synchronous, false)
	if info.Size() == 0 {
		source += "&_auto_vacuum=incremental" // in an old file it would only write, which a full disk does not allow
	}
	if db.writer, err = sql.Open("sqlite3", source); err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	db.writer.SetMaxOpenConns(1)
	if err := requireCipher(ctx, db.writer); err != nil {
		return err
	}
	if err := s.migrate(ctx, db.writer); err != nil {
		return openFault(err)
	}
	if err := refusePlain(db.path); err != nil {
		return err
	}
	if db.readers, err = sql.Open("sqlite3", dsn(db.path, db.slot, s.synchronous, true)); err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	db.readers.SetMaxOpenConns(readerLimit)
	db.readers.SetMaxIdleConns(readerLimit)
	return nil
}

// dsn carries every pragma, because a pragma run on a pool reaches one
// connection only.
func dsn(path string, slot int, synchronous string, reader bool) string {
	q := url.Values{
		"markai_slot":    {strconv.Itoa(slot)},
		"_txlock":        {"immediate"},
		"_journal_mode":  {"WAL"},
		"_synchronous":   {synchronous},
		"_foreign_keys":  {"on"},
		"_busy_timeout":  {"10000"}, // milliseconds
		"_secure_delete": {"on"},
		"_cache_size":    {"-16384"}, // KiB
	}
	if reader {
		q.Set("_query_only", "on")
		q.Set("_txlock", "deferred")
		q.Set("_cache_size", "-8192")
	}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/… is written file:///C:/…
	}
	u := url.URL{Scheme: "file", Path: slashed, RawQuery: q.Encode()}
	return u.String()
}

// requireCipher refuses a library that does not encrypt.
func requireCipher(ctx context.Context, db *sql.DB) error {
	var version string
	err := db.QueryRowContext(ctx, "SELECT sqlite3mc_version()").Scan(&version)
	if err != nil {
		if resultCode(err) == resultError {
			return mark.Errorf(mark.Unavailable, "The database library of this build cannot encrypt, so no store is opened. Install Mark AI again.").Because(err)
		}
		return openFault(err)
	}
	return nil
}

// plainMagic is how every SQLite file begins that is not encrypted.
var plainMagic = []byte("SQLite format 3\x00")

const (
	// Bytes 16 to 23 of a sealed file stay readable. The one here says how many
	// bytes of each page the cipher took for nonce and tag: 64 in aegis.
	reservedAt = 20
	reserved   = 64
)

// refusePlain looks at the first bytes on disk, without any library: a store
// that is there must be sealed, and with our cipher.
func refusePlain(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the store: %w", err)
	}
	defer f.Close()
	head := make([]byte, reservedAt+1)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("look at the store: %w", err)
	}
	switch {
	case n == 0:
		return nil // new
	case bytes.HasPrefix(head, plainMagic):
		return mark.Errorf(mark.Damaged, "The file %s is not encrypted, so it is not a store of Mark AI. It was left untouched: move it away and restore the store from a backup.", filepath.Base(path))
	case n < len(head) || head[reservedAt] != reserved:
		return mark.Errorf(mark.Damaged, "The file %s is not a store of Mark AI, or its beginning is damaged. It was left untouched: restore the store from a backup.", filepath.Base(path))
	}
	return nil
}

// Close checkpoints the log, closes the connections and wipes the key.
func (db *database) Close() error {
	var errs []error
	db.closing.Do(func() {
		if db.readers != nil {
			errs = append(errs, db.readers.Close())
		}
		if db.writer != nil {
			errs = append(errs, db.writer.Close())
		}
		dropKey(db.slot)
		keepRoom(db.path)
	})
	return errors.Join(errs...)
}

// write runs f in one immediate transaction on the writing connection.
func (db *database) write(ctx context.Context, f func(tx *sql.Tx) error) error {
	defer db.changes.Add(1) // where it failed too: it may have failed late
	return db.writeBeside(ctx, f)
}

// writeBeside is write for what changes no row of document: what is derived
// from these rows stays true.
func (db *database) writeBeside(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return fault(ctx, err)
	}
	defer tx.Rollback() // after a panic too: there is one writing connection
	if err := f(tx); err != nil {
		return fault(ctx, err)
	}
	return fault(ctx, tx.Commit())
}

// freeStep is how many pages are given back in one transaction: a few MiB, so
// that other writers get their turn.
const freeStep = 1000

// giveBack returns the space of deleted rows to the disk.
func (db *database) giveBack(ctx context.Context) error {
	for {
		var free int
		if err := db.writer.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&free); err != nil {
			return fault(ctx, err)
		}
		if free == 0 {
			return nil
		}
		// Each row is one page given back; a store of before this was so has none.
		pages, err := collect(ctx, db.writer, func(row) (struct{}, error) { return struct{}{}, nil }, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", freeStep))
		if err != nil || len(pages) == 0 {
			return err
		}
	}
}

// row is what QueryRow and Rows have in common.
type row interface{ Scan(dest ...any) error }

// querier runs queries: a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// collect runs a query and scans each of its rows.
func collect[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fault(ctx, err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fault(ctx, err)
		}
		out = append(out, v)
	}
	return out, fault(ctx, rows.Err())
}

// one runs a query for a single row; no row is NotFound with this sentence.
func one[T any](ctx context.Context, q querier, scan func(row) (T, error), missing, query string, args ...any) (T, error) {
	v, err := scan(q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return v, mark.Errorf(mark.NotFound, "%s", missing)
	}
	return v, fault(ctx, err)
}
