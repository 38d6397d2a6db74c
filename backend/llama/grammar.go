package llama

import (
	"math"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
)

// grammar follows a GBNF grammar through a generation. The nil grammar allows
// everything.
type grammar struct{ sampler native.Sampler }

// newGrammar compiles text; an empty one gives nil. Errors: Invalid.
func newGrammar(v native.Vocab, text string) (*grammar, error) {
	if text == "" {
		return nil, nil
	}
	s := native.SamplerInitGrammar(v, text, "root")
	if s == 0 {
		return nil, mark.Errorf(mark.Invalid, "The form that the answer must take is not a valid grammar.")
	}
	return &grammar{s}, nil
}

// allows reports whether t may come next.
func (g *grammar) allows(t native.Token) bool {
	one := native.TokenData{Id: t, Logit: 1}
	list := native.TokenDataArray{Data: &one, Size: 1, Selected: -1}
	native.SamplerApply(g.sampler, &list)
	return !math.IsInf(float64(one.Logit), -1)
}

// among appends the tokens in ids to all, with the logits of those that may not
// come next at minus infinity.
func (g *grammar) among(all []native.TokenData, logits []float32, ids []int) []native.TokenData {
	for _, i := range ids {
		all = append(all, native.TokenData{Id: native.Token(i), Logit: logits[i]})
	}
	return g.apply(all)
}

// filter appends the whole vocabulary to all, with the logits of what may not
// come next at minus infinity.
func (g *grammar) filter(all []native.TokenData, logits []float32) []native.TokenData {
	for i, l := range logits {
		all = append(all, native.TokenData{Id: native.Token(i), Logit: l})
	}
	return g.apply(all)
}

func (g *grammar) apply(all []native.TokenData) []native.TokenData {
	if len(all) == 0 {
		return all
	}
	list := native.TokenDataArray{Data: &all[0], Size: uint64(len(all)), Selected: -1}
	native.SamplerApply(g.sampler, &list)
	return all
}

// accept moves on past t, which is allowed.
func (g *grammar) accept(t native.Token) { native.SamplerAccept(g.sampler, t) }

// free gives the grammar's memory back.
func (g *grammar) free() {
	if g != nil {
		native.SamplerFree(g.sampler)
	}
}
