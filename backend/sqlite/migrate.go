package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	mark "markai/backend"
)

//go:embed migrations
var migrations embed.FS

// schema is a kind of store file.
type schema struct {
	dir         string // of its migrations, one numbered file per version
	application int    // PRAGMA application_id: tells the kinds apart
	synchronous string
}

var (
	// A registry loses nothing at a power cut: it holds the only copies of keys.
	registrySchema = schema{"migrations/registry", 0x4d415247, "FULL"}
	// A matter may lose the last moments at a power cut, never its consistency:
	// jobs do the lost pages again.
	matterSchema = schema{"migrations/matter", 0x4d41524d, "NORMAL"}
)

// migrate brings the file to this program's version, each step in one transaction.
func (s schema) migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Glob(migrations, s.dir+"/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(files)
	var version, application int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&application); err != nil {
		return err
	}
	switch {
	case version > len(files):
		return mark.Errorf(mark.Unsupported, "This store was written by a newer version of Mark AI. Update the program to open it.")
	case version > 0 && application != s.application:
		return mark.Errorf(mark.Damaged, "This file is another kind of store than was expected. Restore the data folder from a backup.")
	}
	for i := version; i < len(files); i++ {
		if err := s.step(ctx, db, files[i], i+1); err != nil {
			return fmt.Errorf("migrate to version %d: %w", i+1, err)
		}
	}
	return nil
}

func (s schema) step(ctx context.Context, db *sql.DB, file string, version int) error {
	script, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, statement := range []string{
		string(script),
		fmt.Sprintf("PRAGMA application_id = %d", s.application),
		fmt.Sprintf("PRAGMA user_version = %d", version),
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}
