package ingest

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maildir reports whether a folder is a mailbox whose messages are single
// files: it then has the folders cur and new.
func maildir(entries []fs.DirEntry) bool {
	found := 0
	for _, e := range entries {
		if e.IsDir() && (e.Name() == "cur" || e.Name() == "new") {
			found++
		}
	}
	return found == 2
}

// mailFolder adds the messages of a mailbox, and the mailboxes inside it, whose
// names begin with a dot. The files of the mail server beside them are none.
func (a *adding) mailFolder(ctx context.Context, path string, entries []fs.DirEntry) error {
	for _, e := range entries {
		inner := filepath.Join(path, e.Name())
		switch name := e.Name(); {
		case !e.IsDir():
			a.skip(inner, "This file belongs to the mail server and holds no message.")
		case name == "cur" || name == "new":
			if err := a.messages(ctx, inner); err != nil {
				return err
			}
		case name == "tmp":
			a.skip(inner, "This folder holds messages that had not arrived yet.")
		default:
			if err := a.folder(ctx, inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// messages adds the files of a folder as messages. What their names say of
// flags goes, since it changes when a message is read.
func (a *adding) messages(ctx context.Context, path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		a.reject(path, unopened(err))
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			a.skip(filepath.Join(path, e.Name()), "This is no message.")
			continue
		}
		name, _, _ := strings.Cut(e.Name(), ":2,")
		if err := a.fileAs(ctx, filepath.Join(path, e.Name()), name+".eml"); err != nil {
			return err
		}
	}
	return nil
}
