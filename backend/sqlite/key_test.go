//go:build libsqlite3 && cgo

package sqlite

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	mark "markai/backend"
)

func TestConnectionWithoutItsKeyDoesNotOpen(t *testing.T) {
	slot, err := holdKey(bytes.Repeat([]byte{7}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	dropKey(slot)
	for _, s := range []int{slot, -1, 1 << 20} {
		path := filepath.Join(t.TempDir(), "m.db")
		db, err := sql.Open("sqlite3", dsn(path, s, "NORMAL", false))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE t (x)"); err == nil {
			t.Errorf("slot %d: a table was made without a key", s)
		}
		db.Close()
		if info, err := os.Stat(path); err == nil && info.Size() > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("slot %d: a file was written without a key (%v)", s, err)
		}
	}
}

func TestSlotsAreUsedAgain(t *testing.T) {
	for range 5000 { // more than there are
		slot, err := holdKey(make([]byte, KeySize))
		if err != nil {
			t.Fatal(err)
		}
		dropKey(slot)
	}
}

func TestStoreOfANewerVersionIsRefused(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "m.db"), make([]byte, KeySize)
	s, err := New().OpenMatter(t.Context(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.(*matter).db.writer.ExecContext(t.Context(), "PRAGMA user_version = 999"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := New().OpenMatter(t.Context(), path, key); mark.CodeOf(err) != mark.Unsupported {
		t.Errorf("got %v, want unsupported", err)
	}
}

func TestEveryConnectionHasItsPragmas(t *testing.T) {
	s, err := New().OpenMatter(t.Context(), filepath.Join(t.TempDir(), "m.db"), make([]byte, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	db := s.(*matter).db
	pools := map[string]*sql.DB{"writer": db.writer, "reader": db.readers}
	for name, pool := range pools {
		var held []*sql.Conn
		for range pool.Stats().MaxOpenConnections {
			c, err := pool.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, c)
			want := map[string]string{"journal_mode": "wal", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "10000", "temp_store": "0", "query_only": "0"}
			if name == "reader" {
				want["query_only"] = "1"
			}
			for pragma, value := range want {
				var got string
				if err := c.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != value {
					t.Errorf("%s connection %d: %s is %q (%v), want %q", name, len(held), pragma, got, err, value)
				}
			}
		}
		for _, c := range held {
			c.Close()
		}
	}
	var memory int
	if err := db.writer.QueryRowContext(t.Context(), "SELECT sqlite_compileoption_used('TEMP_STORE=3')").Scan(&memory); err != nil || memory != 1 {
		t.Errorf("temporary tables may go to files: %d, %v", memory, err)
	}
}
