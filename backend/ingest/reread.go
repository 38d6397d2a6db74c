package ingest

import (
	"context"
	"io"
	"math"

	mark "markai/backend"
)

const noRecognition = "Reading text from pictures is switched off. Switch it on in Settings and try again."

// ReadAgain reads a PDF anew from the pictures of its pages, for one whose own
// text is bad. The new reading is a document of its own with the same original:
// the text of the old one stays as it is, with all that was cited from it. Once
// the new one is read it takes the old one's place in searches. The old text of
// each page is kept beside the new one too, as FeatureLayer. Errors: Unavailable
// without recognition, Invalid for what is no PDF, is being read or was read
// again already.
func (s *Service) ReadAgain(ctx context.Context, id mark.MatterID, store mark.MatterStore, doc mark.DocumentID) (mark.Job, mark.Document, error) {
	if s.c.Recogniser == nil {
		return mark.Job{}, mark.Document{}, mark.Errorf(mark.Unavailable, "%s", noRecognition)
	}
	defer s.lockAdding(id).Unlock()
	if err := s.sweep(ctx, store); err != nil {
		return mark.Job{}, mark.Document{}, err
	}
	old, err := store.Document(ctx, doc)
	if err != nil {
		return mark.Job{}, mark.Document{}, err
	}
	if err := mayReadAgain(ctx, store, old); err != nil {
		return mark.Job{}, mark.Document{}, err
	}
	original, err := store.Original(ctx, doc)
	if err != nil {
		return mark.Job{}, mark.Document{}, err
	}
	defer original.Close()
	fresh := mark.Document{
		Parent: old.Parent, Name: old.Name, Source: old.Source, SHA256: old.SHA256, Bytes: old.Bytes, Rereads: old.ID,
		Meta: mark.Meta{Custodian: old.Meta.Custodian, BatesFirst: old.Meta.BatesFirst, BatesLast: old.Meta.BatesLast, Fields: old.Meta.Fields},
	}
	job, fresh, err := s.seal(ctx, store, fresh, io.NewSectionReader(original, 0, original.Size()), func(mark.Document) error {
		return mark.Errorf(mark.Damaged, "The original of this document is not as it was stored. Restore the data folder from a backup.")
	})
	if err != nil {
		return mark.Job{}, mark.Document{}, err
	}
	s.c.Notify(id, job, fresh)
	s.changed.broadcast()
	return job, fresh, nil
}

// mayReadAgain says why a document cannot be read again from its pictures.
func mayReadAgain(ctx context.Context, store mark.MatterStore, d mark.Document) error {
	switch {
	case d.Kind != mark.KindPDF:
		return mark.Errorf(mark.Invalid, "Only the pages of a PDF can be read again from their pictures.")
	case d.Rereads != "":
		return mark.Errorf(mark.Invalid, "This document was read from the pictures of its pages already.")
	case d.Pages == 0 && d.Status == mark.DocumentNeedsYou:
		return mark.Errorf(mark.Invalid, "This file could not be opened, so its pages cannot be drawn either.")
	case d.Status == mark.DocumentQueued || d.Status == mark.DocumentReading:
		return mark.Errorf(mark.Invalid, "This document is still being read. Wait until that is done and try again.")
	}
	// Another reading may be on its way, so Replaced tells too little.
	docs, err := store.Documents(ctx)
	if err != nil {
		return err
	}
	for _, o := range docs {
		if o.Rereads == d.ID {
			return mark.Errorf(mark.Invalid, "This document was read again already. Remove that reading first to have another.")
		}
	}
	return nil
}

// pictured is a source whose pages have no text, so that they are read from
// their pictures. What the file says they read is kept beside it.
type pictured struct{ mark.Source }

// Page implements mark.Source.
func (s pictured) Page(ctx context.Context, n int) (mark.Page, error) {
	p, err := s.Source.Page(ctx, n)
	switch {
	case mark.CodeOf(err) == mark.Damaged || mark.CodeOf(err) == mark.Crashed:
		p = mark.Page{} // its picture may show what its text does not give
	case err != nil:
		return p, err
	}
	p.Number = n // some sources leave that to their reader
	p.Features = toldOtherwise(p)
	p.Text, p.Words, p.Problem = "", nil, ""
	return p, nil
}

// replace puts a new reading in the place of the old one. An old one that was
// removed meanwhile has no place.
func replace(ctx context.Context, store mark.MatterStore, doc *mark.Document) error {
	old, err := store.ChangeDocument(ctx, doc.Rereads, func(old *mark.Document) {
		addNote(old, "The pages of this document were read again from their pictures. Searches find the new reading; citations of this one stay valid.")
		old.Replaced = doc.ID
		if old.Status == mark.DocumentNeedsYou { // not any more
			addNote(old, old.Problem)
			old.Status, old.Code, old.Problem = mark.DocumentReady, "", ""
		}
	})
	if mark.CodeOf(err) == mark.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if err := settled(ctx, store, old.ID); err != nil {
		return err
	}
	first, err := store.LinkVersion(ctx, doc.ID, old.ID)
	if err != nil {
		return err
	}
	if first != doc.ID {
		doc.Similar = first
	}
	addNote(doc, "The text was read from the pictures of the pages. What the file itself says they read is kept beside it.")
	return nil
}

// settled ends the jobs of a document that were put aside.
func settled(ctx context.Context, store mark.MatterStore, doc mark.DocumentID) error {
	failed, err := store.JobsIn(ctx, mark.JobFailed, math.MaxInt)
	if err != nil {
		return err
	}
	var ids []mark.JobID
	for _, j := range failed {
		if j.Document == doc {
			ids = append(ids, j.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err = store.MoveJobs(ctx, mark.JobFailed, mark.JobCanceled, ids)
	return err
}
