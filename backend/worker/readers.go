package worker

import "runtime"

// Readers say how the workers of a parser run, where a parser has no more to say.
type Readers struct {
	Executable string  // see Spec
	Nice       int     // see Spec
	Budget     *Budget // shared with the workers of others; nil: none
	Processes  int     // at most so many at once; 0: half the processors
}

// Pool makes their pool: processes of a kind, each of which may hold memoryLimit
// bytes, kept as opts say but for the budget.
func (r Readers) Pool(kind string, memoryLimit int64, opts PoolOptions) *Pool {
	n := r.Processes
	if n <= 0 {
		n = max(1, runtime.NumCPU()/2)
	}
	opts.Budget = r.Budget
	return NewPool(Spec{Kind: kind, Executable: r.Executable, Nice: r.Nice, MemoryLimit: memoryLimit}, n, opts)
}
