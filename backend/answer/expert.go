package answer

import (
	"context"
	"log/slog"
	"slices"
	"time"

	mark "markai/backend"
	"markai/backend/prompt"
	"markai/backend/route"
)

// Router chooses who answers a question. Errors: NotFound for an expert that is
// named and not there.
type Router interface {
	Route(ctx context.Context, q mark.Question) (route.Decision, error)
}

// route asks the router. A question that names no expert is answered without
// it when it fails.
func (w *work) route(ctx context.Context) error {
	if w.s.cfg.Router == nil {
		return nil
	}
	d, err := w.s.cfg.Router.Route(ctx, w.q)
	switch {
	case err == nil:
		w.routed = &d
	case w.q.Expert != "" || ctx.Err() != nil:
		return err
	default:
		slog.WarnContext(ctx, "no expert could be chosen", "question", w.q, "error", mark.CodeOf(err))
	}
	return nil
}

// chosen is how the expert that the person chose finds passages; empty where
// they chose none.
func (w *work) chosen() route.Mode {
	if w.routed == nil || !w.routed.Routed.Chosen || len(w.routed.Chain) == 0 {
		return ""
	}
	return w.routed.Chain[0].Mode
}

// steer lets the person's choice of an expert decide whether every document is
// asked.
func (w *work) steer(asked whole, all bool) (whole, bool) {
	switch mode := w.chosen(); {
	case mode == "" || all && mode == route.Survey:
		return asked, all
	case mode == route.Survey:
		return whole{rest: w.q.Text}, true
	}
	return whole{}, false
}

// writer is an expert with its model.
type writer struct {
	route.Expert
	model Model
}

// writers are those who may write the answer, in their order: the experts of the
// chain whose model is trusted to, up to quotations alone.
func (w *work) writers() []writer {
	if w.s.cfg.Generator == nil || w.routed == nil && w.s.cfg.Model == nil {
		return nil
	}
	if w.routed == nil {
		if m := w.s.cfg.Model(); m.Writes(w.s.cfg.LeastParameters) {
			return []writer{{model: m}}
		}
		return nil
	}
	var out []writer
	for _, e := range w.routed.Chain {
		if e.Model == "" {
			break
		}
		if m, ok := w.writes(e); ok {
			out = append(out, writer{e, m})
		}
	}
	return out
}

// writes returns the model of an expert, and whether it is trusted to write.
func (w *work) writes(e route.Expert) (Model, bool) {
	if w.s.cfg.Generator == nil || w.s.cfg.Models == nil || e.Model == "" {
		return Model{}, false
	}
	m := w.s.cfg.Models(e.Model)
	return m, m.Writes(w.s.cfg.LeastParameters)
}

// shape lets the expert say what its model is told, and how it draws.
func (x writer) shape(p mark.Prompt) mark.Prompt {
	p.Model, p.Adapter, p.Temp = x.Model, x.Adapter, x.Sampling.Temperature
	p.Sampling.TopP, p.Sampling.TopK = x.Sampling.TopP, x.Sampling.TopK
	if x.Sampling.MaxTokens > 0 {
		p.MaxTokens = x.Sampling.MaxTokens
	}
	return p
}

// counter counts tokens by the model that is to read them.
type counter interface {
	CountTokensBy(ctx context.Context, model, text string) (int, error)
}

// count counts the tokens of a text for x.
func (w *work) count(ctx context.Context, x writer) func(string) int {
	return func(text string) int {
		var n int
		var err error
		if c, ok := w.s.cfg.Generator.(counter); ok {
			n, err = c.CountTokensBy(ctx, x.Model, text)
		} else {
			n, err = w.s.cfg.Generator.CountTokens(ctx, text)
		}
		if err != nil {
			return len(text)/3 + 1
		}
		return n
	}
}

// gaveUp notes that an expert was asked and could not.
func (w *work) gaveUp(x writer, err error) {
	if w.routed == nil {
		return
	}
	for i := range w.routed.Routed.Steps {
		if s := &w.routed.Routed.Steps[i]; s.Expert == x.ID {
			s.State, s.Problem = mark.StepFailed, mark.MessageOf(err)
		}
	}
}

// wrote notes whose model was asked last and did not fail, if any, and whether
// there are sentences of it. Where none was, the first expert that has not failed
// answers, in its way but without words of its own.
func (w *work) wrote(by route.Expert, words bool) {
	if w.routed == nil || len(w.routed.Chain) == 0 {
		return
	}
	r := &w.routed.Routed
	if by.ID == "" {
		left := slices.DeleteFunc(slices.Clone(w.routed.Chain), func(e route.Expert) bool { return w.stepOf(e.ID).State == mark.StepFailed })
		if len(left) == 0 {
			return // quotations alone cannot fail; a chain without them was given
		}
		by = left[0]
		if _, ok := w.writes(by); by.Model != "" && !ok {
			r.Why = append(r.Why, "Its model is not trusted to write, so quotations are the answer.")
		}
	} else if !words {
		r.Why = append(r.Why, "Its model found no answer in the passages, so they are quoted.")
	}
	r.Expert, r.Name, r.Model = by.ID, by.Name, by.Model
	if !words {
		r.Model = ""
	}
	for i := range r.Steps {
		switch s := &r.Steps[i]; {
		case s.Expert == by.ID:
			s.State = mark.StepAnswers
		case s.State == mark.StepAnswers:
			s.State, s.Problem = mark.StepSkipped, "Its model is not trusted to write."
		}
	}
}

func (w *work) stepOf(expert string) mark.RouteStep {
	for _, s := range w.routed.Routed.Steps {
		if s.Expert == expert {
			return s
		}
	}
	return mark.RouteStep{}
}

// settle puts who answered into the answer, once it is whole.
func (w *work) settle() {
	if w.routed == nil {
		return
	}
	switch a := w.answer; {
	case a.Survey != nil:
		w.routed.Did(route.Survey)
	case a.Computation != nil:
		w.routed.Did(route.Calculated)
	case len(a.Chronology) > 0:
		w.routed.Did(route.InOrder)
	default:
		w.routed.Did(route.Passages)
	}
	r := w.routed.Routed
	w.answer.Routed = &r
}

// patience is how long a question waits for a model that is busy with others
// before the next expert is asked.
const patience = 45 * time.Second

// pack makes the prompt of x.
func (w *work) pack(ctx context.Context, x writer) mark.Prompt {
	count := w.count(ctx, x)
	req := prompt.Request{Question: w.q.Text, Before: memory(w.q.Text, w.q.History, count), Budget: w.s.cfg.PassageTokens, Task: x.Prompt, Count: count}
	for _, c := range w.answer.Citations {
		req.Passages = append(req.Passages, prompt.Passage{Document: c.Name, Page: c.Spans[0].Page, Text: c.Quote})
	}
	p, _ := prompt.Pack(req)
	p.Client, p.Wait = string(w.q.Conversation), patience
	return x.shape(p)
}
