//go:build (!linux && !darwin) || asan

package kernels

// quietMemory returns n zeroed bytes. A test with AddressSanitizer uses these,
// which it watches.
func quietMemory[T any](_ *T, n int) []byte { return aligned(n) }
