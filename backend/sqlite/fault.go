package sqlite

import (
	"context"
	"errors"
	"strings"

	mark "markai/backend"
)

// SQLite's result codes, as its documentation numbers them.
const (
	resultError      = 1
	resultBusy       = 5
	resultLocked     = 6
	resultReadOnly   = 8
	resultIOErr      = 10
	resultCorrupt    = 11
	resultFull       = 13
	resultNotADB     = 26
	resultForeignKey = 787 // extended: a row that is referred to is missing
)

// primary returns the first byte of an error's result code: its kind.
func primary(err error) int { return resultCode(err) & 0xff }

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
	switch primary(err) {
	case resultNotADB, resultCorrupt:
		return mark.Errorf(mark.Damaged, "This store is damaged on disk. Close Mark AI and restore the data folder from a backup.").Because(err)
	case resultFull:
		return mark.Errorf(mark.DiskFull, "The disk is full. Free some space; what was stored so far is safe.").Because(err)
	case resultBusy, resultLocked:
		return mark.Errorf(mark.TooBusy, "The store is being written to by somebody else. Try again in a moment.").Because(err)
	case resultIOErr:
		return mark.Errorf(mark.Damaged, "The disk could not be read or written. Check the disk; if it is sound, restore the data folder from a backup.").Because(err)
	case resultReadOnly:
		return mark.Errorf(mark.Forbidden, "The store cannot be written to. Check the permissions of the data folder.").Because(err)
	}
	if isClosed(err) {
		return mark.Errorf(mark.Locked, "The vault was locked. Unlock it and try again.").Because(err)
	}
	return err
}

// openFault is fault for a file whose key has not yet proved right.
func openFault(err error) error {
	switch primary(err) {
	case resultNotADB, resultCorrupt, resultIOErr:
		return mark.Errorf(mark.WrongKey, "The key does not fit this store, or the file is damaged. If the key is right, restore the file from a backup.").Because(err)
	}
	return fault(context.Background(), err)
}

// isClosed reports whether err is database/sql's unexported error for a pool
// that was closed.
func isClosed(err error) bool {
	return strings.Contains(err.Error(), "database is closed") || strings.Contains(err.Error(), "connection is already closed")
}
