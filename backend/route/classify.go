package route

import (
	"fmt"
	"math"
)

// Classifier tells kinds of questions apart. It is safe for concurrent use.
type Classifier struct {
	dim     int         // of the vectors it was trained with; 0: words alone
	weights [][]float64 // one row a kind, the last column is the bias
}

// Judgement is what a classifier thinks of a question.
type Judgement struct {
	Kind       Kind
	Confidence float64           // probability of Kind, 0 to 1
	Scores     [numKinds]float64 // probability of each of Kinds; their sum is 1
}

const numKinds = 10

// Training: full-batch gradient descent with momentum, which needs no random
// numbers, so that the same examples always give the same classifier.
const (
	rounds   = 160
	rate     = 1.0
	momentum = 0.9
	decay    = 2e-3 // L2, chosen by leave-one-out on the training questions

	// sharp makes probabilities out of scores that decay keeps small (temperature
	// scaling: Guo et al., ICML 2017). Chosen by five-fold cross-validation on
	// the training questions, where of those judged with a confidence of p about
	// p were judged right.
	sharp = 1.75
)

// Train returns a classifier that has learned from examples. vectors holds the
// unit vector of each example's text, or is nil: then words alone count.
// It panics when there are vectors, but not one for each example.
func Train(examples []Example, vectors [][]float32) *Classifier {
	if vectors != nil && len(vectors) != len(examples) {
		panic(fmt.Sprintf("route: %d vectors for %d examples", len(vectors), len(examples)))
	}
	c := &Classifier{}
	if len(vectors) > 0 {
		c.dim = len(vectors[0])
	}
	width := buckets + len(cues) + c.dim + 1
	rows := make([][]feature, len(examples))
	wants := make([]int, len(examples))
	for i, e := range examples {
		var v []float32
		if vectors != nil {
			v = vectors[i]
		}
		rows[i] = featuresOf(e.Text, v)
		wants[i] = index(e.Kind)
	}
	c.weights = make([][]float64, numKinds)
	speed := make([][]float64, numKinds)
	slope := make([][]float64, numKinds)
	for k := range c.weights {
		c.weights[k], speed[k], slope[k] = make([]float64, width), make([]float64, width), make([]float64, width)
	}
	for range rounds {
		for k := range slope {
			for j, w := range c.weights[k] {
				slope[k][j] = decay * w
			}
		}
		for i, row := range rows {
			p := c.score(row)
			for k := range slope {
				d := p[k]
				if k == wants[i] {
					d--
				}
				d /= float64(len(rows))
				for _, f := range row {
					slope[k][f.at] += d * f.v
				}
				slope[k][width-1] += d
			}
		}
		for k := range speed {
			for j := range speed[k] {
				speed[k][j] = momentum*speed[k][j] - rate*slope[k][j]
				c.weights[k][j] += speed[k][j]
			}
		}
	}
	return c
}

// Dim returns the width of the vectors that Judge wants; 0: none.
func (c *Classifier) Dim() int { return c.dim }

// Judge tells what kind of question text is. vector is its unit vector, of Dim
// numbers.
func (c *Classifier) Judge(text string, vector []float32) Judgement {
	if len(vector) != c.dim {
		panic(fmt.Sprintf("route: a vector of %d numbers for a classifier of %d", len(vector), c.dim))
	}
	j := Judgement{Scores: sharpened(c.score(featuresOf(text, vector)))}
	for k, p := range j.Scores {
		if p > j.Confidence {
			j.Kind, j.Confidence = Kinds[k], p
		}
	}
	return j
}

// sharpened raises probabilities to the power of sharp.
func sharpened(p [numKinds]float64) [numKinds]float64 {
	sum := 0.0
	for k := range p {
		p[k] = math.Pow(p[k], sharp)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// score returns the probability of each kind (softmax).
func (c *Classifier) score(row []feature) [numKinds]float64 {
	var p [numKinds]float64
	most := math.Inf(-1)
	for k, w := range c.weights {
		s := w[len(w)-1]
		for _, f := range row {
			s += w[f.at] * f.v
		}
		p[k] = s
		most = max(most, s)
	}
	sum := 0.0
	for k := range p {
		p[k] = math.Exp(p[k] - most)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

func index(k Kind) int {
	for i, other := range Kinds {
		if other == k {
			return i
		}
	}
	panic(fmt.Sprintf("route: no kind %q", k))
}
