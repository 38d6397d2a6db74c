package vault

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// errHeld says that another process holds the lock.
var errHeld = errors.New("another process holds the lock")

// lockFile takes the lock until the file is closed or the process ends.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	if err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped)); err != nil {
		f.Close()
		if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
			return nil, errHeld
		}
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	return f, nil
}

// syncDir does nothing: Windows makes renames durable by itself.
func syncDir(string) error { return nil }
