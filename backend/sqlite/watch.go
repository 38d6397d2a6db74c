package sqlite

import (
	"context"
	"database/sql"

	mark "markai/backend"
)

const folderGone = "This folder is not watched."

// PutWatchedFolder adds a folder or replaces what is known of it.
func (m *matter) PutWatchedFolder(ctx context.Context, f mark.WatchedFolder) error {
	if f.Path == "" {
		return mark.Errorf(mark.Invalid, "A watched folder needs a path.")
	}
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO watched_folder (path, added, scanned, problem) VALUES (?, ?, ?, ?)
			ON CONFLICT (path) DO UPDATE SET added = excluded.added, scanned = excluded.scanned, problem = excluded.problem`,
			f.Path, nanos(f.Added), nanos(f.Scanned), f.Problem)
		return err
	})
}

// WatchedFolders returns all, by path.
func (m *matter) WatchedFolders(ctx context.Context) ([]mark.WatchedFolder, error) {
	return collect(ctx, m.db.readers, func(r row) (f mark.WatchedFolder, err error) {
		var added, scanned int64
		err = r.Scan(&f.Path, &added, &scanned, &f.Problem, &f.Files)
		f.Added, f.Scanned = timeOf(added), timeOf(scanned)
		return f, err
	}, `SELECT path, added, scanned, problem,
			(SELECT count(*) FROM watched_file f WHERE f.folder = w.path AND NOT f.missing)
		FROM watched_folder w ORDER BY path`)
}

// DeleteWatchedFolder forgets a folder and its files, or NotFound.
func (m *matter) DeleteWatchedFolder(ctx context.Context, path string) error {
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM watched_folder WHERE path = ?", path)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return mark.Errorf(mark.NotFound, folderGone)
		}
		return nil
	})
}

const fileColumns = "path, folder, size, modified, checked, sha256, document, problem, missing"

func scanFile(r row) (f mark.WatchedFile, err error) {
	var modified, checked int64
	err = r.Scan(&f.Path, &f.Folder, &f.Size, &modified, &checked, &f.SHA256, &f.Document, &f.Problem, &f.Missing)
	f.Modified, f.Checked = timeOf(modified), timeOf(checked)
	return f, err
}

// PutWatchedFile adds a file or replaces what is known of it.
func (m *matter) PutWatchedFile(ctx context.Context, f mark.WatchedFile) error {
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO watched_file (path, folder, size, modified, checked, sha256, document, problem, missing)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (path) DO UPDATE SET folder = excluded.folder, size = excluded.size, modified = excluded.modified,
				checked = excluded.checked, sha256 = excluded.sha256, document = excluded.document,
				problem = excluded.problem, missing = excluded.missing`,
			f.Path, f.Folder, f.Size, nanos(f.Modified), nanos(f.Checked), f.SHA256, f.Document, f.Problem, f.Missing)
		if resultCode(err) == resultForeignKey {
			return mark.Errorf(mark.NotFound, folderGone).Because(err)
		}
		return err
	})
}

// WatchedFile returns one file, or NotFound.
func (m *matter) WatchedFile(ctx context.Context, path string) (mark.WatchedFile, error) {
	return one(ctx, m.db.readers, scanFile, "This file is not watched.", "SELECT "+fileColumns+" FROM watched_file WHERE path = ?", path)
}

// WatchedFiles returns up to limit files of a folder whose paths come after
// one, by path.
func (m *matter) WatchedFiles(ctx context.Context, folder, after string, limit int) ([]mark.WatchedFile, error) {
	return collect(ctx, m.db.readers, scanFile,
		"SELECT "+fileColumns+" FROM watched_file WHERE folder = ? AND path > ? ORDER BY path LIMIT ?", folder, after, max(0, limit))
}

// WatchedFilesOf returns the files that hold a document's content.
func (m *matter) WatchedFilesOf(ctx context.Context, id mark.DocumentID) ([]mark.WatchedFile, error) {
	return collect(ctx, m.db.readers, scanFile,
		"SELECT "+fileColumns+" FROM watched_file WHERE document = ? AND document <> '' ORDER BY path", id)
}

// DeleteWatchedFile forgets a file; one that is not there is no error.
func (m *matter) DeleteWatchedFile(ctx context.Context, path string) error {
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM watched_file WHERE path = ?", path)
		return err
	})
}
