package desk

import (
	"context"

	mark "markai/backend"
	"markai/backend/watch"
	"markai/backend/wire"
)

// Folders follows folders for matters.
type Folders interface {
	Attach(ctx context.Context, id mark.MatterID, store mark.MatterStore) error
	Detach(id mark.MatterID)
	Watch(ctx context.Context, id mark.MatterID, store mark.MatterStore, path string) (watch.Folder, error)
	Unwatch(ctx context.Context, id mark.MatterID, store mark.MatterStore, path string) error
	Watched(ctx context.Context, id mark.MatterID, store mark.MatterStore) ([]watch.Folder, error)
	Scan(ctx context.Context, id mark.MatterID, store mark.MatterStore, path string) (watch.Found, error)
}

// noFolders stands in where folders are not followed.
type noFolders struct{}

func (noFolders) Attach(context.Context, mark.MatterID, mark.MatterStore) error { return nil }
func (noFolders) Detach(mark.MatterID)                                          {}
func (noFolders) Watch(context.Context, mark.MatterID, mark.MatterStore, string) (watch.Folder, error) {
	return watch.Folder{}, mark.Errorf(mark.Unavailable, "This program does not watch folders. Add the files instead.")
}
func (noFolders) Unwatch(context.Context, mark.MatterID, mark.MatterStore, string) error {
	return mark.Errorf(mark.NotFound, "This folder is not watched.")
}
func (noFolders) Watched(context.Context, mark.MatterID, mark.MatterStore) ([]watch.Folder, error) {
	return nil, nil
}
func (noFolders) Scan(context.Context, mark.MatterID, mark.MatterStore, string) (watch.Found, error) {
	return watch.Found{}, nil
}

// WatchedFolders lists the folders that a matter follows.
func (d *Desk) WatchedFolders(ctx context.Context, matter string) ([]wire.WatchedFolder, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return nil, err
	}
	folders, err := d.d.Folders.Watched(ctx, mark.MatterID(matter), store)
	if err != nil {
		return nil, err
	}
	out := make([]wire.WatchedFolder, 0, len(folders))
	for _, f := range folders {
		out = append(out, wireFolder(f))
	}
	return out, nil
}

// WatchFolder makes a matter follow a folder of this machine.
func (d *Desk) WatchFolder(ctx context.Context, matter, path string) (wire.WatchedFolder, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return wire.WatchedFolder{}, err
	}
	f, err := d.d.Folders.Watch(ctx, mark.MatterID(matter), store, path)
	if err != nil {
		return wire.WatchedFolder{}, err
	}
	d.audit(ctx, "folder.watch", mark.MatterID(matter), "")
	d.FoldersChanged(mark.MatterID(matter))
	return wireFolder(f), nil
}

// UnwatchFolder ends the following of a folder. Its documents stay.
func (d *Desk) UnwatchFolder(ctx context.Context, matter, path string) error {
	store, err := d.store(ctx, matter)
	if err != nil {
		return err
	}
	if err := d.d.Folders.Unwatch(ctx, mark.MatterID(matter), store, path); err != nil {
		return err
	}
	d.audit(ctx, "folder.unwatch", mark.MatterID(matter), "")
	d.FoldersChanged(mark.MatterID(matter))
	return nil
}

// ScanFolders goes through a matter's watched folders now, or one of them.
func (d *Desk) ScanFolders(ctx context.Context, matter, path string) (wire.FolderScan, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return wire.FolderScan{}, err
	}
	f, err := d.d.Folders.Scan(ctx, mark.MatterID(matter), store, path)
	out := wire.FolderScan{
		Added: f.Added, Known: f.Known, Changed: f.Changed, Moved: f.Moved, Missing: f.Missing,
		Returned: f.Returned, Unchanged: f.Unchanged, Waiting: f.Waiting, Problems: []wire.Rejected{},
	}
	for _, p := range f.Problems {
		out.Problems = append(out.Problems, wire.Rejected{Name: p.Path, Code: string(mark.CodeOf(p.Err)), Problem: mark.MessageOf(p.Err)})
	}
	return out, err
}

// FoldersChanged tells all watchers that a matter's watched folders stand
// differently. Whoever follows them calls it.
func (d *Desk) FoldersChanged(m mark.MatterID) {
	d.hub.send(wire.Event{Kind: "folders", Matter: string(m)})
}

func wireFolder(f watch.Folder) wire.WatchedFolder {
	return wire.WatchedFolder{
		Path: f.Path, Added: stamp(f.Added), Scanned: stamp(f.Scanned), Files: f.Files,
		Scanning: f.Scanning, Live: f.Live, Problem: f.Problem,
	}
}
