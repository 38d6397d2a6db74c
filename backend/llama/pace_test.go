package llama

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestThreadsFollowTheLoad(t *testing.T) {
	start := time.Unix(0, 0)
	now := start
	var p pace
	step := func(want int, try bool, share float64) {
		t.Helper()
		n, trying := p.threads(4, now)
		if n != want || trying != try {
			t.Errorf("after %v: %d threads (a try: %v), want %d (%v)", now.Sub(start), n, trying, want, try)
		}
		wall := 100 * time.Millisecond
		p.saw(n, wall, time.Duration(share*float64(n)*float64(wall)), now)
		now = now.Add(time.Second)
	}
	step(4, true, 1)    // the first time is a try; quiet: all
	step(4, false, 0.8) // another program takes most of one
	step(3, false, 1)   // three do without waiting
	step(3, false, 0.4) // the machine is full
	step(1, false, 1)   // one thread waits for nobody
	step(1, false, 0.5) // and is never too many
	for range 2 {       // until the patience is over
		step(1, false, 1)
	}
	step(2, true, 1) // one more is tried, and is good
	for range 4 {
		step(2, false, 1)
	}
	step(3, true, 0.5) // too many: back at once
	for range 9 {      // and the next try waits twice as long
		step(1, false, 1)
	}
	step(2, true, 1)
}

func TestShortStepsAreJudgedTogether(t *testing.T) {
	now := time.Unix(0, 0)
	var p pace
	for range 10 {
		n, _ := p.threads(2, now)
		p.saw(n, time.Millisecond, time.Millisecond, now)
	}
	if n, _ := p.threads(2, now); n != 1 {
		t.Errorf("ten starved milliseconds left %d threads", n)
	}
}

func TestThreadsAreNeverNoneNorMoreThanAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(0, 0)
		var p pace
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			most := rapid.IntRange(-1, 16).Draw(t, "most")
			n, _ := p.threads(most, now)
			if n < 1 || n > max(most, 1) {
				t.Fatalf("%d threads of %d", n, most)
			}
			wall := time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "wall"))
			p.saw(n, wall, time.Duration(rapid.Int64Range(0, 16*int64(time.Second)).Draw(t, "cpu")), now)
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(10*time.Second)).Draw(t, "pause")))
		}
	})
}
