package worker

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	mark "markai/backend"
)

// ParserOptions say how a parser in a worker is asked.
type ParserOptions struct {
	// Name is the one given to ParserHandlers, which tells the parsers of one
	// worker apart.
	Name string
	// Score is the parser's Score; it runs in this process and looks at the
	// first bytes only.
	Score func(name string, head []byte) int
	// OpenTimeout, PageTimeout, ImageTimeout: a worker that takes longer is
	// killed, and the step is Crashed. 0: 30 s.
	OpenTimeout, PageTimeout, ImageTimeout time.Duration
	What                                   string // what is read, for sentences: "PDF", "picture"
}

// Parser is a mark.Parser whose documents are opened in the workers of a pool,
// which serve ParserHandlers. The file's bytes are read over the pipe.
type Parser struct {
	pool *Pool
	o    ParserOptions
}

// NewParser makes a parser over a pool that it does not own.
func NewParser(pool *Pool, o ParserOptions) *Parser {
	const usual = 30 * time.Second
	for _, d := range []*time.Duration{&o.OpenTimeout, &o.PageTimeout, &o.ImageTimeout} {
		if *d <= 0 {
			*d = usual
		}
	}
	if o.What == "" {
		o.What = "file"
	}
	return &Parser{pool: pool, o: o}
}

// Score implements mark.Parser.
func (p *Parser) Score(name string, head []byte) int { return p.o.Score(name, head) }

// Open implements mark.Parser. The source's document is opened again in
// another worker when its worker dies; f.Data must stay readable until Close.
func (p *Parser) Open(ctx context.Context, f mark.File) (mark.Source, error) {
	s := &remote{parser: p, file: f, handles: map[*Process]uint64{}}
	err := p.pool.Do(ctx, func(w *Process) error {
		_, err := s.handle(ctx, w)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// remote is a document that is open in one worker or more.
type remote struct {
	parser *Parser
	file   mark.File

	mu      sync.Mutex // guards what follows; Close may come from elsewhere
	info    mark.SourceInfo
	last    *Process
	handles map[*Process]uint64
}

type openRequest struct {
	Name, Password string
}

type openReply struct {
	Handle uint64
	Info   mark.SourceInfo
}

type pageRequest struct {
	Handle    uint64
	Page, DPI int
}

// attachmentReply is one attachment, or why it cannot be read.
type attachmentReply struct {
	Name    string
	Folder  string
	Code    mark.Code
	Problem string
}

// Info implements mark.Source.
func (s *remote) Info() mark.SourceInfo { return s.info }

// handle returns the document's handle in w, opening it there if need be.
func (s *remote) handle(ctx context.Context, w *Process) (uint64, error) {
	s.mu.Lock()
	h, ok := s.handles[w]
	for p := range s.handles {
		if !p.alive() {
			delete(s.handles, p)
		}
	}
	s.mu.Unlock()
	if ok {
		return h, nil
	}
	var r openReply
	_, err := s.call(ctx, w, s.parser.o.OpenTimeout, "This "+s.parser.o.What, s.parser.o.Name+".open", openRequest{s.file.Name, s.file.Password}, &r)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	s.handles[w] = r.Handle
	s.last = w
	s.info = r.Info
	s.mu.Unlock()
	return r.Handle, nil
}

// call makes one call that may take limit; a worker that takes longer hangs
// and is killed. subject begins the sentence about a crash.
func (s *remote) call(ctx context.Context, w *Process, limit time.Duration, subject, method string, req, resp any) ([]byte, error) {
	inner, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	body, err := w.Call(inner, method, req, nil, resp, WithFile(s.file.Data, s.file.Size))
	switch {
	case err == nil:
		return body, nil
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		w.Kill(errHangs)
		return nil, mark.Errorf(mark.Crashed, "%s could not be read in %s, so reading it was stopped. Try again when the machine has less to do, or leave it out.", subject, limit).Because(errHangs)
	case mark.CodeOf(err) == mark.Crashed:
		return nil, mark.Errorf(mark.Crashed, "%s stopped the program that reads it. Try again, or leave it out.", subject).Because(err)
	}
	return nil, err
}

var errHangs = errors.New("it hangs")

// with runs f with a worker in which the document is open.
func (s *remote) with(ctx context.Context, f func(w *Process, h uint64) error) error {
	s.mu.Lock()
	last := s.last
	s.mu.Unlock()
	return s.parser.pool.DoWith(ctx, last, func(w *Process) error {
		h, err := s.handle(ctx, w)
		if err != nil {
			return err
		}
		return f(w, h)
	})
}

// Page implements mark.Source.
func (s *remote) Page(ctx context.Context, n int) (mark.Page, error) {
	var page mark.Page
	err := s.with(ctx, func(w *Process, h uint64) error {
		var head mark.Page
		body, err := s.call(ctx, w, s.parser.o.PageTimeout, fmt.Sprintf("Page %d", n), s.parser.o.Name+".page", pageRequest{Handle: h, Page: n}, &head)
		if err != nil {
			return err
		}
		var whole bool
		if page, whole = unpackPage(head, body); !whole {
			return mark.Errorf(mark.Internal, "The text of page %d came back incomplete. Try again.", n)
		}
		return nil
	})
	return page, err
}

// Image implements mark.Source.
func (s *remote) Image(ctx context.Context, n, dpi int) (mark.Image, error) {
	var img mark.Image
	err := s.with(ctx, func(w *Process, h uint64) error {
		pix, err := s.call(ctx, w, s.parser.o.ImageTimeout, fmt.Sprintf("Page %d", n), s.parser.o.Name+".image", pageRequest{Handle: h, Page: n, DPI: dpi}, &img)
		if err == nil && len(pix) != img.Width*img.Height {
			err = mark.Errorf(mark.Internal, "The picture of page %d came back incomplete. Try again.", n)
		}
		img.Pix = pix
		return err
	})
	if err != nil {
		return mark.Image{}, err
	}
	return img, nil
}

// Attachments implements mark.Source. The worker is in use until the loop ends.
func (s *remote) Attachments(ctx context.Context) iter.Seq2[mark.Attachment, error] {
	return func(yield func(mark.Attachment, error) bool) {
		stopped := false
		err := s.with(ctx, func(w *Process, h uint64) error {
			// Each attachment may take as long as opening did; what the
			// caller does with it does not count.
			inner, cancel := context.WithCancel(ctx)
			defer cancel()
			guard := time.AfterFunc(s.parser.o.OpenTimeout, func() { w.Kill(errHangs) })
			defer guard.Stop()
			for m, err := range w.Stream(inner, s.parser.o.Name+".attachments", pageRequest{Handle: h}, nil, WithFile(s.file.Data, s.file.Size)) {
				guard.Stop()
				if err != nil {
					return err
				}
				var r attachmentReply
				if err := m.Decode(&r); err != nil {
					return err
				}
				var problem error
				if r.Code != "" {
					problem = mark.Errorf(r.Code, "%s", r.Problem)
				}
				if !yield(mark.Attachment{Name: r.Name, Folder: r.Folder, Data: m.Body}, problem) {
					stopped = true
					return nil
				}
				guard.Reset(s.parser.o.OpenTimeout)
			}
			return nil
		})
		if err != nil && !stopped {
			yield(mark.Attachment{}, err)
		}
	}
}

// Close implements mark.Source.
func (s *remote) Close() error {
	s.mu.Lock()
	handles := s.handles
	s.handles = map[*Process]uint64{}
	s.mu.Unlock()
	for w, h := range handles {
		if !w.alive() {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), s.parser.o.PageTimeout)
		if _, err := w.Call(ctx, s.parser.o.Name+".close", pageRequest{Handle: h}, nil, nil); err != nil && ctx.Err() != nil {
			w.Kill(errHangs)
		}
		cancel()
		s.parser.pool.left(w)
	}
	return nil
}

// ParserHandlers let a worker serve the documents that open opens, under a
// name. open and what it returns work in this process; a document is used by
// one call at a time, several documents may be used at once.
func ParserHandlers(name string, open func(ctx context.Context, f mark.File) (mark.Source, error)) Handlers {
	d := &documents{open: open, byHandle: map[uint64]*document{}}
	return Handlers{
		name + ".open":        d.openOne,
		name + ".page":        d.page,
		name + ".image":       d.image,
		name + ".attachments": d.attachments,
		name + ".close":       d.closeOne,
	}
}

// Merge puts handlers together that one worker serves. Names must differ.
func Merge(all ...Handlers) Handlers {
	out := Handlers{}
	for _, hs := range all {
		for name, h := range hs {
			if out[name] != nil {
				panic("worker: two handlers are called " + name)
			}
			out[name] = h
		}
	}
	return out
}

type documents struct {
	open func(ctx context.Context, f mark.File) (mark.Source, error)

	mu       sync.Mutex // guards what follows
	next     uint64
	byHandle map[uint64]*document
}

type document struct {
	mu     sync.Mutex // one call at a time
	source mark.Source
	file   *File
}

func (d *documents) openOne(ctx context.Context, c *Call) error {
	var r openRequest
	if err := c.Decode(&r); err != nil {
		return err
	}
	f := c.File()
	if f == nil {
		return mark.Errorf(mark.Invalid, "There is no file to open.")
	}
	source, err := d.open(ctx, mark.File{Name: r.Name, Size: f.Size(), Data: f, Password: r.Password})
	if err != nil {
		return err
	}
	if ctx.Err() != nil { // nobody will close what nobody waits for
		return errors.Join(ctx.Err(), source.Close())
	}
	d.mu.Lock()
	d.next++
	h := d.next
	d.byHandle[h] = &document{source: source, file: f}
	d.mu.Unlock()
	return c.Reply(openReply{Handle: h, Info: source.Info()}, nil)
}

// use runs f with the document that the call is about, reading its file
// through this call.
func (d *documents) use(c *Call, f func(s mark.Source, r pageRequest) error) error {
	var r pageRequest
	if err := c.Decode(&r); err != nil {
		return err
	}
	d.mu.Lock()
	doc := d.byHandle[r.Handle]
	d.mu.Unlock()
	if doc == nil {
		return mark.Errorf(mark.NotFound, "This document is not open.")
	}
	doc.mu.Lock()
	defer doc.mu.Unlock()
	doc.file.Rebind(c)
	return f(doc.source, r)
}

func (d *documents) page(ctx context.Context, c *Call) error {
	return d.use(c, func(s mark.Source, r pageRequest) error {
		p, err := s.Page(ctx, r.Page)
		if err != nil {
			return err
		}
		return c.Reply(packPage(p))
	})
}

func (d *documents) image(ctx context.Context, c *Call) error {
	return d.use(c, func(s mark.Source, r pageRequest) error {
		img, err := s.Image(ctx, r.Page, r.DPI)
		if err != nil {
			return err
		}
		pix := img.Pix
		img.Pix = nil
		return c.Reply(img, pix)
	})
}

func (d *documents) attachments(ctx context.Context, c *Call) error {
	return d.use(c, func(s mark.Source, _ pageRequest) error {
		for a, err := range s.Attachments(ctx) {
			r := attachmentReply{Name: a.Name, Folder: a.Folder}
			if err != nil {
				// One that cannot be read does not end the others.
				if _, said := errors.AsType[*mark.Error](err); !said {
					return err
				}
				r.Code, r.Problem = mark.CodeOf(err), mark.MessageOf(err)
			}
			if err := c.Send(r, a.Data); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *documents) closeOne(_ context.Context, c *Call) error {
	var r pageRequest
	if err := c.Decode(&r); err != nil {
		return err
	}
	d.mu.Lock()
	doc := d.byHandle[r.Handle]
	delete(d.byHandle, r.Handle)
	d.mu.Unlock()
	if doc == nil {
		return nil
	}
	doc.mu.Lock()
	defer doc.mu.Unlock()
	return doc.source.Close()
}
