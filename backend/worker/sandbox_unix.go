//go:build unix && !linux

package worker

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"

	"golang.org/x/sys/unix"
)

func prepare(*exec.Cmd) {}

func adopt(*os.Process, int64) (free func()) { return func() {} }

// ownMemory is not known here without cgo; the limits inside the workers
// (of the PDF engine's memory, of pictures) hold all the same.
func ownMemory(int) (int64, bool) { return 0, false }

// allMemory is not known here.
func allMemory(int) int64 { return 0 }

// takePipes moves the pipes away from standard input and output, where native
// code might read and write.
func takePipes() (r, w *os.File, err error) {
	var fds [2]int
	for fd := range fds {
		n, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
		if err != nil {
			return nil, nil, fmt.Errorf("take the pipes: %w", err)
		}
		fds[fd] = n
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("take the pipes: %w", err)
	}
	defer null.Close()
	for fd := range fds {
		if err := unix.Dup2(int(null.Fd()), fd); err != nil {
			return nil, nil, fmt.Errorf("take the pipes: %w", err)
		}
	}
	return os.NewFile(uintptr(fds[0]), "calls"), os.NewFile(uintptr(fds[1]), "answers"), nil
}

// confine forbids core files, which would hold a client's text, and sets the
// niceness.
func confine() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbid core files: %w", err)
	}
	if n, _ := strconv.Atoi(os.Getenv(envNice)); n > 0 {
		unix.Setpriority(unix.PRIO_PROCESS, 0, n) //nolint:errcheck // a wish, not a need
	}
	return nil
}
