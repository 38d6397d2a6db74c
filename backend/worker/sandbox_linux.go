package worker

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// prepare lets the child die with the thread that starts it.
func prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// adopt is for platforms that bind a started child to its parent.
func adopt(*os.Process, int64) (free func()) { return func() {} }

// ownMemory returns how many resident bytes are the process' own, mapped files
// left out.
func ownMemory(pid int) (int64, bool) {
	resident, shared, ok := memory(pid)
	return resident - shared, ok
}

// allMemory returns how many bytes of a process are resident, mapped files, such
// as a model's weights, included; 0 where that cannot be told.
func allMemory(pid int) int64 {
	resident, _, _ := memory(pid)
	return resident
}

// memory returns how many bytes of a process are resident, and how many of them
// are of files.
func memory(pid int) (resident, shared int64, ok bool) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0, 0, false
	}
	f := strings.Fields(string(raw))
	if len(f) < 3 {
		return 0, 0, false
	}
	resident, err1 := strconv.ParseInt(f[1], 10, 64)
	shared, err2 := strconv.ParseInt(f[2], 10, 64)
	if err1 != nil || err2 != nil {
		return 0, 0, false
	}
	page := int64(os.Getpagesize())
	return resident * page, shared * page, true
}

// takePipes moves the pipes away from standard input and output, where native
// code might read and write.
func takePipes() (r, w *os.File, err error) {
	in, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, nil, fmt.Errorf("take the pipes: %w", err)
	}
	out, err := unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, nil, fmt.Errorf("take the pipes: %w", err)
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("take the pipes: %w", err)
	}
	defer null.Close()
	for fd := range 2 {
		if err := unix.Dup3(int(null.Fd()), fd, 0); err != nil {
			return nil, nil, fmt.Errorf("take the pipes: %w", err)
		}
	}
	return os.NewFile(uintptr(in), "calls"), os.NewFile(uintptr(out), "answers"), nil
}

// confine gives up rights in two steps. Niceness and Landlock belong to a
// thread, and Go has several: so one thread takes them and starts the program
// anew over itself, which every later thread inherits. Then seccomp, for all
// threads, forbids sockets and starting programs. What a kernel does not know
// is left out; no core is ever written, because it would hold a client's text.
func confine() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbid core files: %w", err)
	}
	if os.Getenv(envSandbox) == "" {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("find this program: %w", err)
		}
		runtime.LockOSThread()
		if n, _ := strconv.Atoi(os.Getenv(envNice)); n > 0 {
			unix.Setpriority(unix.PRIO_PROCESS, 0, n) //nolint:errcheck // a wish, not a need
		}
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("give up privileges: %w", err)
		}
		state := "landlock"
		if err := restrictWrites(filepath.SplitList(os.Getenv(envWrite))); err != nil {
			state = "none"
		}
		if err := os.Setenv(envSandbox, state); err != nil {
			return err
		}
		return syscall.Exec(self, os.Args, os.Environ()) //nolint:gosec // our own program
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("bind to the parent: %w", err)
	}
	if err := forbidCalls(); err != nil && !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("forbid sockets: %w", err)
	}
	return nil
}

// restrictWrites forbids this thread, and what it starts, to change files
// outside dirs and /dev.
func restrictWrites(dirs []string) error {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return errno
	}
	var access uint64 = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR |
		unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_DIR |
		unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO |
		unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK | unix.LANDLOCK_ACCESS_FS_MAKE_SYM
	if version >= 2 {
		access |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= 3 {
		access |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	attr := unix.LandlockRulesetAttr{Handled_access_fs: access}
	ruleset, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr.Handled_access_fs), 0)
	if errno != 0 {
		return errno
	}
	defer unix.Close(int(ruleset)) //nolint:errcheck // nothing to lose
	allow := func(dir string, rights uint64) error {
		fd, err := unix.Open(dir, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd) //nolint:errcheck // nothing to lose
		rule := unix.LandlockPathBeneathAttr{Allowed_access: rights & access, Parent_fd: int32(fd)}
		_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, ruleset, unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
		if errno != 0 {
			return errno
		}
		return nil
	}
	if err := allow("/dev", unix.LANDLOCK_ACCESS_FS_WRITE_FILE); err != nil { // /dev/null, graphics cards
		return err
	}
	for _, d := range dirs {
		if d == "" {
			continue
		}
		if err := allow(d, access); err != nil {
			return err
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// forbidCalls makes a few system calls fail with EPERM in every thread.
func forbidCalls() error {
	const (
		nrOffset   = 0 // in struct seccomp_data
		archOffset = 4
		x32Bit     = 0x40000000
	)
	arch := map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}[runtime.GOARCH]
	if arch == 0 {
		return unix.ENOSYS
	}
	denied := []uint32{
		unix.SYS_SOCKET, unix.SYS_CONNECT, unix.SYS_IO_URING_SETUP, // no network, by no way
		unix.SYS_EXECVE, unix.SYS_EXECVEAT, // no other programs
		unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, // no other processes
	}
	load := func(off uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: off}
	}
	ret := func(k uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k} }
	deny := ret(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM))
	prog := []unix.SockFilter{
		load(archOffset),
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: arch, Jt: 1},
		deny, // another instruction set's numbers would slip by
		load(nrOffset),
	}
	if runtime.GOARCH == "amd64" {
		prog = append(prog, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: x32Bit, Jf: 1}, deny)
	}
	for _, nr := range denied {
		prog = append(prog, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: nr, Jf: 1}, deny)
	}
	prog = append(prog, ret(unix.SECCOMP_RET_ALLOW))
	fprog := unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&fprog))); errno != 0 {
		return errno
	}
	return nil
}
