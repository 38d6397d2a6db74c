//go:build !asan

package kernels

import "syscall"

// advise leaves memory out of core dumps, and asks for large pages.
func advise(memory []byte) {
	const (
		hugePages = 14 // MADV_HUGEPAGE: they are made and read with less ado
		dontDump  = 16 // MADV_DONTDUMP
	)
	_ = syscall.Madvise(memory, dontDump)
	_ = syscall.Madvise(memory, hugePages)
}
