package cli

import (
	"context"
	"errors"
	"fmt"

	mark "markai/backend"
	"markai/backend/wire"
)

// runReread reads a PDF anew from the pictures of its pages.
func runReread(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("reread")
	name := f.String("matter", "", "`name` of the matter")
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return mark.Errorf(mark.Invalid, "Name the document to be read again, as the matter lists it.")
	}
	s, err := p.open(ctx, f, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	m, err := s.matter(ctx, *name, false)
	if err != nil {
		return err
	}
	doc, err := s.document(ctx, m.ID, rest[0])
	if err != nil {
		return err
	}
	job, err := s.Desk.ReadAgain(ctx, m.ID, doc.ID)
	if err != nil {
		return err
	}
	if err := p.await(ctx, s, m.ID); err != nil {
		return err
	}
	fresh, err := s.document(ctx, m.ID, job.Document)
	if err != nil {
		return err
	}
	file := ingestedFile{fresh.Name, fresh.ID, fresh.Pages, fresh.OCRPages, fresh.Code, fresh.Problem, fresh.Notes}
	switch {
	case f.json:
		err = p.printJSON(file)
	case fresh.Status == string(mark.DocumentNeedsYou):
		fmt.Fprintf(p.Stdout, "needs you %s: %s\n", visible(file.Document), file.Problem)
	default:
		fmt.Fprintf(p.Stdout, "read      %s (%s)\n", visible(file.Document), pagesOf(file))
	}
	if err == nil && fresh.Status == string(mark.DocumentNeedsYou) {
		err = errNeedsYou
	}
	return err
}

// document finds a document by name or id. One that a newer reading replaces is
// found by its id alone.
func (s *session) document(ctx context.Context, matter, name string) (wire.Document, error) {
	all, err := s.Desk.Documents(ctx, matter)
	if err != nil {
		return wire.Document{}, err
	}
	var found []wire.Document
	for _, d := range all {
		if d.ID == name {
			return d, nil
		}
		if d.Name == name && d.Replaced == "" {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 0:
		return wire.Document{}, mark.Errorf(mark.NotFound, "There is no document %q in this matter.", name)
	case 1:
		return found[0], nil
	}
	return wire.Document{}, mark.Errorf(mark.Invalid, "%d documents are called %q. Name the one you mean by its id; 'markai search --json' shows ids.", len(found), name)
}
