package sqlite

import (
	"context"
	"errors"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"

	mark "markai/backend"
)

// fault translates what SQLite says into what a person can act on. Errors that
// have a code already, and nil, pass.
func fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if _, ok := errors.AsType[*mark.Error](err); ok {
		return err
	}
	if e, ok := errors.AsType[sqlite3.Error](err); ok {
		switch e.Code {
		case sqlite3.ErrNotADB, sqlite3.ErrCorrupt:
			return mark.Errorf(mark.Damaged, "The store of this matter is damaged on disk. Close Mark AI and restore the store from a backup.").Because(err)
		case sqlite3.ErrFull:
			return mark.Errorf(mark.TooBig, "The disk is full. Free some space and try again.").Because(err)
		case sqlite3.ErrBusy, sqlite3.ErrLocked:
			return mark.Errorf(mark.TooBusy, "The store is being written to by somebody else. Try again in a moment.").Because(err)
		case sqlite3.ErrIoErr:
			return mark.Errorf(mark.Damaged, "The disk could not be read or written. Check the disk; if it is sound, restore the store from a backup.").Because(err)
		case sqlite3.ErrReadonly:
			return mark.Errorf(mark.Forbidden, "The store cannot be written to. Check the permissions of the data folder.").Because(err)
		}
	}
	if isClosed(err) {
		return mark.Errorf(mark.Locked, "The vault was locked. Unlock it and try again.").Because(err)
	}
	return err
}

// openFault is fault for a file whose key has not yet proved right.
func openFault(err error) error {
	if e, ok := errors.AsType[sqlite3.Error](err); ok {
		switch e.Code {
		case sqlite3.ErrNotADB, sqlite3.ErrCorrupt, sqlite3.ErrIoErr:
			return mark.Errorf(mark.WrongKey, "The key does not fit this store, or the file is damaged. If the key is right, restore the file from a backup.").Because(err)
		}
	}
	return fault(context.Background(), err)
}

// isClosed reports whether err is database/sql's unexported error for a pool
// that was closed.
func isClosed(err error) bool {
	return strings.Contains(err.Error(), "database is closed") || strings.Contains(err.Error(), "connection is already closed")
}

// violates reports whether err is a broken constraint of this kind.
func violates(err error, kind sqlite3.ErrNoExtended) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	return ok && e.ExtendedCode == kind
}
