package app

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	mark "markai/backend"
	"markai/backend/bert"
	"markai/backend/config"
	"markai/backend/device"
	"markai/backend/llama"
	"markai/backend/models"
	"markai/backend/wire"
	"markai/backend/worker"
)

// background is the niceness of workers that read and embed: the window and
// the chat come first, and a model that writes stalls when others compete.
const background = 19

// engines are the models that this program runs. They start when they are
// first needed.
type engines struct {
	library *models.Library
	chat    *chat // nil: the module is off
	embed   *embedding
	sampler sampler
}

// Models returns the models that a vault in home can use.
func Models(home string) *models.Library {
	return models.New(modelsDir(home), models.ShippedDirs()...)
}

// ModelsInstalled reports whether the shipped models and their runtime are
// here, for tests that need them.
func ModelsInstalled() bool {
	l := models.New("", models.ShippedDirs()...)
	_, chat := l.Find(models.Chat, "")
	_, embedding := l.Find(models.Embedding, "")
	return len(models.RuntimeDirs()) > 0 && chat == nil && embedding == nil
}

// newEngines chooses models; it starts none. notify is called when the chat
// model's state changes.
func newEngines(home string, c *config.Loaded, notify func()) (*engines, error) {
	e := &engines{library: Models(home)}
	if c.Modules.Chat {
		e.chat = newChat(home, e.library, c, notify)
	}
	if c.Modules.Embeddings {
		var err error
		if e.embed, err = newEmbedding(e.library, c, home); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (e *engines) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	if e.chat != nil {
		g.Go(func() error { return e.chat.Run(ctx) })
		g.Go(func() error {
			e.sampler.run(ctx, e.chat)
			return nil
		})
		g.Go(func() error {
			e.chat.can.run(ctx, e.chat)
			return nil
		})
		g.Go(func() error {
			_ = e.chat.gpus.settle(ctx, e.chat.model, e.chat.context) // without it, as many layers as fit are offloaded
			return nil
		})
	}
	if e.embed != nil {
		g.Go(func() error {
			_, _ = e.embed.settle(ctx) // without it, embeddings are computed as before
			return nil
		})
	}
	g.Go(func() error {
		<-ctx.Done()
		return nil
	})
	return g.Wait()
}

func (e *engines) close() error {
	var err error
	if e.chat != nil {
		err = e.chat.Close()
	}
	if e.embed != nil && e.embed.vectors != nil {
		err = errors.Join(err, e.embed.Close())
	}
	return err
}

// generator is the chat model as a port; a nil port when the module is off.
func (e *engines) generator() mark.Generator {
	if e.chat == nil {
		return nil
	}
	return e.chat
}

// embedder is the embedding model as a port; nil when it is off or missing.
func (e *engines) embedder() mark.Embedder {
	if e.embed == nil || e.embed.vectors == nil {
		return nil
	}
	return e.embed
}

func (e *engines) states() (wire.ModelState, wire.ModelState) {
	c, em := wire.ModelState{Status: "off"}, wire.ModelState{Status: "off"}
	if e.chat != nil {
		c = e.chat.state()
	}
	if e.embed != nil {
		em = e.embed.state()
	}
	return c, em
}

// runs reports whether a model is one of those chosen when the program started.
// The settings may name another by now; it comes with the next start.
func (e *engines) runs(id string) bool {
	return e.chat != nil && e.chat.model.ID == id || e.embed != nil && e.embed.model.ID == id
}

func runtimeDir() (string, error) {
	dirs := models.RuntimeDirs()
	if len(dirs) == 0 {
		return "", mark.Errorf(mark.Unavailable, "The runtime for language models is not installed. Run the set-up again.")
	}
	return dirs[0], nil
}

// vectors are what computes an embedding model.
type vectors interface {
	mark.Embedder
	Close() error
}

// embedding is the model that finds by meaning. Its file is checked once,
// before a worker sees it.
type embedding struct {
	vectors // nil when the model is missing
	model   models.Model
	engine  string // what computes it, for people
	problem string

	way     device.Way
	home    string        // where trials are remembered
	runtime string        // folder of llama.cpp's libraries; "" where there are none
	key     string        // of the trial; "" where there is nothing to measure
	trial   *device.Trial // as of the start; nil: not measured

	check  sync.Once
	bad    error
	failed atomic.Pointer[string]
	asked  embedded
}

func newEmbedding(l *models.Library, c *config.Loaded, home string) (*embedding, error) {
	m, err := l.Find(models.Embedding, c.Embedding.Model)
	e := &embedding{model: m, home: home}
	if err == nil {
		e.runtime, _ = runtimeDir() // open says what is missing
		if e.key = trialKey(m, e.runtime); e.key == "" {
			e.trial = &device.Trial{}
		} else if t, ok := readTrials(home)[e.key]; ok {
			e.trial = &t
		}
		err = e.open(c.Embedding)
	}
	switch {
	case err == nil:
	case mark.CodeOf(err) == mark.Internal:
		return nil, err
	default:
		e.problem = mark.MessageOf(err)
	}
	return e, nil
}

// open chooses what computes the model and makes it ready: what the settings
// name, else a graphics processor that was measured to be faster, else the
// built-in encoder where it knows the model and has loops for this processor,
// and llama.cpp where it does not.
func (e *embedding) open(c config.Embedding) (err error) {
	unknown := bert.Supports(e.model.Path)
	e.way = device.Options{Engine: c.Engine, Known: unknown == nil, Loops: bert.Fast(), Runtime: e.runtime != "", Trial: e.trial}.Embedder()
	if e.way == "" {
		if c.Engine == string(device.Native) {
			return unknown
		}
		_, err := runtimeDir()
		return err
	}
	e.vectors, e.engine, err = open(e.model, e.way, e.runtime, device.Read().Threads(c.Threads).Batch, e.trial)
	return err
}

// open makes one way of computing m ready, and says for people which it is.
func open(m models.Model, way device.Way, runtime string, threads int, t *device.Trial) (vectors, string, error) {
	spec := worker.Spec{Nice: background}
	if way == device.Native {
		e, err := bert.NewEmbedder(bert.Config{Model: m.Path, Name: m.ID, Context: m.Context, Dim: m.Width, Worker: spec})
		if err != nil {
			return nil, "", err
		}
		e.SetThreads(threads)
		return e, bert.Engine(), nil
	}
	graphic, name := way == device.Graphic, "llama.cpp"
	if graphic {
		name += " on " + t.Device
	}
	e, err := llama.NewEmbedder(llama.Config{
		Runtime: runtime, Model: m.Path, Name: m.ID, Context: m.Context, Dim: m.Width, Graphic: graphic, Worker: spec,
	})
	if err != nil {
		return nil, "", err
	}
	e.SetThreads(threads, threads)
	return e, name, nil
}

// broken says what is wrong with the model's file, which is read once, for all who
// ask: whoever asks first may leave.
func (e *embedding) broken(ctx context.Context) error {
	e.check.Do(func() {
		e.bad = models.Check(context.WithoutCancel(ctx), e.model.Path, models.Load{Role: models.Embedding, Context: e.model.Context, Free: device.Read().Free})
	})
	return e.bad
}

// Embed checks the model's file before its first use.
func (e *embedding) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if err := e.broken(ctx); err != nil {
		return nil, err
	}
	end := e.asked.begin()
	v, err := e.vectors.Embed(ctx, texts)
	end(err != nil && ctx.Err() == nil)
	if err != nil && ctx.Err() == nil {
		text := mark.MessageOf(err)
		e.failed.Store(&text)
		e.broke(err)
	} else if err == nil {
		e.failed.Store(nil)
	}
	return v, err
}

func (e *embedding) state() wire.ModelState {
	s := wire.ModelState{ID: e.model.ID, Name: e.model.Name, Status: "ready"}
	switch failed := e.failed.Load(); {
	case e.problem != "":
		s.Status, s.Problem = "missing", e.problem
	case failed != nil:
		s.Status, s.Problem = "failed", *failed
	}
	return s
}
