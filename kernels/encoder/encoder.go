package encoder

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"markai/kernels"
)

// Config is the shape of a model. Width, Feed and the width of a head must be
// multiples of 16.
type Config struct {
	Layers, Width, Heads int
	Feed                 int     // numbers between the two products of a feed-forward layer
	Words                int     // tokens that have an embedding
	Positions            int     // tokens that a passage may have
	Epsilon              float32 // of layer norms
	CLS                  bool    // a passage's vector is its first token's; else their mean
}

// Linear is a layer y = Weight x + Bias; Weight holds one row per output.
type Linear struct{ Weight, Bias []float32 }

// Norm is what a layer norm scales by and adds.
type Norm struct{ Gain, Bias []float32 }

// Layer is one of a model's layers, in the order in which it computes.
type Layer struct {
	Query, Key, Value, Output Linear
	AttentionNorm             Norm
	Up, Down                  Linear
	FeedNorm                  Norm
}

// Weights are a model as it was trained. Layer is asked for one layer after
// the other, so that no more than one of them is needed in float32 at a time.
type Weights struct {
	Config
	Word, Position []float32 // a row for each token, and for each place
	Type           []float32 // of token type 0; may be nil
	Norm           Norm      // of their sum
	Layer          func(n int) (Layer, error)
}

// Errors of this package wrap one of these.
var (
	ErrShape  = errors.New("not a shape that the encoder computes")
	ErrWeight = errors.New("not the weights of that shape")
	ErrTokens = errors.New("not a passage that the model takes")
)

// Limits beyond any model of the family, which keep sizes in 32 bits.
const (
	maxLayers = 1 << 10
	maxWidth  = 1 << 13
	maxWords  = 1 << 24
)

// An Encoder is a packed model. It does not change: several goroutines may
// use it.
type Encoder struct {
	Config
	loops     loops
	words     []int16   // embeddings, in steps of
	steps     []float32 // one for each word
	positions []float32 // and token type 0
	norm      Norm
	layers    []layer

	mu   sync.Mutex // guards idle
	idle []*lane
}

// layer is a packed layer. Head h's query, key and value are one product.
type layer struct {
	attention        []matrix
	output, up, down matrix
	norms            [2]Norm
}

// Check reports why the encoder does not compute models of this shape, or nil.
// Its error is ErrShape.
func (c Config) Check() error {
	head := 0
	if c.Heads > 0 {
		head = c.Width / c.Heads
	}
	switch {
	case c.Layers < 1 || c.Layers > maxLayers || c.Positions < 1 || c.Positions > maxWidth || c.Words < 1 || c.Words > maxWords:
		return fmt.Errorf("%d layers, %d positions, %d words: %w", c.Layers, c.Positions, c.Words, ErrShape)
	case c.Width < 16 || c.Width > maxWidth || c.Width%16 != 0 || c.Feed < 16 || c.Feed > 4*maxWidth || c.Feed%16 != 0:
		return fmt.Errorf("%d and %d numbers a token: %w", c.Width, c.Feed, ErrShape)
	case head*c.Heads != c.Width || head%16 != 0 || head == 0:
		return fmt.Errorf("%d heads for %d numbers: %w", c.Heads, c.Width, ErrShape)
	case !(c.Epsilon >= 0 && c.Epsilon < 1):
		return fmt.Errorf("epsilon %v: %w", c.Epsilon, ErrShape)
	}
	return nil
}

// Load packs a model for a path; kernels.Auto is the best one here. Errors are
// ErrShape, ErrWeight (a wrong length, a number that is not finite) and those
// of w.Layer.
func Load(w Weights, path kernels.Path) (*Encoder, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	e := &Encoder{Config: w.Config, loops: loopsOf(path), norm: w.Norm, layers: make([]layer, w.Layers)}
	n := w.Width
	err := errors.Join(vector(w.Word, w.Words*n), vector(w.Position, w.Positions*n), w.Norm.check(n))
	if w.Type != nil {
		err = errors.Join(err, vector(w.Type, n))
	}
	if err != nil {
		return nil, fmt.Errorf("embeddings: %w", err)
	}
	e.positions = make([]float32, w.Positions*n)
	for i := range e.positions {
		e.positions[i] = w.Position[i]
		if w.Type != nil {
			e.positions[i] += w.Type[i%n]
		}
	}
	e.words, e.steps = make([]int16, w.Words*n), make([]float32, w.Words)
	inParts(w.Words, func(word int) {
		e.steps[word] = steps(e.words[word*n:][:n], w.Word[word*n:][:n])
	})
	for i := range e.layers {
		l, err := w.Layer(i)
		if err == nil {
			e.layers[i], err = w.pack(l)
		}
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i, err)
		}
	}
	return e, nil
}

func (c Config) pack(l Layer) (layer, error) {
	n := c.Width
	var out layer
	if err := errors.Join(l.Query.check(n, n), l.Key.check(n, n), l.Value.check(n, n), l.Output.check(n, n), l.AttentionNorm.check(n),
		l.Up.check(n, c.Feed), l.Down.check(c.Feed, n), l.FeedNorm.check(n)); err != nil {
		return out, err
	}
	head := n / c.Heads
	for h := range c.Heads {
		m := newMatrix(3*head, n)
		for i, part := range []Linear{l.Query, l.Key, l.Value} {
			m.fill(i*head, head, part.Weight[h*head*n:], part.Bias[h*head:])
		}
		out.attention = append(out.attention, m)
	}
	for _, p := range []struct {
		to *matrix
		l  Linear
	}{{&out.output, l.Output}, {&out.up, l.Up}, {&out.down, l.Down}} {
		outputs := len(p.l.Bias)
		*p.to = newMatrix(outputs, len(p.l.Weight)/outputs)
		p.to.fill(0, outputs, p.l.Weight, p.l.Bias)
	}
	out.norms = [2]Norm{l.AttentionNorm, l.FeedNorm}
	return out, nil
}

func (l Linear) check(in, out int) error {
	return errors.Join(vector(l.Weight, in*out), vector(l.Bias, out))
}

func (n Norm) check(width int) error {
	return errors.Join(vector(n.Gain, width), vector(n.Bias, width))
}

// vector reports whether v is n finite numbers.
func vector(v []float32, n int) error {
	if len(v) != n {
		return fmt.Errorf("%d numbers where there should be %d: %w", len(v), n, ErrWeight)
	}
	for _, x := range v {
		if x-x != 0 {
			return fmt.Errorf("a number that is not finite: %w", ErrWeight)
		}
	}
	return nil
}

// inParts calls do with 0 to n-1, on all processors.
func inParts(n int, do func(int)) {
	threads := min(runtime.GOMAXPROCS(0), n)
	var wg sync.WaitGroup
	for t := range threads {
		wg.Go(func() {
			for i := t * n / threads; i < (t+1)*n/threads; i++ {
				do(i)
			}
		})
	}
	wg.Wait()
}
