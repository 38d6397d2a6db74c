//go:build unix

package encoder

import (
	"syscall"
	"time"
)

// cpuTime is what this process has had of the processors, which other programs
// do not change.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
