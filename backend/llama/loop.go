package llama

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
	"markai/backend/schedule"
	"markai/backend/speculate"
)

// errLeft is why a request ended whose caller had left.
var errLeft = errors.New("the caller left")

// loop computes the requests of a model together. While there are any, one
// goroutine goes step by step: the scheduler plans, llama.cpp computes, every
// stream chooses its next token.
type loop struct {
	vocab native.Vocab
	words int               // tokens in the vocabulary
	made  [sha256.Size]byte // the fingerprint of model and library
	whole bool              // memory cannot forget the end of a sequence alone

	mu      sync.Mutex // guards what follows; it is not held while llama.cpp computes
	plans   *schedule.Scheduler
	streams map[schedule.ID]*stream
	next    schedule.ID
	running bool // the goroutine is there
	share   threads
	habit   speculate.Habit // how often guesses held
	between []func()        // to be done between two steps
	more    chan struct{}   // holds a token when there may be something to do

	// The goroutine alone uses what follows.
	ctx     native.Context
	memory  native.Memory
	batch   native.Batch
	lora    adapters
	second  *drafter // nil: guesses come from the text alone
	eager   bool     // the second model guesses whether that pays or not
	waiting int      // requests that have not begun
	reading pace     // threads for many tokens at once
	writing pace     // threads for one token after the other
	// effort is what steps cost without the time for which they wait for a
	// processor: what a guess is worth must not change with the noise of a busy
	// machine. The first prompt gives a notion of large steps.
	effort   schedule.Curve
	learning learning
}

// fewRows is up to how many tokens in a step count as writing, which leaves a
// processor free; more are computed on as many threads as prompts are.
const fewRows = 4

func newLoop(m native.Model, vocab native.Vocab, s setup) (*loop, error) {
	limit := s.Context
	if trained := int(native.ModelNCtxTrain(m)); trained > 0 {
		limit = min(limit, trained)
	}
	cfg := schedule.Config{
		Running: s.Running, Cells: max(s.Cells, limit), Context: limit, Batch: stepTokens, Queue: s.Queue,
		Whole: native.ModelIsRecurrent(m) || native.ModelIsHybrid(m),
	}
	if cfg.Running <= 0 {
		cfg.Running = defaultRunning
	}
	cfg.Sequences = 2 * cfg.Running
	params := native.ContextDefaultParams()
	params.NCtx = uint32(cfg.Cells + spareRows)
	params.NBatch, params.NUbatch = stepTokens, stepTokens
	params.NSeqMax = uint32(cfg.Sequences + 1)
	params.KVUnified = 1 // sequences share the memory of what they begin with
	small, err := cacheType(s.Cache, &params)
	if err != nil {
		return nil, err
	}
	l := &loop{vocab: vocab, words: int(native.VocabNTokens(vocab)), whole: cfg.Whole, streams: map[schedule.ID]*stream{}, lora: adapters{model: m}}
	if l.made, err = fingerprint(s); err != nil {
		return nil, err
	}
	if s.Draft != "" && !cfg.Whole {
		if l.second, err = openDrafter(s, m, vocab, cfg.Running+2, cfg.Cells); err != nil {
			return nil, err
		}
		l.eager = s.Eager
	}
	if l.ctx, err = newContext(m, params); err != nil {
		if small {
			err = mark.Errorf(mark.Unsupported, "This model does not run with a key-value cache of %s, or there is not enough memory. Choose f16 in its settings, or a smaller context.", s.Cache).Because(err)
		}
		return nil, err
	}
	if l.memory, err = native.GetMemory(l.ctx); err != nil {
		return nil, fmt.Errorf("open the model: %w", err)
	}
	l.batch = native.BatchInit(stepTokens, 0, 1)
	l.plans = schedule.New(cfg)
	l.learning = newLearning(cfg.Sequences, cfg.Whole)
	l.more = make(chan struct{}, 1)
	return l, nil
}

// cacheType lets a context keep keys and values as numbers of a kind, and reports
// whether these are smaller than usual. Errors: Invalid.
func cacheType(name string, params *native.ContextParams) (small bool, err error) {
	kinds := map[string]native.GGMLType{"": native.GGMLTypeF16, "f16": native.GGMLTypeF16, "q8_0": native.GGMLTypeQ8_0, "q4_0": native.GGMLTypeQ4_0}
	kind, ok := kinds[name]
	if !ok {
		return false, mark.Errorf(mark.Invalid, "There is no key-value cache of %q. Choose f16, q8_0 or q4_0.", name)
	}
	params.TypeK, params.TypeV = kind, kind
	if small = kind != native.GGMLTypeF16; small {
		params.FlashAttentionType = native.FlashAttentionTypeEnabled // which alone reads small values
	}
	return small, nil
}

// generate puts a request in, and sends what comes until it ends or ctx does.
func (l *loop) generate(ctx context.Context, s *stream, r schedule.Request, t threads, send func(delta) error) error {
	if err := l.begin(s, r, t); err != nil {
		s.grammar.free()
		return err
	}
	for {
		select {
		case <-s.wake:
		case <-ctx.Done():
			l.cancel(s.id)
			return fmt.Errorf("generate: %w", ctx.Err())
		}
		d, some, done, err := s.take()
		if some {
			if err := send(d); err != nil {
				l.cancel(s.id)
				return err
			}
		}
		if done {
			return err
		}
	}
}

// begin adds a request; the goroutine starts when there is none.
func (l *loop) begin(s *stream, r schedule.Request, t threads) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	s.id, r.ID = l.next, l.next
	if err := l.plans.Add(r, time.Now()); err != nil {
		return err
	}
	s.limit = l.plans.Limit(r.ID)
	l.streams[r.ID] = s
	l.share = t
	l.start()
	return nil
}

// start lets the goroutine run; it ends by itself when nothing is left to do.
// The caller holds mu.
func (l *loop) start() {
	select {
	case l.more <- struct{}{}:
	default:
	}
	if !l.running {
		l.running = true
		go l.run()
	}
}

// cancel lets a request end at the next step.
func (l *loop) cancel(id schedule.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.plans.Cancel(id)
}

// do runs f between two steps and returns when it has run; mu is held then.
// Where ctx ends first, f does not run any more.
func (l *loop) do(ctx context.Context, f func()) error {
	done := make(chan struct{})
	l.mu.Lock()
	l.between = append(l.between, func() {
		defer close(done)
		if ctx.Err() == nil {
			f()
		}
	})
	l.start()
	l.mu.Unlock()
	<-done // a step away
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("wait for the model: %w", err)
	}
	return nil
}

// run steps until there is nothing to do.
func (l *loop) run() {
	for {
		l.mu.Lock()
		for _, f := range l.between {
			f()
		}
		l.between = nil
		if l.plans.Idle() {
			if share := l.share; len(l.learning.left) > 0 && share.Batch > 0 {
				l.mu.Unlock()
				l.learn(share)
				continue
			}
			l.running = false
			l.mu.Unlock()
			return
		}
		now := time.Now()
		bound := 0
		if _, try := l.reading.threads(l.share.Batch, now); try {
			bound = probeStep
		}
		l.plans.Bound(bound)
		p := l.plans.Plan(now)
		l.announce(p)
		l.waiting, _, _ = l.plans.Load()
		share, streams := l.share, l.streamsOf(p)
		l.mu.Unlock()
		l.step(p, streams, share)
	}
}

// announce tells the streams of a plan what it decided. The caller holds mu.
func (l *loop) announce(p schedule.Plan) {
	for _, e := range p.Ended {
		l.finish(e.ID, reasonError(e.Reason, nil))
	}
	for _, b := range p.Started {
		s := l.streams[b.ID]
		s.mu.Lock()
		s.ready.Prompt, s.ready.Cached = b.Prompt, b.Shared
		s.mu.Unlock()
	}
}

// finish ends a stream. The caller holds mu.
func (l *loop) finish(id schedule.ID, err error) {
	l.second.leave(id)
	if s := l.streams[id]; s != nil {
		delete(l.streams, id)
		s.end(err)
	}
}

// streamsOf returns the streams of a plan's work. The caller holds mu.
func (l *loop) streamsOf(p schedule.Plan) []*stream {
	out := make([]*stream, len(p.Work))
	for i, w := range p.Work {
		out[i] = l.streams[w.ID]
	}
	return out
}

// step computes a plan and hands its streams what came of it.
func (l *loop) step(p schedule.Plan, streams []*stream, share threads) {
	began := time.Now()
	err := l.apply(p.Ops)
	if err == nil && p.Rows > 0 {
		err = l.compute(p, share)
	}
	results := make([]schedule.Result, len(p.Work))
	wrong := make([]error, len(p.Work)) // of one request alone
	if err == nil {
		row := 0
		for i, w := range p.Work {
			row += len(w.Tokens)
			if w.Logits > 0 {
				results[i], wrong[i] = l.choose(w, row-w.Logits, streams[i], company{len(p.Work), l.waiting})
				streams[i].ahead.Wrote(results[i].Tokens, w.Logits-1)
				if l.second != nil {
					streams[i].history = append(streams[i].history, results[i].Tokens...)
				}
			}
		}
	}
	l.mu.Lock()
	if err != nil {
		l.fail(err)
		l.mu.Unlock()
		return
	}
	now := time.Now()
	l.plans.Done(p, now.Sub(began), results, now)
	for i, w := range p.Work {
		if results[i].End {
			l.finish(w.ID, wrong[i])
		}
	}
	asks := l.guess(p, streams, results)
	l.mu.Unlock()
	l.ask(asks, share)
}

// apply changes what memory holds.
func (l *loop) apply(ops []schedule.Op) error {
	for _, op := range ops {
		to, from, end := native.SeqId(op.To), native.SeqId(op.From), native.Pos(op.Len)
		var err error
		switch {
		case op.From >= 0 && l.whole:
			err = native.MemorySeqCp(l.memory, from, to, -1, -1)
		case op.From >= 0:
			err = native.MemorySeqCp(l.memory, from, to, 0, end)
		case op.Len == 0:
			_, err = native.MemorySeqRm(l.memory, to, -1, -1)
		default:
			var ok bool
			if ok, err = native.MemorySeqRm(l.memory, to, end, -1); err == nil && !ok {
				err = errors.New("this model cannot forget the end of a text")
			}
		}
		if err != nil {
			return fmt.Errorf("arrange the model's memory: %w", err)
		}
	}
	return nil
}

// compute runs a plan's work through the model.
func (l *loop) compute(p schedule.Plan, share threads) error {
	if err := l.lora.use(l.ctx, p.Space); err != nil {
		return err
	}
	if err := l.batch.Clear(); err != nil {
		return fmt.Errorf("fill the batch: %w", err)
	}
	seq := make([]native.SeqId, 1)
	for _, w := range p.Work {
		seq[0] = native.SeqId(w.Seq)
		for i, t := range w.Tokens {
			if err := l.batch.Add(native.Token(t), native.Pos(w.Pos+i), seq, i >= len(w.Tokens)-w.Logits); err != nil {
				return fmt.Errorf("fill the batch: %w", err)
			}
		}
	}
	pace, most := &l.writing, share.Decode
	if p.Rows > fewRows {
		pace, most = &l.reading, share.Batch
	}
	n, _ := pace.threads(most, time.Now())
	native.SetNThreads(l.ctx, int32(n), int32(n))
	began, cpu := time.Now(), cpuTime()
	rc, err := native.Decode(l.ctx, l.batch)
	cpu = cpuTime() - cpu
	pace.saw(n, time.Since(began), cpu, time.Now())
	l.effort.Saw(p.Rows, cpu/time.Duration(n))
	switch {
	case err != nil:
		return fmt.Errorf("compute %d tokens: %w", p.Rows, err)
	case rc == 1:
		return mark.Errorf(mark.TooBig, "The question and its passages do not fit the model. Ask about fewer documents, or choose a larger context in Settings.")
	case rc != 0:
		return fmt.Errorf("compute %d tokens: llama.cpp answered %d", p.Rows, rc)
	}
	return nil
}

// choose lets a stream choose the tokens that follow those of w from row on.
func (l *loop) choose(w schedule.Work, row int, s *stream, beside company) (schedule.Result, error) {
	drafts := w.Tokens[len(w.Tokens)-w.Logits+1:]
	s.guessed += len(drafts)
	r, err := follow(drafts, func(i int) (schedule.Token, error) {
		logits, err := native.GetLogitsIth(l.ctx, int32(row+i), l.words)
		if err == nil && logits == nil {
			err = errors.New("llama.cpp gave no logits")
		}
		if err != nil {
			return 0, err
		}
		tok, err := s.next(logits)
		return schedule.Token(tok), err
	}, func(t schedule.Token, held bool) bool {
		if held {
			s.held++
		}
		return s.write(native.Token(t), beside)
	})
	if err != nil {
		return r, fmt.Errorf("generate: %w", err)
	}
	return r, nil
}

// fail ends everything that ran: nothing is known of memory any more. The
// caller holds mu.
func (l *loop) fail(err error) {
	if clear := native.MemoryClear(l.memory, true); clear != nil {
		err = errors.Join(err, clear)
	}
	for _, e := range l.plans.Failed() {
		l.finish(e.ID, reasonError(e.Reason, err))
	}
}
