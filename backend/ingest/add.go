package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	mark "markai/backend"
)

// Added says what became of files, before any of them is read.
type Added struct {
	Jobs     []mark.Job
	Known    []mark.Document // in the matter already, by content
	Rejected []Rejected      // could not be queued
	Skipped  []Rejected      // left out on purpose: hidden files, folders that lead back
	// Productions are what was made of folders with load files.
	Productions []Production
}

// Rejected is a file that was not added, and why.
type Rejected struct {
	Name string
	Err  error
}

// Add seals files and the files in folders and queues them for reading. When
// it returns, what it lists as a job is on disk for good and the files may go
// away. Content that the matter holds is not stored again. The error is about
// the store or ctx; what was added before it is in the result.
func (s *Service) Add(ctx context.Context, id mark.MatterID, store mark.MatterStore, paths []string) (Added, error) {
	defer s.lockAdding(id).Unlock()
	a := &adding{s: s, id: id, store: store, seen: map[string]bool{}}
	if err := s.sweep(ctx, store); err != nil {
		return a.out, err
	}
	for _, p := range paths {
		a.current = p
		err := a.path(ctx, p, true)
		if mark.CodeOf(err) == mark.DiskFull {
			// What was added before is kept and reported.
			a.reject(a.current, mark.Errorf(mark.DiskFull, "The disk is full. This file and those after it were not added. Free some space and add them again.").Because(err))
			return a.out, nil
		}
		if err != nil {
			return a.out, err
		}
	}
	return a.out, nil
}

// AddReader seals what r gives and queues it for reading under a name.
func (s *Service) AddReader(ctx context.Context, id mark.MatterID, store mark.MatterStore, name string, r io.Reader) (Added, error) {
	defer s.lockAdding(id).Unlock()
	if err := s.sweep(ctx, store); err != nil {
		return Added{}, err
	}
	a := &adding{s: s, id: id, store: store}
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	err := a.take(ctx, mark.Document{Name: name, Source: name}, r)
	return a.out, err
}

// adding is one call of Add.
type adding struct {
	s       *Service
	id      mark.MatterID
	store   mark.MatterStore
	seen    map[string]bool // folders gone through, by their real path
	used    map[string]bool // files that a production took in
	current string          // what is being added
	out     Added
}

func (a *adding) reject(path string, err error) {
	a.out.Rejected = append(a.out.Rejected, Rejected{filepath.Base(path), err})
}

func (a *adding) skip(path, why string) {
	a.out.Skipped = append(a.out.Skipped, Rejected{filepath.Base(path), mark.Errorf(mark.Invalid, "%s", why)})
}

// path adds a file or a folder. named says that a person named it, and did not
// only name a folder around it.
func (a *adding) path(ctx context.Context, path string, named bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if name := filepath.Base(path); !named && strings.HasPrefix(name, ".") || name == "Thumbs.db" || name == "desktop.ini" {
		a.skip(path, "This is a hidden file of the system.")
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		a.reject(path, unopened(err))
	case info.IsDir() && named:
		if err := a.production(ctx, path); err != nil {
			return err
		}
		return a.folder(ctx, path)
	case info.IsDir():
		return a.folder(ctx, path)
	case a.used[path]:
	case !info.Mode().IsRegular():
		a.reject(path, mark.Errorf(mark.Unsupported, "This is a device or a connection, not a file."))
	default:
		return a.file(ctx, path)
	}
	return nil
}

// folder adds what lies in a folder, by name.
func (a *adding) folder(ctx context.Context, path string) error {
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		a.reject(path, unopened(err))
		return nil
	}
	if a.seen[real] {
		a.skip(path, "This folder was gone through already: it was named twice, or a link leads back to it.")
		return nil
	}
	a.seen[real] = true
	entries, err := os.ReadDir(path)
	if err != nil {
		a.reject(path, unopened(err))
	}
	if maildir(entries) {
		return a.mailFolder(ctx, path, entries)
	}
	for _, e := range entries {
		if err := a.path(ctx, filepath.Join(path, e.Name()), false); err != nil {
			return err
		}
	}
	return nil
}

// file adds one file. It is hashed before it is sealed, so that a folder that
// is added again costs no writing.
func (a *adding) file(ctx context.Context, path string) error {
	return a.fileAs(ctx, path, filepath.Base(path))
}

// fileAs adds one file under a name.
func (a *adding) fileAs(ctx context.Context, path, name string) error {
	a.current = path
	f, err := os.Open(path)
	if err != nil {
		a.reject(path, unopened(err))
		return nil
	}
	defer f.Close()
	in := &sealing{ctx: ctx, r: f, limit: a.s.c.MaxBytes}
	hash := sha256.New()
	if _, err := io.Copy(hash, in); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		a.reject(path, err)
		return nil
	}
	if in.n == 0 {
		a.reject(path, mark.Errorf(mark.Invalid, "This file is empty."))
		return nil
	}
	sha := hex.EncodeToString(hash.Sum(nil))
	known, err := a.store.DocumentBySHA(ctx, sha)
	switch {
	case err == nil:
		a.out.Known = append(a.out.Known, known)
		return nil
	case mark.CodeOf(err) != mark.NotFound:
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		a.reject(path, unopened(err))
		return nil
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return a.take(ctx, mark.Document{Name: name, Source: path, SHA256: sha, Bytes: in.n}, f)
}

// take seals one document, unless the matter holds the same bytes.
func (a *adding) take(ctx context.Context, doc mark.Document, r io.Reader) error {
	reading := &sealing{ctx: ctx, r: r, limit: a.s.c.MaxBytes}
	var known *mark.Document
	job, doc, err := a.s.seal(ctx, a.store, doc, reading, func(d mark.Document) error {
		there, err := a.store.DocumentBySHA(ctx, d.SHA256)
		if err == nil && there.ID != d.ID {
			known = &there
			return errKnown
		}
		if mark.CodeOf(err) == mark.NotFound {
			err = nil
		}
		return err
	})
	switch {
	case errors.Is(err, errKnown):
		a.out.Known = append(a.out.Known, *known)
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && (reading.err != nil || mark.CodeOf(err) == mark.Invalid):
		a.reject(doc.Name, err)
	case err != nil:
		return err
	default:
		a.out.Jobs = append(a.out.Jobs, job)
		a.s.c.Notify(a.id, job, doc)
		a.s.changed.broadcast()
	}
	return nil
}

// errKnown refuses a document whose bytes are in the matter.
var errKnown = errors.New("known")

// unopened says why a file or folder cannot be opened.
func unopened(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return mark.Errorf(mark.NotFound, "This file is no longer there. It may have been moved or deleted.").Because(err)
	case errors.Is(err, fs.ErrPermission):
		return mark.Errorf(mark.Forbidden, "You may not read this file. Give yourself the right to read it and add it again.").Because(err)
	case strings.Contains(err.Error(), "too many"):
		return mark.Errorf(mark.Invalid, "This link leads in a circle.").Because(err)
	}
	return mark.Errorf(mark.Damaged, "This file cannot be opened. Check the disk or the connection and add it again.").Because(err)
}

// AddFile seals one file and queues it for reading. It returns the document
// that holds the file's content, and whether the matter held it already.
func (s *Service) AddFile(ctx context.Context, id mark.MatterID, store mark.MatterStore, path string) (doc mark.Document, known bool, err error) {
	defer s.lockAdding(id).Unlock()
	if err := s.sweep(ctx, store); err != nil {
		return mark.Document{}, false, err
	}
	a := &adding{s: s, id: id, store: store}
	if err := a.file(ctx, path); err != nil {
		return mark.Document{}, false, err
	}
	switch {
	case len(a.out.Rejected) > 0:
		return mark.Document{}, false, a.out.Rejected[0].Err
	case len(a.out.Known) > 0:
		return a.out.Known[0], true, nil
	}
	doc, err = store.Document(ctx, a.out.Jobs[0].Document)
	return doc, false, err
}
