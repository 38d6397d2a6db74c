package llama

import (
	"errors"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"slices"
	"time"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
	"markai/backend/schedule"
	"markai/backend/speculate"
)

// drafter is a second, smaller model that guesses what the first writes next.
// The loop's goroutine alone uses it.
type drafter struct {
	vocab  native.Vocab
	words  int
	ctx    native.Context
	memory native.Memory
	batch  native.Batch
	effort schedule.Curve // what its steps cost, as loop.effort
	rows   []*draftRow
	broken bool // it is asked no more
}

// draftRow is a sequence of the drafter's memory.
type draftRow struct {
	n      int
	owner  schedule.ID // 0: nobody; its tokens serve who begins alike
	tokens []schedule.Token
	used   time.Time
}

// openDrafter loads the draft model of a setup for the model of. Errors:
// Unsupported where their words differ, TooBig.
func openDrafter(s setup, of native.Model, vocab native.Vocab, sequences, cells int) (*drafter, error) {
	m, own, err := loadModel(setup{Runtime: s.Runtime, Model: s.Draft})
	if err != nil {
		return nil, err
	}
	name := filepath.Base(s.Draft)
	if native.ModelIsRecurrent(m) || native.ModelIsHybrid(m) {
		return nil, mark.Errorf(mark.Unsupported, "The draft model %s cannot take a guess back. Choose a draft model that is a plain transformer.", name)
	}
	if err := speculate.Compatible(wordsOf(of, vocab), wordsOf(m, own)); err != nil {
		return nil, err
	}
	params := native.ContextDefaultParams()
	params.NCtx = uint32(cells)
	params.NBatch, params.NUbatch = stepTokens, stepTokens
	params.NSeqMax = uint32(sequences)
	params.KVUnified = 1
	d := &drafter{vocab: own, words: int(native.VocabNTokens(own))}
	if d.ctx, err = newContext(m, params); err != nil {
		return nil, err
	}
	if d.memory, err = native.GetMemory(d.ctx); err != nil {
		return nil, fmt.Errorf("open the draft model: %w", err)
	}
	d.batch = native.BatchInit(stepTokens, 0, 1)
	for i := range sequences {
		d.rows = append(d.rows, &draftRow{n: i})
	}
	return d, d.warm()
}

// wordsOf returns what must be known of a model's vocabulary to compare it.
func wordsOf(m native.Model, v native.Vocab) speculate.Vocabulary {
	kind := fnv.New32a()
	for _, key := range []string{"tokenizer.ggml.model", "tokenizer.ggml.pre"} {
		text, _ := native.ModelMetaValStr(m, key)
		fmt.Fprintf(kind, "%s\n", text)
	}
	out := speculate.Vocabulary{
		Kind: int(kind.Sum32()), First: int32(native.VocabBOS(v)), Last: int32(native.VocabEOS(v)), AddFirst: native.VocabGetAddBOS(v),
		Words: make([]string, native.VocabNTokens(v)),
	}
	for i := range out.Words {
		out.Words[i] = native.VocabGetText(v, native.Token(i))
	}
	return out
}

// warm computes a little, so that it is known what steps cost.
func (d *drafter) warm() error {
	first := native.VocabBOS(d.vocab)
	if first < 0 {
		first = 0
	}
	for _, rows := range []int{1, 32, 1, 1, 32} {
		tokens := make([]schedule.Token, rows)
		for i := range tokens {
			tokens[i] = schedule.Token(first)
		}
		if err := d.decode(d.rows[0], tokens, 1); err != nil {
			return err
		}
		if err := d.cut(d.rows[0], 0); err != nil {
			return err
		}
	}
	return nil
}

// second is what is known of the drafter for a stream that may yet write so many
// tokens.
func (d *drafter) second(s *stream, left int) speculate.Second {
	_, have := d.row(s)
	lag := max(len(s.history)-have, 1)
	m := speculate.Second{Word: d.effort.Predict(1).Seconds(), Left: left}
	for ; lag > stepTokens; lag -= stepTokens {
		m.Catch += d.effort.Predict(stepTokens).Seconds()
	}
	// The last row it reads is the first word that it guesses.
	m.Catch = max(m.Catch+d.effort.Predict(lag).Seconds()-m.Word, 0)
	return m
}

// row returns the sequence of a stream, or the one that it had best take over,
// nil where there is none, and how many tokens of its history that holds.
func (d *drafter) row(s *stream) (best *draftRow, have int) {
	for _, r := range d.rows {
		n := min(schedule.Shared(r.tokens, s.history), len(s.history)-1)
		switch {
		case r.owner == s.id:
			return r, n
		case r.owner != 0:
		case best == nil, n > have, n == have && r.used.Before(best.used):
			best, have = r, n
		}
	}
	return best, have
}

// guess returns up to k tokens that are likely to follow a stream's history, on
// so many threads.
func (d *drafter) guess(s *stream, k, threads int) ([]schedule.Token, error) {
	r, have := d.row(s)
	if r == nil {
		return nil, nil
	}
	r.owner, r.used = s.id, time.Now()
	if err := d.cut(r, have); err != nil {
		return nil, err
	}
	var out []schedule.Token
	next := s.history[have:]
	for len(out) < k {
		for len(next) > 0 {
			n := min(len(next), stepTokens)
			if err := d.decode(r, next[:n], threads); err != nil {
				return nil, d.forget(err)
			}
			next = next[n:]
		}
		logits, err := native.GetLogitsIth(d.ctx, -1, d.words)
		if err != nil || logits == nil {
			return nil, errors.Join(errors.New("the draft model gave no logits"), err)
		}
		tok := native.Token(argmax(logits))
		if native.VocabIsEOG(d.vocab, tok) {
			break
		}
		out = append(out, schedule.Token(tok))
		next = out[len(out)-1:]
	}
	return out, nil
}

var errDraftFull = errors.New("the draft model's memory is full")

// decode computes tokens that follow those of r; the last gets logits.
func (d *drafter) decode(r *draftRow, tokens []schedule.Token, threads int) error {
	if err := d.batch.Clear(); err != nil {
		return fmt.Errorf("fill the draft model's batch: %w", err)
	}
	seq := []native.SeqId{native.SeqId(r.n)}
	for i, t := range tokens {
		if err := d.batch.Add(native.Token(t), native.Pos(len(r.tokens)+i), seq, i == len(tokens)-1); err != nil {
			return fmt.Errorf("fill the draft model's batch: %w", err)
		}
	}
	native.SetNThreads(d.ctx, int32(threads), int32(threads))
	cpu := cpuTime()
	rc, err := native.Decode(d.ctx, d.batch)
	d.effort.Saw(len(tokens), (cpuTime()-cpu)/time.Duration(threads))
	switch {
	case err != nil:
		return fmt.Errorf("compute %d tokens of the draft model: %w", len(tokens), err)
	case rc == 1:
		return errDraftFull
	case rc != 0:
		return fmt.Errorf("compute %d tokens of the draft model: llama.cpp answered %d", len(tokens), rc)
	}
	r.tokens = append(r.tokens, tokens...)
	return nil
}

// cut lets a sequence keep its first n tokens.
func (d *drafter) cut(r *draftRow, n int) error {
	if n == len(r.tokens) {
		return nil
	}
	ok, err := native.MemorySeqRm(d.memory, native.SeqId(r.n), native.Pos(n), -1)
	if err == nil && !ok {
		err = errors.New("this model cannot forget the end of a text")
	}
	if err != nil {
		return fmt.Errorf("arrange the draft model's memory: %w", err)
	}
	r.tokens = r.tokens[:n]
	return nil
}

// forget empties memory: where it was full that is no error, guesses come again
// when it has been filled anew.
func (d *drafter) forget(cause error) error {
	err := native.MemoryClear(d.memory, true)
	for _, r := range d.rows {
		r.tokens = nil
	}
	if errors.Is(cause, errDraftFull) {
		cause = nil
	}
	return errors.Join(cause, err)
}

// leave lets go of what belongs to a request; its tokens serve who begins alike.
func (d *drafter) leave(id schedule.ID) {
	if d == nil {
		return
	}
	if at := slices.IndexFunc(d.rows, func(r *draftRow) bool { return r.owner == id }); at >= 0 {
		d.rows[at].owner = 0
	}
}
