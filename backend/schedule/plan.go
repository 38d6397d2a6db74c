package schedule

import (
	"cmp"
	"slices"
	"time"
)

const (
	// smallest is how many prompt tokens are worth a longer step.
	smallest = 8
	// longestStall bounds the step that is long for the prompts it reads, where
	// words take so long that Config.Stall would be little.
	longestStall = time.Second
	// retry is after how many steps those that write are computed all together,
	// whatever that has cost before.
	retry = 256
)

// Plan says what the next step computes. It is followed by Done or Failed. A
// plan without Work has nothing to compute, though Ended and Ops may hold
// something; with requests that still wait it comes when something else ends.
func (s *Scheduler) Plan(now time.Time) Plan {
	var p Plan
	s.expire(&p, now)
	s.admit(&p, now)
	s.checkpoint(now)
	p.Space = s.space.turn(s.run)
	b := s.budget()
	if s.bound > 0 {
		b.prompt = min(b.prompt, s.bound)
	}
	s.write(&p, b)
	s.read(&p, b)
	p.Ops, s.ops = s.ops, nil
	return p
}

// expire ends what was cancelled or has taken too long.
func (s *Scheduler) expire(p *Plan, now time.Time) {
	var gone []*request // few of perhaps a thousand that wait
	for _, r := range s.byID {
		if r.over(now) != "" {
			gone = append(gone, r)
		}
	}
	slices.SortFunc(gone, func(a, b *request) int { return cmp.Compare(a.ID, b.ID) })
	for _, r := range gone {
		p.Ended = append(p.Ended, End{r.ID, r.over(now)})
		s.leave(r)
	}
}

// over returns why a request ends without its last word, or nothing.
func (r *request) over(now time.Time) Reason {
	switch {
	case r.cancelled:
		return Cancelled
	case r.seq == nil && !r.StartBy.IsZero() && !now.Before(r.StartBy):
		return Late
	case !r.EndBy.IsZero() && !now.Before(r.EndBy):
		return Overdue
	}
	return ""
}

// budget is what a step may hold beside the text that is written for somebody
// who waits.
type budget struct {
	prompt     int  // tokens of prompts
	background bool // the work for which nobody waits, too
}

// budget decides how many tokens of prompts the next step reads. While nobody
// watches text appear it is all that fits. Else the step must stay within
// Config.Pace of one without; where the processor does not allow even a few
// tokens in that, every Config.Spacing-th step is long instead, so that all but
// a few words come at their pace and prompts are still read.
func (s *Scheduler) budget() budget {
	var watched []*request
	reading, background := false, false
	elsewhere := false
	for _, r := range s.run {
		switch {
		case r.Space != s.space.now:
			elsewhere = elsewhere || r.writing && !r.Background
		case r.writing && !r.Background:
			watched = append(watched, r)
		case !r.writing && !r.Background:
			reading = true
		default:
			background = true
		}
	}
	s.since++
	switch {
	case len(watched) == 0: // background work rests while somebody's prompt is read
		return budget{s.unwatched(elsewhere), !reading || s.long()}
	case !reading && !background:
		return budget{}
	}
	rows := s.rows(watched)
	n := len(watched)
	word := s.round(n, s.group(n, n), n) // without drafts, which are there to be quicker
	limit := seconds(s.cfg.Pace * word)
	if reading {
		if n := s.curve.Rows(rows+smallest, s.cfg.Batch, limit) - rows; n >= smallest {
			return budget{n, s.long()}
		}
	}
	if !s.long() {
		return budget{}
	}
	// Half of the time is for those who wait for their first word, unless that
	// makes the pauses too long.
	half := min(seconds(word*float64(s.cfg.Spacing)), longestStall)
	n = s.curve.Rows(rows+smallest, s.cfg.Batch, max(s.cfg.Stall, limit, half)) - rows
	return budget{max(n, smallest), true}
}

// unwatched is how many tokens of prompts a step reads while no text appears:
// as many as can be computed before a look at who has left, or, where text
// appears elsewhere, in another space, before it stalls.
func (s *Scheduler) unwatched(elsewhere bool) int {
	limit := s.cfg.Longest
	if elsewhere {
		limit = min(limit, s.cfg.Stall)
	}
	return max(s.curve.Rows(4*smallest, s.cfg.Batch, limit), min(4*smallest, s.cfg.Batch))
}

// rows is how many tokens the next words of these requests take.
func (s *Scheduler) rows(writers []*request) int {
	n := 0
	for _, r := range writers {
		n += 1 + s.drafts(r)
	}
	return n
}

// round predicts the seconds in which each of n requests is computed once, in
// groups of g; all of them together take rows tokens.
func (s *Scheduler) round(n, g, rows int) float64 {
	if n == 0 {
		return 0
	}
	steps := (n + g - 1) / g
	return float64(steps) * s.curve.Predict(max(rows*g/n, 1)).Seconds()
}

// group is how many of n requests are best computed in one step, by what steps
// have cost. All together is not always best: on processors whose kernels for
// one row are much faster than those for two, few are quicker one by one.
func (s *Scheduler) group(n, rows int) int {
	best := n
	for g := n - 1; g >= 1; g-- {
		if s.round(n, g, rows) < 0.95*s.round(n, best, rows) {
			best = g
		}
	}
	return best
}

// long reports whether it is time for a step that takes longer than the others,
// and if so counts from it.
func (s *Scheduler) long() bool {
	if s.since < s.cfg.Spacing {
		return false
	}
	s.since = 0
	return true
}

// drafts is how many of r's drafts a step may hold: what they may add to the
// text is bounded, and so is memory.
func (s *Scheduler) drafts(r *request) int {
	if s.cfg.Whole {
		return 0
	}
	return max(min(len(r.drafts), r.MaxTokens-r.written-1, r.most()-len(r.seq.tokens)-1), 0)
}

// write adds the next token of each text that the step has room for, with its
// drafts. Those come first that were computed longest ago.
func (s *Scheduler) write(p *Plan, b budget) {
	var writers []*request
	for _, r := range s.run {
		if s.here(r) && r.writing && (!r.Background || b.background) {
			writers = append(writers, r)
		}
	}
	if len(writers) == 0 {
		return
	}
	s.steps++
	n := len(writers)
	// Where prompts are read too, one row more costs little. From time to time
	// all are computed together, because costs change.
	if (b.prompt == 0 || !s.reads(b)) && s.steps%retry != 0 {
		n = s.group(n, s.rows(writers))
	}
	slices.SortStableFunc(writers, func(a, b *request) int { return cmp.Compare(a.step, b.step) })
	for i, r := range writers[:n] {
		room := s.cfg.Batch - p.Rows - (n - i)
		k := max(min(s.drafts(r), room), 0)
		tokens := append([]Token{r.pending}, r.drafts[:k]...)
		r.step = s.steps
		p.add(Work{ID: r.ID, Seq: r.seq.n, Pos: len(r.seq.tokens), Tokens: tokens, Logits: len(tokens)})
	}
}

// reads reports whether there is a prompt to be read.
func (s *Scheduler) reads(b budget) bool {
	return slices.ContainsFunc(s.run, func(r *request) bool { return s.here(r) && !r.writing && (!r.Background || b.background) })
}

// read adds tokens of prompts: half of the budget for the one that has been
// read longest, so that none waits for ever, the rest for the shortest first,
// so that short questions do not wait for long ones.
func (s *Scheduler) read(p *Plan, b budget) {
	var readers []*request
	for _, r := range s.run {
		if s.here(r) && !r.writing && (!r.Background || b.background) {
			readers = append(readers, r)
		}
	}
	left := min(b.prompt, s.cfg.Batch-p.Rows)
	if len(readers) == 0 || left <= 0 {
		return
	}
	share := make(map[*request]int)
	give := func(r *request, n int) {
		n = min(n, s.rest(r)-share[r], left)
		if n > 0 {
			share[r] += n
			left -= n
		}
	}
	if len(readers) > 1 {
		give(readers[0], (left+1)/2)
	}
	short := slices.Clone(readers)
	slices.SortStableFunc(short, func(a, b *request) int { return cmp.Compare(s.rest(a), s.rest(b)) })
	for _, r := range short {
		give(r, left)
	}
	for _, r := range readers {
		if n := share[r]; n > 0 {
			at := len(r.seq.tokens)
			w := Work{ID: r.ID, Seq: r.seq.n, Pos: at, Tokens: r.Prompt[at : at+n], Prompt: true}
			if at+n == len(r.Prompt) {
				w.Logits = 1
			}
			p.add(w)
		}
	}
}

// rest is how much of r's prompt may be read next.
func (s *Scheduler) rest(r *request) int {
	n := len(r.Prompt)
	if r.mark > len(r.seq.tokens) {
		n = r.mark
	}
	return n - len(r.seq.tokens)
}

func (p *Plan) add(w Work) {
	p.Work = append(p.Work, w)
	p.Rows += len(w.Tokens)
}
