package schedule

import (
	"slices"
	"time"

	mark "markai/backend"
)

type (
	// ID names a request among those of a scheduler.
	ID uint64
	// Token is a word of the model's vocabulary.
	Token = int32
)

// Config says what there is to share out.
type Config struct {
	Running   int  // requests that run at once; 0 means 8
	Sequences int  // sequences that memory tells apart, at least Running; 0 means twice Running
	Cells     int  // tokens that memory holds
	Context   int  // tokens that one request may take; 0 means Cells
	Batch     int  // tokens in a step at most; 0 means 512
	Queue     int  // requests that may wait; 0 means 64
	Whole     bool // memory cannot forget the end of a sequence alone (recurrent models)

	// Pace bounds how much longer a step may take for the prompts that are read
	// beside what is written: so many times the step without; 0 means 2.
	Pace float64
	// Where the processor allows no prompt within Pace (two rows cost three
	// times one), one step in Spacing may take up to Stall; 0 means 32 and 150 ms.
	Spacing int
	Stall   time.Duration
	// Longest bounds a step that only reads prompts, so that one who leaves is
	// noticed; 0 means 600 ms.
	Longest time.Duration
	// Patience is how long background work and requests that need much memory
	// let others pass; 0 means 20 s.
	Patience time.Duration
}

// Request asks for the continuation of a prompt.
type Request struct {
	ID         ID
	Client     string // whose share it is taken from
	Background bool   // nobody waits for it
	Space      int    // requests of different spaces share no step and nothing that memory holds: the model is not quite the same for them
	Prompt     []Token
	MaxTokens  int       // to write, at least 1
	StartBy    time.Time // it ends as Late when it still waits then; zero: never
	EndBy      time.Time // it ends as Overdue when it still runs then; zero: never
}

// request is a request on its way.
type request struct {
	Request
	arrived   time.Time
	seq       *sequence // nil while it waits
	pending   Token     // the token written last, which memory lacks
	writing   bool      // the prompt has been read
	drafts    []Token   // guesses at what follows pending
	written   int
	step      int // in which it was last computed
	mark      int // prompt tokens after which the sequence is copied, of Whole memory
	cancelled bool
}

func (r *request) cost() int { return len(r.Prompt) + r.MaxTokens }

// most is how many tokens of memory the request can come to hold.
func (r *request) most() int { return len(r.Prompt) + r.MaxTokens }

// sequence is a row of tokens in memory: of a request that runs, or kept for
// one that begins alike.
type sequence struct {
	n      int // its number
	space  int // of the requests that its tokens are of
	tokens []Token
	cells  []int32
	owner  *request // nil: kept, or empty
	used   time.Time
}

// Reason says why a request ended without its last word.
type Reason string

// The reasons.
const (
	Cancelled Reason = "cancelled"
	Late      Reason = "late"    // it waited longer than StartBy allows
	Overdue   Reason = "overdue" // it ran longer than EndBy allows
	Broken    Reason = "broken"  // the step failed
)

// End is the end of a request that Plan decided on.
type End struct {
	ID     ID
	Reason Reason
}

// Start tells that a request began to run.
type Start struct {
	ID     ID
	Prompt int           // tokens of its prompt
	Shared int           // tokens of its prompt that memory held already
	Waited time.Duration // since Add
}

// Op changes memory before a step.
type Op struct {
	From, To int // sequences; From is -1 where To keeps only its first Len tokens
	Len      int // tokens copied to the empty sequence To, or kept
}

// Work is what a step computes for one request: Tokens at Pos and after of
// sequence Seq. The last Logits of them have logits: one for a prompt that
// ends here, one and one for each draft where text is written.
type Work struct {
	ID     ID
	Seq    int
	Pos    int
	Tokens []Token
	Logits int
	Prompt bool
}

// Plan is a step: first who ends without it, then Ops in order, then Work in
// one batch.
type Plan struct {
	Ended   []End
	Started []Start
	Ops     []Op
	Work    []Work
	Rows    int // tokens of all Work
	Space   int // of all Work
}

// Result is what became of a Work with logits.
type Result struct {
	// Tokens are those written: the drafts that held, in order, and the one
	// that follows them.
	Tokens []Token
	End    bool // the last of Tokens ends the text and is not computed further
}

// Scheduler plans steps. It is for one goroutine.
type Scheduler struct {
	cfg   Config
	curve Curve
	cells *cells
	seqs  []*sequence
	run   []*request // in the order in which they began
	queue queue
	byID  map[ID]*request
	ops   []Op       // of the next plan
	bound int        // prompt tokens in a step; 0: as many as fit
	since int        // steps since the last long one
	steps int        // in which text was written
	seen  []*request // prompts that came lately, of Whole memory
	space space      // whose turn it is
}

// New returns a scheduler with nothing to do.
func New(cfg Config) *Scheduler {
	cfg.Running = or(cfg.Running, 8)
	cfg.Sequences = max(or(cfg.Sequences, 2*cfg.Running), cfg.Running)
	cfg.Context = min(or(cfg.Context, cfg.Cells), cfg.Cells)
	cfg.Batch = max(or(cfg.Batch, 512), cfg.Running)
	cfg.Queue = or(cfg.Queue, 64)
	cfg.Pace = or(cfg.Pace, 2)
	cfg.Spacing = or(cfg.Spacing, 32)
	cfg.Stall = or(cfg.Stall, 150*time.Millisecond)
	cfg.Longest = or(cfg.Longest, 600*time.Millisecond)
	cfg.Patience = or(cfg.Patience, 20*time.Second)
	s := &Scheduler{cfg: cfg, cells: newCells(cfg.Cells), byID: map[ID]*request{}, since: cfg.Spacing}
	for i := range cfg.Sequences {
		s.seqs = append(s.seqs, &sequence{n: i})
	}
	return s
}

func or[T comparable](v, standard T) T {
	var zero T
	if v == zero {
		return standard
	}
	return v
}

// Add puts a request in the queue. MaxTokens is lowered to what its prompt
// leaves of the context. Errors: TooBig, TooBusy, Invalid for an empty prompt.
func (s *Scheduler) Add(q Request, now time.Time) error {
	room := s.cfg.Context - len(q.Prompt)
	switch {
	case len(q.Prompt) == 0:
		return mark.Errorf(mark.Invalid, "The question is empty. Ask something.")
	case room < 1:
		return mark.Errorf(mark.TooBig, "The question and its passages take %d tokens and the model holds %d. Ask about fewer documents, or choose a larger context in Settings.", len(q.Prompt), s.cfg.Context)
	case s.queue.n >= s.cfg.Queue && s.patient() >= s.cfg.Queue:
		return mark.Errorf(mark.TooBusy, "The model is busy and %d requests wait already. Try again in a moment.", s.cfg.Queue)
	case s.byID[q.ID] != nil:
		return mark.Errorf(mark.Exists, "This request runs already.")
	}
	q.MaxTokens = min(max(q.MaxTokens, 1), room)
	r := &request{Request: q, arrived: now}
	s.byID[q.ID] = r
	s.queue.add(r)
	return nil
}

// patient returns how many wait and were not cancelled: those leave at the next
// plan, which may be a long step away.
func (s *Scheduler) patient() int {
	n := 0
	for r := range s.queue.all {
		if !r.cancelled {
			n++
		}
	}
	return n
}

// Cancel ends a request at the next Plan. One that has ended is no error.
func (s *Scheduler) Cancel(id ID) {
	if r := s.byID[id]; r != nil {
		r.cancelled = true
	}
}

// Draft proposes what follows the token written last. The next plan computes as
// many of the drafts as fit beside it, and asks for the logits of all.
func (s *Scheduler) Draft(id ID, drafts []Token) {
	if r := s.byID[id]; r != nil && r.writing {
		r.drafts = drafts
	}
}

// Bound lets steps read at most so many tokens of prompts from now on, whatever
// they are likely to take; 0 lets them read as many as fit.
func (s *Scheduler) Bound(tokens int) { s.bound = tokens }

// Limit returns how many tokens a request may write; 0 where there is none.
func (s *Scheduler) Limit(id ID) int {
	if r := s.byID[id]; r != nil {
		return r.MaxTokens
	}
	return 0
}

// Curve is what steps have cost so far.
func (s *Scheduler) Curve() *Curve { return &s.curve }

// Idle reports whether there is nothing to do.
func (s *Scheduler) Idle() bool { return len(s.byID) == 0 }

// Load says how many requests wait and run, and how many tokens memory holds.
func (s *Scheduler) Load() (waiting, running, cells int) {
	return s.queue.n, len(s.run), s.cells.used()
}

// Done takes in what became of a plan's Work: results belongs to p.Work, entry
// by entry, and is empty where no logits were asked for. A request that has
// written its last token leaves; its sequence is kept.
func (s *Scheduler) Done(p Plan, took time.Duration, results []Result, now time.Time) {
	s.curve.Saw(p.Rows, took)
	for i, w := range p.Work {
		r := s.byID[w.ID]
		q := r.seq
		q.tokens = append(q.tokens, w.Tokens...)
		q.cells = s.cells.take(q.cells, len(w.Tokens))
		q.used = now
		if w.Logits == 0 {
			continue
		}
		r.writing, r.drafts = true, nil
		out := results[i].Tokens
		if held := len(q.tokens) - w.Logits + len(out); held < len(q.tokens) {
			s.cut(q, held)
		}
		r.written += len(out)
		if results[i].End || len(out) == 0 || r.written >= r.MaxTokens {
			s.leave(r)
			continue
		}
		r.pending = out[len(out)-1]
	}
}

// Failed takes in that a plan's step went wrong: nothing is known of memory
// any more. Those that ran end as Broken, those that wait go on waiting.
func (s *Scheduler) Failed() []End {
	var out []End
	for _, r := range slices.Clone(s.run) {
		out = append(out, End{r.ID, Broken})
		s.leave(r)
	}
	s.ops = nil
	for _, q := range s.seqs {
		s.forget(q)
	}
	return out
}

// leave takes a request out; its sequence is kept.
func (s *Scheduler) leave(r *request) {
	delete(s.byID, r.ID)
	if r.seq == nil {
		s.queue.remove(r)
		return
	}
	r.seq.owner = nil
	r.seq = nil
	s.run = slices.DeleteFunc(s.run, func(x *request) bool { return x == r })
}

// cut lets a sequence keep only its first n tokens.
func (s *Scheduler) cut(q *sequence, n int) {
	s.cells.drop(q.cells[n:])
	q.tokens, q.cells = q.tokens[:n], q.cells[:n]
	s.ops = append(s.ops, Op{From: -1, To: q.n, Len: n})
}

// forget empties a sequence.
func (s *Scheduler) forget(q *sequence) { s.cut(q, 0) }
