package llama

import (
	"fmt"
	"math"
	"slices"
	"sync"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
	"markai/backend/schedule"
	"markai/backend/speculate"
)

// stream is one request in the loop. The loop writes to it; the handler of the
// request takes what has come, in its own time.
type stream struct {
	id      schedule.ID
	vocab   native.Vocab
	pick    *sampler
	grammar *grammar
	text    textStream
	calls   *tools
	ahead   *speculate.Speculator
	history []schedule.Token   // prompt and text, where a second model guesses
	limit   int                // tokens to write
	written int                // tokens so far
	all     []native.TokenData // scratch for the grammar
	unsent  int                // tokens since the last delta
	guessed int                // guesses verified since the last delta
	held    int                // and those that held
	scores  int                // how many of the likeliest tokens are told with each
	scored  []scored           // of the tokens since the last delta

	wake chan struct{} // holds a token when something has come

	mu    sync.Mutex // guards what follows
	ready delta      // what has come and was not taken
	fresh bool       // ready holds something
	done  bool       // nothing more comes
	err   error      // why, where it is no good end
}

func newStream(l *loop, p prompt, g *grammar, pick *sampler, tokens []schedule.Token) *stream {
	s := &stream{
		vocab: l.vocab, pick: pick, grammar: g, text: textStream{stop: p.Stop}, scores: p.Scores,
		ahead: speculate.New(tokens, l.known(), l.plain(p)),
		wake:  make(chan struct{}, 1),
	}
	s.ahead.EndAt(s.until)
	if l.second != nil {
		s.history = slices.Clip(tokens)
	}
	return s
}

// company are the requests that a step found.
type company struct {
	beside  int // computed in it
	waiting int // that had not begun
}

// put hands d to the handler. It never waits: a reader who lags behind gets
// several deltas as one.
func (s *stream) put(d delta) {
	s.mu.Lock()
	s.ready.Text += d.Text
	s.ready.Tokens += d.Tokens
	s.ready.Prompt += d.Prompt
	s.ready.Cached += d.Cached
	s.ready.Guessed += d.Guessed
	s.ready.Held += d.Held
	s.ready.Calls = append(s.ready.Calls, d.Calls...)
	s.ready.Scores = append(s.ready.Scores, d.Scores...)
	s.ready.Beside = max(s.ready.Beside, d.Beside)
	s.ready.Waiting = max(s.ready.Waiting, d.Waiting)
	s.ready.Stop = d.Stop
	s.ready.Unguessed = d.Unguessed
	s.fresh = true
	s.done = s.done || d.Stop != ""
	s.mu.Unlock()
	s.signal()
}

// end tells the handler that nothing more comes, and why.
func (s *stream) end(err error) {
	s.grammar.free()
	s.grammar = nil
	s.mu.Lock()
	s.done = true
	s.err = err
	s.mu.Unlock()
	s.signal()
}

func (s *stream) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// take returns what has come since the last call.
func (s *stream) take() (d delta, some, done bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, some = s.ready, s.fresh
	s.ready, s.fresh = delta{}, false
	return d, some, s.done, s.err
}

// fewCandidates are the likeliest tokens among which an allowed one is looked
// for first.
const fewCandidates = 128

// next chooses the next token from logits, which may be changed.
func (s *stream) next(logits []float32) (native.Token, error) {
	raw := logits
	if s.scores > 0 {
		raw = slices.Clone(logits)
	}
	s.pick.penalise(logits)
	tok, err := s.choose(logits)
	if err != nil || native.VocabIsEOG(s.vocab, tok) {
		return tok, err
	}
	s.pick.wrote(tok)
	if s.grammar != nil {
		s.grammar.accept(tok)
	}
	if s.scores > 0 {
		s.scored = append(s.scored, scoresOf(s.vocab, raw, tok, s.scores))
	}
	return tok, nil
}

// choose picks a token that the grammar allows. The grammar is asked about the
// first choice alone, about the likeliest when it refuses that one, and about the
// whole vocabulary only when these do not decide: asking it about every token
// would halve the speed.
func (s *stream) choose(logits []float32) (native.Token, error) {
	tok := native.Token(s.pick.pick(logits))
	g := s.grammar
	if g == nil || g.allows(tok) {
		return tok, nil
	}
	top := candidates(logits, fewCandidates)
	s.all = g.among(s.all[:0], logits, top)
	if len(top) == 0 || !s.pick.enough(s.all, logits[top[len(top)-1]]) {
		s.all = g.filter(s.all[:0], logits)
	}
	allowed := make([]float32, len(s.all))
	for i := range s.all {
		allowed[i] = s.all[i].Logit
	}
	at := s.pick.pick(allowed)
	if math.IsInf(float64(allowed[at]), -1) {
		return 0, mark.Errorf(mark.Invalid, "The form that the answer must take allows no further word.")
	}
	return s.all[at].Id, nil
}

// write takes in a token of the text and reports whether it is the last.
func (s *stream) write(tok native.Token, beside company) (last bool) {
	if native.VocabIsEOG(s.vocab, tok) {
		s.show(s.text.rest(), "end", beside)
		return true
	}
	s.written++
	s.unsent++
	show, stopped := s.text.add(s.calls.piece(s.vocab, tok))
	switch {
	case stopped:
		s.show(show, "stop", beside)
		return true
	case s.written >= s.limit:
		s.show(show+s.text.rest(), "length", beside)
		return true
	case show != "":
		s.show(show, "", beside)
	}
	return false
}

// show hands text to the handler, with the numbers of tokens since the last time.
func (s *stream) show(text, stop string, beside company) {
	text, calls := s.calls.take(text, stop != "")
	d := delta{Text: text, Calls: calls, Tokens: s.unsent, Stop: stop, Beside: beside.beside, Waiting: beside.waiting, Guessed: s.guessed, Held: s.held, Scores: s.scored}
	if stop != "" && s.guessed == 0 {
		d.Unguessed = string(s.ahead.Stats().Off)
	}
	s.put(d)
	s.unsent, s.guessed, s.held, s.scored = 0, 0, 0, nil
}

// reasonError is what a request is told that ended without its last word.
func reasonError(why schedule.Reason, cause error) error {
	switch why {
	case schedule.Late:
		return mark.Errorf(mark.TooBusy, "The model was busy for longer than this request may wait. Try again in a moment.")
	case schedule.Overdue:
		return mark.Errorf(mark.Canceled, "The answer took longer than it may and was stopped. Ask for less at once.")
	case schedule.Broken:
		return cause
	}
	return fmt.Errorf("generate: %w", errLeft)
}
