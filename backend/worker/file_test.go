package worker

import (
	"context"
	"testing"

	mark "markai/backend"
)

func TestFileIsNotReadBeforeItsBeginning(t *testing.T) {
	f := newFile(nil, 10) // a broken file's table may say so; no call is made
	if n, err := f.ReadAt(make([]byte, 4), -1); n != 0 || err == nil {
		t.Errorf("read %d bytes, %v", n, err)
	}
}

// closing is a source that counts how often it was closed.
type closing struct {
	mark.Source
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }

func TestDocumentThatNobodyWaitsForIsClosed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	source := &closing{}
	d := &documents{byHandle: map[uint64]*document{}, open: func(context.Context, mark.File) (mark.Source, error) {
		cancel() // the caller leaves while it is being opened
		return source, nil
	}}
	c := &Call{s: &server{out: newOutbox()}, ctx: ctx}
	c.file = newFile(c, 1)
	if err := d.openOne(ctx, c); err == nil || source.closed != 1 || len(d.byHandle) != 0 {
		t.Errorf("%v; closed %d times, %d left open", err, source.closed, len(d.byHandle))
	}
}
