package http

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"markai/backend/desk"
	"markai/backend/wire"
)

// heartbeat keeps proxies and browsers from giving a quiet stream up.
const heartbeat = 15 * time.Second

// stream writes server-sent events.
type stream struct {
	w http.ResponseWriter
	c *http.ResponseController
}

func newStream(w http.ResponseWriter) *stream {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	return &stream{w, http.NewResponseController(w)}
}

// send writes one event; a reader that takes none for a while is gone.
func (s *stream) send(event string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.write("event: %s\ndata: %s\n\n", event, data)
}

func (s *stream) beat() error { return s.write(": beat\n\n") }

func (s *stream) write(format string, args ...any) error {
	s.c.SetWriteDeadline(time.Now().Add(30 * time.Second))
	if _, err := fmt.Fprintf(s.w, format, args...); err != nil {
		return err
	}
	return s.c.Flush()
}

// ask streams an answer. A reader that leaves cancels it.
func (s *Server) ask(w http.ResponseWriter, r *http.Request) {
	var b wire.AskRequest
	if err := readJSON(w, r, &b); err != nil {
		writeError(r.Context(), w, err)
		return
	}
	var out *stream
	err := s.c.Desk.Ask(r.Context(), r.PathValue("m"), b, func(e wire.AskEvent) error {
		if out == nil {
			out = newStream(w)
		}
		return out.send("ask", e)
	})
	switch {
	case err == nil:
	case out == nil:
		writeError(r.Context(), w, err)
	case r.Context().Err() == nil:
		out.send("ask", wire.AskEvent{Kind: "error", Error: desk.WireError(err)})
	}
}

// events streams what happens to jobs, documents and the program.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	events, stop := s.c.Desk.Watch()
	defer stop()
	out := newStream(w)
	if out.beat() != nil {
		return
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return
		case e := <-events:
			err = out.send("event", e)
		case <-tick.C:
			err = out.beat()
		}
		if err != nil {
			return
		}
	}
}
