package ingest

import (
	"context"
	"iter"
	"sync"

	mark "markai/backend"
)

// Reader reads the pages of documents, with recognition where a page has no
// text. It is what Service reads with, without a store.
type Reader struct {
	parsers    []mark.Parser
	recogniser mark.Recogniser
	slots      chan struct{} // one for each page that may be recognised at the same time
	dpi        int
}

// NewReader returns a reader that recognises up to parallel pages at a time,
// rendered at dpi. recogniser may be nil.
func NewReader(parsers []mark.Parser, recogniser mark.Recogniser, parallel, dpi int) Reader {
	return Reader{parsers, recogniser, make(chan struct{}, max(parallel, 1)), dpi}
}

// Read opens a file and yields its pages in order. A page that cannot be read
// comes with its Problem; an error ends the pages.
func (r Reader) Read(ctx context.Context, f mark.File) (mark.SourceInfo, iter.Seq2[mark.Page, error], error) {
	src, err := Open(ctx, r.parsers, f)
	if err != nil {
		return mark.SourceInfo{}, nil, err
	}
	info := src.Info()
	return info, func(yield func(mark.Page, error) bool) {
		defer src.Close()
		q := r.start(ctx, src, 1)
		defer q.stop()
		for {
			page, ok, err := q.next(ctx, true)
			if err != nil {
				yield(mark.Page{}, err)
				return
			}
			if !ok || !yield(page, nil) {
				return
			}
		}
	}, nil
}

// pending is a page that is being read.
type pending struct {
	queue *queue
	ahead bool // it holds a place in queue.ahead
	page  mark.Page
	err   error         // ends the reading of the document
	done  chan struct{} // closed when page and err are set
}

// queue gives the pages of a document in order while later ones are read.
type queue struct {
	pages  chan *pending
	ahead  chan struct{} // places for pages that are recognised before it is their turn
	head   *pending      // taken from pages, not yet done
	cancel context.CancelFunc
	ended  chan struct{} // closed when the source is no longer used
}

// start reads src from page first on.
func (r Reader) start(ctx context.Context, src mark.Source, first int) *queue {
	ctx, cancel := context.WithCancel(ctx)
	q := &queue{
		pages: make(chan *pending, batchPages), ahead: make(chan struct{}, cap(r.slots)+2),
		cancel: cancel, ended: make(chan struct{}),
	}
	go func() {
		defer close(q.ended)
		defer close(q.pages)
		var recognising sync.WaitGroup
		for n, info := first, src.Info(); n <= info.Pages && ctx.Err() == nil; n++ {
			p := &pending{queue: q, done: make(chan struct{})}
			r.begin(ctx, src, info.Kind, n, p, &recognising)
			if !q.push(ctx, p) || p.failed() {
				break
			}
		}
		recognising.Wait()
	}()
	return q
}

// push waits for room for p. It reports false when ctx ended before there was any.
func (q *queue) push(ctx context.Context, p *pending) bool {
	select {
	case q.pages <- p:
		return true
	default:
	}
	select {
	case q.pages <- p:
		return true
	case <-ctx.Done():
		return false
	}
}

// failed reports whether p is known to end the document.
func (p *pending) failed() bool {
	select {
	case <-p.done:
		return p.err != nil
	default:
		return false
	}
}

// stop ends the reading and returns when the source is free.
func (q *queue) stop() {
	q.cancel()
	<-q.ended
}

// next returns the next page. Without wait it returns false when that page is
// not finished yet; with wait only after the last page.
func (q *queue) next(ctx context.Context, wait bool) (mark.Page, bool, error) {
	if q.head == nil {
		var ok bool
		if wait {
			select {
			case q.head, ok = <-q.pages:
			case <-ctx.Done():
				return mark.Page{}, false, ctx.Err()
			}
		} else {
			select {
			case q.head, ok = <-q.pages:
			default:
			}
		}
		if !ok {
			return mark.Page{}, false, nil
		}
	}
	if wait {
		select {
		case <-q.head.done:
		case <-ctx.Done():
			return mark.Page{}, false, ctx.Err()
		}
	} else {
		select {
		case <-q.head.done:
		default:
			return mark.Page{}, false, nil
		}
	}
	p := q.head
	q.head = nil
	if p.ahead {
		<-q.ahead
	}
	return p.page, p.err == nil, p.err
}

// begin reads page n into p. Recognition goes on after it returned.
func (r Reader) begin(ctx context.Context, src mark.Source, kind mark.Kind, n int, p *pending, recognising *sync.WaitGroup) {
	own, err := again(ctx, func() (mark.Page, error) { return src.Page(ctx, n) })
	switch {
	case err != nil && ctx.Err() != nil:
		p.fail(ctx.Err())
		return
	case mark.CodeOf(err) == mark.Unavailable:
		p.fail(err) // no page of this document can be read now
		return
	case err != nil:
		own = unread(n, err)
	}
	own = sound(own, n)
	pictured := kind == mark.KindPDF || kind == mark.KindImage
	if !pictured || mark.CodeOf(err) == mark.Crashed || err == nil && !doubtful(own.Text) {
		p.finish(own)
		return
	}
	if r.recogniser == nil {
		p.finish(r.unrecognised(ctx, src, own))
		return
	}
	if own.Text != "" && !garbled(own.Text) {
		// A page of few words is common; looking it over costs a fraction of
		// reading it again.
		if sketch, err := src.Image(ctx, n, sketchDPI); err == nil && bare(sketch, own) {
			p.finish(own)
			return
		}
	}
	select {
	case p.queue.ahead <- struct{}{}:
		p.ahead = true
	case <-ctx.Done():
		p.fail(ctx.Err())
		return
	}
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		p.fail(ctx.Err())
		return
	}
	img, err := again(ctx, func() (mark.Image, error) { return src.Image(ctx, n, r.dpi) })
	switch {
	case err != nil && ctx.Err() != nil:
		<-r.slots
		p.fail(ctx.Err())
		return
	case err != nil || blank(img):
		<-r.slots
		if err != nil && mark.CodeOf(err) != mark.Unsupported && own.Text == "" && own.Problem == "" {
			own = sound(unread(n, err), n)
		}
		p.finish(own)
		return
	}
	recognising.Go(func() {
		defer func() { <-r.slots }()
		seen, err := again(ctx, func() (mark.Page, error) { return r.recogniser.Recognise(ctx, img) })
		switch {
		case err != nil && ctx.Err() != nil:
			p.fail(ctx.Err())
		case err != nil && own.Text == "":
			p.finish(sound(unread(n, err), n))
		case err != nil:
			p.finish(own)
		default:
			p.finish(better(own, seen))
		}
	})
}

const pictureOnly = "This page is a picture, and reading text from pictures is switched off. Switch it on in Settings, remove this document and add it again."

// unrecognised marks a page that is a picture and cannot be recognised.
func (r Reader) unrecognised(ctx context.Context, src mark.Source, own mark.Page) mark.Page {
	if own.Text != "" || own.Problem != "" {
		return own
	}
	const glance = 50 // dots per inch: enough to see whether there is anything
	if img, err := src.Image(ctx, own.Number, glance); err == nil && !blank(img) {
		own.Problem = pictureOnly
	}
	return own
}

func (p *pending) finish(page mark.Page) {
	p.page = remarked(page)
	close(p.done)
}

func (p *pending) fail(err error) {
	p.err = err
	close(p.done)
}

// again does what may fail by accident a second time.
func again[T any](ctx context.Context, do func() (T, error)) (T, error) {
	v, err := do()
	if err == nil || ctx.Err() != nil {
		return v, err
	}
	switch mark.CodeOf(err) {
	case mark.Crashed, mark.Damaged:
		return do()
	}
	return v, err
}
