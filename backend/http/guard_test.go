package http

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/wire"
)

type noSettings struct{}

func (noSettings) List() []wire.Setting     { return []wire.Setting{{Key: "chat.model"}} }
func (noSettings) Put(string, string) error { return mark.Errorf(mark.Invalid, "There is no setting.") }

func newServer() *Server {
	return New(Config{
		Desk: desk.New(desk.Deps{Settings: noSettings{}}), Token: "secret",
		Assets: fstest.MapFS{"index.html": {Data: []byte("<title>Mark AI</title>")}},
	})
}

func TestOnlyTheLawyersOwnBrowserIsAnswered(t *testing.T) {
	tests := []struct {
		name         string
		host, origin string
		auth, cookie string
		path         string
		want         int
	}{
		{"with the token", "127.0.0.1:8737", "", "Bearer secret", "", "/api/settings", 200},
		{"with the cookie", "localhost:8737", "http://localhost:8737", "", "secret", "/api/settings", 200},
		{"over IPv6", "[::1]:8737", "", "Bearer secret", "", "/api/settings", 200},
		{"without a token", "127.0.0.1:8737", "", "", "", "/api/settings", 401},
		{"the page without a token", "127.0.0.1:8737", "", "", "", "/", 401},
		{"a wrong token", "127.0.0.1:8737", "", "Bearer guess", "", "/api/settings", 401},
		{"a rebound host name", "evil.example:8737", "", "Bearer secret", "", "/api/settings", 403},
		{"a private address", "192.168.1.4:8737", "", "Bearer secret", "", "/api/settings", 403},
		{"another site's page", "127.0.0.1:8737", "https://evil.example", "", "secret", "/api/settings", 403},
		{"another port's page", "127.0.0.1:8737", "http://127.0.0.1:9999", "", "secret", "/api/settings", 403},
		{"an opaque origin", "127.0.0.1:8737", "null", "", "secret", "/api/settings", 403},
		{"a wrong token in the address", "127.0.0.1:8737", "", "", "", "/?token=guess", 403},
		{"a folder of the page", "127.0.0.1:8737", "", "Bearer secret", "", "/assets/", 404},
		{"no such address", "127.0.0.1:8737", "", "Bearer secret", "", "/api/none", 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", tt.path, nil)
			r.Host = tt.host
			if tt.origin != "" {
				r.Header.Set("Origin", tt.origin)
			}
			if tt.auth != "" {
				r.Header.Set("Authorization", tt.auth)
			}
			if tt.cookie != "" {
				r.AddCookie(&http.Cookie{Name: cookieName("localhost:8737"), Value: tt.cookie})
			}
			w := httptest.NewRecorder()
			newServer().Handler().ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("got %d, want %d: %s", w.Code, tt.want, w.Body)
			}
		})
	}
}

func TestTheTokenBecomesACookieThatScriptsCannotRead(t *testing.T) {
	r := httptest.NewRequest("GET", "/?token=secret", nil)
	r.Host = "127.0.0.1"
	w := httptest.NewRecorder()
	newServer().Handler().ServeHTTP(w, r)
	c := w.Result().Cookies()
	if len(c) != 1 || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode {
		t.Fatalf("got cookies %v", c)
	}
}

func TestTwoServersDoNotTakeEachOthersCookie(t *testing.T) {
	r := httptest.NewRequest("GET", "/?token=secret", nil)
	names := map[string]bool{}
	for _, host := range []string{"127.0.0.1:1", "127.0.0.1:2"} {
		r.Host = host
		w := httptest.NewRecorder()
		newServer().Handler().ServeHTTP(w, r)
		for _, c := range w.Result().Cookies() {
			names[c.Name] = true
		}
	}
	if len(names) != 2 {
		t.Errorf("two ports have the cookies %v", names)
	}
}

func TestListensOnThisMachineOnly(t *testing.T) {
	for _, a := range []string{"0.0.0.0:0", "192.0.2.1:0", ":0", "example.com:0"} {
		if l, err := Listen(a); err == nil {
			l.Close()
			t.Errorf("listens on %s", a)
		}
	}
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

func TestServeEndsWithItsContextWhileStreamsAreOpen(t *testing.T) {
	s := newServer()
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+l.Addr().String()+"/api/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer secret")
	resp, err := new(http.Client).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAtLeast(resp.Body, make([]byte, 8), 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("still serving")
	}
}

func TestErrorsCarryCodeAndSentence(t *testing.T) {
	r := httptest.NewRequest("PUT", "/api/settings", strings.NewReader(`{"key":"x","value":"y"}`))
	r.Host = net.JoinHostPort("127.0.0.1", "1")
	r.Header.Set("Authorization", "Bearer secret")
	w := httptest.NewRecorder()
	newServer().Handler().ServeHTTP(w, r)
	if w.Code != 400 || !strings.Contains(w.Body.String(), `"code":"invalid","message":"There is no setting."`) {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestEveryCodeHasAStatus(t *testing.T) {
	for _, c := range []mark.Code{mark.Internal, mark.Invalid, mark.NotFound, mark.Exists, mark.Forbidden, mark.Locked, mark.WrongKey, mark.Damaged,
		mark.NeedsPassword, mark.Unsupported, mark.TooBig, mark.TooBusy, mark.Unavailable, mark.Crashed, mark.DiskFull, mark.Canceled} {
		if statuses[c] == 0 {
			t.Errorf("%s has no status", c)
		}
	}
}
