package ggml

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
)

const (
	window      = 512 // tokens foretold at a time
	promptLen   = 512
	decodeLen   = 64
	speedRounds = 3
	answerLen   = 48
	logitsLen   = 256
)

func measureSpeed(ctx context.Context, s subject, text string) (Speed, error) {
	began := time.Now()
	n, err := open(s, promptLen+decodeLen, promptLen, 0)
	if err != nil {
		return Speed{}, err
	}
	defer n.close()
	out := Speed{LoadSeconds: time.Since(began).Seconds()}
	tokens := n.framed(n.tokens(text, false))
	if len(tokens) < promptLen {
		return out, mark.Errorf(mark.Invalid, "The text to measure with is too short.")
	}
	tokens = tokens[:promptLen]
	for range speedRounds {
		if err := n.forget(); err != nil {
			return out, err
		}
		began = time.Now()
		if err := n.compute(ctx, tokens, 0, func(i int) bool { return i == promptLen-1 }); err != nil {
			return out, err
		}
		next, err := n.likeliest(-1)
		if err != nil {
			return out, err
		}
		out.PromptPerSecond = max(out.PromptPerSecond, promptLen/time.Since(began).Seconds())
		began = time.Now()
		for i := range decodeLen {
			if err := n.compute(ctx, []native.Token{next}, promptLen+i, func(int) bool { return true }); err != nil {
				return out, err
			}
			if next, err = n.likeliest(-1); err != nil {
				return out, err
			}
		}
		out.DecodePerSecond = max(out.DecodePerSecond, decodeLen/time.Since(began).Seconds())
	}
	out.PeakBytes = peakMemory()
	return out, nil
}

// likeliest returns the token with the largest logit of output i.
func (n *network) likeliest(i int32) (native.Token, error) {
	row, err := native.GetLogitsIth(n.ctx, i, n.words)
	if err != nil || row == nil {
		return 0, fmt.Errorf("read the logits of %s: %w", n.name, err)
	}
	return native.Token(largest(row)), nil
}

func largest(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// compare judges the second half of each window, where the model has context.
func compare(ctx context.Context, p pair, text string, send func(Progress) error) (Likeness, error) {
	n, err := open(p.subject, window, window, 0)
	if err != nil {
		return Likeness{}, err
	}
	defer n.close()
	var o *network
	if p.Original != "" {
		if o, err = open(subject{p.Runtime, p.Original, p.Threads}, window, window, 0); err != nil {
			return Likeness{}, err
		}
		defer o.close()
		if o.words != n.words {
			return Likeness{}, mark.Errorf(mark.Invalid, "The models %s and %s have different vocabularies and cannot be compared.", n.name, o.name)
		}
	}
	tokens := n.tokens(text, false)
	windows := len(tokens) / (window - 1)
	if windows == 0 {
		return Likeness{}, mark.Errorf(mark.Invalid, "The text to measure with is too short.")
	}
	var t tally
	judged := func(i int) bool { return i >= window/2-1 && i < window-1 }
	for w := range windows {
		part := n.framed(tokens[w*(window-1) : (w+1)*(window-1)])
		for _, net := range []*network{n, o} {
			if net == nil {
				continue
			}
			if err := net.forget(); err != nil {
				return Likeness{}, err
			}
			if err := net.compute(ctx, part, 0, judged); err != nil {
				return Likeness{}, err
			}
		}
		for i := range len(part) - 1 {
			if !judged(i) {
				continue
			}
			row, err := native.GetLogitsIth(n.ctx, int32(i), n.words)
			if err != nil {
				return Likeness{}, fmt.Errorf("read the logits of %s: %w", n.name, err)
			}
			var reference []float32
			if o != nil {
				if reference, err = native.GetLogitsIth(o.ctx, int32(i), o.words); err != nil {
					return Likeness{}, fmt.Errorf("read the logits of %s: %w", o.name, err)
				}
			}
			t.add(row, reference, int(part[i+1]))
		}
		if err := send(Progress{"compare", w + 1, windows}); err != nil {
			return Likeness{}, err
		}
	}
	return t.likeness(), nil
}

// tally sums up judged predictions.
type tally struct {
	n                          int
	loss, original, divergence float64
	same                       int
	compared                   bool
}

// add judges one prediction: a model's logits, the original's or nil, and the
// token that really came.
func (t *tally) add(row, reference []float32, actual int) {
	t.n++
	norm := logSum(row)
	t.loss += norm - float64(row[actual])
	if reference == nil {
		return
	}
	t.compared = true
	base := logSum(reference)
	t.original += base - float64(reference[actual])
	if largest(row) == largest(reference) {
		t.same++
	}
	for i, r := range reference {
		p := float64(r) - base
		if p < -40 { // weighs less than one in 10¹⁷
			continue
		}
		t.divergence += math.Exp(p) * (p - (float64(row[i]) - norm))
	}
}

func (t *tally) likeness() Likeness {
	if t.n == 0 {
		return Likeness{}
	}
	n := float64(t.n)
	l := Likeness{Tokens: t.n, Perplexity: math.Exp(t.loss / n)}
	if t.compared {
		l.Original, l.Divergence, l.SameFirst = math.Exp(t.original/n), max(t.divergence/n, 0), float64(t.same)/n
	}
	return l
}

// logSum is the logarithm of the sum of exponentials.
func logSum(x []float32) float64 {
	top := float64(x[largest(x)])
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(float64(v) - top)
	}
	return top + math.Log(sum)
}

// answer asks each question in the model's own chat form.
func answer(ctx context.Context, s subject, questions []Question) ([]string, error) {
	const size = 2048
	n, err := open(s, size, size, 0)
	if err != nil {
		return nil, err
	}
	defer n.close()
	out := make([]string, 0, len(questions))
	for _, q := range questions {
		if err := n.forget(); err != nil {
			return nil, err
		}
		tokens := n.framed(n.tokens(n.chat(q), true))
		tokens = tokens[:min(len(tokens), size-answerLen-1)]
		if err := n.compute(ctx, tokens, 0, func(i int) bool { return i == len(tokens)-1 }); err != nil {
			return nil, err
		}
		var text strings.Builder
		for i := range answerLen {
			t, err := n.likeliest(-1)
			if err != nil {
				return nil, err
			}
			if native.VocabIsEOG(n.vocab, t) {
				break
			}
			buf := make([]byte, 256)
			if k := native.TokenToPiece(n.vocab, t, buf, 0, false); k > 0 {
				text.Write(buf[:k])
			}
			if err := n.compute(ctx, []native.Token{t}, len(tokens)+i, func(int) bool { return true }); err != nil {
				return nil, err
			}
		}
		out = append(out, strings.ToValidUTF8(text.String(), "\uFFFD"))
	}
	return out, nil
}

// chat lays a question out in the model's template; ChatML where it has none.
func (n *network) chat(q Question) string {
	user := q.Passage + "\n\nAnswer from this passage only, in a few words: " + q.Question
	messages := []native.ChatMessage{native.NewChatMessage("user", user)}
	for _, template := range []string{native.ModelChatTemplate(n.model, ""), "chatml"} {
		if template == "" {
			continue
		}
		buf := make([]byte, len(user)+4096)
		if k := int(native.ChatApplyTemplate(template, messages, true, buf)); k > 0 && k <= len(buf) {
			return string(buf[:k])
		}
	}
	return user + "\n"
}

// logitsOf returns the first tokens of text and the logits after each.
func logitsOf(ctx context.Context, s subject, text string) ([]native.Token, []float32, error) {
	n, err := open(s, logitsLen, logitsLen, 0)
	if err != nil {
		return nil, nil, err
	}
	defer n.close()
	tokens := n.framed(n.tokens(text, false))
	tokens = tokens[:min(len(tokens), logitsLen)]
	if len(tokens) == 0 {
		return nil, nil, mark.Errorf(mark.Invalid, "The text has no tokens in the vocabulary of %s.", n.name)
	}
	if err := n.compute(ctx, tokens, 0, func(int) bool { return true }); err != nil {
		return nil, nil, err
	}
	var rows []float32
	for i := range tokens {
		row, err := native.GetLogitsIth(n.ctx, int32(i), n.words)
		if err != nil {
			return nil, nil, fmt.Errorf("read the logits of %s: %w", n.name, err)
		}
		rows = append(rows, row...)
	}
	return tokens, rows, nil
}
