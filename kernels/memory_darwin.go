//go:build !asan

package kernels

// macOS writes core dumps only where an administrator asked for them, and has
// no way to leave memory out.
func advise([]byte) {}
