package http

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	mark "markai/backend"
)

func TestMetricsAreForWhoHasTheToken(t *testing.T) {
	s := New(Config{Token: "secret", Metrics: func(w io.Writer) error {
		_, err := io.WriteString(w, "markai_requests_total 1\n")
		return err
	}})
	broken := New(Config{Token: "secret", Metrics: func(io.Writer) error { return mark.Errorf(mark.Unavailable, "There are none.") }})
	none := New(Config{Token: "secret"})
	for _, tt := range []struct {
		name   string
		s      *Server
		token  string
		status int
		body   string
	}{
		{"with the token", s, "secret", 200, "markai_requests_total 1\n"},
		{"without", s, "", 401, "token"},
		{"when they cannot be had", broken, "secret", 503, "There are none."},
		{"where there are none", none, "secret", 404, "no figures"},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.Host = "127.0.0.1:8737"
		if tt.token != "" {
			r.Header.Set("Authorization", "Bearer "+tt.token)
		}
		w := httptest.NewRecorder()
		tt.s.Handler().ServeHTTP(w, r)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.body) {
			t.Errorf("%s: %d %q, want %d with %q", tt.name, w.Code, w.Body, tt.status, tt.body)
		}
		if tt.status == 200 && !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4") {
			t.Errorf("%s: content type %q", tt.name, w.Header().Get("Content-Type"))
		}
	}
}
