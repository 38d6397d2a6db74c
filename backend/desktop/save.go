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

// SaveSearchable writes a scan as a searchable PDF where the person says, and
// returns the file's name; empty when the dialog was closed.
func (b *Bridge) SaveSearchable(matter, doc string) (string, error) {
	return b.save(func(where func(name string) (io.Writer, error)) error {
		return b.desk.Searchable(b.ctx, matter, doc, where)
	})
}

// SaveAnswer writes the n-th answer of a conversation with its sources where
// the person says, as docx, pdf or xlsx; else as SaveSearchable.
func (b *Bridge) SaveAnswer(matter, conversation string, n int, format string) (string, error) {
	return b.save(func(where func(name string) (io.Writer, error)) error {
		return b.desk.Paper(b.ctx, matter, conversation, n, format, where)
	})
}

// save lets write write a file where the person says. The file is there only
// when it is whole.
func (b *Bridge) save(write func(where func(name string) (io.Writer, error)) error) (string, error) {
	var path string
	var part *os.File
	err := write(func(name string) (io.Writer, error) {
		var err error
		if path, err = b.host.SaveFile(name); err != nil {
			return nil, err
		}
		if path == "" {
			return nil, errClosed
		}
		if part, err = os.CreateTemp(filepath.Dir(path), ".markai-*.part"); err != nil {
			return nil, mark.Errorf(mark.Invalid, "The file could not be written there. Choose another folder.").Because(err)
		}
		return part, nil
	})
	if part != nil {
		defer os.Remove(part.Name())
		err = errors.Join(err, part.Close())
	}
	if errors.Is(err, errClosed) {
		return "", nil
	}
	if err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		return "", pageError(err)
	}
	return filepath.Base(path), nil
}

// errClosed says that a dialog was closed without a choice.
var errClosed = errors.New("the dialog was closed")
