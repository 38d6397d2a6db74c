package desktop

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	mark "markai/backend"
)

// SaveOriginal writes the original of a document, byte for byte, where the
// person says, and returns the file's name; empty when the dialog was closed.
func (b *Bridge) SaveOriginal(matter, doc string) (string, error) {
	info, original, err := b.desk.Original(b.ctx, matter, doc)
	if err != nil {
		return "", pageError(err)
	}
	defer original.Close()
	path, err := b.host.SaveFile(filepath.Base(info.Name))
	if err != nil || path == "" {
		return "", pageError(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err == nil {
		_, err = io.Copy(f, io.NewSectionReader(original, 0, original.Size()))
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return "", pageError(mark.Errorf(mark.Invalid, "The file could not be written there. Choose another folder.").Because(err))
	}
	return filepath.Base(path), nil
}
