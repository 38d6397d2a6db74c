package worker

import (
	"errors"
	"io"
	"sync"
)

const (
	blockSize = 256 << 10
	maxBlock  = 1 << 20 // what a child may ask for in one read
	maxBlocks = 128     // 32 MiB of cached blocks
)

// File is the caller's file as the child reads it: over the pipe, in blocks
// that are kept in memory, so that an original never lies on disk in the
// clear. Two goroutines may read it at once.
type File struct {
	size int64

	mu     sync.Mutex // guards what follows
	call   *Call
	blocks map[int64][]byte
	order  []int64 // oldest first
}

func newFile(c *Call, size int64) *File {
	return &File{size: size, call: c, blocks: map[int64][]byte{}}
}

// File is what the caller lets this call read, or nil. It reads through this
// call: to go on in a later call, Rebind it.
func (c *Call) File() *File { return c.file }

// Size is the file's size in bytes as the caller gave it.
func (f *File) Size() int64 { return f.size }

// Rebind lets f read on through a later call for the same file.
func (f *File) Rebind(c *Call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.call = c
}

// errOffset is what a place before the beginning gets: broken files name such.
var errOffset = errors.New("read file: negative offset")

// ReadAt reads as io.ReaderAt says.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errOffset
	}
	n := 0
	for n < len(p) {
		if off >= f.size {
			return n, io.EOF
		}
		b, err := f.block(off / blockSize)
		if err != nil {
			return n, err
		}
		at := int(off % blockSize)
		if at >= len(b) {
			return n, io.ErrUnexpectedEOF // the file is shorter than its size
		}
		k := copy(p[n:], b[at:])
		n += k
		off += int64(k)
	}
	return n, nil
}

func (f *File) block(i int64) ([]byte, error) {
	f.mu.Lock()
	b, ok := f.blocks[i]
	call := f.call
	f.mu.Unlock()
	if ok {
		return b, nil
	}
	b, err := call.readFile(i*blockSize, int(min(blockSize, f.size-i*blockSize)))
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.blocks[i]; !ok {
		if len(f.order) == maxBlocks {
			delete(f.blocks, f.order[0])
			f.order = f.order[1:]
		}
		f.blocks[i] = b
		f.order = append(f.order, i)
	}
	return b, nil
}
