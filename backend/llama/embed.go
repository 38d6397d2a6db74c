package llama

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	native "github.com/hybridgroup/yzma/pkg/llama"
)

// embedEngine computes embeddings, one text at a time: on processors that is
// the fastest way.
type embedEngine struct {
	vocab native.Vocab
	dim   int
	limit int // tokens of a text, with the two that frame it

	turn    chan struct{} // holds one token; who takes it may use what follows
	ctx     native.Context
	batch   native.Batch
	threads threads
}

func openEmbed(s setup) (*embedEngine, error) {
	m, vocab, err := loadModel(s)
	if err != nil {
		return nil, err
	}
	e := &embedEngine{vocab: vocab, dim: int(native.ModelNEmbdOut(m)), limit: s.Context, turn: make(chan struct{}, 1)}
	if trained := int(native.ModelNCtxTrain(m)); trained > 0 {
		e.limit = min(e.limit, trained)
	}
	params := native.ContextDefaultParams()
	params.NCtx, params.NBatch, params.NUbatch = uint32(e.limit), uint32(e.limit), uint32(e.limit)
	params.Embeddings = 1
	params.PoolingType = native.PoolingTypeMean
	params.FlashAttentionType = native.FlashAttentionTypeEnabled
	if e.ctx, err = newContext(m, params); err != nil {
		_ = native.ModelFree(m) // never used
		return nil, err
	}
	e.batch = native.BatchInit(int32(e.limit), 0, 1)
	e.turn <- struct{}{}
	return e, nil
}

// embed returns one unit vector per text. Between texts others take their turn.
func (e *embedEngine) embed(ctx context.Context, texts []string, t threads) ([][]float32, error) {
	tokens := make([][]native.Token, len(texts))
	order := make([]int, len(texts))
	for i, text := range texts {
		tokens[i], order[i] = e.tokens(text), i
	}
	// Texts of one length share the computation's plan.
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(tokens[a]), len(tokens[b])) })
	out := make([][]float32, len(texts))
	for _, i := range order {
		v, err := e.one(ctx, tokens[i], t)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func (e *embedEngine) one(ctx context.Context, tokens []native.Token, t threads) ([]float32, error) {
	select {
	case <-e.turn:
	case <-ctx.Done():
		return nil, fmt.Errorf("embed: %w", ctx.Err())
	}
	defer func() { e.turn <- struct{}{} }()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("embed: %w", err)
	}
	if e.threads != t {
		native.SetNThreads(e.ctx, int32(max(t.Batch, 1)), int32(max(t.Batch, 1)))
		e.threads = t
	}
	if err := decodeBatch(e.ctx, &e.batch, tokens, 0, native.Encode); err != nil {
		return nil, err
	}
	raw, err := native.GetEmbeddingsSeq(e.ctx, 0, int32(e.dim))
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
