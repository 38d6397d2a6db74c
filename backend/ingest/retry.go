package ingest

import (
	"context"
	"log/slog"
	"slices"
	"time"

	mark "markai/backend"
)

// waits are how long a job that broke down waits before each further try.
var waits = []time.Duration{time.Second, 5 * time.Second, 20 * time.Second}

// accident reports whether an error may be gone at the next try: a process
// died, or what is needed is not up yet. What a person must change, as a
// reader that is switched off, does not pass by itself.
func accident(step mark.JobStep, err error) bool {
	switch mark.CodeOf(err) {
	case mark.Crashed, mark.TooBusy:
		return true
	case mark.Unavailable:
		return step == mark.StepEmbed
	}
	return false
}

// postpone lets a job that broke down wait for its next try. It reports false
// where there is no use in one, or there were enough.
func (s *Service) postpone(j *mark.Job, err error) bool {
	if !accident(j.Step, err) || j.Attempts >= len(s.c.Waits) {
		return false
	}
	j.State, j.Code, j.Problem = mark.JobQueued, mark.CodeOf(err), mark.MessageOf(err)
	j.NotBefore = time.Now().Add(s.c.Waits[j.Attempts]).UTC()
	j.Attempts++
	return true
}

// Remedy is something that a person can do about a document that could not be
// read.
type Remedy string

// The remedies.
const (
	RemedyPassword Remedy = "password" // try again with a password
	RemedyRetry    Remedy = "retry"    // try again
	RemedySettings Remedy = "settings" // switch on what is missing, then try again
	RemedySpace    Remedy = "space"    // free space on the disk; the work goes on by itself
	RemedyReread   Remedy = "reread"   // read it from the pictures of its pages; see ReadAgain
	RemedyExport   Remedy = "export"   // save the original and look at it with another program
	RemedyRemove   Remedy = "remove"   // take it out of the matter
)

// Remedies returns what can be done about a job's problem, best first. Of the
// job, its code, name and total count.
func Remedies(j mark.Job) []Remedy {
	switch j.Code {
	case "":
		return nil
	case mark.NeedsPassword, mark.WrongKey:
		return []Remedy{RemedyPassword, RemedyExport, RemedyRemove}
	case mark.Unavailable:
		return []Remedy{RemedySettings, RemedyRetry, RemedyExport, RemedyRemove}
	case mark.DiskFull:
		return []Remedy{RemedySpace}
	case mark.Damaged:
		if kindOf(j.Name) == mark.KindPDF && j.Total > 0 { // its pages may be drawn all the same
			return []Remedy{RemedyReread, RemedyRetry, RemedyExport, RemedyRemove}
		}
		fallthrough
	case mark.Canceled, mark.Crashed, mark.Internal, mark.TooBusy:
		return []Remedy{RemedyRetry, RemedyExport, RemedyRemove}
	}
	return []Remedy{RemedyExport, RemedyRemove} // another try would end the same
}

// Prefer lets a document that waits to be read come first, because somebody
// looks at it.
func (s *Service) Prefer(ctx context.Context, id mark.MatterID, doc mark.DocumentID) error {
	m, err := s.matter(id)
	if err != nil {
		return err
	}
	some, err := m.store.PreferDocument(ctx, doc)
	if some {
		s.changed.broadcast()
	}
	return err
}

const diskFull = "The disk is full. Free some space; the reading of this document then goes on by itself."

// unsaved is how a run ended when that could not be stored.
type unsaved struct {
	job   mark.Job
	doc   mark.Document
	reads bool // see run
}

// halt stops all work until there is space on the disk again.
func (s *Service) halt(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.probe.IsZero() {
		slog.WarnContext(ctx, "disk full: reading waits for space")
	}
	s.probe = time.Now().Add(s.c.Probe)
}

// halted reports whether the disk is full. From time to time it tries to store
// what could not be stored, and when that goes well the work goes on.
func (s *Service) halted(ctx context.Context) bool {
	s.mu.Lock()
	if s.probe.IsZero() || time.Now().Before(s.probe) {
		defer s.mu.Unlock()
		return !s.probe.IsZero()
	}
	s.probe = time.Now().Add(s.c.Probe) // others need not try too
	s.mu.Unlock()
	for _, m := range s.attached() {
		if err := s.catchUp(ctx, m); err != nil {
			if mark.CodeOf(err) != mark.DiskFull && ctx.Err() == nil {
				slog.WarnContext(ctx, "not stored", "matter", m.id, "code", mark.CodeOf(err))
			}
			return true
		}
	}
	s.mu.Lock()
	s.probe = time.Time{}
	s.mu.Unlock()
	slog.InfoContext(ctx, "there is space again: reading goes on")
	s.changed.broadcast()
	return false
}

// catchUp stores what could not be stored in a matter.
func (s *Service) catchUp(ctx context.Context, m *matter) error {
	m.mu.Lock()
	unrepaired := m.unrepaired
	m.mu.Unlock()
	if unrepaired { // a file that is being added has no job yet: not now
		defer s.lockAdding(m.id).Unlock()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.detached {
		return nil
	}
	if m.unrepaired {
		if err := s.repair(ctx, m.store); err != nil {
			return err
		}
		m.unrepaired = false
	}
	for len(m.unsaved) > 0 {
		u := m.unsaved[0]
		err := putEnd(ctx, m.store, u.reads, u.doc)
		if err == nil {
			err = m.store.PutJob(ctx, u.job)
		}
		if err != nil && mark.CodeOf(err) != mark.NotFound { // deleted meanwhile
			return err
		}
		m.unsaved = m.unsaved[1:]
	}
	return nil
}

// leave remembers a document that was to be undone and could not be.
func (s *Service) leave(store mark.MatterStore, doc mark.DocumentID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = append(s.left, leftover{store, doc})
}

type leftover struct {
	store mark.MatterStore
	doc   mark.DocumentID
}

// sweep undoes what could not be undone before. Until then files that would
// seem to be known are not added.
func (s *Service) sweep(ctx context.Context, store mark.MatterStore) error {
	s.mu.Lock()
	all := slices.Clone(s.left)
	s.mu.Unlock()
	for _, l := range all {
		if l.store != store {
			continue
		}
		if err := store.DeleteDocument(ctx, l.doc); err != nil && mark.CodeOf(err) != mark.NotFound {
			return err
		}
		s.mu.Lock()
		s.left = slices.DeleteFunc(s.left, func(o leftover) bool { return o == l })
		s.mu.Unlock()
	}
	return nil
}
