//go:build (!linux && !darwin && !windows) || asan

package kernels

// quietMemory returns n zeroed bytes and what wipes them. A test with
// AddressSanitizer uses these, which it watches.
func quietMemory[T any](_ *T, n int) (memory []byte, release func()) {
	memory = aligned(n)
	return memory, func() { clear(memory) }
}
