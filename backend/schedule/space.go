package schedule

// space says whose turn it is where requests of several spaces run: they take
// turns, step by step, so that none waits for another's end.
type space struct {
	now   int
	steps int
	last  map[int]int // of those that run: the step in which each was last computed
}

// turn returns the space of the next step: that of the running requests which
// was computed longest ago.
func (s *space) turn(run []*request) int {
	s.steps++
	last := map[int]int{}
	first := true
	for _, r := range run {
		at := s.last[r.Space]
		last[r.Space] = at
		if first || at < last[s.now] {
			s.now, first = r.Space, false
		}
	}
	if len(run) > 0 {
		last[s.now] = s.steps
	}
	s.last = last
	return s.now
}

// here reports whether it is the turn of r's space.
func (s *Scheduler) here(r *request) bool { return r.Space == s.space.now }
