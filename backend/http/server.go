// Package http serves the window to a browser on this machine: REST and
// server-sent events over package desk. It translates and decides nothing.
//
// Every request is authenticated, on loopback too: another user or a web page
// on the same machine is not the lawyer. The listener refuses addresses that
// are not loopback.
package http

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"time"

	mark "markai/backend"
	"markai/backend/desk"
)

// Config is what a Server is made of.
type Config struct {
	Desk   *desk.Desk
	Assets fs.FS    // the built window
	Token  string   // who has it may do everything; empty: a random one is made
	Hosts  []string // host names accepted besides localhost and loopback addresses
	Paths  bool     // allow adding files of this machine by path

	// Metrics writes the figures of the models in Prometheus' text format; nil:
	// there are none.
	Metrics func(w io.Writer) error
}

// Server answers browsers.
type Server struct {
	c   Config
	mux *http.ServeMux
}

// New returns a server that does not listen yet.
func New(c Config) *Server {
	if c.Token == "" {
		var b [24]byte
		rand.Read(b[:])
		c.Token = base64.RawURLEncoding.EncodeToString(b[:])
	}
	s := &Server{c: c, mux: http.NewServeMux()}
	s.routes()
	return s
}

// Token is the secret that a browser must show.
func (s *Server) Token() string { return s.c.Token }

// Handler is the whole server as a handler, guards included.
func (s *Server) Handler() http.Handler { return s.guard(s.mux) }

// Listen opens a loopback address. Errors: mark.Forbidden for any other.
func Listen(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, mark.Errorf(mark.Invalid, "%q is not an address of the form 127.0.0.1:8737.", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, mark.Errorf(mark.Forbidden, "Mark AI listens on this machine only. Use an address like 127.0.0.1:8737, not %s.", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, mark.Errorf(mark.Unavailable, "The address %s cannot be used; another program may have it. Choose another with --set serve.address=127.0.0.1:0.", address).Because(err)
	}
	return l, nil
}

// Serve answers on l until ctx ends, then lets requests finish for a moment.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		srv.Close()
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
