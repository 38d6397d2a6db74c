package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	mark "markai/backend"
)

// How the parent tells the child what to be, through its environment.
const (
	envNice    = "MARKAI_WORKER_NICE"
	envWrite   = "MARKAI_WORKER_WRITE" // directories, as in PATH
	envSandbox = "MARKAI_WORKER_SANDBOX"
)

const (
	window       = 64 // messages of one stream that may be under way
	maxReads     = 8  // reads of one call's file that may be under way
	leaveTimeout = 2 * time.Second
)

// Spec says how to start a worker.
type Spec struct {
	Kind         string        // what follows `markai worker`
	Executable   string        // default: this program, or its twin "<name>-headless" beside it
	Env          []string      // added to this process' own
	Nice         int           // 0 to 19
	MemoryLimit  int64         // bytes of the child's own memory (mapped files do not count); 0: none
	StartTimeout time.Duration // default 30 s
	WriteDirs    []string      // where the child may write; none by default
	Stderr       io.Writer     // default: discarded. It may carry what stands in documents
}

// Process is a running worker. It is safe for concurrent use.
type Process struct {
	cmd  *exec.Cmd
	out  *outbox
	in   io.ReadCloser
	done chan struct{} // closed when the child is gone and all goroutines have ended
	next atomic.Uint64

	mu     sync.Mutex // guards calls, killed
	calls  map[uint64]*pending
	closed bool  // no more calls
	killed error // why we killed it
}

// pending is a call that waits for its child.
type pending struct {
	frames chan frame // window messages and the last; never blocks the reader

	mu    sync.Mutex // held while file is read, so that no read outlives the call
	file  io.ReaderAt
	reads atomic.Int32
}

// Option changes one call.
type Option func(*options)

type options struct {
	file io.ReaderAt
	size int64
}

// WithFile lets the child read f during the call, and no longer.
func WithFile(f io.ReaderAt, size int64) Option {
	return func(o *options) { o.file, o.size = f, size }
}

// Message is one message of a stream.
type Message struct {
	Data json.RawMessage
	Body []byte
	Last bool // the handler's Reply
}

// Decode reads the message into v.
func (m Message) Decode(v any) error { return decode(m.Data, v) }

// Start starts a worker and waits until it answers. ctx bounds the start only;
// the process lives until Close. Errors: Unavailable when it does not start.
func Start(ctx context.Context, s Spec) (*Process, error) {
	name, err := executable(s.Executable)
	if err != nil {
		return nil, err
	}
	p := &Process{
		cmd:   exec.Command(name, "worker", s.Kind), //nolint:gosec // our own program
		out:   newOutbox(),
		done:  make(chan struct{}),
		calls: map[uint64]*pending{},
	}
	p.cmd.Env = append(os.Environ(), s.Env...)
	p.cmd.Env = append(p.cmd.Env,
		envNice+"="+strconv.Itoa(s.Nice),
		envWrite+"="+strings.Join(s.WriteDirs, string(os.PathListSeparator)))
	p.cmd.Stderr = s.Stderr
	p.cmd.WaitDelay = leaveTimeout
	prepare(p.cmd)
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start worker: %w", err)
	}
	if p.in, err = p.cmd.StdoutPipe(); err != nil {
		return nil, fmt.Errorf("start worker: %w", err)
	}
	started := make(chan error, 1)
	ready := make(chan struct{})
	go p.supervise(s, stdin, started, ready)
	if err := <-started; err != nil {
		return nil, mark.Errorf(mark.Unavailable, "A helper program (%s) could not be started. Reinstall Mark AI or run `markai doctor`.", s.Kind).Because(err)
	}
	timeout := s.StartTimeout
	if timeout <= 0 {
		timeout = 30 * time.Second
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-ready:
		return p, nil
	case <-p.done:
		return nil, mark.Errorf(mark.Unavailable, "A helper program (%s) ended before it was ready. Reinstall Mark AI or run `markai doctor`.", s.Kind).Because(p.reason())
	case <-timer.C:
		p.Kill(errors.New("start took too long"))
		<-p.done
		return nil, mark.Errorf(mark.Unavailable, "A helper program (%s) did not become ready in %s. Close other programs and try again.", s.Kind, timeout)
	case <-ctx.Done():
		p.Kill(ctx.Err())
		<-p.done
		return nil, fmt.Errorf("start worker: %w", ctx.Err())
	}
}

// executable finds the program to run as a worker.
func executable(name string) (string, error) {
	if name != "" {
		return name, nil
	}
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	ext := ""
	if runtime.GOOS == "windows" {
		ext = filepath.Ext(self)
	}
	twin := strings.TrimSuffix(self, ext) + "-headless" + ext
	if st, err := os.Stat(twin); err == nil && st.Mode().IsRegular() {
		return twin, nil
	}
	return self, nil
}

// supervise owns the child: it starts it, reads and writes its pipes and waits
// for its end. The goroutine keeps its thread, because Linux ends the child
// when the thread that started it ends (PR_SET_PDEATHSIG).
func (p *Process) supervise(s Spec, stdin io.WriteCloser, started chan<- error, ready chan struct{}) {
	runtime.LockOSThread()
	if err := p.cmd.Start(); err != nil {
		started <- err
		return
	}
	free := adopt(p.cmd.Process, s.MemoryLimit)
	started <- nil

	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		if err := p.out.run(stdin); err != nil {
			p.Kill(err)
		}
		stdin.Close() //nolint:errcheck // tells the child to leave
	})
	wg.Go(func() { p.watch(s.MemoryLimit, stop) })
	p.read(ready)

	// The pipe is closed: the child has left or is about to.
	p.out.close()
	leave := time.AfterFunc(leaveTimeout, func() { p.Kill(errors.New("did not leave")) })
	err := p.cmd.Wait()
	leave.Stop()
	close(stop)
	free()
	wg.Wait()

	p.mu.Lock()
	p.closed = true
	if p.killed == nil {
		p.killed = err
	}
	calls := p.calls
	p.calls = nil
	p.mu.Unlock()
	for _, c := range calls {
		close(c.frames)
	}
	close(p.done)
}

// read hands the child's frames to those who wait for them, until the pipe
// ends. A child that breaks the protocol is killed.
func (p *Process) read(ready chan struct{}) {
	var reads sync.WaitGroup
	defer reads.Wait()
	for {
		f, err := readFrame(p.in)
		if err != nil {
			if err != io.EOF {
				p.Kill(err)
			}
			return
		}
		if f.Kind == kindReady {
			if ready != nil {
				close(ready)
				ready = nil
			}
			continue
		}
		p.mu.Lock()
		c := p.calls[f.ID]
		p.mu.Unlock()
		if c == nil {
			continue // cancelled: nobody waits any more
		}
		if f.Kind == kindRead {
			if c.reads.Add(1) > maxReads || f.N <= 0 || f.N > maxBlock {
				p.Kill(errors.New("asked for too much of a file"))
				return
			}
			reads.Go(func() {
				defer c.reads.Add(-1)
				p.out.put(c.read(f))
			})
			continue
		}
		select {
		case c.frames <- f:
		default:
			p.Kill(errors.New("sent more than was agreed"))
			return
		}
	}
}

// read answers the child's request for a part of the call's file.
func (c *pending) read(f frame) frame {
	a := frame{Kind: kindData, ID: f.ID, Read: f.Read}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file == nil {
		a.Code = string(mark.Canceled)
		return a
	}
	buf := make([]byte, f.N)
	n, err := c.file.ReadAt(buf, f.Offset)
	if err != nil && err != io.EOF {
		a.Code = string(mark.CodeOf(err))
		a.Message = mark.MessageOf(err)
		return a
	}
	a.Body = buf[:n]
	return a
}

// watch kills the child when its memory grows over limit bytes.
func (p *Process) watch(limit int64, stop <-chan struct{}) {
	if limit <= 0 {
		return
	}
	tick := time.NewTicker(50 * time.Millisecond) // a bomb takes some 600 MB a second
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			if n, ok := ownMemory(p.cmd.Process.Pid); ok && n > limit {
				p.Kill(errMemory)
				return
			}
		}
	}
}

var errMemory = errors.New("used more memory than it may")

// Kill ends the child at once; the first reason given is the cause of the
// mark.Crashed that its calls get.
func (p *Process) Kill(reason error) {
	p.mu.Lock()
	if p.killed == nil {
		p.killed = reason
	}
	p.mu.Unlock()
	p.cmd.Process.Kill() //nolint:errcheck // it may have left already
}

func (p *Process) reason() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.killed
}

// crashed is what the calls of a dead child get.
func (p *Process) crashed() error {
	reason := p.reason()
	if errors.Is(reason, errMemory) {
		return mark.Errorf(mark.Crashed, "A helper process needed more memory than it may use and was stopped. Try again, or leave this file out.").Because(reason)
	}
	return mark.Errorf(mark.Crashed, "A helper process stopped in the middle of its work. Try again.").Because(reason)
}

// begin registers a call and sends it.
func (p *Process) begin(method string, req any, body []byte, opts []Option) (uint64, *pending, error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	data, err := encode(req)
	if err != nil {
		return 0, nil, err
	}
	if !fits(data, body) {
		return 0, nil, mark.Errorf(mark.TooBig, "This is too large to be worked on in one step. Split it and try again.")
	}
	c := &pending{frames: make(chan frame, window+1), file: o.file}
	id := p.next.Add(1)
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return 0, nil, p.crashed()
	}
	p.calls[id] = c
	p.mu.Unlock()
	p.out.put(frame{Kind: kindCall, ID: id, Method: method, Data: data, Body: body, HasFile: o.file != nil, Size: o.size})
	return id, c, nil
}

// end forgets a call; the child is told when it is still at work. It waits for
// a read of the call's file that is under way.
func (p *Process) end(id uint64, c *pending, working bool) {
	p.mu.Lock()
	delete(p.calls, id)
	p.mu.Unlock()
	if working {
		p.out.put(frame{Kind: kindCancel, ID: id})
	}
	c.mu.Lock()
	c.file = nil
	c.mu.Unlock()
}

// Call asks for one answer; messages sent before the reply are dropped. resp
// and req may be nil. Cancelling ctx tells the child and returns at once.
// Errors: the handler's own code and message, Crashed, ctx's.
func (p *Process) Call(ctx context.Context, method string, req any, body []byte, resp any, opts ...Option) ([]byte, error) {
	var respBody []byte
	for m, err := range p.Stream(ctx, method, req, body, opts...) {
		if err != nil {
			return nil, err
		}
		if !m.Last {
			continue
		}
		respBody = m.Body
		if resp != nil {
			if err := m.Decode(resp); err != nil {
				return nil, err
			}
		}
	}
	return respBody, nil
}

// Stream asks for many messages; the handler's reply, if it makes one, is the
// last. Breaking out of the loop or cancelling ctx cancels the handler's
// context. A failure is the last value.
func (p *Process) Stream(ctx context.Context, method string, req any, body []byte, opts ...Option) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(Message{}, fmt.Errorf("call %s: %w", method, err))
			return
		}
		id, c, err := p.begin(method, req, body, opts)
		if err != nil {
			yield(Message{}, err)
			return
		}
		working := true
		defer func() { p.end(id, c, working) }()
		for taken := 0; ; {
			var f frame
			var ok bool
			select {
			case f, ok = <-c.frames:
			case <-ctx.Done():
				yield(Message{}, fmt.Errorf("call %s: %w", method, ctx.Err()))
				return
			}
			if !ok {
				working = false
				yield(Message{}, p.crashed())
				return
			}
			switch f.Kind {
			case kindSend:
				if !yield(Message{Data: f.Data, Body: f.Body}, nil) {
					return
				}
				if taken++; taken == window/2 {
					p.out.put(frame{Kind: kindAck, ID: id, N: taken})
					taken = 0
				}
			case kindReply:
				working = false
				yield(Message{Data: f.Data, Body: f.Body, Last: true}, nil)
				return
			case kindEnd:
				working = false
				return
			case kindError:
				working = false
				yield(Message{}, mark.Errorf(mark.Code(f.Code), "%s", f.Message))
				return
			default:
				yield(Message{}, fmt.Errorf("call %s: %w", method, errFrame))
				return
			}
		}
	}
}

// Close asks the child to leave and kills it when it does not in two seconds.
// It returns when the child is gone.
func (p *Process) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.out.close()
	timer := time.NewTimer(leaveTimeout)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
		p.Kill(errors.New("did not leave when asked"))
		<-p.done
	}
	return nil
}

// Done is closed when the child is gone.
func (p *Process) Done() <-chan struct{} { return p.done }

// PID is the child's process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

func encode(v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return data, nil
}

func decode(data json.RawMessage, v any) error {
	if len(data) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, v); err != nil {
		return mark.Errorf(mark.Internal, "A helper process and the program do not understand each other. Reinstall Mark AI.") // err may quote a client's text
	}
	return nil
}

// alive reports whether the child has neither gone nor been killed.
func (p *Process) alive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.closed && p.killed == nil
}
