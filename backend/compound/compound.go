// Package compound opens OLE compound files, which the binary formats of Office
// are kept in: storages, like folders, that hold streams, like files.
package compound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/richardlehane/mscfb"
)

// Magic begins every compound file.
const Magic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// MaxBytes is the largest file that is opened; it is held in memory.
const MaxBytes = 256 << 20

// structure bounds the bytes read of a file's directory and tables, and with
// them how deep a crafted directory can lead the reader.
const structure = 32 << 20

var (
	// ErrTooBig says that the file is over MaxBytes.
	ErrTooBig = errors.New("compound: over the limit")
	// ErrDamaged says that the file's structure or a stream is broken.
	ErrDamaged = errors.New("compound: damaged")
	// ErrMissing says that there is no such stream.
	ErrMissing = errors.New("compound: no such stream")
)

// Storage is a folder in a compound file. It is used by one goroutine at a time.
type Storage struct {
	Name     string
	Storages []*Storage // in the directory's order
	streams  map[string]*mscfb.File
	file     *file
}

// file is what all storages of one file share.
type file struct {
	size int64
	left int64 // bytes of streams that may still be read
}

// Open reads the directory of a file of size bytes and returns its root. Errors
// wrap ErrTooBig or ErrDamaged, or are those of r and ctx.
func Open(ctx context.Context, r io.ReaderAt, size int64) (*Storage, error) {
	if size > MaxBytes {
		return nil, ErrTooBig
	}
	raw := make([]byte, size)
	const step = 4 << 20
	for at := int64(0); at < size; at += step {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		end := min(at+step, size)
		if n, err := r.ReadAt(raw[at:end], at); int64(n) < end-at {
			return nil, fmt.Errorf("read a compound file: %w", err)
		}
	}
	return open(raw)
}

// open builds the tree of storages.
func open(raw []byte) (root *Storage, err error) {
	// The reader indexes by what the file says. Whatever it trips over is the
	// file's fault and costs this file only.
	defer guard(&err)
	m := &meter{r: bytes.NewReader(raw), left: structure}
	doc, err := mscfb.New(m)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	m.left = -1
	f := &file{size: int64(len(raw)), left: 3*int64(len(raw)) + 1<<20}
	root = &Storage{streams: map[string]*mscfb.File{}, file: f}
	at := map[string]*Storage{"": root}
	for e, err := doc.Next(); err == nil; e, err = doc.Next() {
		parent := at[strings.Join(e.Path, "\x00")]
		if parent == nil || len(e.Path) > 100 {
			continue
		}
		if !e.FileInfo().IsDir() {
			if _, twice := parent.streams[e.Name]; !twice {
				parent.streams[e.Name] = e
			}
			continue
		}
		key := strings.Join(append(e.Path[:len(e.Path):len(e.Path)], e.Name), "\x00")
		if e.Name == "" || at[key] != nil {
			continue
		}
		s := &Storage{Name: e.Name, streams: map[string]*mscfb.File{}, file: f}
		at[key] = s
		parent.Storages = append(parent.Storages, s)
	}
	return root, nil
}

// Stream returns the bytes of the named stream. A control character that the
// name begins with is left out. Errors wrap ErrMissing or ErrDamaged.
func (s *Storage) Stream(name string) (data []byte, err error) {
	defer guard(&err)
	e := s.streams[name]
	switch {
	case e == nil:
		return nil, fmt.Errorf("%w: %s", ErrMissing, name)
	case e.Size > s.file.size || e.Size > s.file.left:
		return nil, fmt.Errorf("%w: %s claims %d bytes", ErrDamaged, name, e.Size)
	case e.Size == 0:
		return nil, nil
	}
	s.file.left -= e.Size
	data = make([]byte, e.Size)
	if n, err := e.ReadAt(data, 0); int64(n) < e.Size {
		return data[:n], fmt.Errorf("%w: %s breaks off: %w", ErrDamaged, name, err)
	}
	return data, nil
}

// Has reports whether there is a stream of this name.
func (s *Storage) Has(name string) bool { return s.streams[name] != nil }

// Storage returns the storage of this name, or nil.
func (s *Storage) Storage(name string) *Storage {
	for _, k := range s.Storages {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// guard makes damage of a panic.
func guard(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: the reader stopped at it", ErrDamaged)
	}
}

// meter ends the reading of a structure that has no end. A negative left is no
// limit.
type meter struct {
	r    *bytes.Reader
	left int
}

func (m *meter) ReadAt(p []byte, off int64) (int, error) {
	if m.left >= 0 {
		if m.left -= len(p); m.left < 0 {
			return 0, ErrTooBig
		}
	}
	return m.r.ReadAt(p, off)
}
