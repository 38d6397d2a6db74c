//go:build !asan

package kernels

import "syscall"

func leaveOutOfDumps(memory []byte) {
	const dontDump = 16 // MADV_DONTDUMP
	_ = syscall.Madvise(memory, dontDump)
}
