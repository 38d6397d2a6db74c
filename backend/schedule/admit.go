package schedule

import (
	"slices"
	"time"
)

const (
	// worthwhile is how many tokens two prompts must share for one to wait
	// until the other has read them.
	worthwhile = 32
	// remembered is how many prompts are compared with a new one to find where
	// a sequence that cannot be cut is worth a copy.
	remembered = 8
)

// admit lets requests begin while there is room for them.
func (s *Scheduler) admit(p *Plan, now time.Time) {
	for len(s.run) < s.cfg.Running && s.queue.n > 0 {
		r := s.turn(now)
		if r == nil {
			return
		}
		s.queue.remove(r)
		r.seq = s.place(r, now)
		r.seq.owner = r
		s.run = append(s.run, r)
		s.remember(r)
		p.Started = append(p.Started, Start{r.ID, len(r.Prompt), len(r.seq.tokens), now.Sub(r.arrived)})
	}
}

// turn returns the request that begins next, or nil. Those for which somebody
// waits come before the others, clients take turns, and what has waited for
// Config.Patience is let in before anything new.
func (s *Scheduler) turn(now time.Time) *request {
	var stuck *request
	for r := range s.queue.all {
		if now.Sub(r.arrived) >= s.cfg.Patience && (stuck == nil || r.arrived.Before(stuck.arrived)) {
			stuck = r
		}
	}
	if stuck != nil {
		if s.follows(stuck) || !s.fits(stuck) {
			return nil // what runs will end, and then there is room
		}
		return stuck
	}
	background := 0
	for _, r := range s.run {
		if r.Background {
			background++
		}
	}
	ready := func(r *request) bool { return !s.follows(r) && s.fits(r) }
	if r := s.queue.pick(func(r *request) bool { return !r.Background && ready(r) }); r != nil {
		return r
	}
	if background >= max(s.cfg.Running-1, 1) {
		return nil // the last place is for somebody who waits
	}
	return s.queue.pick(func(r *request) bool { return r.Background && ready(r) })
}

// follows reports whether r had better wait: another request reads what r's
// prompt begins with, and is not there yet. Who is followed by somebody who
// waits is itself waited for.
func (s *Scheduler) follows(r *request) bool {
	if s.cfg.Whole {
		return false
	}
	_, have := s.best(r)
	for _, o := range s.run {
		if o.writing || o.cancelled || o.Space != r.Space {
			continue
		}
		will := min(Shared(o.Prompt, r.Prompt), len(r.Prompt)-1)
		if will >= have+worthwhile && len(o.seq.tokens) < will {
			o.Background = o.Background && r.Background
			return true
		}
	}
	return false
}

// best returns the sequence that holds most of r's prompt from its beginning,
// and how much of it can be used. The last token is always computed: its logits
// are wanted.
func (s *Scheduler) best(r *request) (*sequence, int) {
	var best *sequence
	most := 0
	for _, q := range s.seqs {
		if q.space != r.Space {
			continue
		}
		n := min(Shared(q.tokens, r.Prompt), len(r.Prompt)-1)
		if s.cfg.Whole && n < len(q.tokens) {
			continue
		}
		if n > most || n == most && n > 0 && q.owner == nil && best.owner != nil {
			best, most = q, n
		}
	}
	return best, most
}

// promised is how many tokens the requests that run may still add.
func (s *Scheduler) promised() int {
	n := 0
	for _, r := range s.run {
		n += r.most() - len(r.seq.tokens)
	}
	return n
}

// running returns the places in memory that requests which run hold.
func (s *Scheduler) running() map[int32]bool {
	held := make(map[int32]bool)
	for _, q := range s.seqs {
		if q.owner != nil {
			for _, id := range q.cells {
				held[id] = true
			}
		}
	}
	return held
}

// fits reports whether memory has room for r to its end, with everything kept
// forgotten but what r begins with.
func (s *Scheduler) fits(r *request) bool {
	from, n := s.best(r)
	held := s.running()
	if from != nil {
		for _, id := range from.cells[:n] {
			held[id] = true
		}
	}
	return len(held)+s.promised()+r.most()-n <= s.cfg.Cells
}

// place returns a sequence that holds as much of r's prompt as memory has, and
// makes room for the rest.
func (s *Scheduler) place(r *request, now time.Time) *sequence {
	from, n := s.best(r)
	var to *sequence
	// A prompt that is there to its end is asked again: what was written after
	// it the last time is not worth the memory.
	if again := from != nil && from.owner == nil && n == len(r.Prompt)-1; !again {
		to = s.empty(from, now)
	}
	if to == nil { // or every other sequence is at work: from is taken as it is
		to = from
		if n < len(to.tokens) {
			s.cut(to, n)
		}
	} else if from != nil {
		s.copy(from, to, n, now)
	}
	to.space = r.Space
	for s.cells.used()+s.promised()+r.most()-n > s.cfg.Cells {
		v := s.victim(nil, to, now)
		if v == nil {
			break // fits said that this does not happen
		}
		s.forget(v)
	}
	return to
}

// copy lets the empty sequence to begin as from does.
func (s *Scheduler) copy(from, to *sequence, n int, now time.Time) {
	from.used, to.used = now, now
	to.space = from.space
	to.tokens = slices.Clone(from.tokens[:n])
	to.cells = s.cells.share(from.cells[:n])
	s.ops = append(s.ops, Op{From: from.n, To: to.n, Len: n})
}

// empty returns a sequence without tokens, made by forgetting the one that is
// worth least, though not spared; nil where there is none.
func (s *Scheduler) empty(spared *sequence, now time.Time) *sequence {
	for _, q := range s.seqs {
		if q.owner == nil && len(q.tokens) == 0 {
			return q
		}
	}
	v := s.victim(spared, nil, now)
	if v != nil {
		s.forget(v)
	}
	return v
}

// victim returns the kept sequence that is worth least, or nil. What others
// hold too costs nothing to keep and nothing to lose; of the rest, many tokens
// used lately are worth most.
func (s *Scheduler) victim(spared, also *sequence, now time.Time) *sequence {
	var least *sequence
	worth := 0.0
	for _, q := range s.seqs {
		if q.owner != nil || q == spared || q == also || len(q.tokens) == 0 {
			continue
		}
		w := float64(s.cells.alone(q.cells)) / (1 + max(now.Sub(q.used).Seconds(), 0))
		if least == nil || w < worth {
			least, worth = q, w
		}
	}
	return least
}

// remember compares r's prompt with those before. Where memory cannot cut a
// sequence, one is copied when r has read as much as it shares with them.
func (s *Scheduler) remember(r *request) {
	if !s.cfg.Whole {
		return
	}
	for _, o := range s.seen {
		if n := min(Shared(o.Prompt, r.Prompt), len(r.Prompt)-1); o.Space == r.Space && n >= worthwhile && n > len(r.seq.tokens) {
			r.mark = max(r.mark, n)
		}
	}
	s.seen = append(s.seen, r)
	s.seen = s.seen[max(len(s.seen)-remembered, 0):]
}

// checkpoint copies the sequences that have come to where a later prompt is
// likely to part from them.
func (s *Scheduler) checkpoint(now time.Time) {
	for _, r := range s.run {
		if r.mark == 0 || len(r.seq.tokens) != r.mark {
			continue
		}
		r.mark = 0
		if to := s.empty(nil, now); to != nil {
			s.copy(r.seq, to, len(r.seq.tokens), now)
		}
	}
}

// Longest returns the sequence of space 0 that holds most of tokens from its
// beginning, and how many it holds.
func (s *Scheduler) Longest(tokens []Token) (seq, n int) {
	seq = -1
	for _, q := range s.seqs {
		if m := Shared(q.tokens, tokens); q.space == 0 && m > n {
			seq, n = q.n, m
		}
	}
	return seq, n
}

// Held returns the tokens that a sequence holds.
func (s *Scheduler) Held(seq int) []Token { return slices.Clone(s.seqs[seq].tokens) }

// Flush returns the changes of memory that the next plan would begin with, for
// one who looks at memory before it.
func (s *Scheduler) Flush() []Op {
	ops := s.ops
	s.ops = nil
	return ops
}

// Adopt makes room for a sequence of space 0 with these tokens that comes from elsewhere
// and returns its number and what to do first, or false where there is no room
// beside the requests that run; nothing is forgotten then.
func (s *Scheduler) Adopt(tokens []Token, now time.Time) (seq int, ops []Op, ok bool) {
	if len(tokens) > s.cfg.Context || len(s.running())+s.promised()+len(tokens) > s.cfg.Cells {
		return 0, nil, false
	}
	for {
		free := s.cfg.Cells - s.cells.used() - s.promised()
		if free >= len(tokens) {
			break
		}
		v := s.victim(nil, nil, now)
		if v == nil {
			return 0, nil, false
		}
		s.forget(v)
	}
	q := s.empty(nil, now)
	if q == nil {
		return 0, nil, false
	}
	q.space = 0
	q.tokens, q.cells, q.used = slices.Clone(tokens), s.cells.take(nil, len(tokens)), now
	return q.n, s.Flush(), true
}

// Drop forgets a sequence that was adopted and did not come.
func (s *Scheduler) Drop(seq int) {
	if q := s.seqs[seq]; q.owner == nil {
		s.forget(q)
	}
}

// Shared returns how many tokens a and b have in common at their beginning.
func Shared(a, b []Token) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
