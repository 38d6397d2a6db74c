package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"markai/backend/config"
	"markai/backend/route"
)

// Router tells what kind of question somebody asks, with the embedding model
// that the settings name, or by words alone where there is none.
type Router struct {
	classifier *route.Classifier
	embedding  *embedding // nil: words alone
}

// NewRouter trains a Router, which takes a second or less. home may be empty.
func NewRouter(ctx context.Context, home string, c *config.Loaded) (*Router, error) {
	r := &Router{}
	if c.Modules.Embeddings {
		e, err := newEmbedding(Models(home), c, home)
		if err != nil {
			return nil, err
		}
		if e.vectors != nil {
			r.embedding = e
		}
	}
	train, _ := route.Examples()
	vectors, err := r.embed(ctx, train)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	r.classifier = route.Train(train, vectors)
	return r, nil
}

// Judge tells what kind of question text is.
func (r *Router) Judge(ctx context.Context, text string) (route.Judgement, error) {
	vectors, err := r.embed(ctx, []route.Example{{Text: text}})
	if err != nil {
		return route.Judgement{}, err
	}
	if vectors == nil {
		return r.classifier.Judge(text, nil), nil
	}
	return r.classifier.Judge(text, vectors[0]), nil
}

// Measure judges the questions that are kept for testing, one by one as people
// ask them, and returns the longest that 95 of 100 took.
func (r *Router) Measure(ctx context.Context) (route.Report, time.Duration, error) {
	_, test := route.Examples()
	var judged []route.Kind
	var took []time.Duration
	for _, e := range test {
		began := time.Now()
		j, err := r.Judge(ctx, e.Text)
		if err != nil {
			return route.Report{}, 0, err
		}
		took = append(took, time.Since(began))
		judged = append(judged, j.Kind)
	}
	slices.Sort(took)
	return route.Evaluate(test, judged), took[len(took)*95/100], nil
}

// embed returns a vector for each example, or nil where words alone count.
func (r *Router) embed(ctx context.Context, examples []route.Example) ([][]float32, error) {
	if r.embedding == nil {
		return nil, nil
	}
	texts := make([]string, len(examples))
	for i, e := range examples {
		texts[i] = e.Text
	}
	vectors, err := r.embedding.Embed(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("embed questions: %w", err)
	}
	return vectors, nil
}

// Close ends the embedding model's process.
func (r *Router) Close() error {
	if r.embedding == nil {
		return nil
	}
	return r.embedding.vectors.Close()
}
