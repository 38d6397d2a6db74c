package worker

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Budget bounds the memory that the processes of several pools use together.
// A use of a process begins when what all of them hold, and what it needs
// besides, fits; processes without work are ended to make room. A use that
// needs more than there is runs alone. It is safe for concurrent use.
//
// A budget is kept as far as uses keep to what they say they need; what one
// process may take at most is Spec.MemoryLimit.
type Budget struct {
	limit    int64
	patience time.Duration

	mu     sync.Mutex // guards what follows; taken before a pool's own
	pools  []*Pool
	claims map[*Process]int64 // of uses under way, in bytes
	freed  chan struct{}      // closed, and replaced, when one ends
}

// patience is how long a use waits for room at most: one that itself waits for
// a use under way must not wait for ever.
const patience = time.Minute

// NewBudget makes a budget of limit bytes for the pools that name it.
func NewBudget(limit int64) *Budget {
	return &Budget{limit: limit, patience: patience, claims: map[*Process]int64{}, freed: make(chan struct{})}
}

// join makes l one of the pools.
func (b *Budget) join(l *Pool) {
	if b == nil {
		return
	}
	b.mu.Lock()
	b.pools = append(b.pools, l)
	b.mu.Unlock()
}

// claim waits until a use of p that makes it need bytes in all may begin.
func (b *Budget) claim(ctx context.Context, p *Process, need int64) error {
	if b == nil {
		return nil
	}
	end := time.NewTimer(b.patience)
	defer end.Stop()
	// A process may also shrink without telling.
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for late := false; ; {
		b.mu.Lock()
		held, largest := b.held(p)
		if late || len(b.claims) == 0 && largest == nil || held+max(need, own(p)) <= b.limit {
			b.claims[p] = need
			b.mu.Unlock()
			return nil
		}
		freed := b.freed
		b.mu.Unlock()
		if largest != nil {
			largest.pool.retire(largest.member)
			continue
		}
		select {
		case <-freed:
		case <-tick.C:
		case <-end.C:
			late = true
		case <-ctx.Done():
			return fmt.Errorf("wait for memory: %w", ctx.Err())
		}
	}
}

// release ends p's use.
func (b *Budget) release(p *Process) {
	if b == nil {
		return
	}
	b.mu.Lock()
	delete(b.claims, p)
	close(b.freed)
	b.freed = make(chan struct{})
	b.mu.Unlock()
}

// idler is a process without work and its pool.
type idler struct {
	pool   *Pool
	member *member
}

// worthEnding is how many bytes a process without work must hold to be ended
// for others.
const worthEnding = 48 << 20

// held is what all processes but p hold or have claimed, and the one that would
// give most back, if any. b.mu is held.
func (b *Budget) held(p *Process) (sum int64, largest *idler) {
	most := int64(worthEnding)
	for _, l := range b.pools {
		l.mu.Lock()
		for q := range l.all {
			if q != p {
				sum += max(own(q), b.claims[q])
			}
		}
		for _, m := range l.idle {
			if n := own(m.p); n > most {
				most, largest = n, &idler{l, m}
			}
		}
		l.mu.Unlock()
	}
	return sum, largest
}

// own is how many bytes of memory are p's own; 0 where that cannot be found.
func own(p *Process) int64 {
	n, _ := ownMemory(p.PID())
	return n
}

// thrift makes a child give back what it has freed. It handles pictures of some
// ten megabytes: left to themselves, Go's heap grows to twice what is in use and
// the C library keeps what it once had for each of its threads.
var thrift = []string{
	"GOGC=50", "GOMEMLIMIT=128MiB", // a goal: more is used where it is needed
	"MALLOC_ARENA_MAX=1", "MALLOC_MMAP_THRESHOLD_=1048576", "MALLOC_TRIM_THRESHOLD_=8388608",
}
