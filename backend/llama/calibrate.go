package llama

import (
	"time"

	native "github.com/hybridgroup/yzma/pkg/llama"

	"markai/backend/schedule"
)

// learnRest is how long nobody must have asked for anything before the next step is
// measured.
const learnRest = 100 * time.Millisecond

// spareRows are the cells of memory that measuring takes.
const spareRows = 32

// learning measures what steps of a few rows cost, once, as soon as the model rests,
// with tokens that stand in a sequence of their own: it decides whether guesses pay,
// and it is uneven. Two rows can cost three times one. The loop's goroutine alone uses it.
type learning struct {
	seq  int   // the sequence that nothing else uses
	left []int // rows of the steps still to be measured
}

func newLearning(seq int, whole bool) learning {
	l := learning{seq: seq}
	if !whole { // else nothing is ever guessed
		l.left = []int{spareRows, 16, 8, 4, 2} // one row was computed while text was written
	}
	return l
}

// learn measures the next step, unless somebody asks for something. What goes wrong
// ends the measuring: it is not needed.
func (l *loop) learn(share threads) {
	select {
	case <-l.more:
		return
	case <-time.After(learnRest):
	}
	rows := l.learning.left[0]
	l.learning.left = l.learning.left[1:]
	tokens := make([]schedule.Token, rows)
	for i := range tokens {
		tokens[i] = schedule.Token(i % l.words) // any will do
	}
	w := schedule.Work{Seq: l.learning.seq, Tokens: tokens, Logits: rows}
	err := l.compute(schedule.Plan{Work: []schedule.Work{w}, Rows: rows}, share)
	if _, clear := native.MemorySeqRm(l.memory, native.SeqId(l.learning.seq), -1, -1); err != nil || clear != nil {
		l.learning.left = nil
	}
}
