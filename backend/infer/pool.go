package infer

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	mark "markai/backend"
)

// PoolConfig says which models a Pool serves and what they may take together.
type PoolConfig struct {
	// Default is the model of prompts that name none.
	Default string
	// Open finds, checks and loads a model.
	Open func(ctx context.Context, model string) (Engine, error)
	// Needs says how many bytes of memory a model takes. Errors: NotFound.
	Needs func(model string) (int64, error)
	// Budget is how many bytes all loaded models may take; 0: what is free.
	Budget int64
	// Free says how much memory is free now; 0: not known. May be nil.
	Free func() int64
	// Each is how every model is served; its Open and Notify are not used.
	Each Config
	// Notify is called after each change of a model's state; may be nil. It must
	// not block.
	Notify func(model string, s Status)
}

// Pool is a mark.Generator in front of several models. Prompt.Model says which
// one continues a prompt. A model is loaded when it is first needed; where
// memory is short, the one that was used longest ago and has nothing to do gives
// way. It is safe for concurrent use.
type Pool struct {
	cfg  PoolConfig
	turn chan struct{} // holds a token: who has it makes room and loads

	mu     sync.Mutex // guards what follows
	models map[string]*Service
	closed bool
}

var (
	_ mark.Generator  = (*Pool)(nil)
	_ mark.ModelState = (*Pool)(nil)
)

// NewPool returns a pool. Nothing is loaded yet.
func NewPool(cfg PoolConfig) *Pool {
	p := &Pool{cfg: cfg, turn: make(chan struct{}, 1), models: map[string]*Service{}}
	p.turn <- struct{}{}
	return p
}

// Model returns the service of a model; an empty name means the default. It
// loads nothing. Errors: NotFound, Unavailable when the pool is closed.
func (p *Pool) Model(model string) (*Service, error) {
	if model == "" {
		model = p.cfg.Default
	}
	p.mu.Lock()
	s := p.models[model]
	p.mu.Unlock()
	if s != nil {
		return s, nil
	}
	if _, err := p.cfg.Needs(model); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosing
	}
	if s := p.models[model]; s != nil { // somebody was quicker
		return s, nil
	}
	each := p.cfg.Each
	each.Open = func(ctx context.Context) (Engine, error) { return p.open(ctx, model) }
	each.Notify = nil
	if p.cfg.Notify != nil {
		each.Notify = func(st Status) { p.cfg.Notify(model, st) }
	}
	s = New(each)
	p.models[model] = s
	return s, nil
}

var errClosing = mark.Errorf(mark.Unavailable, "The program is closing.")

// Generate continues a prompt by the model that it names. Errors besides the
// model's: NotFound, TooBig where it can never fit, TooBusy where others that
// are at work leave no room for it.
func (p *Pool) Generate(ctx context.Context, q mark.Prompt) iter.Seq2[mark.Delta, error] {
	return func(yield func(mark.Delta, error) bool) {
		s, err := p.Model(q.Model)
		if err != nil {
			yield(mark.Delta{}, err)
			return
		}
		s.Generate(ctx, q)(yield)
	}
}

// CountTokens counts by the default model.
func (p *Pool) CountTokens(ctx context.Context, text string) (int, error) {
	return p.CountTokensBy(ctx, "", text)
}

// CountTokensBy returns how many tokens text takes in a model.
func (p *Pool) CountTokensBy(ctx context.Context, model, text string) (int, error) {
	s, err := p.Model(model)
	if err != nil {
		return 0, err
	}
	return s.CountTokens(ctx, text)
}

// mostName is the length of a model's name in a saved state.
const mostName = 255

// SaveState implements mark.ModelState for the model that q names.
func (p *Pool) SaveState(ctx context.Context, q mark.Prompt, limit int) ([]byte, error) {
	name := q.Model
	if name == "" {
		name = p.cfg.Default
	}
	s, err := p.Model(name)
	if err != nil {
		return nil, err
	}
	if len(name) > mostName {
		return nil, errNoState
	}
	state, err := s.SaveState(ctx, q, limit-1-len(name))
	if err != nil {
		return nil, err
	}
	head := append([]byte{byte(len(name))}, name...)
	return append(binary.BigEndian.AppendUint32(head, stateForm), state...), nil
}

// stateForm marks a state that says whose it is.
const stateForm = 0x4d4b5031

// RestoreState implements mark.ModelState: it loads the model that the state
// is of.
func (p *Pool) RestoreState(ctx context.Context, state []byte) error {
	if len(state) < 1 || len(state) < 5+int(state[0]) || binary.BigEndian.Uint32(state[1+state[0]:]) != stateForm {
		return mark.Errorf(mark.Unsupported, "What was kept of this conversation is from another version of the program. It is read again.")
	}
	name := string(state[1 : 1+state[0]])
	s, err := p.Model(name)
	if mark.CodeOf(err) == mark.NotFound && err != nil {
		return mark.Errorf(mark.Unsupported, "The model that had read this conversation is not installed any more. It is read again.").Because(err)
	}
	if err != nil {
		return err
	}
	return s.RestoreState(ctx, state[5+len(name):])
}

// open makes room for a model and loads it. One is loaded at a time, so that
// two together do not take more than there is.
func (p *Pool) open(ctx context.Context, model string) (Engine, error) {
	select {
	case <-p.turn:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait until another model is loaded: %w", ctx.Err())
	}
	defer func() { p.turn <- struct{}{} }()
	if err := p.makeRoom(model); err != nil {
		return nil, err
	}
	return p.cfg.Open(ctx, model)
}

// Tight says, in a sentence, why a model cannot be loaded now even when those
// that rest give way; empty where it can, or is loaded.
func (p *Pool) Tight(model string) string {
	need, err := p.cfg.Needs(model)
	if err != nil {
		return mark.MessageOf(err)
	}
	p.mu.Lock()
	s := p.models[model]
	p.mu.Unlock()
	if s != nil {
		if _, _, there := s.resting(); there {
			return ""
		}
	}
	have := p.loaded(model)
	short := p.short(need, have)
	for _, v := range have {
		if v.idle {
			short -= v.needs
		}
	}
	if short <= 0 {
		return ""
	}
	return fmt.Sprintf("It needs %s and %s are free for models. Choose a smaller one, or close other programs.", amount(need), amount(need-short))
}

// loaded is a model that takes memory.
type loaded struct {
	name  string
	s     *Service
	needs int64
	used  time.Time
	idle  bool
}

// makeRoom lets models go until there is room for one more.
func (p *Pool) makeRoom(model string) error {
	need, err := p.cfg.Needs(model)
	if err != nil {
		return err
	}
	for {
		have := p.loaded(model)
		short := p.short(need, have)
		if short <= 0 {
			return nil
		}
		gave := false
		for _, v := range have {
			if v.idle {
				if gave, err = v.s.evict(); err != nil {
					return fmt.Errorf("make room for a model: %w", err)
				}
				if gave {
					break
				}
			}
		}
		switch {
		case gave:
		case len(have) > 0:
			return mark.Errorf(mark.TooBusy, "The model needs %s; another model is at work and leaves too little memory. Try again in a moment.", amount(need))
		default:
			return mark.Errorf(mark.TooBig, "The model needs %s and %s are free for models. Choose a smaller one in Settings, or close other programs.", amount(need), amount(need-short))
		}
	}
}

// short is how many bytes are lacking for need beside what is loaded.
func (p *Pool) short(need int64, have []loaded) int64 {
	short := int64(0)
	if p.cfg.Budget > 0 {
		used := int64(0)
		for _, v := range have {
			used += v.needs
		}
		short = used + need - p.cfg.Budget
	}
	if p.cfg.Free != nil {
		if free := p.cfg.Free(); free > 0 {
			short = max(short, need-free)
		}
	}
	return short
}

// loaded returns the other models that are loaded, those first that were used
// longest ago.
func (p *Pool) loaded(but string) []loaded {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []loaded
	for name, s := range p.models {
		if name == but {
			continue
		}
		used, idle, there := s.resting()
		if !there {
			continue
		}
		needs, err := p.cfg.Needs(name)
		if err != nil {
			needs = 0 // its file is gone; it is let go when its turn comes
		}
		out = append(out, loaded{name, s, needs, used, idle})
	}
	slices.SortFunc(out, func(a, b loaded) int {
		if c := a.used.Compare(b.used); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	return out
}

// ModelStats is how one model did.
type ModelStats struct {
	Model  string
	Status Status
	Stats  Stats
	Memory int64 // bytes that its process holds; 0: not loaded, or not known
}

// Stats returns how the models did that were asked something, by name.
func (p *Pool) Stats() []ModelStats {
	p.mu.Lock()
	services := make(map[string]*Service, len(p.models))
	for name, s := range p.models {
		services[name] = s
	}
	p.mu.Unlock()
	out := make([]ModelStats, 0, len(services))
	for name, s := range services {
		out = append(out, ModelStats{name, s.Status(), s.Stats(), s.Memory()})
	}
	slices.SortFunc(out, func(a, b ModelStats) int { return strings.Compare(a.Model, b.Model) })
	return out
}

// Run lets models go that have rested for Config.Idle, until ctx ends.
func (p *Pool) Run(ctx context.Context) error {
	if p.cfg.Each.Idle <= 0 {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(max(p.cfg.Each.Idle/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			for _, s := range p.services() {
				if err := s.rest(now); err != nil {
					return err
				}
			}
		}
	}
}

func (p *Pool) services() []*Service {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []*Service
	for _, s := range p.models {
		out = append(out, s)
	}
	return out
}

// Unload lets a model go, at once or when its last user has finished: call it
// when its settings have changed or its file is to be removed. The next request
// loads it anew.
func (p *Pool) Unload(model string) error {
	p.mu.Lock()
	s := p.models[model]
	p.mu.Unlock()
	if s == nil {
		return nil
	}
	return s.Unload()
}

// Close ends all models; requests under way fail.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	var err error
	for _, s := range p.services() {
		err = errors.Join(err, s.Close())
	}
	return err
}

// amount gives bytes as people count memory.
func amount(n int64) string {
	if n >= 1<<30 {
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%d MB", max(n, 0)>>20)
}
