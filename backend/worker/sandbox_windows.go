package worker

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

func prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true}
}

// adopt puts the child into a job object that ends it with this process and
// holds it to limit bytes. Without one it runs unbound, and leaves when its
// pipe closes.
func adopt(p *os.Process, limit int64) (free func()) {
	none := func() {}
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return none
	}
	var info windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | windows.JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION
	if limit > 0 {
		info.BasicLimitInformation.LimitFlags |= windows.JOB_OBJECT_LIMIT_PROCESS_MEMORY
		info.ProcessMemoryLimit = uintptr(limit)
	}
	free = func() { windows.CloseHandle(job) } //nolint:errcheck // nothing to lose
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info))); err != nil {
		free()
		return none
	}
	h, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(p.Pid))
	if err != nil {
		free()
		return none
	}
	defer windows.CloseHandle(h) //nolint:errcheck // nothing to lose
	if err := windows.AssignProcessToJobObject(job, h); err != nil {
		free()
		return none
	}
	return free
}

// ownMemory is the job object's business here.
func ownMemory(int) (int64, bool) { return 0, false }

// allMemory is not known here.
func allMemory(int) int64 { return 0 }

// takePipes keeps the pipes and gives native code none.
func takePipes() (r, w *os.File, err error) {
	r, w = os.Stdin, os.Stdout
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	for _, std := range []uint32{windows.STD_INPUT_HANDLE, windows.STD_OUTPUT_HANDLE} {
		if err := windows.SetStdHandle(std, windows.Handle(null.Fd())); err != nil {
			return nil, nil, err
		}
	}
	os.Stdin, os.Stdout = null, null
	return r, w, nil
}

// confine lowers the priority of a worker that is to be nice.
func confine() error {
	if n, _ := strconv.Atoi(os.Getenv(envNice)); n > 0 {
		windows.SetPriorityClass(windows.CurrentProcess(), windows.BELOW_NORMAL_PRIORITY_CLASS) //nolint:errcheck // a wish, not a need
	}
	return nil
}
