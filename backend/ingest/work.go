package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	mark "markai/backend"
)

// patience is how long the end of a job may take to be stored when its own
// context is over.
const patience = 10 * time.Second

// readNext takes a queued job and reads its document. It reports false when
// there is none.
func (s *Service) readNext(ctx context.Context) bool {
	if s.halted(ctx) {
		return false
	}
	for _, m := range s.attached() {
		r, jobCtx, err := s.claim(ctx, m)
		if err != nil {
			if mark.CodeOf(err) == mark.DiskFull {
				s.halt(ctx)
				return false
			}
			if mark.CodeOf(err) != mark.NotFound && !errors.Is(err, errDetached) && ctx.Err() == nil {
				slog.WarnContext(ctx, "queue not readable", "matter", m.id, "code", mark.CodeOf(err))
			}
			continue
		}
		s.reading.Add(1)
		var doc mark.Document
		switch r.job.Step {
		case mark.StepEmbed:
			doc, err = s.withoutVectors(jobCtx, r)
		case mark.StepRenew:
			doc, err = s.renew(jobCtx, r)
		default:
			doc, err = s.read(jobCtx, r)
		}
		s.settle(jobCtx, r, doc, err)
		s.reading.Add(-1)
		s.changed.broadcast()
		return true
	}
	return false
}

// claim takes the matter's oldest job that needs reading. Jobs that are read
// already it puts aside for embedding, if there is any.
func (s *Service) claim(ctx context.Context, m *matter) (*run, context.Context, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for {
		if m.detached {
			return nil, nil, errDetached
		}
		j, err := m.store.NextJob(ctx)
		if err != nil {
			return nil, nil, err
		}
		if j.Step == mark.StepEmbed && s.c.Embedder != nil {
			m.embed = append(m.embed, j)
			s.changed.broadcast()
			continue
		}
		r, jobCtx := m.begin(ctx, j)
		return r, jobCtx, nil
	}
}

// begin registers a run. m.mu is held.
func (m *matter) begin(ctx context.Context, j mark.Job) (*run, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	r := &run{m: m, job: j, reads: j.Step.Reads(), cancel: cancel, done: make(chan struct{})}
	m.running[j.ID] = r
	return r, ctx
}

// settle stores how a run ended and lets the job change hands.
func (s *Service) settle(ctx context.Context, r *run, doc mark.Document, err error) {
	m := r.m
	m.mu.Lock()
	cause := context.Cause(ctx)
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if doc.ID == "" { // stopped before it had looked
		if there, err := m.store.Document(stopping, r.job.Document); err == nil {
			doc = there
		}
	}
	r.job.Problem, r.job.Code = "", ""
	switch {
	case err == nil && r.job.State == mark.JobDone:
		delete(m.passwords, r.job.ID)
	case errors.Is(cause, errPaused):
		r.job.State = mark.JobPaused
	case errors.Is(cause, errCanceled):
		r.job.State = mark.JobCanceled
		if r.job.Step.Reads() {
			doc.Status, doc.Code, doc.Problem = mark.DocumentNeedsYou, mark.Canceled, stopped(doc)
		}
	case err == nil: // its turn to be embedded comes, or comes again
		// Jobs come in the order of their age, nearly always.
		at := len(m.embed)
		for at > 0 && m.embed[at-1].Created.After(r.job.Created) {
			at--
		}
		m.embed = slices.Insert(m.embed, at, r.job)
	case ctx.Err() != nil:
		r.job.State = mark.JobQueued
	case mark.CodeOf(err) == mark.DiskFull:
		s.halt(ctx)
		r.job.State, r.job.Code, r.job.Problem = mark.JobQueued, mark.DiskFull, diskFull
	case s.postpone(&r.job, err):
		warn(ctx, r, err)
	default:
		warn(ctx, r, err)
		r.job.State, r.job.Code, r.job.Problem = mark.JobFailed, mark.CodeOf(err), mark.MessageOf(err)
		if r.job.Step.Reads() {
			doc.Status, doc.Code, doc.Problem = mark.DocumentNeedsYou, r.job.Code, r.job.Problem
		}
		delete(m.passwords, r.job.ID)
	}
	stored := doc.ID != "" && s.end(stopping, r, doc)
	if r.job.State == mark.JobRunning { // it waits for vectors
		r.job.NotBefore = time.Time{}
	}
	delete(m.running, r.job.ID)
	m.mu.Unlock()
	r.cancel(nil)
	if stored {
		s.tell(r, doc, true) // not under the lock: who hears of it may ask back
	}
	close(r.done)
}

// end stores the last word on a run; what a full disk does not take is kept. It
// reports false where that is in vain, as when the document was deleted
// meanwhile. r.m.mu is held.
func (s *Service) end(ctx context.Context, r *run, doc mark.Document) bool {
	// The job comes last: who sees it ended sees the document as it ended.
	err := putEnd(ctx, r.m.store, r.reads, doc)
	if err == nil {
		err = s.save(ctx, r, true)
	}
	switch mark.CodeOf(err) {
	case mark.DiskFull:
		s.halt(ctx)
		r.m.unsaved = append(r.m.unsaved, unsaved{r.job, doc, r.reads})
		return true
	case mark.NotFound: // deleted under the job: it must not come back
		return false
	}
	if err != nil {
		warn(ctx, r, fmt.Errorf("store the end of a job: %w", err))
		return false
	}
	return true
}

// putEnd stores a document as a run left it. One that read it knows all of its
// row; else the row is others' too, and only how far the document has come is
// the run's. Errors: NotFound where it was deleted meanwhile.
func putEnd(ctx context.Context, store mark.MatterStore, reads bool, doc mark.Document) error {
	if !reads {
		_, err := store.ChangeDocument(ctx, doc.ID, func(d *mark.Document) { d.Status = doc.Status })
		return err
	}
	there, err := store.Document(ctx, doc.ID)
	if err != nil {
		return err
	}
	doc.Replaced = there.Replaced // another run's
	return store.PutDocument(ctx, doc)
}

// withoutVectors ends a job that only waited for vectors, left by a time when
// there was an embedder. With the next one the document gets a new job.
func (s *Service) withoutVectors(ctx context.Context, r *run) (mark.Document, error) {
	doc, err := r.m.store.Document(ctx, r.job.Document)
	if err != nil {
		return doc, err
	}
	doc.Status, r.job.State = mark.DocumentReady, mark.JobDone
	return doc, nil
}

// stopped says how far a document was read when reading was stopped.
func stopped(doc mark.Document) string {
	if doc.PagesRead == 0 {
		return "The reading of this document was stopped before its first page. Try again to read it."
	}
	if doc.Pages == 0 {
		return fmt.Sprintf("The reading of this document was stopped after page %d. Try again to go on.", doc.PagesRead)
	}
	return fmt.Sprintf("The reading of this document was stopped after page %d of %d. Try again to go on.", doc.PagesRead, doc.Pages)
}

// read reads the document of a job to its last page, or as far as it goes. The
// document is returned even then.
func (s *Service) read(ctx context.Context, r *run) (doc mark.Document, err error) {
	store := r.m.store
	if doc, err = store.Document(ctx, r.job.Document); err != nil {
		return doc, err
	}
	opened := time.Now()
	original, err := store.Original(ctx, doc.ID)
	if err != nil {
		return doc, err
	}
	defer original.Close()
	r.m.mu.Lock()
	password := r.m.passwords[r.job.ID]
	r.m.mu.Unlock()
	r.job.Step = mark.StepRead
	s.tell(r, doc, true)
	src, err := s.open(ctx, r, mark.File{Name: doc.Name, Size: original.Size(), Data: original, Password: password})
	if err != nil {
		return doc, err
	}
	defer src.Close()
	src = labelled(src, doc.Meta)
	if doc.Rereads != "" {
		if s.c.Recogniser == nil {
			return doc, mark.Errorf(mark.Unavailable, "%s", noRecognition)
		}
		src = pictured{src}
	}
	info := src.Info()
	if info.Pages < 1 {
		return doc, mark.Errorf(mark.Damaged, "This file has no pages.")
	}
	w, err := s.newWork(ctx, r, &doc, info)
	if err != nil {
		return doc, err
	}
	began, before := time.Now(), w.done
	err = w.pages(ctx, src)
	s.stats.add(StagePages, began, w.done-before, w.bytes, err)
	if err != nil {
		return doc, err
	}
	if doc.Rereads == "" { // what lies inside it is there already
		if err := s.attachments(ctx, r, &doc, src); err != nil {
			return doc, err
		}
	}
	began = time.Now()
	err = w.finish(ctx)
	s.stats.add(StageFinish, began, 1, 0, err)
	if err != nil {
		return doc, err
	}
	if err := store.PutDocument(ctx, doc); err != nil {
		return doc, err
	}
	began = time.Now()
	if doc.Rereads != "" {
		err = replace(ctx, store, &doc)
	} else {
		err = relate(ctx, store, &doc, &w.sketch)
	}
	s.stats.add(StageRelate, began, 1, 0, err)
	if err != nil {
		return doc, err
	}
	r.job.Attempts, r.job.NotBefore = 0, time.Time{}
	r.m.paces.mu.Lock()
	r.m.paces.read(doc.Kind, doc.Bytes, w.count, s.c.Workers, time.Since(opened))
	r.m.paces.mu.Unlock()
	r.meter.restart()
	if s.c.Embedder == nil {
		doc.Status = mark.DocumentReady
		r.job.State = mark.JobDone
		return doc, nil
	}
	doc.Status = mark.DocumentSearchable
	r.job.Step, r.job.Done, r.job.Total = mark.StepEmbed, 0, w.count
	return doc, nil
}
