package desktop

import "markai/backend/wire"

// WatchedFolders lists the folders that a matter follows.
func (b *Bridge) WatchedFolders(matter string) ([]wire.WatchedFolder, error) {
	return reply(b.desk.WatchedFolders(b.ctx, matter))
}

// WatchFolder makes a matter follow a folder.
func (b *Bridge) WatchFolder(matter, path string) (wire.WatchedFolder, error) {
	return reply(b.desk.WatchFolder(b.ctx, matter, path))
}

// UnwatchFolder ends the following of a folder.
func (b *Bridge) UnwatchFolder(matter, path string) error {
	return pageError(b.desk.UnwatchFolder(b.ctx, matter, path))
}

// ScanFolders goes through a matter's watched folders now; path may be empty.
func (b *Bridge) ScanFolders(matter, path string) (wire.FolderScan, error) {
	return reply(b.desk.ScanFolders(b.ctx, matter, path))
}

// Compare says how one document differs from an earlier one.
func (b *Bridge) Compare(matter, before, after string) (wire.Comparison, error) {
	return reply(b.desk.Compare(b.ctx, matter, before, after))
}

// Progress says how the reading of a matter stands.
func (b *Bridge) Progress(matter string) (wire.MatterProgress, error) {
	return reply(b.desk.Progress(b.ctx, matter))
}
