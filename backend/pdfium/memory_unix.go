//go:build unix

package pdfium

import (
	"context"
	"sync/atomic"

	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// withMemory lets engines take their memory from the system and give it back
// when they end. The usual way grows it by copying on the heap, where an engine
// of 256 MiB costs four times that until the garbage is collected. held is what
// they have between them.
func withMemory(ctx context.Context, held *atomic.Int64) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(
		func(_, limit uint64) experimental.LinearMemory {
			// Only what is touched becomes real.
			buf, err := unix.Mmap(-1, 0, int(limit), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
			if err != nil {
				buf = make([]byte, limit)
				return &linear{buf: buf, held: held}
			}
			return &linear{buf: buf, mapped: true, held: held}
		}))
}

// linear is the memory of one engine; it never moves.
type linear struct {
	buf    []byte
	mapped bool
	size   int64 // of what the engine has of it
	held   *atomic.Int64
}

// Reallocate implements experimental.LinearMemory.
func (l *linear) Reallocate(size uint64) []byte {
	if size > uint64(len(l.buf)) {
		return nil
	}
	l.held.Add(int64(size) - l.size)
	l.size = int64(size)
	return l.buf[:size]
}

// Free implements experimental.LinearMemory.
func (l *linear) Free() {
	if l.mapped {
		unix.Munmap(l.buf) //nolint:errcheck // it was mapped
	}
	l.held.Add(-l.size)
	l.buf, l.mapped, l.size = nil, false, 0
}
