package device

import "golang.org/x/sys/windows"

// Space returns how many bytes this user may still write in the folder; false
// where that cannot be found.
func Space(dir string) (int64, bool) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, false
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return 0, false
	}
	return int64(free), true
}
