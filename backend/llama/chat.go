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
	r := request(p, e.tokens(p.Turns, p.Prefix))
	return e.loop.generate(ctx, newStream(e.loop, p, g, pick, r.Prompt), r, t, send)
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
func pieceOf(v native.Vocab, t native.Token) []byte {
	buf := make([]byte, 64)
	n := native.TokenToPiece(v, t, buf, 0, false)
	if n < 0 {
		buf = make([]byte, -n)
		n = native.TokenToPiece(v, t, buf, 0, false)
	}
	return buf[:max(n, 0)]
}
