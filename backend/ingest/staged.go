package ingest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	mark "markai/backend"
)

// stagedFolder is the files of an archive, stored in the matter but not yet
// queued: without a job they are removed when the matter is opened again, and
// the archive's own job stores them anew.
type stagedFolder struct {
	store mark.MatterStore
	name  string                   // of the archive
	files map[string]mark.Document // by their path in it
	taken map[string]bool
}

// stage stores one file of an archive.
func (s *Service) stage(ctx context.Context, f *stagedFolder, child mark.Document, a mark.Attachment) error {
	rel := path.Join(a.Folder, a.Name)
	if _, again := f.files[rel]; again {
		return nil // a path names one file
	}
	child, err := s.sealOriginal(ctx, f.store, child, bytes.NewReader(a.Data), func(mark.Document) error { return nil })
	if err != nil {
		return fmt.Errorf("store a file of an archive: %w", err)
	}
	f.files[rel] = child
	return nil
}

// leaveStaged has the files that nothing was made of removed before the archive
// is read again: a file that seemed to be there already would never be read.
func (s *Service) leaveStaged(f *stagedFolder) {
	for _, child := range f.files {
		s.leave(f.store, child.ID)
	}
}

func (f *stagedFolder) walk(ctx context.Context, visit func(rel string)) error {
	for _, rel := range slices.Sorted(maps.Keys(f.files)) {
		visit(rel)
	}
	return ctx.Err()
}

func (f *stagedFolder) open(ctx context.Context, rel string) (io.ReadCloser, error) {
	d, ok := f.files[rel]
	if !ok {
		return nil, unopened(fs.ErrNotExist)
	}
	o, err := f.store.Original(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(o, 0, o.Size()), o}, nil
}

func (f *stagedFolder) at(rel string) string { return path.Join(f.name, rel) }

func (f *stagedFolder) took(rel string) {
	if f.taken == nil {
		f.taken = map[string]bool{}
	}
	f.taken[rel] = true
}

// produceStaged makes documents of what load files among the files of an archive
// describe. The files that they took in are in those documents; the others
// become documents of their own, as in any archive.
func (s *Service) produceStaged(ctx context.Context, r *run, doc *mark.Document, f *stagedFolder, known map[string]bool) error {
	a := &adding{s: s, id: r.m.id, store: f.store}
	if err := a.produce(ctx, f, doc.Name, doc.ID); err != nil {
		return fmt.Errorf("make documents of load files: %w", err)
	}
	for _, p := range a.out.Productions {
		noteProduction(doc, p)
	}
	for _, rel := range slices.Sorted(maps.Keys(f.files)) {
		child := f.files[rel]
		if f.taken[rel] || known[child.SHA256] {
			if err := f.store.DeleteDocument(ctx, child.ID); err != nil && mark.CodeOf(err) != mark.NotFound {
				return err
			}
			delete(f.files, rel)
			continue
		}
		known[child.SHA256] = true
		job := newJob(child.ID, mark.StepRead)
		if err := f.store.PutJob(ctx, job); err != nil {
			return err
		}
		delete(f.files, rel)
		s.c.Notify(r.m.id, job, child)
	}
	s.changed.broadcast()
	return nil
}

// noteProduction says on an archive what was made of its load files.
func noteProduction(doc *mark.Document, p Production) {
	addNote(doc, fmt.Sprintf("This archive is a production: its load files (%s) describe %d documents.", strings.Join(p.LoadFiles, ", "), p.Documents+p.Known))
	for i, q := range p.Problems {
		if i == maxNotes {
			addNote(doc, fmt.Sprintf("%d more rows of the load files lack something.", len(p.Problems)-maxNotes))
			break
		}
		addNote(doc, q.Name+": "+mark.MessageOf(q.Err))
	}
}
