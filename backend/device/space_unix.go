//go:build linux || darwin

package device

import "golang.org/x/sys/unix"

// Space returns how many bytes this user may still write in the folder; false
// where that cannot be found.
func Space(dir string) (int64, bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
