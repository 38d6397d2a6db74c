package ingest

import (
	"sync"
	"time"
)

// memory is how long a meter remembers: long enough to even out pages of
// different kinds, short enough to notice that a scan begins.
const memory = 30 * time.Second

// sample is how far a job was at a time.
type sample struct {
	at   time.Time
	done int
}

// meter measures how fast one step of a job goes. It is safe for concurrent use.
type meter struct {
	mu      sync.Mutex // guards what follows
	samples []sample   // within memory, oldest first; done never falls
	total   int
}

// observe notes that done of total are done. A total of 0 is unknown.
func (m *meter) observe(at time.Time, done, total int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.samples, m.total = remember(m.samples, sample{at, done}), total
}

// restart forgets what was measured of another step.
func (m *meter) restart() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.samples, m.total = nil, 0
}

// speed returns how many a second were done lately and how long the rest will
// take; both are 0 while unknown.
func (m *meter) speed(now time.Time) (perSecond float64, left time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return estimate(m.samples, m.total, now)
}

// remember adds a sample and drops those that are too old, but for one that
// marks the beginning of the time that is remembered.
func remember(samples []sample, s sample) []sample {
	if n := len(samples); n > 0 {
		last := samples[n-1]
		if s.done < last.done {
			s.done = last.done // progress shown to people never runs back
		}
		// A sample each tenth of a second is enough; the newest replaces.
		if n > 1 && s.at.Sub(samples[n-2].at) < 100*time.Millisecond {
			samples = samples[:n-1]
		}
	}
	samples = append(samples, s)
	for len(samples) > 2 && s.at.Sub(samples[1].at) >= memory {
		samples = samples[1:]
	}
	return samples
}

// estimate returns the rate over the samples, up to now, and how long the rest
// of total will take at that rate.
func estimate(samples []sample, total int, now time.Time) (perSecond float64, left time.Duration) {
	if len(samples) < 2 {
		return 0, 0
	}
	first, last := samples[0], samples[len(samples)-1]
	end := last.at
	// A step that takes longer than those before it slows the rate while it
	// lasts, not only when it is done.
	if usual := last.at.Sub(first.at) / time.Duration(len(samples)-1); now.Sub(last.at) > usual {
		end = now.Add(-usual)
	}
	took := end.Sub(first.at).Seconds()
	if took <= 0 || last.done <= first.done {
		return 0, 0
	}
	perSecond = float64(last.done-first.done) / took
	if total <= last.done {
		return perSecond, 0
	}
	const century = 100 * 365 * 24 * time.Hour // what a Duration can hold and nobody waits for
	seconds := float64(total-last.done) / perSecond
	return perSecond, time.Duration(min(seconds, century.Seconds()) * float64(time.Second))
}
