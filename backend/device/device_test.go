package device

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

const twoSocketsWithTwins = `processor	: 0
model name	: Example CPU
physical id	: 0
core id		: 0
flags		: fpu sse4_2 avx2 avx512f made_up

processor	: 1
physical id	: 0
core id		: 0
processor	: 2
physical id	: 1
core id		: 0
processor	: 3
physical id	: 1
core id		: 0
`

func TestProcessorsAreCountedOncePerCore(t *testing.T) {
	m := parseProcessors(twoSocketsWithTwins)
	if m.Physical != 2 || m.Logical != 4 || m.Processor != "Example CPU" || !slices.Equal(m.Features, []string{"avx2", "avx512f"}) {
		t.Errorf("got %+v", m)
	}
}

func TestMemoryThatIsAvailableIsFree(t *testing.T) {
	total, free := parseMemory("MemTotal:       16316924 kB\nMemFree: 1 kB\nMemAvailable:    9000000 kB\nHugePages_Total:       0\n")
	if total != 16316924<<10 || free != 9000000<<10 {
		t.Errorf("got %d, %d", total, free)
	}
}

func TestContainerLimitsCount(t *testing.T) {
	for _, c := range []struct {
		name, quota, limit string
		cpus               int
		memory, free       int64
	}{
		{"none", "max 100000", "max", 8, 1000, 600},
		{"half a processor", "50000 100000", "max", 1, 1000, 600},
		{"two and a half", "250000 100000", "max", 2, 1000, 600},
		{"memory", "", "500\n", 8, 500, 400},
		{"memory used up", "", "90", 8, 90, 0},
		{"limit above the machine", "", "5000", 8, 1000, 600},
		{"nonsense", "x y", "-3", 8, 1000, 600},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Machine{Physical: 8, Logical: 8, Memory: 1000, Free: 600}
			got := confine(m, parseQuota(c.quota), parseLimit(c.limit), 100)
			if got.Logical != c.cpus || got.Memory != c.memory || got.Free != c.free {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestShareLeavesACoreFreeWhereThereIsMoreThanOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Machine{Physical: rapid.IntRange(0, 128).Draw(t, "physical"), Logical: rapid.IntRange(0, 256).Draw(t, "logical")}
		s := m.Threads(0)
		cores := max(min(m.Physical, m.Logical), 1)
		if s.Decode < 1 || s.Batch < 1 || s.Decode > s.Batch || s.Batch > cores || cores > 1 && s.Decode == cores {
			t.Errorf("%+v gets %+v", m, s)
		}
		want := rapid.IntRange(1, 300).Draw(t, "want")
		if s := m.Threads(want); s.Decode > want || s.Decode > max(m.Logical, 1) || s.Decode < 1 {
			t.Errorf("%+v gets %+v where %d were wanted", m, s, want)
		}
	})
}

func TestThisMachineHasACoreAndSomeMemory(t *testing.T) {
	m := Read()
	if m.Physical < 1 || m.Logical < 1 || m.Free > m.Memory {
		t.Errorf("got %+v", m)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(twoSocketsWithTwins)
	f.Add("MemTotal: 9223372036854775807 kB\nMemAvailable: -1 kB")
	f.Add("9e99 1")
	f.Fuzz(func(t *testing.T, s string) {
		p := parseProcessors(s)
		total, free := parseMemory(s)
		if p.Logical < 0 || p.Physical < 0 || total < 0 || free < 0 || parseQuota(s) < 0 || parseLimit(s) < 0 {
			t.Error("a negative count")
		}
	})
}
