package app

import (
	"context"
	"fmt"
	"time"

	"markai/backend/device"
	"markai/backend/ggml"
	"markai/backend/models"
	"markai/backend/recipe"
	"markai/backend/worker"
)

// modelTools are what rewrites and measures model files, at the lowest priority.
func modelTools() (ggml.Tools, error) {
	dir, err := runtimeDir()
	return ggml.Tools{Runtime: dir, Threads: device.Read().Threads(0).Batch, Worker: worker.Spec{Nice: background}}, err
}

// Quantize writes a model in another type; see models.Quantize.
func Quantize(ctx context.Context, from, to, kind string, plain bool, progress func(phase string, done, total int)) (models.Quantized, error) {
	tools, err := modelTools()
	if err != nil {
		return models.Quantized{}, err
	}
	run := func(ctx context.Context, from, to string, fileType int, text string) error {
		return tools.Quantize(ctx, from, to, fileType, text, func(p ggml.Progress) { progress(p.Phase, p.Done, p.Total) })
	}
	return models.Quantize(ctx, from, to, kind, plain, device.Read().Free, run)
}

// CompareModels measures copies of one model side by side, has each answer the
// questions, if there are any, and keeps the report in l; see models.Compare.
func CompareModels(ctx context.Context, l *models.Library, paths []string, length int, questions []PassageQuestion, progress func(name string)) (models.Report, error) {
	tools, err := modelTools()
	if err != nil {
		return models.Report{}, err
	}
	m := device.Read()
	r, err := models.Compare(ctx, paths, length, m.Free, func(ctx context.Context, path, original, text string, row *recipe.Row) error {
		progress(row.Name)
		speed, err := tools.Speed(ctx, path, text)
		if err != nil {
			return err
		}
		like, err := tools.Compare(ctx, path, original, text, nil)
		if err != nil {
			return err
		}
		row.PromptPerSecond, row.DecodePerSecond, row.PeakBytes = speed.PromptPerSecond, speed.DecodePerSecond, speed.PeakBytes
		row.Perplexity, row.Divergence, row.Tokens = like.Perplexity, like.Divergence, like.Tokens
		if original != "" {
			row.SameFirst = like.SameFirst
		}
		if row.Questions = len(questions); row.Questions > 0 {
			row.Quality, err = answered(ctx, tools, path, questions)
		}
		return err
	})
	if err != nil {
		return r, err
	}
	r.Machine, r.At = fmt.Sprintf("%s, %d cores", m.Processor, m.Physical), time.Now().UTC()
	return r, l.KeepReport(r)
}
