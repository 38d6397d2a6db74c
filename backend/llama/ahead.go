package llama

import (
	native "github.com/hybridgroup/yzma/pkg/llama"

	"markai/backend/schedule"
	"markai/backend/speculate"
)

// plain returns why the tokens of a prompt's continuation are not guessed ahead;
// nothing where they may be.
func (l *loop) plain(p prompt) speculate.Reason {
	switch {
	case p.OneByOne:
		return speculate.NotAsked
	case l.whole:
		return speculate.Recurrent
	}
	return ""
}

// known returns how often guesses have held with this model.
func (l *loop) known() speculate.Habit {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.habit
}

// wish is how many tokens the second model is asked for, for a stream.
type wish struct {
	stream *stream
	tokens int
}

// eagerly is how many tokens the second model guesses where it does not matter
// whether that pays.
const eagerly = 7

// guess proposes what those who wrote in a step will write next, for the step
// that follows, and returns what the second model is to guess. What it costs to
// verify is taken from what steps have cost, with the rows of all who write. The
// caller holds mu.
func (l *loop) guess(p schedule.Plan, streams []*stream, results []schedule.Result) (asks []wish) {
	rows := 0
	for i, w := range p.Work {
		if w.Logits > 0 && !results[i].End {
			rows++
		}
	}
	cost := func(n int) float64 { return l.effort.Predict(n).Seconds() }
	for i, w := range p.Work {
		if w.Logits == 0 {
			continue
		}
		s := streams[i]
		if results[i].End {
			l.habit = s.ahead.Habit()
			continue
		}
		left := s.limit - s.written - 1
		drafts, n := l.propose(s, cost, rows-1, left, min(left, stepTokens-rows))
		if len(drafts) > 0 {
			l.plans.Draft(w.ID, drafts)
		} else if n > 0 {
			asks = append(asks, wish{s, n})
		}
		rows += max(len(drafts), n)
	}
	return asks
}

// propose returns guesses for a stream, or how many tokens the second model is to
// be asked for.
func (l *loop) propose(s *stream, cost speculate.Cost, others, left, room int) ([]schedule.Token, int) {
	switch {
	case l.second == nil || l.second.broken:
		return s.ahead.Draft(cost, others, room), 0
	case l.eager && s.ahead.Free():
		return nil, min(room, eagerly)
	}
	return s.ahead.Propose(cost, others, room, l.second.second(s, left))
}

// ask lets the second model guess, between two steps. One that breaks down is
// asked no more: guesses then come from the text alone.
func (l *loop) ask(asks []wish, share threads) {
	for _, a := range asks {
		drafts, err := l.second.guess(a.stream, a.tokens, max(share.Decode, 1))
		if err != nil {
			l.second.broken = true
			return
		}
		drafts = drafts[:a.stream.until(drafts)]
		if len(drafts) == 0 {
			continue
		}
		l.mu.Lock()
		l.plans.Draft(a.stream.id, drafts)
		l.mu.Unlock()
	}
}

// until returns how many of the tokens that may follow can be written before the
// text ends: those to the end of a stop string or to the token that ends it, itself
// included.
func (s *stream) until(tokens []schedule.Token) int {
	text := s.text.copy()
	for i, t := range tokens {
		tok := native.Token(t)
		if native.VocabIsEOG(s.vocab, tok) {
			return i + 1
		}
		if len(text.stop) == 0 {
			continue
		}
		if _, stopped := text.add(s.calls.piece(s.vocab, tok)); stopped {
			return i + 1
		}
	}
	return len(tokens)
}

// follow writes the tokens that a step with drafts gives: choose chooses the one at
// place i, knowing those before it, and write takes it and says whether it ends the
// text. What is chosen where a draft stood is kept as long as it is the draft: so
// every token is drawn from the model's own logits of this step, drafts or not,
// which is rejection sampling for drafts that were not drawn by chance (Leviathan
// et al., ICML 2023). An error of choose ends the text.
func follow(drafts []schedule.Token, choose func(i int) (schedule.Token, error), write func(t schedule.Token, held bool) (last bool)) (schedule.Result, error) {
	var r schedule.Result
	for i := range len(drafts) + 1 {
		t, err := choose(i)
		if err != nil {
			r.End = true
			return r, err
		}
		r.Tokens = append(r.Tokens, t)
		held := i < len(drafts) && drafts[i] == t
		if r.End = write(t, held); r.End || !held {
			break
		}
	}
	return r, nil
}
