package ggml

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"sync"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
	"markai/backend/worker"
	"markai/backend/yzma"
)

// Handlers serves the worker. Jobs of one process run one after the other.
func Handlers() worker.Handlers {
	var turn sync.Mutex
	handlers := worker.Handlers{
		methodQuantize: func(ctx context.Context, c *worker.Call) error {
			var j Job
			if err := c.Decode(&j); err != nil {
				return err
			}
			return quantize(ctx, j, string(c.Body()), func(p Progress) error { return c.Send(p, nil) })
		},
		methodSpeed: func(ctx context.Context, c *worker.Call) error {
			var s subject
			if err := c.Decode(&s); err != nil {
				return err
			}
			speed, err := measureSpeed(ctx, s, string(c.Body()))
			if err != nil {
				return err
			}
			return c.Reply(speed, nil)
		},
		methodCompare: func(ctx context.Context, c *worker.Call) error {
			var p pair
			if err := c.Decode(&p); err != nil {
				return err
			}
			l, err := compare(ctx, p, string(c.Body()), func(p Progress) error { return c.Send(p, nil) })
			if err != nil {
				return err
			}
			return c.Reply(l, nil)
		},
		methodAnswer: func(ctx context.Context, c *worker.Call) error {
			var s subject
			if err := c.Decode(&s); err != nil {
				return err
			}
			var questions []Question
			if json.Unmarshal(c.Body(), &questions) != nil {
				return mark.Errorf(mark.Internal, "The program and its model worker do not understand each other. Reinstall Mark AI.")
			}
			answers, err := answer(ctx, s, questions)
			if err != nil {
				return err
			}
			return c.Reply(answers, nil)
		},
		methodLogits: func(ctx context.Context, c *worker.Call) error {
			var s subject
			if err := c.Decode(&s); err != nil {
				return err
			}
			tokens, rows, err := logitsOf(ctx, s, string(c.Body()))
			if err != nil {
				return err
			}
			var body []byte
			for _, x := range rows {
				body = binary.LittleEndian.AppendUint32(body, math.Float32bits(x))
			}
			return c.Reply(tokens, body)
		},
	}
	for name, h := range handlers {
		handlers[name] = func(ctx context.Context, c *worker.Call) error {
			turn.Lock()
			defer turn.Unlock()
			return h(ctx, c)
		}
	}
	return handlers
}

// network is a loaded model with a context of one sequence.
type network struct {
	model native.Model
	vocab native.Vocab
	ctx   native.Context
	batch native.Batch
	words int // tokens in the vocabulary
	size  int // tokens in the context
	name  string
}

// open loads the model of s with a context of size tokens, computed in steps
// of step. watch, where it is not 0, is llama.cpp's evaluation callback.
func open(s subject, size, step int, watch uintptr) (*network, error) {
	if err := yzma.Load(s.Runtime); err != nil {
		return nil, err
	}
	name := filepath.Base(s.Model)
	params := native.ModelDefaultParams()
	params.NGpuLayers = 0
	m, err := native.ModelLoadFromFile(s.Model, params)
	if err != nil || m == 0 {
		return nil, mark.Errorf(mark.Unsupported, "The engine cannot load the model %s. It may be damaged or of a kind that the engine does not know.", name).Because(err)
	}
	cp := native.ContextDefaultParams()
	cp.NCtx, cp.NBatch, cp.NUbatch = uint32(size), uint32(step), uint32(step)
	cp.NSeqMax, cp.NoPerf = 1, 1
	cp.NThreads, cp.NThreadsBatch = int32(s.Threads), int32(s.Threads)
	cp.CbEval = watch
	c, err := native.InitFromModel(m, cp)
	if err != nil || c == 0 {
		_ = native.ModelFree(m) // never used
		return nil, mark.Errorf(mark.TooBig, "There is not enough memory to run the model %s. Close other programs or take a smaller model.", name).Because(err)
	}
	v := native.ModelGetVocab(m)
	return &network{
		model: m, vocab: v, ctx: c, batch: native.BatchInit(int32(step), 0, 1),
		words: int(native.VocabNTokens(v)), size: size, name: name,
	}, nil
}

// close gives the model's memory back.
func (n *network) close() {
	_ = native.BatchFree(n.batch) // nothing to do about a failure here
	_ = native.Free(n.ctx)
	_ = native.ModelFree(n.model)
}

// forget empties the context.
func (n *network) forget() error {
	m, err := native.GetMemory(n.ctx)
	if err != nil {
		return err
	}
	return native.MemoryClear(m, true)
}

// tokens returns text as tokens, without any that frame it.
func (n *network) tokens(text string, special bool) []native.Token {
	text = strings.ReplaceAll(text, "\x00", " ") // a zero byte would end the text for C
	if text == "" {
		return nil
	}
	return native.Tokenize(n.vocab, text, false, special)
}

// framed puts the model's first token before the others, where it has one.
func (n *network) framed(tokens []native.Token) []native.Token {
	if native.VocabGetAddBOS(n.vocab) {
		return append([]native.Token{native.VocabBOS(n.vocab)}, tokens...)
	}
	return tokens
}

// compute adds tokens after the pos that are there. wanted says which get logits.
func (n *network) compute(ctx context.Context, tokens []native.Token, pos int, wanted func(i int) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := n.batch.Clear(); err != nil {
		return err
	}
	for i, t := range tokens {
		if err := n.batch.Add(t, native.Pos(pos+i), []native.SeqId{0}, wanted(i)); err != nil {
			return err
		}
	}
	rc, err := native.Decode(n.ctx, n.batch)
	if err != nil || rc != 0 {
		return mark.Errorf(mark.Unsupported, "The engine could not compute with the model %s.", n.name).Because(err)
	}
	return nil
}
