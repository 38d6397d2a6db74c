package llama

import (
	"context"
	"fmt"
	"math"
	"time"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
)

const (
	// prefillStep is how many prompt tokens are computed between two looks at
	// whether the caller is still there.
	prefillStep = 256
	// defaultTokens is how much is generated where the prompt sets no limit.
	defaultTokens = 512
)

// chatEngine continues prompts. It keeps the key-value cache of the last one:
// what the next shares with it is not computed again.
type chatEngine struct {
	vocab    native.Vocab
	template string
	words    int // tokens in the vocabulary
	size     int // tokens in the context

	turn    chan struct{} // holds one token; who takes it may use what follows
	ctx     native.Context
	memory  native.Memory
	batch   native.Batch
	cached  []native.Token     // what the cache holds, in order
	reading pace               // threads for prompts
	writing pace               // threads for one token after the other
	all     []native.TokenData // scratch for the grammar
}

func openChat(s setup) (*chatEngine, error) {
	m, vocab, err := loadModel(s)
	if err != nil {
		return nil, err
	}
	e := &chatEngine{
		vocab: vocab, template: native.ModelChatTemplate(m, ""),
		words: int(native.VocabNTokens(vocab)), turn: make(chan struct{}, 1),
	}
	params := native.ContextDefaultParams()
	params.NCtx = uint32(s.Context)
	if trained := native.ModelNCtxTrain(m); trained > 0 {
		params.NCtx = min(params.NCtx, uint32(trained))
	}
	params.NBatch, params.NUbatch = prefillStep, prefillStep
	if e.ctx, err = newContext(m, params); err != nil {
		_ = native.ModelFree(m) // never used
		return nil, err
	}
	if e.memory, err = native.GetMemory(e.ctx); err != nil {
		return nil, fmt.Errorf("open the model: %w", err)
	}
	e.size = int(native.NCtxSeq(e.ctx))
	e.batch = native.BatchInit(prefillStep, 0, 1)
	e.turn <- struct{}{}
	return e, nil
}

// generate continues p and sends what comes. The last delta says why it ended.
func (e *chatEngine) generate(ctx context.Context, p prompt, t threads, send func(delta) error) error {
	tokens := e.tokens(p.Turns, p.Prefix)
	room := e.size - len(tokens)
	if room < 1 {
		return mark.Errorf(mark.TooBig, "The question and its passages take %d tokens and the model holds %d. Ask about fewer documents, or choose a larger context in Settings.", len(tokens), e.size)
	}
	limit := p.MaxTokens
	if limit <= 0 {
		limit = defaultTokens
	}
	g, err := newGrammar(e.vocab, p.Grammar)
	if err != nil {
		return err
	}
	defer g.free()

	select {
	case <-e.turn:
	case <-ctx.Done():
		return fmt.Errorf("wait for the model: %w", ctx.Err())
	}
	defer func() { e.turn <- struct{}{} }()
	if err := e.prefill(ctx, tokens, t.Batch); err != nil {
		return err
	}
	return e.write(ctx, p, g, min(limit, room), t.Decode, send)
}

// prefill brings the cache to hold exactly tokens, computing what it lacks on
// up to most threads.
func (e *chatEngine) prefill(ctx context.Context, tokens []native.Token, most int) error {
	// The last token is always computed: its logits are wanted.
	keep := min(shared(e.cached, tokens), len(tokens)-1)
	if keep < len(e.cached) {
		if ok, err := native.MemorySeqRm(e.memory, 0, native.Pos(keep), -1); err != nil || !ok {
			// A recurrent model cannot forget its end alone.
			keep = 0
			if err := e.forget(); err != nil {
				return err
			}
		}
		e.cached = e.cached[:keep]
	}
	for len(e.cached) < len(tokens) {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("read the prompt: %w", err)
		}
		n, try := e.reading.threads(most, time.Now())
		step := prefillStep
		if try {
			step = probeStep
		}
		from := len(e.cached)
		if err := e.compute(tokens[from:min(from+step, len(tokens))], &e.reading, n); err != nil {
			return err
		}
	}
	return nil
}

// compute adds tokens to the cache, on n threads, and tells the pace how that
// went. After a failure nothing is known of the cache.
func (e *chatEngine) compute(tokens []native.Token, p *pace, n int) error {
	native.SetNThreads(e.ctx, int32(n), int32(n))
	began, cpu := time.Now(), cpuTime()
	defer func() { p.saw(n, time.Since(began), cpuTime()-cpu, time.Now()) }()
	if err := decodeBatch(e.ctx, &e.batch, tokens, len(e.cached), native.Decode); err != nil {
		if err := e.forget(); err != nil {
			return err
		}
		return err
	}
	e.cached = append(e.cached, tokens...)
	return nil
}

// forget empties the cache.
func (e *chatEngine) forget() error {
	e.cached = e.cached[:0]
	if err := native.MemoryClear(e.memory, true); err != nil {
		return fmt.Errorf("empty the model's memory: %w", err)
	}
	return nil
}

// write generates up to limit tokens on up to most threads.
func (e *chatEngine) write(ctx context.Context, p prompt, g *grammar, limit, most int, send func(delta) error) error {
	pick := newSampler(p.Temp, p.Seed)
	text := textStream{stop: p.Stop}
	unsent := 0 // tokens since the last delta
	for n := 0; n < limit; n++ {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("generate: %w", err)
		}
		tok, err := e.next(pick, g)
		if err != nil {
			return err
		}
		if native.VocabIsEOG(e.vocab, tok) {
			return send(delta{Text: text.rest(), Tokens: unsent, Stop: "end"})
		}
		unsent++
		show, stopped := text.add(e.piece(tok))
		if stopped {
			return send(delta{Text: show, Tokens: unsent, Stop: "stop"})
		}
		if show != "" {
			if err := send(delta{Text: show, Tokens: unsent}); err != nil {
				return err
			}
			unsent = 0
		}
		if n+1 < limit {
			threads, _ := e.writing.threads(most, time.Now())
			if err := e.compute([]native.Token{tok}, &e.writing, threads); err != nil {
				return err
			}
		}
	}
	return send(delta{Text: text.rest(), Tokens: unsent, Stop: "length"})
}

// next chooses the next token. The grammar is asked about the first choice
// alone, and filters the vocabulary only when it refuses that one: asking it
// about every token would halve the speed.
func (e *chatEngine) next(pick *sampler, g *grammar) (native.Token, error) {
	logits, err := native.GetLogitsIth(e.ctx, -1, e.words)
	if err != nil || logits == nil {
		return 0, fmt.Errorf("generate: llama.cpp gave no logits: %w", err)
	}
	tok := native.Token(pick.pick(logits))
	if g == nil {
		return tok, nil
	}
	if !g.allows(tok) {
		e.all = g.filter(e.all[:0], logits)
		allowed := make([]float32, len(e.all))
		for i := range e.all {
			allowed[i] = e.all[i].Logit
		}
		at := pick.pick(allowed)
		if math.IsInf(float64(allowed[at]), -1) {
			return 0, mark.Errorf(mark.Invalid, "The form that the answer must take allows no further word.")
		}
		tok = e.all[at].Id
	}
	if !native.VocabIsEOG(e.vocab, tok) {
		g.accept(tok)
	}
	return tok, nil
}

// piece returns the bytes of a token. Special tokens have none.
func (e *chatEngine) piece(t native.Token) []byte {
	buf := make([]byte, 64)
	n := native.TokenToPiece(e.vocab, t, buf, 0, false)
	if n < 0 {
		buf = make([]byte, -n)
		n = native.TokenToPiece(e.vocab, t, buf, 0, false)
	}
	return buf[:max(n, 0)]
}

// shared returns how many tokens a and b have in common at their beginning.
func shared(a, b []native.Token) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
