package llama

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	native "github.com/hybridgroup/yzma/pkg/llama"
)

// embedEngine computes embeddings, each text on one thread and several texts
// at a time. Threads that share a text wait for each other many times in it,
// and when other programs want the processor they wait long: measured, a tenth
// of the speed. Threads that share nothing do not.
type embedEngine struct {
	model native.Model
	vocab native.Vocab
	dim   int
	limit int // tokens of a text, with the two that frame it

	free chan *lane // lanes at rest
	mu   sync.Mutex // guards made
	made int        // lanes there are
}

// lane computes one text at a time.
type lane struct {
	ctx   native.Context
	batch native.Batch
}

// maxLanes bounds the memory that lanes take; each has some megabytes.
const maxLanes = 64

func openEmbed(s setup) (*embedEngine, error) {
	m, vocab, err := loadModel(s)
	if err != nil {
		return nil, err
	}
	e := &embedEngine{model: m, vocab: vocab, dim: int(native.ModelNEmbdOut(m)), limit: s.Context, free: make(chan *lane, maxLanes)}
	if trained := int(native.ModelNCtxTrain(m)); trained > 0 {
		e.limit = min(e.limit, trained)
	}
	l, err := e.newLane()
	if err != nil {
		_ = native.ModelFree(m) // never used
		return nil, err
	}
	e.made = 1
	e.free <- l
	return e, nil
}

func (e *embedEngine) newLane() (*lane, error) {
	params := native.ContextDefaultParams()
	params.NCtx, params.NBatch, params.NUbatch = uint32(e.limit), uint32(e.limit), uint32(e.limit)
	params.NThreads, params.NThreadsBatch = 1, 1
	params.Embeddings = 1
	params.PoolingType = native.PoolingTypeMean
	params.FlashAttentionType = native.FlashAttentionTypeEnabled
	ctx, err := newContext(e.model, params)
	if err != nil {
		return nil, err
	}
	return &lane{ctx, native.BatchInit(int32(e.limit), 0, 1)}, nil
}

// take returns a lane for the caller alone. While all are busy it makes
// another, up to most and one more, so that a question has one even while
// a batch holds all that it may.
func (e *embedEngine) take(ctx context.Context, most int) (*lane, error) {
	select {
	case l := <-e.free:
		return l, nil
	default:
	}
	e.mu.Lock()
	if e.made <= min(most, maxLanes-1) {
		defer e.mu.Unlock()
		l, err := e.newLane()
		if err == nil {
			e.made++
		}
		return l, err
	}
	e.mu.Unlock()
	select {
	case l := <-e.free:
		return l, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("embed: %w", ctx.Err())
	}
}

// embed returns one unit vector per text, computed on up to t.Batch threads.
func (e *embedEngine) embed(ctx context.Context, texts []string, t threads) ([][]float32, error) {
	tokens := make([][]native.Token, len(texts))
	order := make([]int, len(texts))
	for i, text := range texts {
		tokens[i], order[i] = e.tokens(text), i
	}
	// The longest first, so that no thread is left alone with one at the end.
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(tokens[b]), len(tokens[a])) })
	out := make([][]float32, len(texts))
	var next atomic.Int64
	var failed error
	var once sync.Once
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for range min(max(t.Batch, 1), len(texts)) {
		wg.Go(func() {
			for {
				at := int(next.Add(1)) - 1
				if at >= len(order) {
					return
				}
				i := order[at]
				v, err := e.one(ctx, tokens[i], t.Batch)
				if err != nil {
					once.Do(func() { failed = err })
					cancel()
					return
				}
				out[i] = v
			}
		})
	}
	wg.Wait()
	return out, failed
}

func (e *embedEngine) one(ctx context.Context, tokens []native.Token, most int) ([]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("embed: %w", err)
	}
	l, err := e.take(ctx, max(most, 1))
	if err != nil {
		return nil, err
	}
	defer func() { e.free <- l }()
	if err := decodeBatch(l.ctx, &l.batch, tokens, 0, native.Encode); err != nil {
		return nil, err
	}
	raw, err := native.GetEmbeddingsSeq(l.ctx, 0, int32(e.dim))
	if err != nil || raw == nil {
		return nil, fmt.Errorf("embed: llama.cpp gave no vector: %w", err)
	}
	return unit(raw), nil
}

// tokens frames a text with the model's own first and last token and cuts what
// does not fit.
func (e *embedEngine) tokens(text string) []native.Token {
	// No token of a real vocabulary is that long: the rest cannot fit.
	const longest = 64
	if most := longest * e.limit; len(text) > most {
		text = text[:most]
		text = text[:len(text)-incomplete(text)]
	}
	inner := tokenize(e.vocab, text, false)
	inner = inner[:min(len(inner), e.limit-2)]
	out := make([]native.Token, 0, len(inner)+2)
	if first := native.VocabBOS(e.vocab); first >= 0 {
		out = append(out, first)
	}
	out = append(out, inner...)
	if last := native.VocabSEP(e.vocab); last >= 0 {
		out = append(out, last)
	}
	return out
}

// unit returns v scaled to length one. A vector of zeros stays one.
func unit(v []float32) []float32 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	out := make([]float32, len(v))
	if sum == 0 {
		return out
	}
	scale := float32(1 / math.Sqrt(sum))
	for i, x := range v {
		out[i] = x * scale
	}
	return out
}
