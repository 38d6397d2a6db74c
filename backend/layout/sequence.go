package layout

import (
	"cmp"
	"slices"
)

// byColumn puts the lines of a zone one column after the other, where the first
// of them stands, downwards. Notes at the foot of columns follow the text of all
// of them.
func byColumn(ls []line) []line {
	zones := map[int][]line{}
	for _, l := range ls {
		if z := l.words[0].zone; z > 0 {
			zones[z] = append(zones[z], l)
		}
	}
	if len(zones) == 0 {
		return ls
	}
	out := make([]line, 0, len(ls))
	for _, l := range ls {
		z := l.words[0].zone
		if z == 0 {
			out = append(out, l)
			continue
		}
		if list := zones[z]; list != nil {
			downwards(list)
			out = append(out, notesLast(list)...)
			zones[z] = nil
		}
	}
	return out
}

// downwards sorts the lines of a zone: by column, downwards, and from left to
// right where pieces of one line stand beside each other.
func downwards(ls []line) {
	slices.SortStableFunc(ls, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.words[0].col, b.words[0].col), cmp.Compare(a.base, b.base))
	})
	for from := 0; from < len(ls); {
		to := from + 1
		for to < len(ls) && ls[to].words[0].col == ls[from].words[0].col && ls[to].base-ls[from].base < 0.4*max(ls[from].tall, minTall) {
			to++
		}
		slices.SortStableFunc(ls[from:to], func(a, b line) int { return cmp.Compare(a.frame.X0, b.frame.X0) })
		from = to
	}
}

// noteSize is how much smaller than the text notes are set.
const noteSize = 0.9

// notesLast moves the small lines at the foot of each column after all others.
func notesLast(ls []line) []line {
	size := make([]float64, len(ls))
	for i, l := range ls {
		size[i] = letterHigh(l)
	}
	sorted := slices.Clone(size)
	slices.Sort(sorted)
	usual := sorted[len(sorted)*3/4]
	var body, notes []line
	for from := 0; from < len(ls); {
		to := from
		for to < len(ls) && ls[to].words[0].col == ls[from].words[0].col {
			to++
		}
		cut, said := to, 0
		for cut > from && size[cut-1] < noteSize*usual {
			cut--
			said += len(ls[cut].words)
		}
		// What has few words is no note: a caption's "v." only looks small.
		if to-cut < 2 || cut == from || float64(said) < proseWords*float64(to-cut) {
			cut = to
		}
		body = append(body, ls[from:cut]...)
		notes = append(notes, ls[cut:to]...)
		from = to
	}
	return append(body, notes...)
}

// letterHigh is how high most words of a line are.
func letterHigh(l line) float64 {
	high := make([]float64, len(l.words))
	for i, w := range l.words {
		high[i] = w.tall
	}
	slices.Sort(high)
	return high[len(high)/2]
}
