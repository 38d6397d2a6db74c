package llama

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestThreadsFollowTheLoad(t *testing.T) {
	now := time.Unix(0, 0)
	var p pace
	step := func(want int, share float64) {
		t.Helper()
		n, _ := p.threads(4, now)
		if n != want {
			t.Errorf("after %v: %d threads, want %d", now.Sub(time.Unix(0, 0)), n, want)
		}
		wall := 100 * time.Millisecond
		p.saw(n, wall, time.Duration(share*float64(n)*float64(wall)), now)
		now = now.Add(time.Second)
	}
	step(4, 1)    // quiet: all
	step(4, 0.8)  // another program takes most of one
	step(3, 1)    // three do without waiting
	step(3, 0.4)  // the machine is full
	step(1, 1)    // one thread waits for nobody
	step(1, 0.5)  // and is never too many
	for range 2 { // until the patience is over
		step(1, 1)
	}
	step(2, 1) // one more is tried
	for range 4 {
		step(2, 1)
	}
	step(3, 0.5) // too many: back at once
	step(1, 1)
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
