// Package watch follows folders: what appears, changes, moves or goes away in
// them is brought to a matter. The files stay where they are and are only read.
package watch

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	mark "markai/backend"
)

// Config is what following folders needs. Only Add is needed.
type Config struct {
	// Add brings a file into a matter and returns the document that holds its
	// content, and whether the matter held that already.
	Add func(ctx context.Context, id mark.MatterID, store mark.MatterStore, path string) (doc mark.Document, known bool, err error)
	// Notify hears when a scan has begun or ended. It may be nil.
	Notify func(mark.MatterID)
	// Own is the program's own folder, which is never followed; may be empty.
	Own string

	Settle time.Duration // how long a file must be left alone before it is read; 0: two seconds
	Every  time.Duration // between looks at folders that say nothing; 0: fifteen minutes
}

// Folder is a watched folder and how it stands.
type Folder struct {
	mark.WatchedFolder
	Scanning bool // somebody goes through it
	Live     bool // the system tells of changes in it; else it is looked at from time to time
}

// Service follows the folders of attached matters. Its methods are safe for
// concurrent use.
type Service struct {
	c    Config
	wake chan struct{} // one value: there is something to look at

	mu      sync.Mutex // guards matters and live
	matters map[mark.MatterID]*matter
	live    *notifier // while Run runs
}

// matter is an attached matter.
type matter struct {
	id    mark.MatterID
	store mark.MatterStore
	ctx   context.Context // ends at Detach
	end   context.CancelFunc

	scanning sync.Mutex // held during a scan

	mu      sync.Mutex // guards what follows
	due     map[string]*due
	current string // the folder being scanned
}

// due says what is to be looked at in a folder, and when.
type due struct {
	all   time.Time       // all of the folder, whatever happens before
	paths map[string]bool // that changed
	since time.Time       // the first of them
	at    time.Time       // when they are looked at
}

// maxDue is how many paths of a folder are looked at one by one.
const maxDue = 256

// patience is how many times Config.Settle a change waits at most for a folder
// in which something changes without end.
const patience = 10

// New returns a service that follows nothing until Attach and Run.
func New(c Config) *Service {
	if c.Settle <= 0 {
		c.Settle = 2 * time.Second
	}
	if c.Every <= 0 {
		c.Every = 15 * time.Minute
	}
	if c.Notify == nil {
		c.Notify = func(mark.MatterID) {}
	}
	return &Service{c: c, wake: make(chan struct{}, 1), matters: map[mark.MatterID]*matter{}}
}

// Attach follows the folders of a matter until Detach, as long as Run runs. It
// begins with a look at all of them.
func (s *Service) Attach(ctx context.Context, id mark.MatterID, store mark.MatterStore) error {
	folders, err := store.WatchedFolders(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.matters[id] != nil {
		return nil
	}
	own, end := context.WithCancel(context.WithoutCancel(ctx))
	m := &matter{id: id, store: store, ctx: own, end: end, due: map[string]*due{}}
	for _, f := range folders {
		m.due[f.Path] = &due{}
	}
	s.matters[id] = m
	s.alarm()
	return nil
}

// Detach ends the work on a matter and returns when its store is no longer used.
func (s *Service) Detach(id mark.MatterID) {
	s.mu.Lock()
	m := s.matters[id]
	delete(s.matters, id)
	live := s.live
	s.mu.Unlock()
	if m == nil {
		return
	}
	m.end()
	m.scanning.Lock() // a scan that was under way has ended
	defer m.scanning.Unlock()
	if live == nil {
		return
	}
	m.mu.Lock()
	roots := slices.Collect(maps.Keys(m.due))
	m.mu.Unlock()
	for _, f := range roots {
		live.forget(f)
	}
}

// alarm wakes Run.
func (s *Service) alarm() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Watch makes a matter follow a folder, subfolders included, from now on. The
// first look at it is due at once.
func (s *Service) Watch(ctx context.Context, id mark.MatterID, store mark.MatterStore, path string) (Folder, error) {
	path, err := s.folder(ctx, store, path)
	if err != nil {
		return Folder{}, err
	}
	f := mark.WatchedFolder{Path: path, Added: time.Now().UTC()}
	if err := store.PutWatchedFolder(ctx, f); err != nil {
		return Folder{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.matters[id]; m != nil {
		m.mu.Lock()
		m.due[path] = &due{}
		m.mu.Unlock()
		s.alarm()
	}
	return Folder{WatchedFolder: f}, nil
}

// folder returns the real path of a folder that may be watched.
func (s *Service) folder(ctx context.Context, store mark.MatterStore, path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	var info fs.FileInfo
	if err == nil {
		info, err = os.Stat(abs)
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "", mark.Errorf(mark.Forbidden, "You may not read the folder %s. Give yourself the right to read it and try again.", path).Because(err)
	case err != nil:
		return "", mark.Errorf(mark.NotFound, "There is no folder %s.", path).Because(err)
	case !info.IsDir():
		return "", mark.Errorf(mark.Invalid, "%s is a file. Only folders are watched; add the file instead.", path)
	}
	if own := s.c.Own; own != "" {
		if real, err := filepath.EvalSymlinks(own); err == nil {
			own = real
		}
		if inside(own, abs) || inside(abs, own) {
			return "", mark.Errorf(mark.Invalid, "The folder %s holds Mark AI's own files, or lies among them. Choose another folder.", path)
		}
	}
	folders, err := store.WatchedFolders(ctx)
	if err != nil {
		return "", err
	}
	for _, f := range folders {
		switch {
		case f.Path == abs:
			return "", mark.Errorf(mark.Exists, "The folder %s is watched already.", path)
		case inside(abs, f.Path):
			return "", mark.Errorf(mark.Exists, "The folder %s lies in %s, which is watched already.", path, f.Path)
		case inside(f.Path, abs):
			return "", mark.Errorf(mark.Exists, "The folder %s holds %s, which is watched already. Stop watching that first.", path, f.Path)
		}
	}
	return abs, nil
}

// inside reports whether path lies in dir, or is dir.
func inside(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Unwatch ends the following of a folder. Its documents stay in the matter.
func (s *Service) Unwatch(ctx context.Context, id mark.MatterID, store mark.MatterStore, path string) error {
	folders, err := store.WatchedFolders(ctx)
	if err != nil {
		return err
	}
	for _, f := range folders { // a folder that is gone has no real path any more
		if f.Path != path {
			if abs, err := filepath.Abs(path); err != nil || abs != f.Path {
				continue
			}
		}
		path = f.Path
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if err := store.DeleteWatchedFolder(ctx, path); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.matters[id]; m != nil {
		m.mu.Lock()
		delete(m.due, path)
		m.mu.Unlock()
	}
	if s.live != nil {
		s.live.forget(path)
	}
	return nil
}

// Watched lists the folders that a matter follows, by path.
func (s *Service) Watched(ctx context.Context, id mark.MatterID, store mark.MatterStore) ([]Folder, error) {
	folders, err := store.WatchedFolders(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	m, live := s.matters[id], s.live
	s.mu.Unlock()
	out := make([]Folder, 0, len(folders))
	for _, f := range folders {
		one := Folder{WatchedFolder: f, Live: live != nil && live.follows(f.Path)}
		if m != nil {
			m.mu.Lock()
			one.Scanning = m.current == f.Path
			m.mu.Unlock()
		}
		out = append(out, one)
	}
	return out, nil
}

// Scan goes through a matter's folders now: one of them, or all where path is
// empty. Files that are still being written are waited for a moment.
func (s *Service) Scan(ctx context.Context, id mark.MatterID, store mark.MatterStore, path string) (Found, error) {
	folders, err := store.WatchedFolders(ctx)
	if err != nil {
		return Found{}, err
	}
	s.mu.Lock()
	m := s.matters[id]
	s.mu.Unlock()
	if m == nil {
		return Found{}, mark.Errorf(mark.NotFound, "This matter is not open. Open it and try again.")
	}
	if path != "" {
		if abs, err := filepath.Abs(path); err == nil {
			path = abs
		}
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
	}
	var all Found
	known := false
	for _, f := range folders {
		if path != "" && f.Path != path {
			continue
		}
		known = true
		found, err := s.scan(ctx, m, f, nil)
		all.add(found)
		if err != nil {
			return all, err
		}
	}
	if path != "" && !known {
		return all, mark.Errorf(mark.NotFound, "The folder %s is not watched.", path)
	}
	return all, nil
}
