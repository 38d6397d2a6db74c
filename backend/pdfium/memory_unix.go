//go:build unix

package pdfium

import (
	"context"

	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// withMemory lets engines take their memory from the system and give it back
// when they end. The usual way grows it by copying on the heap, where an engine
// of 256 MiB costs four times that until the garbage is collected.
func withMemory(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(
		func(_, limit uint64) experimental.LinearMemory {
			// Only what is touched becomes real.
			buf, err := unix.Mmap(-1, 0, int(limit), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
			if err != nil {
				buf = make([]byte, limit)
				return &linear{buf: buf}
			}
			return &linear{buf: buf, mapped: true}
		}))
}

// linear is the memory of one engine; it never moves.
type linear struct {
	buf    []byte
	mapped bool
}

// Reallocate implements experimental.LinearMemory.
func (l *linear) Reallocate(size uint64) []byte {
	if size > uint64(len(l.buf)) {
		return nil
	}
	return l.buf[:size]
}

// Free implements experimental.LinearMemory.
func (l *linear) Free() {
	if l.mapped {
		unix.Munmap(l.buf) //nolint:errcheck // it was mapped
	}
	l.buf, l.mapped = nil, false
}
