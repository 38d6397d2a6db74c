package watch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	mark "markai/backend"
)

// Found says what a scan came upon.
type Found struct {
	Added     int       // files whose content is new to the matter
	Known     int       // new files whose content the matter held
	Changed   int       // of Added and Known: files that had other content before
	Moved     int       // files found at another path
	Missing   int       // files that are gone; their documents stay
	Returned  int       // files that were gone and are there again
	Unchanged int       // files that are as they were
	Waiting   int       // files that are being written, or whose document is being read
	Problems  []Problem // files that could not be brought in, up to maxProblems
}

// Problem is a file that could not be brought in, and why.
type Problem struct {
	Path string
	Err  error
}

// maxProblems bounds the problems that one scan reports one by one. Each file's
// own is kept in the store.
const maxProblems = 100

func (f *Found) add(g Found) {
	f.Added += g.Added
	f.Known += g.Known
	f.Changed += g.Changed
	f.Moved += g.Moved
	f.Missing += g.Missing
	f.Returned += g.Returned
	f.Unchanged += g.Unchanged
	f.Waiting += g.Waiting
	f.Problems = append(f.Problems, g.Problems...)
	f.Problems = f.Problems[:min(len(f.Problems), maxProblems)]
}

// scan is one look at a folder.
type scan struct {
	s      *Service
	m      *matter
	folder mark.WatchedFolder
	found  Found
	young  []string // files to look at again once they are left alone
	last   bool     // young files are not waited for any more
}

// scan looks at paths of a folder, all of it where there are none, and stores
// what came of it.
func (s *Service) scan(ctx context.Context, m *matter, f mark.WatchedFolder, paths []string) (Found, error) {
	m.scanning.Lock()
	defer m.scanning.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.ctx, cancel)()
	if m.ctx.Err() != nil {
		return Found{}, mark.Errorf(mark.NotFound, "This matter was closed.")
	}
	now := func(path string) {
		m.mu.Lock()
		m.current = path
		m.mu.Unlock()
		s.c.Notify(m.id)
	}
	now(f.Path)
	defer now("")
	sc := &scan{s: s, m: m, folder: f}
	err := sc.run(ctx, paths)
	if ctx.Err() != nil {
		return sc.found, ctx.Err()
	}
	f.Problem = ""
	if err != nil {
		f.Problem = mark.MessageOf(err)
	} else if paths == nil {
		f.Scanned = time.Now().UTC()
	}
	if f.Problem != sc.folder.Problem || !f.Scanned.Equal(sc.folder.Scanned) {
		stored, listErr := m.store.WatchedFolders(ctx)
		there := slices.ContainsFunc(stored, func(w mark.WatchedFolder) bool { return w.Path == f.Path })
		if listErr == nil && there { // not given up meanwhile
			listErr = m.store.PutWatchedFolder(ctx, f)
		}
		err = errors.Join(err, listErr)
	}
	return sc.found, err
}

func (sc *scan) run(ctx context.Context, paths []string) error {
	if info, err := os.Stat(sc.folder.Path); err != nil || !info.IsDir() {
		// A drive that is not there must not look like deleted files.
		return mark.Errorf(mark.Unavailable, "The folder %s cannot be reached. Connect the drive, or stop watching it; its documents stay.", sc.folder.Path).Because(err)
	}
	if len(paths) == 0 {
		paths = []string{sc.folder.Path}
	}
	for _, p := range paths {
		if err := sc.tree(ctx, p); err != nil {
			return err
		}
	}
	if len(sc.young) > 0 {
		select {
		case <-time.After(sc.s.c.Settle):
		case <-ctx.Done():
			return ctx.Err()
		}
		again := sc.young
		sc.young, sc.last = nil, true
		for _, p := range again {
			if info, err := os.Lstat(p); err == nil && info.Mode().IsRegular() {
				if err := sc.file(ctx, p, info); err != nil {
					return err
				}
			}
		}
	}
	for _, p := range paths {
		if err := sc.gone(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// tree looks at a file, or at all files in a folder.
func (sc *scan) tree(ctx context.Context, root string) error {
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) { // gone is found out later
				sc.problem(path, mark.Errorf(mark.Forbidden, "This cannot be read. Give yourself the right to read it.").Because(err))
			}
			return nil
		}
		if path != sc.folder.Path && hidden(e.Name()) {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() {
			return nil // a folder is walked; links are not followed
		}
		info, err := e.Info()
		if err != nil {
			return nil // gone in this moment
		}
		return sc.file(ctx, path, info)
	})
}

// hidden reports whether a file is the system's or a program's own, or half
// there.
func hidden(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".tmp", ".part", ".partial", ".crdownload", ".download":
		return true
	}
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || name == "Thumbs.db" || name == "desktop.ini"
}

func (sc *scan) problem(path string, err error) {
	if len(sc.found.Problems) < maxProblems {
		sc.found.Problems = append(sc.found.Problems, Problem{path, err})
	}
}

// later leaves a file for the next look.
func (sc *scan) later(path string) {
	sc.found.Waiting++
	sc.s.due(sc.m, sc.folder.Path, path, 5*sc.s.c.Settle)
}

// file looks at one file that is there.
func (sc *scan) file(ctx context.Context, path string, info fs.FileInfo) error {
	store, now := sc.m.store, time.Now()
	before, err := store.WatchedFile(ctx, path)
	known := err == nil
	if err != nil && mark.CodeOf(err) != mark.NotFound {
		return err
	}
	// A file that was written in the moment it was read may have changed after
	// that without another time.
	if known && !before.Missing && before.Size == info.Size() && before.Modified.Equal(info.ModTime()) && before.Checked.Sub(before.Modified) > sc.s.c.Settle {
		sc.found.Unchanged++
		return nil
	}
	if age := now.Sub(info.ModTime()); age >= 0 && age < sc.s.c.Settle {
		if sc.last {
			sc.later(path)
		} else {
			sc.young = append(sc.young, path)
		}
		return nil
	}
	seen := mark.WatchedFile{
		Path: path, Folder: sc.folder.Path, Size: info.Size(), Modified: info.ModTime().UTC(), Checked: now.UTC(),
		SHA256: before.SHA256, Document: before.Document, Problem: before.Problem,
	}
	if known && before.SHA256 != "" {
		sha, err := hashOf(ctx, path)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && sha == before.SHA256 {
			return sc.same(ctx, before, seen)
		}
	}
	doc, held, err := sc.s.c.Add(ctx, sc.m.id, store, path)
	switch code := mark.CodeOf(err); {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && (code == mark.DiskFull || code == mark.Locked || code == mark.Internal):
		return err // not this file's fault
	case err != nil:
		if _, gone := os.Lstat(path); gone != nil {
			return nil
		}
		sc.problem(path, err)
		seen.SHA256, seen.Problem = "", mark.MessageOf(err)
		return store.PutWatchedFile(ctx, seen)
	}
	if after, err := os.Lstat(path); err != nil || after.Size() != info.Size() || !after.ModTime().Equal(info.ModTime()) {
		sc.later(path) // it changed while it was read
		return nil
	}
	if held {
		moved, ok, err := sc.moved(ctx, doc, path)
		if err != nil || !ok {
			return err
		}
		if moved {
			sc.found.Moved++
		} else {
			sc.found.Known++
		}
	} else {
		sc.found.Added++
	}
	if known && before.Document != "" && before.Document != doc.ID {
		sc.found.Changed++
		if _, err := store.LinkVersion(ctx, doc.ID, before.Document); err != nil && mark.CodeOf(err) != mark.NotFound {
			return err
		}
	}
	seen.SHA256, seen.Document, seen.Problem = doc.SHA256, doc.ID, ""
	return store.PutWatchedFile(ctx, seen)
}

// same notes that a file has the content it had.
func (sc *scan) same(ctx context.Context, before, seen mark.WatchedFile) error {
	if before.Missing {
		sc.found.Returned++
		if err := sc.note(ctx, before.Document, ""); err != nil {
			return err
		}
	} else {
		sc.found.Unchanged++
	}
	return sc.m.store.PutWatchedFile(ctx, seen)
}

// moved finds out whether content that the matter holds lay at another path
// that is gone, and tells the document its new place. It reports not ok where
// the document is being read and the file is left for later.
func (sc *scan) moved(ctx context.Context, doc mark.Document, path string) (moved, ok bool, err error) {
	places, err := sc.m.store.WatchedFilesOf(ctx, doc.ID)
	if err != nil {
		return false, false, err
	}
	var left []string
	for _, p := range places {
		if p.Path == path {
			continue
		}
		if _, err := os.Lstat(p.Path); err == nil && !p.Missing {
			return false, true, nil // a copy
		}
		left = append(left, p.Path)
	}
	// Its file may have been replaced by another since, or never been watched.
	_, err = os.Lstat(doc.Source)
	if len(left) == 0 && !(filepath.IsAbs(doc.Source) && errors.Is(err, fs.ErrNotExist)) && !slices.ContainsFunc(doc.Notes, isMissingNote) {
		return false, true, nil
	}
	if reading(doc) {
		sc.later(path)
		return false, false, nil
	}
	if _, err := sc.m.store.ChangeDocument(ctx, doc.ID, func(d *mark.Document) {
		d.Source = path
		d.Notes = slices.DeleteFunc(d.Notes, isMissingNote)
	}); err != nil {
		return false, false, err
	}
	for _, p := range left {
		if err := sc.m.store.DeleteWatchedFile(ctx, p); err != nil {
			return false, false, err
		}
	}
	return true, true, nil
}

// reading reports whether a job holds the document in memory and will write
// its row.
func reading(doc mark.Document) bool {
	return doc.Status == mark.DocumentQueued || doc.Status == mark.DocumentReading
}

// gone finds the files at a path, or in it, that are not there any more.
func (sc *scan) gone(ctx context.Context, root string) error {
	if root != sc.folder.Path {
		f, err := sc.m.store.WatchedFile(ctx, root)
		if err == nil {
			err = sc.missing(ctx, f)
		}
		if err != nil && mark.CodeOf(err) != mark.NotFound {
			return err
		}
	}
	prefix := strings.TrimSuffix(root, string(filepath.Separator)) + string(filepath.Separator)
	for after := prefix; ; {
		files, err := sc.m.store.WatchedFiles(ctx, sc.folder.Path, after, 500)
		if err != nil {
			return err
		}
		for _, f := range files {
			if !strings.HasPrefix(f.Path, prefix) {
				return nil
			}
			if err := sc.missing(ctx, f); err != nil {
				return err
			}
			after = f.Path
		}
		if len(files) == 0 {
			return nil
		}
	}
}

// missing notes a file that is not there any more.
func (sc *scan) missing(ctx context.Context, f mark.WatchedFile) error {
	if f.Missing {
		return nil
	}
	if _, err := os.Lstat(f.Path); !errors.Is(err, fs.ErrNotExist) {
		return nil // there, or not to be told
	}
	if f.Document == "" {
		return sc.m.store.DeleteWatchedFile(ctx, f.Path)
	}
	doc, err := sc.m.store.Document(ctx, f.Document)
	if mark.CodeOf(err) == mark.NotFound { // removed from the matter
		return sc.m.store.DeleteWatchedFile(ctx, f.Path)
	}
	if err != nil {
		return err
	}
	places, err := sc.m.store.WatchedFilesOf(ctx, f.Document)
	if err != nil {
		return err
	}
	for _, p := range places {
		if p.Path == f.Path {
			continue
		}
		if _, err := os.Lstat(p.Path); err != nil {
			continue
		}
		if doc.Source == f.Path { // its copy is still there
			if reading(doc) {
				sc.later(f.Path)
				return nil
			}
			if _, err := sc.m.store.ChangeDocument(ctx, doc.ID, func(d *mark.Document) { d.Source = p.Path }); err != nil {
				return err
			}
		}
		return sc.m.store.DeleteWatchedFile(ctx, f.Path)
	}
	if reading(doc) {
		sc.later(f.Path)
		return nil
	}
	if err := sc.note(ctx, f.Document, missingNote+" on "+time.Now().Format("2 January 2006")+"."); err != nil {
		return err
	}
	sc.found.Missing++
	f.Missing = true
	return sc.m.store.PutWatchedFile(ctx, f)
}

const missingNote = "The file was no longer in its watched folder"

func isMissingNote(note string) bool { return strings.HasPrefix(note, missingNote) }

// note replaces what a document says of its file's absence; "" removes it.
func (sc *scan) note(ctx context.Context, id mark.DocumentID, note string) error {
	_, err := sc.m.store.ChangeDocument(ctx, id, func(d *mark.Document) {
		d.Notes = slices.DeleteFunc(d.Notes, isMissingNote)
		if note != "" {
			d.Notes = append(d.Notes, note)
		}
	})
	if mark.CodeOf(err) == mark.NotFound {
		return nil
	}
	return err
}

// hashOf returns the SHA-256 of a file's content, hexadecimal.
func hashOf(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	buf := make([]byte, 1<<20)
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n, err := f.Read(buf)
		h.Write(buf[:n])
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
	}
}
