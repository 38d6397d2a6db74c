package watch

import (
	"context"
	"io/fs"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	mark "markai/backend"
)

// maxFolders bounds the folders that the system is asked to tell of; systems
// have small limits. Beyond it, folders are looked at from time to time.
const maxFolders = 4096

// notifier asks the system to tell of changes in folders. The zero value, and
// one whose watcher could not be made, knows of none.
type notifier struct {
	w *fsnotify.Watcher // nil: this system tells nothing

	mu    sync.Mutex // guards roots and count
	roots map[string]bool
	count int
}

// follow asks for a folder and those in it. It reports whether all of them
// could be had.
func (n *notifier) follow(root, dir string) {
	if n.w == nil {
		return
	}
	complete := true
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if !e.IsDir() {
			return nil
		}
		if path != root && hidden(e.Name()) {
			return fs.SkipDir
		}
		n.mu.Lock()
		if n.count++; n.count > maxFolders { // those that are gone are not asked for any more
			n.count = len(n.w.WatchList()) + 1
		}
		over := n.count > maxFolders
		n.mu.Unlock()
		if over || n.w.Add(path) != nil {
			complete = false
			return fs.SkipAll
		}
		return nil
	})
	n.mu.Lock()
	defer n.mu.Unlock()
	if root == dir {
		n.roots[root] = true
	}
	if !complete || err != nil {
		n.roots[root] = false
	}
}

// follows reports whether all changes in a watched folder are told.
func (n *notifier) follows(root string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.roots[root]
}

// knows reports whether a watched folder was asked for.
func (n *notifier) knows(root string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, known := n.roots[root]
	return known
}

// forget no longer asks for a folder.
func (n *notifier) forget(root string) {
	n.mu.Lock()
	delete(n.roots, root)
	n.mu.Unlock()
	if n.w == nil {
		return
	}
	for _, p := range n.w.WatchList() {
		if inside(p, root) {
			n.mu.Lock()
			n.count--
			n.mu.Unlock()
			_ = n.w.Remove(p) // it may be gone
		}
	}
}

// Run follows the folders of the attached matters until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	live := &notifier{roots: map[string]bool{}}
	var events chan fsnotify.Event
	var failures chan error
	if w, err := fsnotify.NewWatcher(); err == nil {
		defer w.Close()
		live.w, events, failures = w, w.Events, w.Errors
	} else {
		slog.WarnContext(ctx, "folders are looked at from time to time only", "err", err)
	}
	s.mu.Lock()
	s.live = live
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.live = nil
		s.mu.Unlock()
	}()
	var scans sync.WaitGroup
	defer scans.Wait()
	scans.Go(func() { s.scans(ctx, live) })
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-events:
			s.event(live, e)
		case <-failures: // some events were lost: look at everything
			s.all(s.c.Settle)
		}
	}
}

// event notes what the system tells.
func (s *Service) event(live *notifier, e fsnotify.Event) {
	if e.Op == fsnotify.Chmod || hidden(filepath.Base(e.Name)) {
		return
	}
	s.mu.Lock()
	matters := slices.Collect(maps.Values(s.matters))
	s.mu.Unlock()
	for _, m := range matters {
		m.mu.Lock()
		roots := slices.Collect(maps.Keys(m.due))
		m.mu.Unlock()
		for _, root := range roots {
			if !inside(e.Name, root) {
				continue
			}
			if e.Has(fsnotify.Create) {
				live.follow(root, e.Name) // of a file there is nothing to follow
			}
			// A file that grows tells so again and again, and each time it is
			// left alone for a little longer.
			s.due(m, root, e.Name, s.c.Settle+s.c.Settle/4)
		}
	}
}

// due makes a path of a folder be looked at in a while.
func (s *Service) due(m *matter, root, path string, in time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.due[root]
	if d == nil {
		return // no longer watched
	}
	now := time.Now()
	at := now.Add(in)
	if !d.all.After(at) {
		return // all of it is looked at before that
	}
	if d.paths == nil {
		d.paths, d.since = map[string]bool{}, now
	}
	d.paths[path] = true
	d.at = at
	if last := d.since.Add(patience * s.c.Settle); d.at.After(last) {
		d.at = last
	}
	if len(d.paths) > maxDue || path == root {
		m.due[root] = &due{all: d.at}
	}
	s.alarm()
}

// all makes every folder be looked at in a while.
func (s *Service) all(in time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.matters {
		m.mu.Lock()
		for root := range m.due {
			m.due[root] = &due{all: time.Now().Add(in)}
		}
		m.mu.Unlock()
	}
	s.alarm()
}

// scans looks at what is due, one folder at a time, until ctx ends.
func (s *Service) scans(ctx context.Context, live *notifier) {
	for ctx.Err() == nil {
		m, root, paths, wait := s.next()
		if m == nil {
			select {
			case <-ctx.Done():
			case <-s.wake:
			case <-time.After(wait):
			}
			continue
		}
		if !live.knows(root) {
			live.follow(root, root)
		}
		f, err := folderOf(ctx, m.store, root)
		if err == nil {
			_, err = s.scan(ctx, m, f, paths)
		}
		if err != nil && ctx.Err() == nil && m.ctx.Err() == nil && mark.CodeOf(err) != mark.NotFound {
			slog.WarnContext(ctx, "watched folder not scanned", "matter", m.id, "code", mark.CodeOf(err))
		}
	}
}

// next takes what is due, or returns how long nothing will be.
func (s *Service) next() (m *matter, root string, paths []string, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	wait = s.c.Every
	for _, m := range s.matters {
		m.mu.Lock()
		for root, d := range m.due {
			switch untilAll, until := d.all.Sub(now), d.at.Sub(now); {
			case untilAll <= 0:
				m.due[root] = &due{all: now.Add(s.c.Every)}
			case len(d.paths) > 0 && until <= 0:
				paths = slices.Sorted(maps.Keys(d.paths))
				m.due[root] = &due{all: d.all}
			case len(d.paths) > 0:
				wait = min(wait, untilAll, until)
				continue
			default:
				wait = min(wait, untilAll)
				continue
			}
			m.mu.Unlock()
			return m, root, paths, 0
		}
		m.mu.Unlock()
	}
	return nil, "", nil, wait
}

func folderOf(ctx context.Context, store mark.MatterStore, path string) (mark.WatchedFolder, error) {
	folders, err := store.WatchedFolders(ctx)
	if err != nil {
		return mark.WatchedFolder{}, err
	}
	for _, f := range folders {
		if f.Path == path {
			return f, nil
		}
	}
	return mark.WatchedFolder{}, mark.Errorf(mark.NotFound, "This folder is not watched.")
}
