package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	mark "markai/backend"
)

const (
	// maxNesting is how deep attachments may lie inside one another.
	maxNesting = 6
	// maxAttachments bounds the files taken from inside one document; a mailbox
	// or an archive may hold many.
	maxAttachments = 200_000
)

// seal stores a document's original while it is read, with its job, and returns
// the job. The document's hash and size are those of the bytes that were
// sealed. Where they are not what doc says, accept sees them and may still
// refuse the document; nothing of it then stays.
func (s *Service) seal(ctx context.Context, store mark.MatterStore, doc mark.Document, r io.Reader, accept func(mark.Document) error) (mark.Job, mark.Document, error) {
	began := time.Now()
	doc, err := s.sealOriginal(ctx, store, doc, r, accept)
	s.stats.add(StageSeal, began, 1, doc.Bytes, err)
	if err != nil {
		return mark.Job{}, doc, err
	}
	job := newJob(doc.ID, mark.StepRead)
	if err := store.PutJob(ctx, job); err != nil {
		return mark.Job{}, doc, s.unsealed(ctx, store, doc, err)
	}
	return job, doc, nil
}

// sealOriginal is seal without the job: a document that never gets one is
// removed when the matter is opened again.
func (s *Service) sealOriginal(ctx context.Context, store mark.MatterStore, doc mark.Document, r io.Reader, accept func(mark.Document) error) (mark.Document, error) {
	doc.ID = mark.DocumentID(mark.NewID())
	doc.Kind, doc.Status, doc.Added = kindOf(doc.Name), mark.DocumentQueued, time.Now().UTC()
	if err := store.PutDocument(ctx, doc); err != nil {
		return doc, err
	}
	in := &sealing{r: r, limit: s.c.MaxBytes, ctx: ctx}
	hash := sha256.New()
	err := store.PutOriginal(ctx, doc.ID, io.TeeReader(in, hash))
	if in.err != nil {
		err = in.err
	}
	asSaid := doc.SHA256 == hex.EncodeToString(hash.Sum(nil)) && doc.Bytes == in.n
	doc.Bytes, doc.SHA256 = in.n, hex.EncodeToString(hash.Sum(nil))
	if err == nil && doc.Bytes == 0 {
		err = mark.Errorf(mark.Invalid, "This file is empty.")
	}
	if err == nil && !asSaid {
		if err = accept(doc); err == nil {
			err = store.PutDocument(ctx, doc)
		}
	}
	if err != nil {
		return doc, s.unsealed(ctx, store, doc, err)
	}
	return doc, nil
}

// unsealed removes a document that could not be stored whole, now or, where a
// full disk does not allow even that, before the next file is added.
func (s *Service) unsealed(ctx context.Context, store mark.MatterStore, doc mark.Document, err error) error {
	undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	undone := store.DeleteDocument(undo, doc.ID)
	if undone != nil {
		s.leave(store, doc.ID)
	}
	return errors.Join(err, undone)
}

// sealing counts what is read and remembers why reading ended, which a store's
// own error would hide.
type sealing struct {
	ctx   context.Context // of the seal
	r     io.Reader
	n     int64
	limit int64
	err   error
}

func (s *sealing) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = err
		return 0, err
	}
	n, err := s.r.Read(p)
	s.n += int64(n)
	if s.n > s.limit {
		s.err = tooBig(s.limit)
		return 0, s.err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		if _, said := errors.AsType[*mark.Error](err); !said {
			err = mark.Errorf(mark.Damaged, "This file could not be read to its end. Check the disk or the connection and add it again.").Because(err)
		}
		s.err = err
	}
	return n, err
}

// tooBig says that a file is over the limit.
func tooBig(limit int64) error {
	return mark.Errorf(mark.TooBig, "This file is over the limit of %d GB. Split it and add the parts.", limit>>30)
}

// attachments adds the files inside a document as documents of their own. Where
// they may be a production, all are stored before the first is read: the load
// files among them say which documents they make.
func (s *Service) attachments(ctx context.Context, r *run, doc *mark.Document, src mark.Source) (err error) {
	var known map[string]bool // names and hashes of the children that are there
	var held *stagedFolder
	if src.Info().Production {
		// What an earlier try left stored without a job is no child yet.
		if err := s.sweep(ctx, r.m.store); err != nil {
			return err
		}
		held = &stagedFolder{store: r.m.store, name: doc.Name, files: map[string]mark.Document{}}
		defer func() {
			if err != nil {
				s.leaveStaged(held)
			}
		}()
	}
	n := 0
	for a, err := range src.Attachments(ctx) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			addNote(doc, attachmentNote(a.Name, mark.MessageOf(err)))
			continue
		}
		if known == nil {
			depth, there, err := family(ctx, r.m.store, doc)
			if err != nil {
				return err
			}
			if depth >= maxNesting {
				addNote(doc, "The files inside this one lie too deep in one another and were not added.")
				return nil
			}
			known = there
		}
		if len(a.Data) == 0 {
			addNote(doc, attachmentNote(a.Name, "It is empty."))
			continue
		}
		sum := sha256.Sum256(a.Data)
		sha := hex.EncodeToString(sum[:])
		if held == nil && known[sha] {
			continue
		}
		if n++; n > maxAttachments {
			addNote(doc, fmt.Sprintf("Only the first %d files inside this one were added.", maxAttachments))
			break
		}
		child := mark.Document{Parent: doc.ID, Name: a.Name, Source: path.Join(doc.Name, a.Folder), SHA256: sha, Bytes: int64(len(a.Data))}
		if held != nil {
			if err := s.stage(ctx, held, child, a); err != nil {
				return err
			}
			continue
		}
		known[sha] = true
		job, child, err := s.seal(ctx, r.m.store, child, bytes.NewReader(a.Data), func(mark.Document) error { return nil })
		if err != nil {
			return fmt.Errorf("add an attachment: %w", err)
		}
		s.c.Notify(r.m.id, job, child)
		s.changed.broadcast()
	}
	if held != nil && ctx.Err() == nil {
		return s.produceStaged(ctx, r, doc, held, known)
	}
	return ctx.Err()
}

// attachmentNote is a note about a file inside a document.
func attachmentNote(name, problem string) string {
	if name == "" {
		return "A file inside this one could not be added. " + problem
	}
	return "The attachment " + name + " could not be added. " + problem
}

// family returns how deep doc lies inside other documents and the hashes of the
// files inside it that were added already.
func family(ctx context.Context, store mark.MatterStore, doc *mark.Document) (depth int, inside map[string]bool, err error) {
	for at := doc.Parent; at != "" && depth < maxNesting; depth++ {
		holder, err := store.Document(ctx, at)
		if err != nil {
			return 0, nil, err
		}
		at = holder.Parent
	}
	within, err := store.QueryDocuments(ctx, mark.DocumentQuery{Family: doc.ID, Sort: mark.SortAdded})
	if err != nil {
		return 0, nil, err
	}
	inside = map[string]bool{}
	for _, d := range within.Documents {
		if d.Parent == doc.ID {
			inside[d.SHA256] = true
		}
	}
	return depth, inside, nil
}
