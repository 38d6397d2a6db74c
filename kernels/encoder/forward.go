package encoder

import (
	"context"
	"math"
	"time"
)

const (
	// groupTokens is how many tokens are computed together: enough that a
	// group's last rows cost little, few enough that they stay in the cache.
	groupTokens = 512
	// blockRows of a feed-forward layer are computed from end to end.
	blockRows = 48
)

// Stage is a part of the work, for measurements.
type Stage int

// The stages, in the order of the work.
const (
	StageEmbed Stage = iota
	StageQKV
	StageAttend
	StageOutput
	StageUp
	StageDown
	StageRows // layer norms and quantising
	Stages
)

var stageNames = [Stages]string{"embed", "query, key, value", "attention", "attention output", "feed up", "feed down", "rows"}

// String names the stage as reports print it.
func (s Stage) String() string { return stageNames[s] }

// Times is how long each stage took, summed over goroutines.
type Times [Stages]time.Duration

// lane is what one goroutine needs to compute a group.
type lane struct {
	room    int       // tokens
	x       []float32 // the residual stream, a row for each token
	qkv     []float32 // of one head
	context []float32 // what attention gives, of all heads
	input   rows      // of a layer
	middle  rows      // of a block: what comes before the next product
	wide    rows      // of a block, between the feed-forward's products
	y, feed []float32 // products of a block
	scratch []byte    // of attention

	times *Times // nil where nobody measures
	since time.Time
}

func (e *Encoder) newLane(room int) *lane {
	n, head := e.Width, e.Width/e.Heads
	return &lane{
		room: room,
		x:    make([]float32, room*n), qkv: make([]float32, room*3*head), context: make([]float32, room*n),
		input: newRows(room, n), middle: newRows(blockRows, n), wide: newRows(blockRows, e.Feed),
		y: make([]float32, blockRows*n), feed: make([]float32, blockRows*e.Feed),
		scratch: aligned(e.loops.scratch(room, head)),
	}
}

// bytes is what a lane takes, all but the little.
func (l *lane) bytes() int {
	return 4*(len(l.x)+len(l.qkv)+len(l.context)+len(l.y)+len(l.feed)) + len(l.input.codes) + len(l.wide.codes) + len(l.scratch)
}

// begin and end measure a stage.
func (l *lane) begin() {
	if l.times != nil {
		l.since = time.Now()
	}
}

func (l *lane) end(s Stage) {
	if l.times != nil {
		now := time.Now()
		l.times[s] += now.Sub(l.since)
		l.since = now
	}
}

// group computes passages that fit the lane together. It looks at ctx between
// layers.
func (e *Encoder) group(ctx context.Context, l *lane, passages [][]int32, out [][]float32) error {
	l.begin()
	tokens := e.embed(l, passages)
	l.end(StageEmbed)
	for i := range e.layers {
		if err := ctx.Err(); err != nil {
			return err
		}
		e.attention(l, &e.layers[i], passages, tokens)
		e.forward(l, &e.layers[i], tokens)
	}
	at := 0
	for i, p := range passages {
		e.pool(l.x[at*e.Width:][:len(p)*e.Width], out[i])
		at += len(p)
	}
	return nil
}

// embed writes the first row of each token and returns how many there are.
func (e *Encoder) embed(l *lane, passages [][]int32) int {
	n, row := e.Width, 0
	for _, p := range passages {
		for place, token := range p {
			x, step := l.x[row*n:][:n], e.steps[token]
			word, position := e.words[int(token)*n:][:n], e.positions[place*n:][:n]
			for i := range x {
				x[i] = float32(word[i])*step + position[i]
			}
			row++
		}
	}
	e.loops.normalise(l.x, nil, e.norm, e.Epsilon, l.input.from(0, row))
	return row
}

// attention writes what each token attends to into l.context, head by head.
func (e *Encoder) attention(l *lane, w *layer, passages [][]int32, tokens int) {
	head := e.Width / e.Heads
	for h, m := range w.attention {
		l.begin()
		e.loops.multiply(l.input.from(0, tokens), m, l.qkv, 3*head, false)
		l.end(StageQKV)
		row := 0
		for _, p := range passages {
			e.loops.attend(l.qkv[row*3*head:], 3*head, len(p), head, l.context[row*e.Width+h*head:], e.Width, l.scratch)
			row += len(p)
		}
		l.end(StageAttend)
	}
}

// forward does the rest of a layer, block by block.
func (e *Encoder) forward(l *lane, w *layer, tokens int) {
	n := e.Width
	for row := 0; row < tokens; row += blockRows {
		count := min(blockRows, tokens-row)
		x, middle, wide := l.x[row*n:][:count*n], l.middle.from(0, count), l.wide.from(0, count)
		l.begin()
		e.loops.quantise(l.context[row*n:], n, n, middle)
		l.end(StageRows)
		e.loops.multiply(middle, w.output, l.y, n, false)
		l.end(StageOutput)
		e.loops.normalise(x, l.y, w.norms[0], e.Epsilon, middle)
		l.end(StageRows)
		e.loops.multiply(middle, w.up, l.feed, e.Feed, true)
		l.end(StageUp)
		e.loops.quantise(l.feed, e.Feed, e.Feed, wide)
		l.end(StageRows)
		e.loops.multiply(wide, w.down, l.y, n, false)
		l.end(StageDown)
		e.loops.normalise(x, l.y, w.norms[1], e.Epsilon, l.input.from(row, count))
		l.end(StageRows)
	}
}

// pool makes one unit vector of a passage's rows. Where the length of their
// sum is 0 it writes zeros.
func (e *Encoder) pool(x, out []float32) {
	n := e.Width
	sums := make([]float64, n)
	for row := 0; row < len(x); row += n {
		for i, v := range x[row : row+n] {
			sums[i] += float64(v)
		}
		if e.CLS {
			break
		}
	}
	squares := 0.0
	for _, s := range sums {
		squares += s * s
	}
	factor := 0.0
	if squares > 0 {
		factor = 1 / math.Sqrt(squares)
	}
	for i, s := range sums {
		out[i] = float32(s * factor)
	}
}
