package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"

	mark "markai/backend"
)

// Handlers are the methods of a worker by name. Each call runs in its own
// goroutine; a handler whose library is not safe for that locks for itself.
// An error goes to the caller with its mark code and message. A panic ends the
// process: what it left behind is not to be trusted.
type Handlers map[string]func(ctx context.Context, c *Call) error

// Call is one call as its handler sees it.
type Call struct {
	s     *server
	id    uint64
	ctx   context.Context // of the handler: File's reads end with it
	frame frame
	room  chan struct{} // one token per message that may be sent
	reads map[uint64]chan frame

	mu       sync.Mutex // guards reads, nextRead, replied
	nextRead uint64
	replied  bool
	file     *File
}

// server is the child's side of the pipes.
type server struct {
	handlers Handlers
	out      *outbox

	mu    sync.Mutex // guards calls
	calls map[uint64]*running
}

type running struct {
	call   *Call
	cancel context.CancelFunc
}

// Decode reads the request into v.
func (c *Call) Decode(v any) error { return decode(c.frame.Data, v) }

// Body is the request's raw bytes.
func (c *Call) Body() []byte { return c.frame.Body }

// Send sends one message of a stream. It waits while the caller lags behind.
func (c *Call) Send(msg any, body []byte) error {
	select {
	case <-c.room:
	case <-c.ctx.Done():
		return fmt.Errorf("send: %w", c.ctx.Err())
	}
	return c.put(kindSend, msg, body)
}

// Reply sends the last message. A handler replies at most once and sends
// nothing after it.
func (c *Call) Reply(resp any, body []byte) error {
	c.mu.Lock()
	again := c.replied
	c.replied = true
	c.mu.Unlock()
	if again {
		return errors.New("reply: a handler replies once")
	}
	if err := c.put(kindReply, resp, body); err != nil {
		c.mu.Lock()
		c.replied = false
		c.mu.Unlock()
		return err
	}
	return nil
}

func (c *Call) put(kind string, msg any, body []byte) error {
	data, err := encode(msg)
	if err != nil {
		return err
	}
	if !fits(data, body) {
		return mark.Errorf(mark.TooBig, "A result of this file is larger than the program can take. Leave the file out or split it.")
	}
	c.s.out.put(frame{Kind: kind, ID: c.id, Data: data, Body: body})
	return nil
}

// Serve answers calls from r on w until r ends or ctx is done. It returns nil
// when r ended between frames.
func Serve(ctx context.Context, r io.Reader, w io.Writer, h Handlers) error {
	ctx, stop := context.WithCancel(ctx)
	s := &server{handlers: h, out: newOutbox(), calls: map[uint64]*running{}}
	fail := make(chan error, 2) // the writer, a panicking handler
	var writer, handlers sync.WaitGroup
	writer.Go(func() {
		if err := s.out.run(w); err != nil {
			select {
			case fail <- err:
			default:
			}
		}
	})
	s.out.put(frame{Kind: kindReady})

	frames := make(chan frame)
	ended := make(chan error, 1)
	go func() { // ends with r, which outlives Serve only when the process is about to end
		for {
			f, err := readFrame(r)
			if err != nil {
				ended <- err
				return
			}
			select {
			case frames <- f:
			case <-ctx.Done():
				return
			}
		}
	}()

	var err error
loop:
	for {
		select {
		case f := <-frames:
			s.dispatch(ctx, f, &handlers, fail)
		case err = <-ended:
			break loop
		case err = <-fail:
			break loop
		case <-ctx.Done():
			err = ctx.Err()
			break loop
		}
	}
	stop()
	if err == io.EOF {
		err = nil
	}
	if errors.Is(err, errPanic) {
		s.out.close()
		writer.Wait() // so that the caller learns of it
		return err
	}
	handlers.Wait()
	s.out.close()
	writer.Wait()
	return err
}

var errPanic = errors.New("a handler panicked")

func (s *server) dispatch(ctx context.Context, f frame, wg *sync.WaitGroup, fail chan<- error) {
	s.mu.Lock()
	r := s.calls[f.ID]
	s.mu.Unlock()
	if f.Kind == kindCall {
		if r == nil {
			s.begin(ctx, f, wg, fail)
		}
		return
	}
	if r == nil {
		return // it has ended meanwhile
	}
	switch f.Kind {
	case kindCancel:
		r.cancel()
	case kindAck:
		for range min(f.N, window) {
			select {
			case r.call.room <- struct{}{}:
			default:
			}
		}
	case kindData:
		r.call.deliver(f)
	}
}

// begin runs the handler of a call in a goroutine of wg.
func (s *server) begin(ctx context.Context, f frame, wg *sync.WaitGroup, fail chan<- error) {
	ctx, cancel := context.WithCancel(ctx)
	c := &Call{s: s, id: f.ID, ctx: ctx, frame: f, room: make(chan struct{}, window), reads: map[uint64]chan frame{}}
	for range window {
		c.room <- struct{}{}
	}
	if f.HasFile {
		c.file = newFile(c, f.Size)
	}
	s.mu.Lock()
	s.calls[f.ID] = &running{c, cancel}
	s.mu.Unlock()
	wg.Go(func() {
		defer func() {
			if v := recover(); v != nil {
				fmt.Fprintf(os.Stderr, "panic in %s: %v\n%s\n", f.Method, v, debug.Stack())
				s.out.put(frame{Kind: kindError, ID: f.ID, Code: string(mark.Crashed), Message: "A helper process stopped in the middle of its work. Try again."})
				select {
				case fail <- errPanic:
				default:
				}
			}
		}()
		err := s.run(ctx, c)
		cancel()
		s.mu.Lock()
		delete(s.calls, f.ID)
		s.mu.Unlock()
		switch {
		case err != nil:
			e := frame{Kind: kindError, ID: f.ID, Code: string(mark.CodeOf(err)), Message: mark.MessageOf(err)}
			if mark.CodeOf(err) == mark.Internal && errors.Is(err, context.Canceled) {
				e.Code, e.Message = string(mark.Canceled), "This was cancelled."
			}
			s.out.put(e)
		case !c.replied:
			s.out.put(frame{Kind: kindEnd, ID: f.ID})
		}
	})
}

func (s *server) run(ctx context.Context, c *Call) error {
	h := s.handlers[c.frame.Method]
	if h == nil {
		return mark.Errorf(mark.Unsupported, "A helper process does not know how to do this. Reinstall Mark AI.")
	}
	return h(ctx, c)
}

// readFile asks for a part of the caller's file.
func (c *Call) readFile(off int64, n int) ([]byte, error) {
	ch := make(chan frame, 1)
	c.mu.Lock()
	c.nextRead++
	id := c.nextRead
	c.reads[id] = ch
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.reads, id)
		c.mu.Unlock()
	}()
	c.s.out.put(frame{Kind: kindRead, ID: c.id, Read: id, Offset: off, N: n})
	select {
	case f := <-ch:
		if f.Code != "" {
			return nil, mark.Errorf(mark.Code(f.Code), "%s", f.Message)
		}
		return f.Body, nil
	case <-c.ctx.Done():
		return nil, fmt.Errorf("read file: %w", c.ctx.Err())
	}
}

func (c *Call) deliver(f frame) {
	c.mu.Lock()
	ch := c.reads[f.Read]
	delete(c.reads, f.Read)
	c.mu.Unlock()
	if ch != nil {
		ch <- f
	}
}
