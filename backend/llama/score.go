package llama

import (
	"math"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
)

// score is a token with the logarithm of its probability.
type score struct {
	Piece   []byte  `json:"p"`
	Logprob float64 `json:"l"`
}

// scored is a token that was written, with the likeliest that might have been.
type scored struct {
	score
	Top []score `json:"t"`
}

// scoresOf returns the scores of tok and of the likeliest n tokens by logits,
// which nothing has changed yet.
func scoresOf(v native.Vocab, logits []float32, tok native.Token, n int) scored {
	total := logSum(logits)
	one := func(i int) score {
		l := float64(logits[i]) - total
		if math.IsNaN(l) {
			l = math.Inf(-1)
		}
		return score{pieceOf(v, native.Token(i)), max(l, -math.MaxFloat32)} // JSON knows no infinity
	}
	out := scored{score: one(int(tok))}
	for _, i := range candidates(logits, n) {
		out.Top = append(out.Top, one(i))
	}
	return out
}

// logSum returns the logarithm of the sum of the exponentials of x, without what
// is no number.
func logSum(x []float32) float64 {
	most := math.Inf(-1)
	for _, v := range x {
		if float64(v) > most {
			most = float64(v)
		}
	}
	if math.IsInf(most, 0) {
		return most
	}
	sum := 0.0
	for _, v := range x {
		if e := math.Exp(float64(v) - most); !math.IsNaN(e) {
			sum += e
		}
	}
	return most + math.Log(sum)
}

// domainScores are scores in the domain's words.
func domainScores(all []scored) []mark.TokenScores {
	var out []mark.TokenScores
	for _, s := range all {
		t := mark.TokenScores{TokenScore: mark.TokenScore(s.score)}
		for _, o := range s.Top {
			t.Top = append(t.Top, mark.TokenScore(o))
		}
		out = append(out, t)
	}
	return out
}
