package speculate

// Machine is a model on a processor, for predictions: it is a roofline model
// (Williams et al., 2009), not a measurement.
type Machine struct {
	Weights   float64 // bytes that a step reads once, whatever its rows
	Bandwidth float64 // bytes a second
	Work      float64 // operations for a row: about two for each parameter
	Speed     float64 // operations a second
	Overhead  float64 // seconds of a step that neither explains
}

// Cost returns the seconds of a step: reading the weights and computing the rows
// overlap, so the longer of the two counts.
func (m Machine) Cost(rows int) float64 {
	return m.Overhead + max(m.Weights/m.Bandwidth, float64(rows)*m.Work/m.Speed)
}

// Points is a curve that was measured: the cost of a step by its rows. Between two
// sizes the larger one counts, because kernels work on blocks of rows; beyond
// the largest every row costs what those of the largest do on average.
type Points map[int]float64

// Cost returns the cost of a step; 0 where there are no points.
func (p Points) Cost(rows int) float64 {
	above, largest := 0, 0
	for n := range p {
		if n >= rows && (above == 0 || n < above) {
			above = n
		}
		largest = max(largest, n)
	}
	switch {
	case largest == 0:
		return 0
	case above == 0:
		return p[largest] * float64(rows) / float64(largest)
	}
	return p[above]
}

// Ceiling returns how many times faster text is written if every guess holds, and the rows
// of the step that reaches it.
func Ceiling(cost Cost) (gain float64, rows int) {
	one := cost(1)
	gain, rows = 1, 1
	for n := 2; n <= Most+1; n++ {
		if step := cost(n); step > 0 && float64(n)*one/step > gain {
			gain, rows = float64(n)*one/step, n
		}
	}
	return gain, rows
}

// Replay predicts what a speculator makes of a text that is known already: output
// is written after prompt, by a model whose steps cost as they do in cost. What it returns
// for a measured curve can be checked against a run; for a Machine it is a
// prediction.
func Replay(prompt, output []Token, cost Cost) Stats {
	s := New(prompt, Habit{}, "")
	for at := 0; at < len(output); {
		draft := s.Draft(cost, 0, len(output)-at-1)
		n := 0
		for n < len(draft) && draft[n] == output[at+n] {
			n++
		}
		s.Wrote(output[at:at+n+1], len(draft))
		at += n + 1
	}
	return s.Stats()
}
