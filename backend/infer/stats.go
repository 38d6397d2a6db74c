package infer

import (
	"context"
	"errors"
	"math"
	"time"

	mark "markai/backend"
)

// Stats are what the requests cost so far, and who is there now. They hold
// numbers alone, for a panel, for metrics and for the log.
type Stats struct {
	Requests  int // begun
	Failed    int
	Cancelled int // the caller left before the end
	Refused   int // TooBusy
	Tokens    int // written
	Prompt    int // tokens of prompts
	Cached    int // of those, tokens that need not be computed
	Guessed   int // tokens that were guessed ahead and verified
	Held      int // of those, how many stand in the text
	Last      Run // the last request that wrote anything

	Waiting int // requests that wait for the engine now
	Running int // requests that the engine has now, those that only count tokens too

	FirstToken Histogram // seconds until the first token
	Between    Histogram // milliseconds from a token to the next
	PerSecond  Histogram // tokens a second after the first
	Reading    Histogram // tokens of a prompt computed a second; of prompts of which little is new, none
	Batch      Histogram // requests computed in one step, counted at every token
}

// Run is what one request cost.
type Run struct {
	Tokens     int
	Prompt     int           // tokens of the prompt
	Cached     int           // of those, tokens that need not be computed
	Guessed    int           // tokens that were guessed ahead and verified
	Held       int           // of those, how many stand in the text
	Unguessed  string        // why no token was guessed ahead; empty where some were
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

// least is how many tokens of a prompt must be computed to tell how fast that is.
const least = 64

// reading returns how many tokens of the prompt were computed a second; 0 when
// there were not enough to tell.
func (r Run) reading() float64 {
	if r.Prompt-r.Cached < least || r.FirstToken <= 0 {
		return 0
	}
	return float64(r.Prompt-r.Cached) / r.FirstToken.Seconds()
}

// Histogram counts values in buckets that double: bucket i holds values below
// 2^(i-6), the last all others.
type Histogram struct {
	Counts [20]int
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

// merge adds the values of o.
func (h *Histogram) merge(o Histogram) {
	for i, n := range o.Counts {
		h.Counts[i] += n
	}
	h.Sum += o.Sum
	h.N += o.N
}

// Quantile returns a bound that the share q of the values, from 0 to 1, lies
// below: the upper end of the bucket that holds it. It is 0 without values.
func (h *Histogram) Quantile(q float64) float64 {
	want, seen := int(math.Ceil(q*float64(h.N))), 0
	for i, n := range h.Counts {
		if seen += n; n > 0 && seen >= want {
			return h.Upper(i)
		}
	}
	return 0
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
	last          time.Time // when the last token came
	failed, ended bool

	between, batch Histogram // of this request alone
}

func newRun(now time.Time) *run { return &run{began: now} }

// step notes what came at now.
func (r *run) step(d mark.Delta, err error, now time.Time) {
	if err != nil {
		r.failed = !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
		return
	}
	r.Prompt += d.Prompt
	r.Cached += d.Cached
	r.Guessed += d.Guessed
	r.Held += d.Held
	r.Unguessed = d.Unguessed
	if d.Tokens > 0 {
		if r.Tokens == 0 {
			r.FirstToken = now.Sub(r.began)
		} else {
			r.between.add(float64(now.Sub(r.last).Microseconds()) / 1000 / float64(d.Tokens))
		}
		r.last = now
		if d.Beside > 0 {
			r.batch.add(float64(d.Beside))
		}
	}
	r.Tokens += d.Tokens
	r.Total = now.Sub(r.began)
	r.ended = d.Stop != ""
}

// count adds what just came to the sums, which a live panel shows while it is
// written.
func (s *Service) count(d mark.Delta) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Tokens += d.Tokens
	s.stats.Prompt += d.Prompt
	s.stats.Cached += d.Cached
	s.stats.Guessed += d.Guessed
	s.stats.Held += d.Held
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
	s.stats.Between.merge(r.between)
	s.stats.Batch.merge(r.batch)
	if r.Tokens == 0 {
		return
	}
	s.stats.Last = r.Run
	s.stats.FirstToken.add(r.FirstToken.Seconds())
	if rate := r.PerSecond(); rate > 0 {
		s.stats.PerSecond.add(rate)
	}
	if rate := r.reading(); rate > 0 {
		s.stats.Reading.add(rate)
	}
}
