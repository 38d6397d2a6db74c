package app

import (
	"context"
	"iter"
	"time"

	mark "markai/backend"
	"markai/backend/answer"
	"markai/backend/config"
	"markai/backend/device"
	"markai/backend/infer"
	"markai/backend/llama"
	"markai/backend/models"
	"markai/backend/wire"
)

// together is how many requests a chat model's engine holds at once, those
// that wait in it too.
const together = 64

// chat are the models that write, under one memory budget.
type chat struct {
	*infer.Pool
	library *models.Library
	model   models.Model // the default; without Path where it is missing
	context int          // tokens, as of the start: settings change while the program runs
	threads int          // that the settings wish for
	budget  int64
	can     *abilities
	gpus    *graphics
}

func newChat(home string, l *models.Library, c *config.Loaded, notify func()) *chat {
	h := &chat{can: readAbilities(home), gpus: readGraphics(home), library: l, context: c.Chat.Context, threads: c.Chat.Threads, budget: int64(c.Chat.MemoryMB) << 20}
	var err error
	if h.model, err = l.Find(models.Chat, c.Chat.Model); err != nil {
		h.model.ID = c.Chat.Model // who asks it is told what is wrong
	}
	h.Pool = infer.NewPool(infer.PoolConfig{
		Default: h.model.ID, Open: h.open, Needs: h.needs, Budget: h.budget,
		Free: func() int64 { return device.Read().Free },
		Each: infer.Config{
			Idle: c.Chat.IdleAfter,
			// The engine runs some of them together and lets the others wait by
			// client, so that none takes the place of all.
			Parallel: together,
		},
		Notify: func(string, infer.Status) { notify() },
	})
	return h
}

// find returns a chat model that is installed, and what its person chose for it.
func (c *chat) find(id string) (models.Model, models.Settings, error) {
	m, err := c.library.Find(models.Chat, id)
	if err != nil {
		return m, models.Settings{}, err
	}
	if m.Role != models.Chat {
		return m, models.Settings{}, mark.Errorf(mark.Unsupported, "%s does not write text. Choose a chat model.", m.Name)
	}
	s, err := c.library.Settings(m.ID)
	return m, s, err
}

func (c *chat) needs(id string) (int64, error) {
	m, s, err := c.find(id)
	if err != nil {
		return 0, err
	}
	return m.NeedsBytes + c.draft(s).NeedsBytes, nil
}

// draft is the model that guesses ahead for one with these settings; without
// Path where there is none.
func (c *chat) draft(s models.Settings) models.Model {
	if s.Draft == "" {
		return models.Model{}
	}
	d, err := c.library.Find(models.Chat, s.Draft)
	if err != nil || d.Problem != "" {
		return models.Model{} // it was removed: the model writes without it
	}
	return d
}

func (c *chat) open(ctx context.Context, id string) (infer.Engine, error) {
	m, s, err := c.find(id)
	if err != nil {
		return nil, err
	}
	size := c.context
	if s.Context > 0 {
		size = s.Context
	}
	threads := c.threads
	if s.Threads > 0 {
		threads = s.Threads
	}
	g, err := openChat(ctx, m, device.Read().Threads(threads), llama.Config{
		Context: size, Cache: s.Cache, Draft: c.draft(s).Path, Adapter: c.library.Adapter, Layout: c.gpus.layout(ctx, m, s, 2*size),
	})
	switch {
	case err != nil:
		return nil, err
	case s.Temperature == 0:
		return g, nil
	}
	return tempered{g, s.Temperature}, nil
}

// tempered is a model that writes at the temperature that a person chose for it,
// where nobody asks for another.
type tempered struct {
	*llama.Generator
	temperature float32
}

// Generate implements mark.Generator.
func (t tempered) Generate(ctx context.Context, p mark.Prompt) iter.Seq2[mark.Delta, error] {
	if p.Temp == 0 && !p.Deterministic {
		p.Temp = t.temperature
	}
	return t.Generator.Generate(ctx, p)
}

// openChat starts the process of a chat model, once its file has been checked.
// with says how it is run; what is known of m is filled in.
func openChat(ctx context.Context, m models.Model, share device.Share, with llama.Config) (g *llama.Generator, err error) {
	if with.Runtime, err = runtimeDir(); err != nil {
		return nil, err
	}
	// Room for two of the longest conversations at once, where there is memory.
	load := models.Load{Role: models.Chat, Context: 2 * with.Context, Cache: with.Cache, Free: device.Read().Free}
	err = models.Check(ctx, m.Path, load)
	if mark.CodeOf(err) == mark.TooBig {
		load.Context = with.Context
		err = models.Check(ctx, m.Path, load)
	}
	if err != nil {
		return nil, err
	}
	with.Model, with.Name, with.Template, with.Cells = m.Path, m.ID, m.Template, load.Context
	if g, err = llama.NewGenerator(with); err != nil {
		return nil, err
	}
	g.SetThreads(share.Decode, share.Batch)
	return g, nil
}

// state is how the default model stands.
func (c *chat) state() wire.ModelState {
	s := wire.ModelState{ID: c.model.ID, Name: c.model.Name}
	service, err := c.Model("")
	if err != nil {
		s.Status, s.Problem = "missing", mark.MessageOf(err)
		return s
	}
	status := service.Status()
	s.TokensPS, s.Problem = service.Stats().Last.PerSecond(), status.Problem
	s.Status = string(status.State)
	if status.State == infer.Resting {
		s.Status = "ready" // the next question loads it
	}
	return s
}

// writer is a model as the answer needs to know it.
func (c *chat) writer(id string) answer.Model {
	if id == "" {
		id = c.model.ID
	}
	m, _, err := c.find(id)
	if err != nil {
		return answer.Model{}
	}
	return answer.Model{Name: m.Name, Parameters: int64(m.Parameters), Ability: c.can.of(abilityKey(m))}
}

// recently is how long a model that failed is passed over for others.
const recently = 30 * time.Second

// problem says why a model cannot write now; empty where it can.
func (c *chat) problem(id string) string {
	m, _, err := c.find(id)
	switch {
	case err != nil:
		return mark.MessageOf(err)
	case m.Problem != "":
		return m.Problem
	}
	service, err := c.Model(m.ID)
	if err != nil {
		return mark.MessageOf(err)
	}
	if why := service.Failing(recently); why != "" {
		return why
	}
	return c.Tight(m.ID)
}
