package ggml

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"

	"markai/backend/worker"
)

// Tools runs jobs, each in a worker of its own.
type Tools struct {
	Runtime string      // folder of the llama.cpp libraries
	Threads int         // at least 1
	Worker  worker.Spec // its Kind, Env and WriteDirs are set here
}

// job starts a worker, runs f on it and ends it.
func (t Tools) job(ctx context.Context, f func(*worker.Process) error, write ...string) error {
	spec := t.Worker
	spec.Kind = Kind
	// Without GGML_NO_BACKTRACE an abort starts a debugger on itself.
	spec.Env = append(append([]string{}, spec.Env...), "GGML_NO_BACKTRACE=1")
	spec.WriteDirs = write
	p, err := worker.Start(ctx, spec)
	if err != nil {
		return err
	}
	err = f(p)
	if ctx.Err() != nil {
		// llama.cpp does not look up from a long computation.
		p.Kill(ctx.Err())
	}
	if closing := p.Close(); err == nil {
		err = closing
	}
	return err
}

// Quantize writes the model from in another type to the file to. Where text is
// not empty, an importance matrix is computed from it first (the mean square of
// what each column of a matrix is multiplied with) and the rounding favours what
// matters. The original is mapped, not loaded; memory stays within the
// calibration's context and a few hundred megabytes. A cancelled job leaves a
// part of the file behind: the caller removes it. Errors: Unsupported, Crashed,
// Unavailable.
func (t Tools) Quantize(ctx context.Context, from, to string, fileType int, text string, progress func(Progress)) error {
	j := Job{Runtime: t.Runtime, From: from, To: to, FileType: fileType, Threads: max(t.Threads, 1)}
	return t.job(ctx, func(p *worker.Process) error {
		return stream(ctx, p, methodQuantize, j, []byte(text), progress, nil)
	}, filepath.Dir(to))
}

// Speed reads 512 tokens of text and writes 64 after them, three times, and
// returns the best.
func (t Tools) Speed(ctx context.Context, model, text string) (Speed, error) {
	var s Speed
	err := t.job(ctx, func(p *worker.Process) error {
		_, err := p.Call(ctx, methodSpeed, subject{t.Runtime, model, max(t.Threads, 1)}, []byte(text), &s)
		return err
	})
	return s, err
}

// Compare lets the model, and the original beside it unless that is empty,
// foretell text in windows of 512 tokens; the second half of each is judged.
// Both must have the same vocabulary. Errors: Invalid where they have not.
func (t Tools) Compare(ctx context.Context, model, original, text string, progress func(Progress)) (Likeness, error) {
	var l Likeness
	err := t.job(ctx, func(p *worker.Process) error {
		return stream(ctx, p, methodCompare, pair{subject{t.Runtime, model, max(t.Threads, 1)}, original}, []byte(text), progress, &l)
	})
	return l, err
}

// Answer asks the model each question over its passage, greedily and shortly.
func (t Tools) Answer(ctx context.Context, model string, questions []Question) ([]string, error) {
	body, err := json.Marshal(questions)
	if err != nil {
		return nil, fmt.Errorf("ask the model: %w", err)
	}
	var answers []string
	err = t.job(ctx, func(p *worker.Process) error {
		_, err := p.Call(ctx, methodAnswer, subject{t.Runtime, model, max(t.Threads, 1)}, body, &answers)
		return err
	})
	return answers, err
}

// Logits returns the tokens of text, the first ones that fit 256, and the logits
// of what follows each, row by row.
func (t Tools) Logits(ctx context.Context, model, text string) (tokens []int32, logits [][]float32, err error) {
	err = t.job(ctx, func(p *worker.Process) error {
		body, err := p.Call(ctx, methodLogits, subject{t.Runtime, model, max(t.Threads, 1)}, []byte(text), &tokens)
		if err != nil || len(tokens) == 0 {
			return err
		}
		width := len(body) / 4 / len(tokens)
		for range tokens {
			row := make([]float32, width)
			for i := range row {
				row[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:]))
			}
			logits, body = append(logits, row), body[4*width:]
		}
		return nil
	})
	return tokens, logits, err
}

// stream runs a call that tells its progress.
func stream(ctx context.Context, p *worker.Process, method string, req any, body []byte, progress func(Progress), resp any) error {
	for m, err := range p.Stream(ctx, method, req, body) {
		if err != nil {
			return err
		}
		if m.Last {
			if resp == nil {
				return nil
			}
			return m.Decode(resp)
		}
		var at Progress
		if err := m.Decode(&at); err != nil {
			return err
		}
		if progress != nil {
			progress(at)
		}
	}
	return nil
}
