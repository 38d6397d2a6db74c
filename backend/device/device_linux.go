package device

import "os"

func read() Machine {
	text := func(path string) string {
		b, _ := os.ReadFile(path) // what is not there is not known
		return string(b)
	}
	m := parseProcessors(text("/proc/cpuinfo"))
	m.Memory, m.Free = parseMemory(text("/proc/meminfo"))
	const group = "/sys/fs/cgroup/"
	return confine(m, parseQuota(text(group+"cpu.max")),
		parseLimit(text(group+"memory.max")), parseLimit(text(group+"memory.current")))
}
