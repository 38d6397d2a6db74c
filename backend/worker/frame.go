package worker

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// What one frame may carry at most. A header holds a message (a page with its
// words is some hundred kilobytes), a body holds raw bytes (a picture of a
// page is some ten megabytes).
const (
	maxHeader = 16 << 20
	maxBody   = 256 << 20
)

// The kinds of frame and who sends them.
const (
	kindReady  = "ready"  // child: I am here
	kindCall   = "call"   // parent: begin
	kindCancel = "cancel" // parent: nobody waits for this any more
	kindAck    = "ack"    // parent: N messages of a stream were taken
	kindData   = "data"   // parent: the part of the file that was asked for
	kindRead   = "read"   // child: give me a part of the file
	kindSend   = "send"   // child: one message of many
	kindReply  = "reply"  // child: the last message
	kindEnd    = "end"    // child: done without a last message
	kindError  = "error"  // child: done, it went wrong
)

// frame is what travels over the pipes: a small JSON header and raw bytes.
type frame struct {
	Kind    string          `json:"k"`
	ID      uint64          `json:"i,omitempty"` // of the call
	Method  string          `json:"m,omitempty"`
	Data    json.RawMessage `json:"d,omitempty"`
	Code    string          `json:"c,omitempty"` // of an error
	Message string          `json:"t,omitempty"` // of an error
	Read    uint64          `json:"r,omitempty"` // which read
	Offset  int64           `json:"o,omitempty"`
	N       int             `json:"n,omitempty"` // bytes to read, or messages taken
	Size    int64           `json:"s,omitempty"` // of the file that a call may read
	HasFile bool            `json:"f,omitempty"`

	Body []byte `json:"-"`
}

var errFrame = errors.New("malformed frame")

// readFrame reads one frame. It returns io.EOF only between frames.
func readFrame(r io.Reader) (frame, error) {
	var f frame
	var sizes [8]byte
	if _, err := io.ReadFull(r, sizes[:]); err != nil {
		return f, err
	}
	header, body := binary.BigEndian.Uint32(sizes[:4]), binary.BigEndian.Uint32(sizes[4:])
	if header > maxHeader || body > maxBody {
		return f, fmt.Errorf("%w: %d and %d bytes", errFrame, header, body)
	}
	raw, err := readN(r, int(header))
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return f, fmt.Errorf("%w: header", errFrame) // the cause may quote a client's text
	}
	if f.Body, err = readN(r, int(body)); err != nil {
		return f, err
	}
	return f, nil
}

// readN reads n bytes, taking memory only as they come: a size alone must not
// cost 256 MiB.
func readN(r io.Reader, n int) ([]byte, error) {
	if n == 0 {
		return nil, nil
	}
	const step = 1 << 20
	buf := make([]byte, 0, min(n, step))
	for len(buf) < n {
		k := min(n-len(buf), max(step, len(buf)))
		if cap(buf)-len(buf) < k {
			grown := make([]byte, len(buf), len(buf)+k)
			copy(grown, buf)
			buf = grown
		}
		at := len(buf)
		buf = buf[:at+k]
		if _, err := io.ReadFull(r, buf[at:]); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return buf, nil
}

// writeFrame writes one frame; f must fit the limits (see fits).
func writeFrame(w io.Writer, f frame) error {
	header, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if len(header) > maxHeader || len(f.Body) > maxBody {
		return fmt.Errorf("%w: %d and %d bytes are too many", errFrame, len(header), len(f.Body))
	}
	buf := make([]byte, 8, 8+len(header))
	binary.BigEndian.PutUint32(buf[:4], uint32(len(header)))
	binary.BigEndian.PutUint32(buf[4:], uint32(len(f.Body)))
	if _, err := w.Write(append(buf, header...)); err != nil {
		return err
	}
	if len(f.Body) == 0 {
		return nil
	}
	_, err = w.Write(f.Body)
	return err
}

// fits reports whether a message with this data and body can be sent.
func fits(data json.RawMessage, body []byte) bool {
	return len(data) <= maxHeader-4096 && len(body) <= maxBody
}

// outbox is a queue of frames that never blocks those who put: a peer that
// does not read must not hold up a caller who wants to cancel. It is bounded
// by its users: each call has a bounded number of frames under way.
type outbox struct {
	mu     sync.Mutex // guards frames and closed
	frames []frame
	closed bool
	wake   chan struct{}
}

func newOutbox() *outbox { return &outbox{wake: make(chan struct{}, 1)} }

// put queues f; after close it is dropped.
func (o *outbox) put(f frame) {
	o.mu.Lock()
	if !o.closed {
		o.frames = append(o.frames, f)
	}
	o.mu.Unlock()
	o.signal()
}

// close lets run return once the queue is empty.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	o.signal()
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// run writes what is put until close or the first failed write.
func (o *outbox) run(w io.Writer) error {
	for {
		o.mu.Lock()
		frames, closed := o.frames, o.closed
		o.frames = nil
		o.mu.Unlock()
		for _, f := range frames {
			if err := writeFrame(w, f); err != nil {
				return err
			}
		}
		if len(frames) > 0 {
			continue
		}
		if closed {
			return nil
		}
		<-o.wake
	}
}
