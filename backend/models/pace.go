package models

import "time"

// pace measures how fast bytes come, and how often that is told.
type pace struct {
	told time.Time
	at0  int64
	rate float64
}

// tellEvery is how often progress is told.
const tellEvery = 250 * time.Millisecond

// at notes that so many bytes were there at a time. It returns the bytes a second,
// smoothed, and whether it is time to tell.
func (p *pace) at(now time.Time, done int64) (rate float64, tell bool) {
	if p.told.IsZero() {
		p.told, p.at0 = now, done
		return 0, true
	}
	since := now.Sub(p.told)
	if since < tellEvery {
		return p.rate, false
	}
	latest := float64(done-p.at0) / since.Seconds()
	if p.rate == 0 {
		p.rate = latest
	}
	const weight = 0.2 // of the latest quarter of a second
	p.rate += weight * (max(latest, 0) - p.rate)
	p.told, p.at0 = now, done
	return p.rate, true
}
