package worker

import "testing"

func TestPauseGrowsWhileAWorkerKeepsDying(t *testing.T) {
	last := pauseAfter(0)
	for n := range 100 {
		p := pauseAfter(n)
		if p < last || p > maxPause || n <= 1 && p != 0 {
			t.Errorf("%d deaths: %v after %v", n, p, last)
		}
		last = p
	}
}
