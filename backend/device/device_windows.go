package device

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// memoryStatus is MEMORYSTATUSEX.
type memoryStatus struct {
	length, load                      uint32
	totalPhysical, freePhysical       uint64
	totalPage, freePage, totalVirtual uint64
	freeVirtual, freeExtendedVirtual  uint64
}

var globalMemoryStatus = windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx")

func read() Machine {
	var m Machine
	s := memoryStatus{}
	s.length = uint32(unsafe.Sizeof(s))
	if ok, _, _ := globalMemoryStatus.Call(uintptr(unsafe.Pointer(&s))); ok != 0 {
		m.Memory, m.Free = int64(s.totalPhysical), int64(s.freePhysical)
	}
	return m
}
