package ingest

import (
	"context"
	"fmt"
	"time"

	mark "markai/backend"
)

// embedBatch is how many passages get their vectors in one step: about a
// second's work on a small machine.
const embedBatch = 16

// occupied reports that the processor has something better to do than vectors:
// every reader has a document, so that others may wait for one, or a person
// waits for an answer. One long document alone does not keep vectors from all
// the others.
func (s *Service) occupied() bool {
	return int(s.reading.Load()) >= s.c.Workers || s.c.Busy()
}

// embedNext gives vectors to the oldest document that waits for them, as long
// as no document waits to be read. It reports false when there is nothing to do now.
func (s *Service) embedNext(ctx context.Context) bool {
	if s.occupied() || s.halted(ctx) {
		return false
	}
	for _, m := range s.attached() {
		m.mu.Lock()
		if m.detached || len(m.embed) == 0 {
			m.mu.Unlock()
			continue
		}
		r, jobCtx := m.begin(ctx, m.embed[0])
		m.embed = m.embed[1:]
		m.mu.Unlock()
		doc, err := s.embed(jobCtx, r)
		s.settle(jobCtx, r, doc, err)
		return true
	}
	return false
}

// embed gives vectors to the passages of a job's document until all have one,
// or until documents wait to be read.
func (s *Service) embed(ctx context.Context, r *run) (doc mark.Document, err error) {
	store := r.m.store
	if doc, err = store.Document(ctx, r.job.Document); err != nil {
		return doc, err
	}
	model := s.c.Embedder.Model()
	chunks, err := store.Unembedded(ctx, doc.ID, model, 1<<20)
	if err != nil {
		return doc, err
	}
	// After an interruption the vectors that are there count as done.
	r.job.Total = max(r.job.Total, len(chunks))
	r.job.Done = r.job.Total - len(chunks)
	r.meter.observe(time.Now(), r.job.Done, r.job.Total)
	for len(chunks) > 0 {
		if s.occupied() {
			return doc, s.save(ctx, r, true)
		}
		batch := chunks[:min(embedBatch, len(chunks))]
		began := time.Now()
		if err := s.embedBatch(ctx, store, model, batch); err != nil {
			return doc, err
		}
		r.m.paces.mu.Lock()
		r.m.paces.embedded(len(batch), time.Since(began))
		r.m.paces.mu.Unlock()
		chunks = chunks[len(batch):]
		r.job.Done += len(batch)
		r.meter.observe(time.Now(), r.job.Done, r.job.Total)
		if err := s.save(ctx, r, false); err != nil {
			return doc, err
		}
		s.tell(r, doc, false)
	}
	doc.Status = mark.DocumentReady
	r.job.State = mark.JobDone
	return doc, nil
}

// embedBatch embeds passages and stores their vectors.
func (s *Service) embedBatch(ctx context.Context, store mark.MatterStore, model string, batch []mark.Chunk) (err error) {
	texts := make([]string, len(batch))
	ids := make([]mark.ChunkID, len(batch))
	for i, c := range batch {
		texts[i], ids[i] = s.c.Passage(c), c.ID
	}
	began := time.Now()
	vectors, err := again(ctx, func() ([][]float32, error) { return s.c.Embedder.Embed(ctx, texts) })
	if err != nil {
		return fmt.Errorf("embed passages: %w", err)
	}
	defer func() { s.stats.add(StageEmbed, began, len(batch), 0, err) }()
	if len(vectors) != len(ids) {
		return fmt.Errorf("embed passages: %d vectors for %d passages", len(vectors), len(ids))
	}
	err = store.PutVectors(ctx, model, ids, vectors)
	return err
}
