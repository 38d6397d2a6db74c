package dial_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
	"markai/backend/dial"
)

// record keeps attempts.
type record struct {
	mu       sync.Mutex // guards attempts
	attempts []dial.Attempt
	fault    error
}

func (l *record) keep(_ context.Context, a dial.Attempt) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.attempts = append(l.attempts, a)
	return l.fault
}

// server is a host on this machine that counts who reaches it.
func server(t *testing.T, h http.HandlerFunc) (*httptest.Server, func() int) {
	t.Helper()
	var mu sync.Mutex
	reached := 0
	s := httptest.NewUnstartedServer(h)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			mu.Lock()
			reached++
			mu.Unlock()
		}
	}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, func() int { mu.Lock(); defer mu.Unlock(); return reached }
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

func roots(servers ...*httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, s := range servers {
		pool.AddCert(s.Certificate())
	}
	return pool
}

func dialer(l *record, pool *x509.CertPool, hosts ...string) *dial.Dialer {
	return dial.New(dial.Policy{Hosts: func() []string { return hosts }, Record: l.keep, Roots: pool})
}

func TestNothingIsReachedUnlessItsHostIsNamed(t *testing.T) {
	s, reached := server(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "file") })
	var l record
	_, err := dialer(&l, roots(s)).Get(t.Context(), s.URL, nil)
	if mark.CodeOf(err) != mark.Forbidden || !strings.Contains(mark.MessageOf(err), "network.hosts") {
		t.Errorf("got %v", err)
	}
	if n := reached(); n != 0 {
		t.Errorf("reached %d times", n)
	}
	if len(l.attempts) != 1 || l.attempts[0] != (dial.Attempt{Host: hostOf(t, s.URL)}) {
		t.Errorf("recorded %v", l.attempts)
	}
}

func TestNamedHostIsReachedAndOnRecord(t *testing.T) {
	s, _ := server(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get("Range")) })
	var l record
	r, err := dialer(&l, roots(s), hostOf(t, s.URL)).Get(t.Context(), s.URL, http.Header{"Range": {"bytes=7-"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if b, err := io.ReadAll(r.Body); err != nil || string(b) != "bytes=7-" || r.Status != http.StatusOK || r.Length != 8 {
		t.Errorf("got %q, %+v, %v", b, r, err)
	}
	if len(l.attempts) != 1 || !l.attempts[0].Allowed {
		t.Errorf("recorded %v", l.attempts)
	}
}

func TestRedirectToAHostThatIsNotNamedIsRefused(t *testing.T) {
	other, reached := server(t, func(http.ResponseWriter, *http.Request) {})
	first, _ := server(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	var l record
	_, err := dialer(&l, roots(first, other), hostOf(t, first.URL)).Get(t.Context(), first.URL, nil)
	if mark.CodeOf(err) != mark.Forbidden || !strings.Contains(mark.MessageOf(err), hostOf(t, other.URL)) {
		t.Errorf("got %v", err)
	}
	if reached() != 0 || len(l.attempts) != 2 || !l.attempts[0].Allowed || l.attempts[1].Allowed {
		t.Errorf("reached %d times; recorded %v", reached(), l.attempts)
	}
}

func TestRedirectToANamedHostKeepsWhatTheFirstSaid(t *testing.T) {
	other, _ := server(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "file") })
	first, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Linked-Etag", "abc")
		http.Redirect(w, r, other.URL, http.StatusFound)
	})
	var l record
	r, err := dialer(&l, roots(first, other), hostOf(t, first.URL), hostOf(t, other.URL)).Get(t.Context(), first.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if len(r.Through) != 1 || r.Through[0].Get("X-Linked-Etag") != "abc" {
		t.Errorf("got %+v", r)
	}
}

func TestEndlessRedirectsEnd(t *testing.T) {
	var s *httptest.Server
	s, reached := server(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, s.URL, http.StatusFound) })
	if _, err := dialer(&record{}, roots(s), hostOf(t, s.URL)).Get(t.Context(), s.URL, nil); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("got %v", err)
	}
	if n := reached(); n > 6 {
		t.Errorf("reached %d times", n)
	}
}

func TestOnlyTLSIsSpoken(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached without TLS") }))
	defer plain.Close()
	var l record
	if _, err := dialer(&l, nil, hostOf(t, plain.URL)).Get(t.Context(), plain.URL, nil); mark.CodeOf(err) != mark.Forbidden {
		t.Errorf("got %v", err)
	}
	if len(l.attempts) != 1 || l.attempts[0].Allowed {
		t.Errorf("recorded %v", l.attempts)
	}
}

func TestCertificateThatIsNotTrustedEndsTheAttempt(t *testing.T) {
	s, _ := server(t, func(http.ResponseWriter, *http.Request) { t.Error("asked") })
	if _, err := dialer(&record{}, x509.NewCertPool(), hostOf(t, s.URL)).Get(t.Context(), s.URL, nil); mark.CodeOf(err) != mark.Forbidden || !strings.Contains(mark.MessageOf(err), "certificate") {
		t.Errorf("got %v", err)
	}
}

func TestWhatCannotBeRecordedDoesNotHappen(t *testing.T) {
	s, reached := server(t, func(http.ResponseWriter, *http.Request) {})
	l := record{fault: mark.Errorf(mark.Locked, "The vault is locked.")}
	if _, err := dialer(&l, roots(s), hostOf(t, s.URL)).Get(t.Context(), s.URL, nil); mark.CodeOf(err) != mark.Locked {
		t.Errorf("got %v", err)
	}
	if reached() != 0 {
		t.Error("reached all the same")
	}
}

func TestProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") }))
	defer proxy.Close()
	t.Setenv("HTTPS_PROXY", proxy.URL)
	t.Setenv("ALL_PROXY", proxy.URL)
	s, _ := server(t, func(http.ResponseWriter, *http.Request) {})
	r, err := dialer(&record{}, roots(s), hostOf(t, s.URL)).Get(t.Context(), s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
}

func TestCancelledAttemptSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, _ := server(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	if _, err := dialer(&record{}, roots(s), hostOf(t, s.URL)).Get(ctx, s.URL, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAllowedHosts(t *testing.T) {
	for _, tt := range []struct {
		hosts, address string
		want           bool
	}{
		{"", "https://hub.example/x", false},
		{"hub.example", "https://hub.example/x", true},
		{" Hub.Example. ", "https://HUB.example./x", true},
		{"hub.example", "https://hub.example:8443/x", false},
		{"hub.example:8443", "https://hub.example:8443/x", true},
		{"hub.example:8443", "https://hub.example/x", false},
		{"hub.example", "https://nothub.example/x", false},
		{"hub.example", "https://cdn.hub.example/x", false},
		{"*.hub.example", "https://cdn.hub.example/x", true},
		{"*.hub.example", "https://hub.example/x", false},
		{"*.hub.example", "https://evilhub.example/x", false},
		{"*.", "https://hub.example/x", false},
		{"*", "https://hub.example/x", false},
		{"hub.example", "http://hub.example/x", false},
		{"hub.example", "https://hub.example@evil.example/x", false},
		{"hub.example", "https://me@hub.example/x", false},
		{"[::1]:8443", "https://[::1]:8443/x", true},
		{"::1", "https://[::1]/x", true},
		{"other.example,hub.example", "https://hub.example", true},
		{"hub.example", "hub.example", false},
		{"hub.example", "", false},
	} {
		if got := dial.Allowed(strings.Split(tt.hosts, ","), tt.address); got != tt.want {
			t.Errorf("%q of %q: got %v", tt.address, tt.hosts, got)
		}
	}
}

func TestNoHostIsAllowedByAnotherName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.StringMatching(`[a-z][a-z0-9-]{0,8}`)
		host := label.Draw(t, "host") + "." + label.Draw(t, "domain")
		other := label.Draw(t, "other") + "." + label.Draw(t, "other domain")
		if got := dial.Allowed([]string{host}, "https://"+other+"/"); got != (host == other) {
			t.Fatalf("%s allows %s: %v", host, other, got)
		}
	})
}
