//go:build (linux || darwin || windows) && !asan

package kernels

import "runtime"

// quietMemory returns n zeroed bytes for as long as owner is referenced, which
// the bytes themselves do not do. Vectors tell what a text is about, so they
// are kept out of swap as far as this process' limit goes, out of dumps where
// the system can leave memory out, and are wiped at the end, or by release
// before it.
func quietMemory[T any](owner *T, n int) (memory []byte, release func()) {
	memory, err := obtain(n)
	if err != nil {
		memory = aligned(n) // which says so, if there is no memory at all
		return memory, func() { clear(memory) }
	}
	end := func(memory []byte) {
		clear(memory)
		giveBack(memory)
	}
	atLast := runtime.AddCleanup(owner, end, memory)
	return memory, func() {
		atLast.Stop()
		end(memory)
	}
}
