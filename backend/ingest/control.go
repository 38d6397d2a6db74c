package ingest

import (
	"context"
	"slices"
	"time"

	mark "markai/backend"
)

// Pause stops a job where it is. Its document stays searchable as far as it
// was read.
func (s *Service) Pause(ctx context.Context, id mark.MatterID, job mark.JobID) error {
	return s.stop(ctx, id, job, errPaused, mark.JobPaused)
}

// Cancel ends a job. Its document stays searchable as far as it was read;
// Retry goes on.
func (s *Service) Cancel(ctx context.Context, id mark.MatterID, job mark.JobID) error {
	return s.stop(ctx, id, job, errCanceled, mark.JobCanceled)
}

// stop ends a job that somebody works on and waits for that, or changes the
// state of one that is waiting.
func (s *Service) stop(ctx context.Context, id mark.MatterID, job mark.JobID, cause error, state mark.JobState) error {
	m, err := s.matter(id)
	if err != nil {
		return err
	}
	m.mu.Lock()
	if r := m.running[job]; r != nil {
		r.cancel(cause)
		m.mu.Unlock()
		select {
		case <-r.done:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	m.embed = slices.DeleteFunc(m.embed, func(j mark.Job) bool { return j.ID == job })
	// Under the same lock: nobody may take the job up in between.
	j, doc, changed, err := m.change(ctx, job, func(j *mark.Job) error {
		switch j.State {
		case state:
			return nil
		case mark.JobDone:
			return mark.Errorf(mark.Invalid, "This job is done; there is nothing to stop.")
		case mark.JobFailed, mark.JobCanceled:
			if state == mark.JobCanceled {
				return nil
			}
			return mark.Errorf(mark.Invalid, "This job is not running. Try it again first.")
		}
		j.State = state
		return nil
	})
	m.mu.Unlock()
	return s.changedTo(m, j, doc, changed, err)
}

// PauseAll stops all jobs of a matter that wait or run, and returns when none
// is worked on any more. What is added later is read.
func (s *Service) PauseAll(ctx context.Context, id mark.MatterID) error {
	m, err := s.matter(id)
	if err != nil {
		return err
	}
	m.mu.Lock()
	waiting := make([]mark.JobID, 0, len(m.embed))
	for _, j := range m.embed {
		waiting = append(waiting, j.ID)
	}
	_, err = m.store.MoveJobs(ctx, mark.JobQueued, mark.JobPaused, nil)
	if err == nil {
		_, err = m.store.MoveJobs(ctx, mark.JobRunning, mark.JobPaused, waiting)
	}
	if err != nil {
		m.mu.Unlock()
		return err
	}
	m.embed = nil
	ends := m.interrupt(errPaused)
	m.mu.Unlock()
	for _, r := range ends {
		select {
		case <-r.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.changed.broadcast()
	return nil
}

// ResumeAll lets all paused jobs of a matter go on.
func (s *Service) ResumeAll(ctx context.Context, id mark.MatterID) error {
	m, err := s.matter(id)
	if err != nil {
		return err
	}
	if _, err := m.store.MoveJobs(ctx, mark.JobPaused, mark.JobQueued, nil); err != nil {
		return err
	}
	s.changed.broadcast()
	return nil
}

// Resume lets a paused job go on.
func (s *Service) Resume(ctx context.Context, id mark.MatterID, job mark.JobID) error {
	return s.queue(ctx, id, job, "", mark.JobPaused)
}

// Retry starts a job that failed, was canceled or was paused, after its last
// stored page. The password opens the document; it is kept in memory until the
// job ends.
func (s *Service) Retry(ctx context.Context, id mark.MatterID, job mark.JobID, password string) error {
	return s.queue(ctx, id, job, password, mark.JobFailed, mark.JobCanceled, mark.JobPaused)
}

// queue queues a job that is in one of the states. A job that waits already
// is left as it is.
func (s *Service) queue(ctx context.Context, id mark.MatterID, job mark.JobID, password string, from ...mark.JobState) error {
	m, err := s.matter(id)
	if err != nil {
		return err
	}
	m.mu.Lock()
	j, doc, changed, err := m.change(ctx, job, func(j *mark.Job) error {
		if j.State == mark.JobFailed {
			// What was missing, as OCR, may be there now.
			if _, err := m.store.ForgetUnread(ctx, j.Document); err != nil {
				return err
			}
			j.Attempts = 0
		}
		if password != "" {
			m.passwords[job] = password
		}
		switch {
		case j.State == mark.JobQueued || j.State == mark.JobRunning:
			return nil
		case !slices.Contains(from, j.State):
			return mark.Errorf(mark.Invalid, "This job is %s and cannot go on.", j.State)
		}
		j.State, j.Problem, j.Code, j.NotBefore = mark.JobQueued, "", "", time.Time{}
		return nil
	})
	m.mu.Unlock()
	return s.changedTo(m, j, doc, changed, err)
}

// changedTo tells what matter.change did. m.mu is not held: who hears of it
// may ask back.
func (s *Service) changedTo(m *matter, j mark.Job, doc mark.Document, changed bool, err error) error {
	if err != nil || !changed {
		return err
	}
	s.c.Notify(m.id, j, doc)
	s.changed.broadcast()
	return nil
}

// change lets decide change the state of a job that nobody works on, and
// stores what follows for its document. m.mu is held.
func (m *matter) change(ctx context.Context, job mark.JobID, decide func(*mark.Job) error) (j mark.Job, doc mark.Document, changed bool, err error) {
	if j, err = m.store.Job(ctx, job); err != nil {
		return j, doc, false, err
	}
	before := j.State
	if err = decide(&j); err != nil || j.State == before {
		return j, doc, false, err
	}
	j.Updated = time.Now().UTC()
	doc, err = m.store.ChangeDocument(ctx, j.Document, func(doc *mark.Document) {
		switch {
		case j.State == mark.JobCanceled && j.Step.Reads():
			doc.Status, doc.Code, doc.Problem = mark.DocumentNeedsYou, mark.Canceled, stopped(*doc)
		case j.State == mark.JobQueued && doc.Status == mark.DocumentNeedsYou:
			doc.Status, doc.Code, doc.Problem = mark.DocumentQueued, "", ""
			if doc.PagesRead > 0 {
				doc.Status = mark.DocumentReading
			}
		}
	})
	if err == nil {
		err = m.store.PutJob(ctx, j)
	}
	return j, doc, true, err
}

// Progress returns how many pages or passages a second a running job does and
// how long the step will still take; both are 0 while unknown.
func (s *Service) Progress(id mark.MatterID, job mark.JobID) (perSecond float64, left time.Duration) {
	m, err := s.matter(id)
	if err != nil {
		return 0, 0
	}
	m.mu.Lock()
	r := m.running[job]
	m.mu.Unlock()
	if r == nil {
		return 0, 0
	}
	return r.meter.speed(time.Now())
}
