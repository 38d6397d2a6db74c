package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	mark "markai/backend"
	"markai/backend/answer"
	"markai/backend/chunk"
	"markai/backend/eval"
	"markai/backend/legal"
	"markai/backend/retrieve"
	"markai/backend/typeset"
)

// EvalRetrieval measures search on a set, with ablation also without each of
// its parts; see package eval.
func (a *App) EvalRetrieval(ctx context.Context, dir string, lite, ablation bool, out, progress io.Writer) ([]eval.Report, error) {
	variants := []eval.Variant{{Name: "all parts", Searcher: a.searcher}}
	if ablation {
		variants = append(variants, a.ablations()...)
	}
	return eval.Retrieval(ctx, a.evalDeps(progress), dir, lite, out, variants...)
}

// EvalCompression measures what making passages smaller costs; see package eval.
func (a *App) EvalCompression(ctx context.Context, dir string, lite bool, out, progress io.Writer) error {
	return eval.Compression(ctx, a.evalDeps(progress), dir, lite, out)
}

// ablations are searches that lack one part each.
func (a *App) ablations() []eval.Variant {
	var out []eval.Variant
	without := func(what string, change func(c *retrieve.Config)) {
		c := retrieve.Config{Embedder: a.engines.embedder(), Evidence: evidence, Weights: retrieve.Default}
		change(&c)
		out = append(out, eval.Variant{Name: "without " + what, Searcher: retrieve.New(c)})
	}
	without("routing to documents", func(c *retrieve.Config) { c.Weights.Route = false })
	without("headers in the ranking", func(c *retrieve.Config) { c.Weights.Header = 0 })
	without("words of the question", func(c *retrieve.Config) { c.Weights.Words = 0 })
	without("subjects", func(c *retrieve.Config) { c.Weights.Subject, c.Weights.Clause = 0, 0 })
	without("embeddings", func(c *retrieve.Config) { c.Embedder = nil })
	without("joining neighbours", func(c *retrieve.Config) { c.Weights.Join, c.Weights.Narrow, c.Weights.Gather = 0, 0, 0 })
	without("counting joined passages", func(c *retrieve.Config) { c.Weights.Gather = 0 })
	without("the sentence before passages", func(c *retrieve.Config) { c.Evidence = nil })
	without("its lead over others", func(c *retrieve.Config) { c.Weights.Margin, c.Weights.Passage = 0, 0 })
	return out
}

// EvalQA measures answers on a set; see package eval.
func (a *App) EvalQA(ctx context.Context, dir string, out, progress io.Writer) error {
	return eval.QA(ctx, a.evalDeps(progress), dir, out)
}

func (a *App) evalDeps(progress io.Writer) eval.Deps {
	var told time.Time
	answerer := answer.New(a.answerConfig(a.searcher))
	return eval.Deps{
		Stores: stores(), Paginate: typeset.Pages, Read: a.readPages, Identify: legal.Identify, Chunk: chunk.Pages,
		Embedder: a.engines.embedder(), Searcher: a.searcher, Answerer: answerer, Weigh: answerer.Weigh,
		Progress: func(done, total int) {
			if now := time.Now(); now.Sub(told) > 5*time.Second || done == total {
				told = now
				fmt.Fprintf(progress, "%d of %d\n", done, total)
			}
		},
	}
}

// readPages reads all pages of a file.
func (a *App) readPages(ctx context.Context, path string) ([]mark.Page, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	_, pages, err := a.reader.Read(ctx, mark.File{Name: filepath.Base(path), Size: info.Size(), Data: file})
	if err != nil {
		return nil, err
	}
	var out []mark.Page
	for page, err := range pages {
		if err != nil {
			return nil, err
		}
		out = append(out, page)
	}
	return out, nil
}
