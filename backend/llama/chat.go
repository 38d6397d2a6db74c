package llama

import (
	"context"
	"time"

	native "github.com/hybridgroup/yzma/pkg/llama"

	"markai/backend/schedule"
)

const (
	// stepTokens is how many tokens are computed at once, at most.
	stepTokens = 256
	// defaultTokens is how much is generated where the prompt sets no limit.
	defaultTokens = 512
	// defaultRunning is how many requests are computed at once.
	defaultRunning = 8
)

// chatEngine continues prompts, several at once: its loop computes them step by
// step. What a prompt shares with another is computed once.
type chatEngine struct {
	vocab    native.Vocab
	template string // the model's own; empty: it has none
	standIn  string // the name of the one that stands in; empty: none does
	loop     *loop
}

func openChat(s setup) (*chatEngine, error) {
	m, vocab, err := loadModel(s)
	if err != nil {
		return nil, err
	}
	l, err := newLoop(m, vocab, s)
	if err != nil {
		_ = native.ModelFree(m) // never used
		return nil, err
	}
	return &chatEngine{vocab: vocab, template: native.ModelChatTemplate(m, ""), standIn: s.Template, loop: l}, nil
}

// generate continues p and sends what comes. The last delta says why it ended.
func (e *chatEngine) generate(ctx context.Context, p prompt, t threads, send func(delta) error) error {
	pick, err := newSampler(p)
	if err != nil {
		return err
	}
	g, err := newGrammar(e.vocab, p.Grammar)
	if err != nil {
		return err
	}
	tokens, err := e.prompt(p)
	if err != nil {
		g.free()
		return err
	}
	calls, err := newTools(e.template, p.Tools)
	if err != nil {
		g.free()
		return err
	}
	r := request(p, tokens)
	if r.Space, err = e.loop.space(ctx, p.Adapter); err != nil {
		g.free()
		return err
	}
	s := newStream(e.loop, p, g, pick, r.Prompt)
	s.calls = calls
	return e.loop.generate(ctx, s, r, t, send)
}

// prompt is p as the model reads it.
func (e *chatEngine) prompt(p prompt) ([]native.Token, error) {
	turns, err := told(p.Turns, e.template, p.Tools)
	if err != nil {
		return nil, err
	}
	return e.tokens(turns, p.Prefix), nil
}

// request is what the scheduler is asked for p.
func request(p prompt, tokens []native.Token) schedule.Request {
	r := schedule.Request{
		Client: p.Client, Background: p.Background, MaxTokens: p.MaxTokens,
		Prompt: make([]schedule.Token, len(tokens)),
	}
	if r.MaxTokens <= 0 {
		r.MaxTokens = defaultTokens
	}
	if p.WaitMS > 0 {
		r.StartBy = time.Now().Add(time.Duration(p.WaitMS) * time.Millisecond)
	}
	for i, t := range tokens {
		r.Prompt[i] = schedule.Token(t)
	}
	return r
}

// pieceOf returns the bytes of a token. Special tokens have none.
func pieceOf(v native.Vocab, t native.Token) []byte { return tokenPiece(v, t, false) }

// specialPieceOf returns the bytes of a token, a special one's name included.
func specialPieceOf(v native.Vocab, t native.Token) []byte { return tokenPiece(v, t, true) }

func tokenPiece(v native.Vocab, t native.Token, special bool) []byte {
	buf := make([]byte, 64)
	n := native.TokenToPiece(v, t, buf, 0, special)
	if n < 0 {
		buf = make([]byte, -n)
		n = native.TokenToPiece(v, t, buf, 0, special)
	}
	return buf[:max(n, 0)]
}
