package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/similar"
	"markai/backend/structure"
)

const (
	// opening is how many pages tell what a document is.
	opening = 3
	// firstWait is how long the first pages may be waited for, so that the
	// first passages carry the title, before what there is is stored.
	firstWait = 300 * time.Millisecond
	// batchPages bounds the pages stored in one transaction.
	batchPages = 16
	// behind is how many pages before the open passage the chunker sees, for
	// the headings over it.
	behind = 4
	// maxNotes bounds the notes about single pages.
	maxNotes = 20
)

// work is the reading of one document: it takes pages as they come and stores
// them with the passages that they complete.
type work struct {
	s      *Service
	r      *run
	doc    *mark.Document
	total  int
	done   int              // pages stored
	next   mark.Pos         // where the last stored passage ended
	open   []mark.Page      // what the chunker needs to go on, ascending
	first  []mark.Page      // the opening pages, while they come
	parts  int              // how often pages were stored
	count  int              // passages stored, all of the document's once it is finished
	bytes  int64            // of text stored
	sketch similar.Sketcher // of the whole text, once it is finished
	given  []mark.Feature   // what the parser told
	opened mark.Meta        // type and date as the text told them, while it is read
}

// newWork takes up the document where it was left.
func (s *Service) newWork(ctx context.Context, r *run, doc *mark.Document, info mark.SourceInfo) (*work, error) {
	w := &work{s: s, r: r, doc: doc, total: info.Pages, next: mark.Pos{Page: 1}, given: info.Features}
	numbers, err := r.m.store.PageNumbers(ctx, doc.ID)
	if err != nil {
		return nil, err
	}
	for _, n := range numbers {
		if n != w.done+1 {
			break
		}
		w.done = n
	}
	if w.done > 0 {
		w.parts = 1
		if w.first, err = r.m.store.PagesFrom(ctx, doc.ID, 1, min(opening, w.done)); err != nil {
			return nil, err
		}
		if err := w.recall(ctx); err != nil {
			return nil, err
		}
		last, err := r.m.store.LastChunk(ctx, doc.ID)
		switch {
		case err == nil:
			w.next = last.To
		case mark.CodeOf(err) != mark.NotFound:
			return nil, err
		}
		from := max(1, w.next.Page-behind)
		if w.open, err = r.m.store.PagesFrom(ctx, doc.ID, from, w.done-from+1); err != nil {
			return nil, err
		}
	}
	doc.Kind, doc.Pages, doc.Status = info.Kind, info.Pages, mark.DocumentReading
	doc.Problem, doc.Code = "", ""
	if doc.Title == "" {
		doc.Title = GivenTitle(info)
	}
	Complete(&doc.Meta, info.Meta)
	for _, n := range info.Notes {
		addNote(doc, n)
	}
	if len(w.first) > 0 {
		s.c.Tidy(doc, w.first)
		w.opened = structure.Opening(*doc, w.first)
	}
	if err := r.m.store.PutDocument(ctx, *doc); err != nil {
		return nil, err
	}
	r.job.Step, r.job.Done, r.job.Total = mark.StepRead, w.done, w.total
	r.saved = time.Now()
	r.meter.observe(r.saved, w.done, w.total)
	s.tell(r, *doc, true)
	return w, nil
}

// pages reads and stores what is not stored yet. Pages that are finished while
// others are being stored go together, so that no page waits and none is read
// long before it is stored.
func (w *work) pages(ctx context.Context, src mark.Source) error {
	if w.done >= w.total {
		return w.store(ctx, nil)
	}
	q := w.s.reader.start(ctx, src, w.done+1)
	defer q.stop()
	for w.done < w.total {
		batch, err := w.gather(ctx, q)
		if len(batch) > 0 {
			// What was read is stored even if reading ends here.
			if err := w.store(context.WithoutCancel(ctx), batch); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return mark.Errorf(mark.Damaged, "The document ended after page %d of %d.", w.done, w.total)
		}
	}
	return nil
}

// gather waits for a page and takes those that are finished too. Of a document
// that begins it waits for the opening, but not long.
func (w *work) gather(ctx context.Context, q *queue) ([]mark.Page, error) {
	var batch []mark.Page
	page, ok, err := q.next(ctx, true)
	if ok {
		batch = append(batch, page)
	}
	if ok && w.done == 0 {
		soon, cancel := context.WithTimeout(ctx, firstWait)
		defer cancel()
		for ok && len(batch) < opening {
			if page, ok, err = q.next(soon, true); ok {
				batch = append(batch, page)
			}
		}
		if err != nil && errors.Is(err, soon.Err()) { // not what a page said in the same moment
			err = ctx.Err()
		}
	}
	stopped := ctx.Err() != nil
	if stopped {
		q.stop() // what is finished then was paid for and is taken
	}
	for stopped || err == nil && len(batch) < batchPages {
		page, ok, more := q.next(ctx, false)
		if !ok {
			return batch, cmp.Or(err, more)
		}
		batch = append(batch, page)
	}
	return batch, err
}

// store commits pages and the passages that they complete.
func (w *work) store(ctx context.Context, pages []mark.Page) error {
	before := known(*w.doc)
	if missing := opening - len(w.first); missing > 0 && len(pages) > 0 {
		w.first = append(w.first, pages[:min(missing, len(pages))]...)
		w.s.c.Tidy(w.doc, w.first)
		w.classify()
	}
	w.open = append(w.open, pages...)
	final := w.done+len(pages) >= w.total
	chunks, next := w.s.c.Chunker(*w.doc, w.next, w.open, final)
	if err := w.remember(ctx, pages); err != nil {
		return err
	}
	if err := w.r.m.store.PutPages(ctx, w.doc.ID, pages, chunks); err != nil {
		return fmt.Errorf("store pages: %w", err)
	}
	w.next = next
	w.open = slices.DeleteFunc(w.open, func(p mark.Page) bool { return p.Number < next.Page-behind })
	w.done += len(pages)
	w.bytes += textBytes(pages)
	w.parts++
	w.count += len(chunks)
	for _, p := range pages {
		if p.Problem == "" {
			w.doc.PagesRead++
		}
		if p.OCR {
			w.doc.OCRPages++
		}
	}
	// The end of the job stores the document too.
	if !final && known(*w.doc) != before {
		if err := w.r.m.store.PutDocument(ctx, *w.doc); err != nil {
			return err
		}
	}
	w.r.job.Done = w.done
	w.r.meter.observe(time.Now(), w.done, w.total)
	if err := w.s.save(ctx, w.r, false); err != nil {
		return err
	}
	w.s.tell(w.r, *w.doc, final || w.parts == 1)
	return nil
}

// known sums up what the text told of a document.
func known(d mark.Document) string {
	return strings.Join(append([]string{d.Title, string(d.Meta.Type), d.Meta.Date}, d.Parties...), "\x00")
}

// notePage notes a page that could not be read, the nth of the document.
func (w *work) notePage(p mark.Page, n int) {
	switch {
	case n <= maxNotes && strings.HasPrefix(p.Problem, "Page "):
		addNote(w.doc, p.Problem) // it says itself which page it is about
	case n <= maxNotes:
		addNote(w.doc, fmt.Sprintf("Page %d could not be read: %s", p.Number, p.Problem))
	case n == maxNotes+1:
		addNote(w.doc, "Further pages could not be read; each says why.")
	}
}

// addNote adds a note once.
func addNote(doc *mark.Document, note string) {
	if !slices.Contains(doc.Notes, note) {
		doc.Notes = append(doc.Notes, note)
	}
}

// finish looks at the whole document: whether anything could be read, what it
// holds, and which headings stand over each passage now that all is known.
func (w *work) finish(ctx context.Context) error {
	store := w.r.m.store
	var (
		all     []mark.Page
		problem string
		unread  int
		text    bool
	)
	recognised := NewRecognition(*w.doc, w.given)
	for from := 1; from <= w.total; {
		pages, err := store.PagesFrom(ctx, w.doc.ID, from, 64)
		if err != nil {
			return err
		}
		if len(pages) == 0 {
			break
		}
		for _, p := range pages {
			if p.Problem != "" {
				unread++
				problem = p.Problem
				w.notePage(p, unread)
			}
			recognised.Page(p)
			w.sketch.Add(p.Text)
			text = text || strings.TrimSpace(p.Text) != ""
			all = append(all, mark.Page{Number: p.Number, Text: p.Text})
			from = p.Number + 1
		}
	}
	switch {
	case unread == len(all) && problem == pictureOnly:
		return mark.Errorf(mark.Unavailable, "The pages of this document are pictures, and reading text from pictures is switched off. Switch it on in Settings, remove this document and add it again.")
	case unread == len(all):
		return mark.Errorf(mark.Damaged, "No page of this document could be read. %s", problem)
	case !text:
		addNote(w.doc, "No text was found in this document.")
	}
	before := known(*w.doc)
	w.doc.Rules = Rules
	if err := w.keep(ctx, recognised); err != nil {
		return err
	}
	if w.parts < 2 && known(*w.doc) == before {
		return nil
	}
	return w.reheader(ctx, all)
}

// reheader gives every passage the header it would have had if the document
// had been cut at once.
func (w *work) reheader(ctx context.Context, all []mark.Page) error {
	stored, err := w.r.m.store.ChunksOf(ctx, w.doc.ID)
	if err != nil {
		return err
	}
	w.count = len(stored)
	headers := map[mark.Pos]string{}
	chunks, _ := w.s.c.Chunker(*w.doc, mark.Pos{Page: 1}, all, true)
	for _, c := range chunks {
		headers[c.From] = c.Header
	}
	header := func(c mark.Chunk) string { return cmp.Or(headers[c.From], c.Header) }
	if !slices.ContainsFunc(stored, func(c mark.Chunk) bool { return header(c) != c.Header }) {
		return nil
	}
	return w.r.m.store.SetHeaders(ctx, w.doc.ID, header)
}
