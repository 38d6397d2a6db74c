package mark

import (
	"context"
	"time"
)

// WatchedFolder is a folder whose files a matter follows. The files stay where
// they are and are never written to.
type WatchedFolder struct {
	Path    string // absolute
	Added   time.Time
	Scanned time.Time // when it was last gone through to its end; zero: never
	Files   int       // that are there and followed; the store counts them
	Problem string    // why the last scan did not come to its end; else empty
}

// WatchedFile is a file of a watched folder as it was last seen.
type WatchedFile struct {
	Path     string // absolute
	Folder   string // the watched folder's path
	Size     int64
	Modified time.Time
	Checked  time.Time // when its content was last read
	SHA256   string    // of its content, hexadecimal
	// Document holds its content. The document may have been removed since; a
	// file that is not read as a document has none.
	Document DocumentID
	Problem  string // why it has no document
	Missing  bool   // it was there and is not any more
}

// WatchStore keeps what is known of watched folders.
type WatchStore interface {
	// PutWatchedFolder adds a folder or replaces what is known of it.
	PutWatchedFolder(ctx context.Context, f WatchedFolder) error
	// WatchedFolders returns all, by path.
	WatchedFolders(ctx context.Context) ([]WatchedFolder, error)
	// DeleteWatchedFolder forgets a folder and its files, or NotFound. The
	// documents stay.
	DeleteWatchedFolder(ctx context.Context, path string) error
	// PutWatchedFile adds a file or replaces what is known of it.
	PutWatchedFile(ctx context.Context, f WatchedFile) error
	// WatchedFile returns one file, or NotFound.
	WatchedFile(ctx context.Context, path string) (WatchedFile, error)
	// WatchedFiles returns up to limit files of a folder whose paths come after
	// one, by path.
	WatchedFiles(ctx context.Context, folder, after string, limit int) ([]WatchedFile, error)
	// WatchedFilesOf returns the files that hold a document's content.
	WatchedFilesOf(ctx context.Context, id DocumentID) ([]WatchedFile, error)
	// DeleteWatchedFile forgets a file; one that is not there is no error.
	DeleteWatchedFile(ctx context.Context, path string) error
}
