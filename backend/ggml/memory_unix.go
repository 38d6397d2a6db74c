//go:build unix

package ggml

import (
	"runtime"
	"syscall"
)

// peakMemory is the largest that this process has been, in bytes.
func peakMemory() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	if runtime.GOOS == "darwin" { // which counts bytes, the others kibibytes
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) << 10
}
