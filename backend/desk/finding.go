package desk

import (
	mark "markai/backend"
	"markai/backend/wire"
)

// findings puts into an answer what it holds besides sentences.
func findings(out *wire.Answer, a mark.Answer) {
	for _, c := range a.Contradictions {
		w := wire.Contradiction{Topic: c.Topic, Sides: []wire.Side{}}
		for _, s := range c.Sides {
			w.Sides = append(w.Sides, wire.Side(s))
		}
		out.Contradictions = append(out.Contradictions, w)
	}
	if c := a.Choices; c != nil {
		out.Choices = &wire.Choices{Question: c.Question, Options: []wire.Option{}}
		for _, o := range c.Options {
			w := wire.Option{Label: o.Label, Detail: o.Detail, Question: o.Question, Documents: []string{}}
			for _, id := range o.Documents {
				w.Documents = append(w.Documents, string(id))
			}
			out.Choices.Options = append(out.Choices.Options, w)
		}
	}
	if c := a.Computation; c != nil {
		out.Computation = &wire.Computation{Text: c.Text, Result: c.Result, Operands: []wire.Operand{}}
		for _, o := range c.Operands {
			out.Computation.Operands = append(out.Computation.Operands, wire.Operand(o))
		}
	}
	for _, e := range a.Chronology {
		out.Chronology = append(out.Chronology, wire.ChronologyRow(e))
	}
}
