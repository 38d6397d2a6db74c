//go:build (linux || darwin) && !asan

package kernels

import (
	"runtime"
	"syscall"
)

// quietMemory returns n zeroed bytes for as long as owner is referenced, which
// the bytes themselves do not do. Vectors tell what a text is about, so they
// are kept out of swap as far as this process' limit goes, out of a core dump
// on Linux, and are wiped at the end, or by release before it.
func quietMemory[T any](owner *T, n int) (memory []byte, release func()) {
	memory, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		memory = aligned(n) // which says so, if there is no memory at all
		return memory, func() { clear(memory) }
	}
	advise(memory)
	_ = syscall.Mlock(memory) // refused beyond the limit, which is often small
	end := func(memory []byte) {
		clear(memory)
		_ = syscall.Munmap(memory)
	}
	atLast := runtime.AddCleanup(owner, end, memory)
	return memory, func() {
		atLast.Stop()
		end(memory)
	}
}
