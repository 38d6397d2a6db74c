package llama

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
	"markai/backend/worker"
	"markai/backend/yzma"
)

// Handlers serves a worker of either kind: it answers generate, count, save,
// restore and embed with the model named in the environment, which it loads when the first
// request comes.
func Handlers() worker.Handlers {
	chat := &lazy[*chatEngine]{open: openChat}
	embed := &lazy[*embedEngine]{open: openEmbed}
	return worker.Handlers{
		methodGenerate: func(ctx context.Context, c *worker.Call) error {
			var t threads
			var p prompt
			if err := decode(c, &t, &p); err != nil {
				return err
			}
			e, err := chat.get()
			if err != nil {
				return err
			}
			return e.generate(ctx, p, t, func(d delta) error { return c.Send(d, nil) })
		},
		methodSave: func(ctx context.Context, c *worker.Call) error {
			var limit saving
			var p prompt
			if err := decode(c, &limit, &p); err != nil {
				return err
			}
			e, err := chat.get()
			if err != nil {
				return err
			}
			tokens, err := e.prompt(p)
			if err != nil {
				return err
			}
			state, err := e.loop.save(ctx, request(p, tokens).Prompt, limit.Most)
			if err != nil {
				return err
			}
			return c.Reply(nil, state)
		},
		methodRestore: func(ctx context.Context, c *worker.Call) error {
			e, err := chat.get()
			if err != nil {
				return err
			}
			if err := e.loop.restore(ctx, c.Body()); err != nil {
				return err
			}
			return c.Reply(nil, nil)
		},
		methodCount: func(ctx context.Context, c *worker.Call) error {
			var text string
			if err := decode(c, nil, &text); err != nil {
				return err
			}
			e, err := chat.get()
			if err != nil {
				return err
			}
			return c.Reply(counted{len(tokenize(e.vocab, text, false))}, nil)
		},
		methodDevices: func(_ context.Context, c *worker.Call) error {
			found, err := findDevices()
			if err != nil {
				return err
			}
			return c.Reply(found, nil)
		},
		methodEmbed: func(ctx context.Context, c *worker.Call) error {
			var t threads
			var texts []string
			if err := decode(c, &t, &texts); err != nil {
				return err
			}
			e, err := embed.get()
			if err != nil {
				return err
			}
			vectors, err := e.embed(ctx, texts, t)
			if err != nil {
				return err
			}
			return c.ReplyVectors(vectors, e.dim)
		},
	}
}

// decode reads a request's header and body. What does not decode is a bug, and
// its error would quote a client's text: it is not passed on.
func decode(c *worker.Call, head, body any) error {
	if head != nil {
		if err := c.Decode(head); err != nil {
			return err
		}
	}
	if json.Unmarshal(c.Body(), body) != nil {
		return mark.Errorf(mark.Internal, "The program and its model worker do not understand each other. Reinstall Mark AI.")
	}
	return nil
}

// lazy opens an engine once; a failure is tried again at the next request.
type lazy[T any] struct {
	open func(setup) (T, error)

	mu     sync.Mutex // guards what follows
	opened bool
	engine T
}

func (l *lazy[T]) get() (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened {
		return l.engine, nil
	}
	var none T
	s, err := setupFromEnv()
	if err != nil {
		return none, err
	}
	e, err := l.open(s)
	if err != nil {
		return none, err
	}
	l.engine, l.opened = e, true
	return e, nil
}

// allLayers is more than any model has.
const allLayers = 1 << 16

// loadModel loads a model that has been checked before.
func loadModel(s setup) (native.Model, native.Vocab, error) {
	if err := yzma.Load(s.Runtime); err != nil {
		return 0, 0, err
	}
	params := native.ModelDefaultParams()
	parts := s.Layout.apply(&params)
	if s.Graphic {
		params.NGpuLayers = allLayers
	}
	m, err := native.ModelLoadFromFile(s.Model, params)
	runtime.KeepAlive(parts)
	if err != nil || m == 0 {
		return 0, 0, mark.Errorf(mark.Unsupported, "The model %s cannot be loaded. Choose another in Settings.", filepath.Base(s.Model)).Because(err)
	}
	return m, native.ModelGetVocab(m), nil
}

// newContext makes a context for m.
func newContext(m native.Model, params native.ContextParams) (native.Context, error) {
	params.NoPerf = 1
	c, err := native.InitFromModel(m, params)
	if err != nil || c == 0 {
		return 0, mark.Errorf(mark.TooBig, "There is not enough memory to run the model. Choose a smaller one in Settings, or close other programs.").Because(err)
	}
	return c, nil
}

// tokenize turns text into tokens. Only where special is set do names of
// special tokens in the text mean these tokens.
func tokenize(v native.Vocab, text string, special bool) []native.Token {
	// A zero byte would end the text for C.
	text = strings.ReplaceAll(text, "\x00", " ")
	if text == "" {
		return nil
	}
	return native.Tokenize(v, text, false, special)
}

// decodeBatch computes tokens that stand at pos and later. Only the last one
// gets logits.
func decodeBatch(ctx native.Context, b *native.Batch, tokens []native.Token, pos int, run func(native.Context, native.Batch) (int32, error)) error {
	if err := b.Clear(); err != nil {
		return fmt.Errorf("fill the batch: %w", err)
	}
	for i, t := range tokens {
		if err := b.Add(t, native.Pos(pos+i), []native.SeqId{0}, i == len(tokens)-1); err != nil {
			return fmt.Errorf("fill the batch: %w", err)
		}
	}
	rc, err := run(ctx, *b)
	switch {
	case err != nil:
		return fmt.Errorf("compute %d tokens: %w", len(tokens), err)
	case rc == 1:
		return mark.Errorf(mark.TooBig, "The question and its passages do not fit the model. Ask about fewer documents, or choose a larger context in Settings.")
	case rc != 0:
		return fmt.Errorf("compute %d tokens: llama.cpp answered %d", len(tokens), rc)
	}
	return nil
}
