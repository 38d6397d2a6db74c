// Package device says what machine this is: processors and memory, as far as a
// container's limits leave them, and how a model should share them.
package device

import (
	"runtime"
	"strconv"
	"strings"
)

// Machine is what was found. Numbers that could not be found are 0.
type Machine struct {
	Processor string   // as the maker names it
	Features  []string // instruction sets that matter for models: "avx2", "avx512f", "neon", …
	Physical  int      // cores; at least 1
	Logical   int      // hardware threads that this program may use; at least 1
	Memory    int64    // bytes, total
	Free      int64    // bytes that could be used without swapping
}

// Share is how many threads a model gets.
type Share struct {
	Decode int // writing: one token after the other
	Batch  int // reading: prompts and passages
}

// Threads returns the share that leaves the machine responsive: a core stays
// free while the model writes, reading takes them all. Both are at least 1.
// want caps the writing threads; 0 means no wish.
func (m Machine) Threads(want int) Share {
	cores := max(min(m.Physical, m.Logical), 1)
	s := Share{Decode: max(cores-1, 1), Batch: cores}
	if want > 0 {
		s.Decode, s.Batch = min(want, max(m.Logical, 1)), min(want, max(m.Logical, 1))
	}
	return s
}

// Read looks at this machine now. It does not fail: what cannot be found is 0.
func Read() Machine {
	m := read()
	if m.Logical < 1 {
		m.Logical = runtime.NumCPU()
	}
	m.Logical = max(min(m.Logical, runtime.NumCPU()), 1)
	if m.Physical < 1 {
		m.Physical = m.Logical
	}
	if m.Memory > 0 {
		m.Free = min(m.Free, m.Memory)
	}
	return m
}

// features are the instruction sets worth naming.
var features = map[string]bool{
	"avx": true, "avx2": true, "avx512f": true, "avx512_vnni": true, "avx512_bf16": true, "avx_vnni": true,
	"amx_int8": true, "amx_bf16": true, "f16c": true, "fma": true, "asimd": true, "asimddp": true, "i8mm": true, "sve": true, "bf16": true,
}

// parseProcessors reads /proc/cpuinfo.
func parseProcessors(text string) (m Machine) {
	cores := make(map[string]bool) // "socket/core"
	socket := ""
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "processor":
			m.Logical++
		case "physical id":
			socket = value
		case "core id":
			cores[socket+"/"+value] = true
		case "model name":
			m.Processor = value
		case "flags", "Features":
			if m.Features == nil {
				for f := range strings.FieldsSeq(value) {
					if features[f] {
						m.Features = append(m.Features, f)
					}
				}
			}
		}
	}
	m.Physical = len(cores)
	return m
}

// parseMemory reads /proc/meminfo.
func parseMemory(text string) (total, free int64) {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, ":")
		n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil || n < 0 || n > 1<<52 {
			continue
		}
		switch key {
		case "MemTotal":
			total = n << 10
		case "MemAvailable":
			free = n << 10
		}
	}
	return total, free
}

// parseQuota reads a control group's cpu.max: "200000 100000" is two
// processors, "max 100000" no limit, which is 0.
func parseQuota(text string) int {
	quota, period, _ := strings.Cut(strings.TrimSpace(text), " ")
	q, err := strconv.ParseFloat(quota, 64)
	if err != nil {
		return 0
	}
	p, err := strconv.ParseFloat(period, 64)
	if err != nil || p <= 0 || q <= 0 || q/p > 1<<16 {
		return 0
	}
	return max(int(q/p), 1)
}

// parseLimit reads a number of bytes of a control group; "max" is 0.
func parseLimit(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// confine applies a control group's limits to m: quota in processors, limit
// and used in bytes; 0 is no limit.
func confine(m Machine, quota int, limit, used int64) Machine {
	if quota > 0 {
		m.Logical = min(m.Logical, quota)
		m.Physical = min(m.Physical, quota)
	}
	if limit > 0 && limit < m.Memory {
		m.Memory = limit
		m.Free = max(min(m.Free, limit-used), 0)
	}
	return m
}
