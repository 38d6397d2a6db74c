package infer

import (
	"context"
	"errors"
	"math"
	"time"

	mark "markai/backend"
)

// Stats are what the requests cost so far.
type Stats struct {
	Requests  int // begun
	Failed    int
	Cancelled int // the caller left before the end
	Refused   int // TooBusy
	Tokens    int // written
	Last      Run // the last request that wrote anything

	FirstToken Histogram // seconds until the first token
	PerSecond  Histogram // tokens a second after it
}

// Run is what one request cost.
type Run struct {
	Tokens     int
	FirstToken time.Duration // from the turn to the first token
	Total      time.Duration // from the turn to the end
}

// PerSecond returns how many tokens came a second after the first; 0 when
// there were not enough to tell.
func (r Run) PerSecond() float64 {
	writing := (r.Total - r.FirstToken).Seconds()
	if r.Tokens < 2 || writing <= 0 {
		return 0
	}
	return float64(r.Tokens-1) / writing
}

// Histogram counts values in buckets that double: bucket i holds values below
// 2^(i-6), the last all others.
type Histogram struct {
	Counts [16]int
	Sum    float64
	N      int
}

func (h *Histogram) add(v float64) {
	if math.IsNaN(v) || v < 0 {
		return
	}
	i := 0
	for i < len(h.Counts)-1 && v >= h.Upper(i) {
		i++
	}
	h.Counts[i]++
	h.Sum += v
	h.N++
}

// Upper returns what the values of bucket i are below.
func (h *Histogram) Upper(i int) float64 {
	if i == len(h.Counts)-1 {
		return math.Inf(1)
	}
	return math.Ldexp(1, i-6)
}

// Mean returns the mean of all values, 0 when there are none.
func (h *Histogram) Mean() float64 {
	if h.N == 0 {
		return 0
	}
	return h.Sum / float64(h.N)
}

// run measures a request while it runs.
type run struct {
	Run
	began         time.Time
	failed, ended bool
}

func newRun(now time.Time) *run { return &run{began: now} }

// step notes what came at now.
func (r *run) step(d mark.Delta, err error, now time.Time) {
	if err != nil {
		r.failed = !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
		return
	}
	if r.Tokens == 0 && d.Tokens > 0 {
		r.FirstToken = now.Sub(r.began)
	}
	r.Tokens += d.Tokens
	r.Total = now.Sub(r.began)
	r.ended = d.Stop != ""
}

// record adds a finished run to the statistics.
func (s *Service) record(r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Requests++
	switch {
	case r.failed:
		s.stats.Failed++
	case !r.ended:
		s.stats.Cancelled++
	}
	if r.Tokens == 0 {
		return
	}
	s.stats.Tokens += r.Tokens
	s.stats.Last = r.Run
	s.stats.FirstToken.add(r.FirstToken.Seconds())
	if rate := r.PerSecond(); rate > 0 {
		s.stats.PerSecond.add(rate)
	}
}
