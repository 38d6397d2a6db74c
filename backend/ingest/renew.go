package ingest

import (
	"context"
	"fmt"
	"slices"
	"time"

	mark "markai/backend"
	"markai/backend/structure"
)

// Rules counts the changes of the rules by which passages are cut and documents
// recognised. A document that was read by older ones gets its passages and
// features anew from its stored pages, in the background: a page's text is never
// rewritten, what is made of it may be.
const Rules = 2

// background is the priority of work that nobody waits for.
const background = -1

// outdated reports whether what was made of a document is to be made anew.
func outdated(d mark.Document) bool {
	return d.Rules < Rules && (d.Status == mark.DocumentSearchable || d.Status == mark.DocumentReady)
}

func renewal(doc mark.DocumentID) mark.Job {
	j := newJob(doc, mark.StepRenew)
	j.Priority = background
	return j
}

// renew makes a document's passages and features anew from its stored pages.
// Passages that stay the same keep their vectors. What it stores it stores at
// its end, so that a renewal that is cut short begins again.
func (s *Service) renew(ctx context.Context, r *run) (doc mark.Document, err error) {
	store := r.m.store
	if doc, err = store.Document(ctx, r.job.Document); err != nil {
		return doc, err
	}
	had := slices.Clone(doc.Notes)
	began := time.Now()
	defer func() { s.stats.add(StageRenew, began, 1, 0, err) }()
	w := &work{s: s, r: r, doc: &doc, total: doc.Pages}
	if w.given, err = told(ctx, store, doc); err != nil {
		return doc, err
	}
	if w.first, err = store.PagesFrom(ctx, doc.ID, 1, opening); err != nil {
		return doc, err
	}
	s.c.Tidy(&doc, w.first)
	if ofText(doc) {
		w.opened = mark.Meta{Type: doc.Meta.Type}
		w.judge(structure.Opening(doc, w.first))
	}
	recognised := NewRecognition(doc, w.given)
	var all []mark.Page
	r.job.Done, r.job.Total = 0, doc.Pages
	for from := 1; ; {
		pages, err := store.PagesFrom(ctx, doc.ID, from, 64)
		if err != nil {
			return doc, err
		}
		if len(pages) == 0 {
			break
		}
		for _, p := range pages {
			recognised.Page(p)
			all = append(all, mark.Page{Number: p.Number, Text: p.Text})
		}
		from = pages[len(pages)-1].Number + 1
		r.job.Done = len(all)
		r.meter.observe(time.Now(), r.job.Done, r.job.Total)
		s.tell(r, doc, false)
	}
	if err := w.keep(ctx, recognised); err != nil {
		return doc, err
	}
	chunks, _ := s.c.Chunker(doc, mark.Pos{Page: 1}, all, true)
	if err := store.ReplacePassages(ctx, doc.ID, chunks); err != nil {
		return doc, fmt.Errorf("store the new passages: %w", err)
	}
	// The rest of the row may have changed meanwhile.
	made := doc
	doc, err = store.ChangeDocument(ctx, doc.ID, func(d *mark.Document) {
		d.Title, d.Parties, d.Meta, d.Rules = made.Title, made.Parties, made.Meta, Rules
		for _, n := range made.Notes {
			if !slices.Contains(had, n) {
				addNote(d, n)
			}
		}
	})
	if err != nil {
		return doc, err
	}
	r.job.Attempts, r.job.NotBefore = 0, time.Time{}
	r.meter.restart()
	if s.c.Embedder == nil {
		r.job.State = mark.JobDone
		return doc, nil
	}
	r.job.Step, r.job.Done, r.job.Total = mark.StepEmbed, 0, len(chunks)
	return doc, nil
}

// ofText reports whether a document's type can only have been told by its text.
func ofText(d mark.Document) bool {
	switch d.Kind {
	case mark.KindPDF, mark.KindImage, mark.KindText:
		return len(d.Meta.Fields) == 0
	}
	return false
}

// told returns the features that the file itself told. Before rules were
// counted it was not kept which these are: then they are those of the kinds
// that no rule finds, and where a file of the document's kind tells others,
// those too.
func told(ctx context.Context, store mark.MatterStore, doc mark.Document) ([]mark.Feature, error) {
	stored, err := store.Features(ctx, doc.ID)
	if err != nil {
		return nil, err
	}
	var out []mark.Feature
	for _, f := range stored {
		if f.Told || doc.Rules == 0 && toldByFiles(doc.Kind, f.Kind) {
			out = append(out, f)
		}
	}
	return out, nil
}

func toldByFiles(kind mark.Kind, f mark.FeatureKind) bool {
	switch f {
	case mark.FeatureComment, mark.FeatureInsertion, mark.FeatureDeletion, mark.FeatureHidden,
		mark.FeatureFormula, mark.FeatureField, mark.FeatureLayer, mark.FeatureQuoted:
		return true
	case mark.FeatureHeading:
		return kind == mark.KindPDF // its outline
	case mark.FeatureFootnote, mark.FeatureHeader:
		return kind == mark.KindWord
	}
	return false
}
