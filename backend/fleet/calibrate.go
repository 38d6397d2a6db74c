package fleet

// faster is how many times as fast fewer layers on GPUs must be to be preferred:
// what is measured on a machine in use varies.
const faster = 1.05

// Calibrate finds by measuring how many of the layers that fit are best laid on
// GPUs: on a slow link, or beside a fast processor, fewer may be quicker. measure
// returns tokens a second with so many layers offloaded, 0 where that does not
// run; its error ends the search. The most layers come first, and fewer are
// tried as long as they are faster; none at all is always tried.
func Calibrate(most int, measure func(layers int) (float64, error)) (best int, err error) {
	fastest := 0.0
	for _, n := range []int{most, most * 3 / 4, most / 2, most / 4} {
		if n == 0 || n == best {
			continue
		}
		rate, err := measure(n)
		if err != nil {
			return 0, err
		}
		if rate <= fastest*faster && fastest > 0 {
			break
		}
		if rate > 0 {
			best, fastest = n, rate
		}
	}
	rate, err := measure(0)
	if err != nil {
		return 0, err
	}
	if rate > fastest*faster {
		best = 0
	}
	return best, nil
}
