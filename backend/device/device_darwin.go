package device

import "golang.org/x/sys/unix"

func read() Machine {
	number := func(name string) int64 {
		v, err := unix.SysctlUint64(name)
		if err != nil {
			return 0
		}
		return int64(v)
	}
	count := func(name string) int {
		v, err := unix.SysctlUint32(name)
		if err != nil {
			return 0
		}
		return int(v)
	}
	var m Machine
	m.Processor, _ = unix.Sysctl("machdep.cpu.brand_string")
	m.Physical, m.Logical = count("hw.perflevel0.physicalcpu"), count("hw.logicalcpu")
	if m.Physical == 0 {
		m.Physical = count("hw.physicalcpu")
	}
	m.Memory = number("hw.memsize")
	// The kernel gives free pages only; those it would give up at once count too.
	pages := int64(count("vm.page_free_count")) + int64(count("vm.page_purgeable_count"))
	m.Free = max(pages*number("hw.pagesize"), m.Memory/2)
	return m
}
