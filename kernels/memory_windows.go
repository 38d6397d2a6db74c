//go:build !asan

package kernels

import (
	"sync"
	"syscall"
	"unsafe"
)

var (
	kernel32       = syscall.NewLazyDLL("kernel32.dll")
	virtualAlloc   = kernel32.NewProc("VirtualAlloc")
	virtualLock    = kernel32.NewProc("VirtualLock")
	virtualUnlock  = kernel32.NewProc("VirtualUnlock")
	virtualFree    = kernel32.NewProc("VirtualFree")
	getWorkingSet  = kernel32.NewProc("GetProcessWorkingSetSize")
	setWorkingSet  = kernel32.NewProc("SetProcessWorkingSetSize")
	currentProcess = kernel32.NewProc("GetCurrentProcess")
	leaveOut       = kernel32.NewProc("WerRegisterExcludedMemoryBlock")   // since Windows 10
	leaveOutNoMore = kernel32.NewProc("WerUnregisterExcludedMemoryBlock") // likewise
)

// workingSet is held while the size of the working set is read and raised.
var workingSet sync.Mutex

// obtain returns n zeroed bytes outside of Go's heap. They are left out of the
// reports that Windows makes of a crash, and locked: as much may be locked as
// the least working set has, so that is raised first.
func obtain(n int) ([]byte, error) {
	const commit, reserve, readWrite = 0x1000, 0x2000, 0x04
	at, _, err := virtualAlloc.Call(0, uintptr(n), commit|reserve, readWrite)
	if at == 0 {
		return nil, err
	}
	memory := unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), n)
	if leaveOut.Find() == nil {
		_, _, _ = leaveOut.Call(at, uintptr(n))
	}
	raiseWorkingSet(pages(n))
	_, _, _ = virtualLock.Call(at, uintptr(n)) // refused where memory is short
	return memory, nil
}

func giveBack(memory []byte) {
	const release = 0x8000
	at := uintptr(unsafe.Pointer(&memory[0]))
	_, _, _ = virtualUnlock.Call(at, uintptr(len(memory)))
	raiseWorkingSet(-pages(len(memory)))
	if leaveOutNoMore.Find() == nil {
		_, _, _ = leaveOutNoMore.Call(at)
	}
	_, _, _ = virtualFree.Call(at, 0, release)
}

// pages returns how many bytes the pages have that n bytes lie in.
func pages(n int) int {
	const page = 1 << 12
	return (n + page - 1) &^ (page - 1)
}

// raiseWorkingSet makes the least and the greatest working set of this process
// larger by n bytes, or smaller again.
func raiseWorkingSet(n int) {
	workingSet.Lock()
	defer workingSet.Unlock()
	var least, most uintptr
	process, _, _ := currentProcess.Call()
	if ok, _, _ := getWorkingSet.Call(process, uintptr(unsafe.Pointer(&least)), uintptr(unsafe.Pointer(&most))); ok != 0 {
		_, _, _ = setWorkingSet.Call(process, least+uintptr(n), most+uintptr(n))
	}
}
