package encoder

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Request says what to compute.
type Request struct {
	Passages [][]int32 // tokens, with those that frame a passage
	Threads  int       // goroutines that compute; at least one
	Times    *Times    // if not nil, how long each stage took is added to it
}

// Embed returns one vector of Width numbers and length 1 for each passage. It
// computes the longest first, on up to r.Threads goroutines, which share
// nothing. Errors are ErrTokens (an empty or overlong passage, a token that is
// none), ErrWeight where the model gives no finite numbers, and the context's,
// which is looked at before every layer.
func (e *Encoder) Embed(ctx context.Context, r Request) ([][]float32, error) {
	order := make([]int, len(r.Passages))
	for i, p := range r.Passages {
		if len(p) == 0 || len(p) > e.Positions {
			return nil, fmt.Errorf("passage %d of %d tokens: %w", i, len(p), ErrTokens)
		}
		for _, token := range p {
			if token < 0 || int(token) >= e.Words {
				return nil, fmt.Errorf("token %d in passage %d: %w", token, i, ErrTokens)
			}
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(r.Passages[b]), len(r.Passages[a])) })
	flat := make([]float32, len(order)*e.Width)
	out := make([][]float32, len(order))
	for i := range out {
		out[i] = flat[i*e.Width:][:e.Width:e.Width]
	}
	groups := split(order, r)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	times := make([]Times, min(max(r.Threads, 1), len(groups)))
	for t := range times {
		wg.Go(func() {
			l := e.take()
			defer e.give(l)
			if l.times = nil; r.Times != nil {
				l.times = &times[t]
			}
			for n := int(next.Add(1)) - 1; n < len(groups); n = int(next.Add(1)) - 1 {
				if err := e.indexed(ctx, l, groups[n], r.Passages, out); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("embed %d passages: %w", len(order), context.Cause(ctx))
	}
	for _, t := range times {
		for s := range t {
			if r.Times != nil {
				r.Times[s] += t[s]
			}
		}
	}
	for i, v := range out {
		for _, x := range v {
			if x-x != 0 {
				return nil, fmt.Errorf("passage %d: %w", i, ErrWeight)
			}
		}
	}
	return out, nil
}

// split makes groups of up to groupTokens of passages in their order, and more
// groups where there would be fewer than goroutines.
func split(order []int, r Request) (groups [][]int) {
	total := 0
	for _, p := range r.Passages {
		total += len(p)
	}
	most := min(groupTokens, (total+max(r.Threads, 1)-1)/max(r.Threads, 1))
	tokens := 0
	for from, i := 0, 0; i < len(order); i++ {
		n := len(r.Passages[order[i]])
		if tokens+n > most && i > from {
			groups = append(groups, order[from:i])
			from, tokens = i, 0
		}
		if tokens += n; i == len(order)-1 {
			groups = append(groups, order[from:])
		}
	}
	return groups
}

func (e *Encoder) indexed(ctx context.Context, l *lane, group []int, passages [][]int32, out [][]float32) error {
	some, to := make([][]int32, len(group)), make([][]float32, len(group))
	for i, n := range group {
		some[i], to[i] = passages[n], out[n]
	}
	return e.group(ctx, l, some, to)
}

// take returns a lane for the caller alone, give puts it back. Lanes are kept
// for the next call, as many as were ever used at once.
func (e *Encoder) take() *lane {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := len(e.idle); n > 0 {
		l := e.idle[n-1]
		e.idle = e.idle[:n-1]
		return l
	}
	return e.newLane(max(groupTokens, e.Positions))
}

func (e *Encoder) give(l *lane) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.idle = append(e.idle, l)
}
