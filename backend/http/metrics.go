package http

import (
	"bytes"
	"io"
	"net/http"

	mark "markai/backend"
)

// metrics answers with the figures of the models in Prometheus' text format. It
// is guarded like all else: a scraper sends the token as its bearer token.
func (s *Server) metrics(write func(io.Writer) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if write == nil {
			writeError(r.Context(), w, mark.Errorf(mark.NotFound, "There are no figures here."))
			return
		}
		var b bytes.Buffer
		if err := write(&b); err != nil {
			writeError(r.Context(), w, err)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		w.Write(b.Bytes()) // who left needs no answer
	}
}
