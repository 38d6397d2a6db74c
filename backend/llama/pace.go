package llama

import "time"

// How the number of threads follows the load of the machine.
const (
	// starved is the share of their time that threads must have been computing;
	// below it something else wants the processor.
	starved = 0.9
	// patience is how long fewer threads are used before one more is tried; it
	// doubles with every try in vain.
	patience    = 5 * time.Second
	maxPatience = 2 * time.Minute
	// telling is how long a step must take to tell anything.
	telling = 5 * time.Millisecond
	// probeStep is how many prompt tokens are risked on a number of threads that
	// has not been tried lately.
	probeStep = 32
)

// pace chooses how many threads compute. Those of one computation wait for each
// other after each of its many small parts, computing in vain: where another
// program takes the place of one, all wait, and two threads are many times
// slower than one. The processor time that they got tells. The zero pace begins
// with all.
type pace struct {
	n       int           // threads to use; 0 not yet known
	changed time.Time     // when n last changed
	trying  bool          // n is one more than was known to be good
	wait    time.Duration // until the next try
	wall    time.Duration // of the steps not yet judged
	cpu     time.Duration
}

// threads returns how many to use, at most most, and whether that is a try.
func (p *pace) threads(most int, now time.Time) (n int, try bool) {
	most = max(most, 1)
	switch {
	case p.n == 0:
		p.n, p.wait = most, patience
		p.trying = most > 1
	case p.n > most:
		p.n = most
	case p.n < most && now.Sub(p.changed) >= p.wait:
		p.n++
		p.changed, p.trying = now, true
		p.wall, p.cpu = 0, 0
	}
	return p.n, p.trying
}

// saw takes in that a step ran on n threads, took wall time and got cpu time.
func (p *pace) saw(n int, wall, cpu time.Duration, now time.Time) {
	if n != p.n {
		return
	}
	p.wall += wall
	p.cpu += cpu
	if p.wall < telling {
		return
	}
	got := float64(p.cpu) / float64(p.wall)
	p.wall, p.cpu = 0, 0
	if n == 1 || got >= starved*float64(n) {
		if p.trying {
			p.trying, p.wait = false, patience
		}
		return
	}
	if p.trying {
		p.wait = min(2*p.wait, maxPatience)
	}
	p.n = max(min(int(got), n-1), 1)
	p.changed, p.trying = now, false
}
