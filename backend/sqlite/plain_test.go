//go:build !libsqlite3 || !cgo

package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	mark "markai/backend"
	"markai/backend/sqlite"
)

// Run without the build tag: go test -run Unencrypted -tags ” ./backend/sqlite
func TestUnencryptedBuildOpensNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.db")
	_, err := sqlite.New().OpenMatter(t.Context(), path, make([]byte, sqlite.KeySize))
	if mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("a file was made")
	}
}
