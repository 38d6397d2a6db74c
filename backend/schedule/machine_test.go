package schedule_test

import (
	"slices"
	"time"

	"markai/backend/schedule"
)

// machine computes plans as an engine would: it holds the tokens of every
// sequence, so that a plan that does not fit memory is noticed, and takes as
// long as its curve says. What it writes is a number for every token.
type machine struct {
	t     fataler
	s     *schedule.Scheduler
	cells int
	whole bool
	seqs  map[int][]schedule.Token
	now   time.Time
	curve func(rows int) time.Duration
	ends  map[schedule.ID]int // after how many tokens a text ends; 0: never
	wrote map[schedule.ID][]schedule.Token
	gone  map[schedule.ID][]schedule.Reason // how it ended; "" is by its own end
	reads int                               // tokens of prompts computed
	gaps  map[schedule.ID][]time.Duration   // between two steps with a token
	last  map[schedule.ID]time.Time
	limit map[schedule.ID]int
	space map[schedule.ID]int // of every request
	holds map[int]int         // of the tokens of every sequence
	steps map[int]int         // by space
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

func newMachine(t fataler, cfg schedule.Config) *machine {
	return &machine{
		t: t, s: schedule.New(cfg), cells: cfg.Cells, whole: cfg.Whole, seqs: map[int][]schedule.Token{},
		now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), curve: func(int) time.Duration { return time.Millisecond },
		ends: map[schedule.ID]int{}, wrote: map[schedule.ID][]schedule.Token{}, gone: map[schedule.ID][]schedule.Reason{},
		gaps: map[schedule.ID][]time.Duration{}, last: map[schedule.ID]time.Time{}, limit: map[schedule.ID]int{},
		space: map[schedule.ID]int{}, holds: map[int]int{}, steps: map[int]int{},
	}
}

func (m *machine) add(q schedule.Request) error {
	m.space[q.ID] = q.Space
	err := m.s.Add(q, m.now)
	if err == nil {
		m.limit[q.ID] = m.s.Limit(q.ID)
	}
	return err
}

// step computes one plan and reports whether there was anything to compute.
func (m *machine) step() bool {
	m.t.Helper()
	p := m.s.Plan(m.now)
	for _, e := range p.Ended {
		m.gone[e.ID] = append(m.gone[e.ID], e.Reason)
	}
	for _, op := range p.Ops {
		m.do(op)
	}
	if len(p.Work) == 0 {
		return false
	}
	rows := 0
	results := make([]schedule.Result, len(p.Work))
	seen := map[int]bool{}
	m.steps[p.Space]++
	took := m.curve(p.Rows)
	m.now = m.now.Add(took)
	for i, w := range p.Work {
		if seen[w.Seq] {
			m.t.Fatalf("sequence %d stands twice in a step", w.Seq)
		}
		seen[w.Seq] = true
		rows += len(w.Tokens)
		if w.Pos != len(m.seqs[w.Seq]) {
			m.t.Fatalf("request %d computes from %d, memory holds %d", w.ID, w.Pos, len(m.seqs[w.Seq]))
		}
		if m.space[w.ID] != p.Space {
			m.t.Fatalf("request %d of space %d is computed in a step of space %d", w.ID, m.space[w.ID], p.Space)
		}
		if len(m.seqs[w.Seq]) > 0 && m.holds[w.Seq] != p.Space {
			m.t.Fatalf("request %d of space %d goes on from tokens of space %d", w.ID, p.Space, m.holds[w.Seq])
		}
		m.holds[w.Seq] = p.Space
		m.seqs[w.Seq] = append(m.seqs[w.Seq], w.Tokens...)
		if w.Prompt {
			m.reads += len(w.Tokens)
		}
		if w.Logits > 0 {
			results[i] = m.write(w)
		}
	}
	if rows != p.Rows {
		m.t.Fatalf("%d rows are called %d", rows, p.Rows)
	}
	if _, _, used := m.s.Load(); used > m.cells {
		m.t.Fatalf("%d of %d cells are used", used, m.cells)
	}
	m.s.Done(p, took, results, m.now)
	return true
}

// write continues a text: the next token is the length of what stands before
// it, so that every second draft that guesses so holds.
func (m *machine) write(w schedule.Work) schedule.Result {
	var r schedule.Result
	if at, ok := m.last[w.ID]; ok {
		m.gaps[w.ID] = append(m.gaps[w.ID], m.now.Sub(at))
	}
	m.last[w.ID] = m.now
	first := len(w.Tokens) - w.Logits
	for i := range w.Logits {
		next := schedule.Token(len(m.wrote[w.ID]) % 5)
		m.wrote[w.ID] = append(m.wrote[w.ID], next)
		r.Tokens = append(r.Tokens, next)
		n := len(m.wrote[w.ID])
		if n == m.ends[w.ID] || n == m.limit[w.ID] {
			r.End = true
			m.gone[w.ID] = append(m.gone[w.ID], "")
			return r
		}
		if at := first + i + 1; at >= len(w.Tokens) || w.Tokens[at] != next {
			return r
		}
	}
	return r
}

func (m *machine) do(op schedule.Op) {
	switch {
	case op.From < 0:
		if m.whole && op.Len != 0 && op.Len != len(m.seqs[op.To]) {
			m.t.Fatalf("the end of a sequence is cut off")
		}
		m.seqs[op.To] = m.seqs[op.To][:min(op.Len, len(m.seqs[op.To]))]
	case len(m.seqs[op.To]) > 0:
		m.t.Fatalf("sequence %d is copied to, and is not empty", op.To)
	case m.whole && op.Len != len(m.seqs[op.From]):
		m.t.Fatalf("a part of a sequence is copied")
	default:
		m.seqs[op.To] = slices.Clone(m.seqs[op.From][:op.Len])
		m.holds[op.To] = m.holds[op.From]
	}
}

// finish steps until nothing is left.
func (m *machine) finish() {
	m.t.Helper()
	for n := 0; !m.s.Idle(); n++ {
		if !m.step() && !m.s.Idle() || n > 100_000 {
			m.t.Fatalf("requests are left and nothing is computed")
		}
	}
}
