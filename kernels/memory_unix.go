//go:build (linux || darwin) && !asan

package kernels

import "syscall"

// obtain returns n zeroed bytes outside of Go's heap.
func obtain(n int) ([]byte, error) {
	memory, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	advise(memory)
	_ = syscall.Mlock(memory) // refused beyond the limit, which is often small
	return memory, nil
}

func giveBack(memory []byte) { _ = syscall.Munmap(memory) }
