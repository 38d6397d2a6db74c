package http

import (
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	mark "markai/backend"
)

// cookieName is of one server: browsers keep cookies by host alone, and two
// vaults may be served at two ports of this machine.
func cookieName(host string) string {
	_, port, _ := net.SplitHostPort(host)
	return "markai_session_" + port
}

// policy lets the page load its own files only, and no page frame it. pdf.js
// draws in blob workers and uses WebAssembly for some images.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; font-src 'self' data: blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// guard refuses whoever is not the lawyer's own browser: a foreign Host
// (DNS rebinding), a foreign Origin (another site's page), no token.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !s.ownHost(r.Host) {
			writeError(r.Context(), w, mark.Errorf(mark.Forbidden, "This server does not answer for that host name."))
			return
		}
		if o := r.Header.Get("Origin"); o != "" && !s.ownOrigin(o, r.Host) {
			writeError(r.Context(), w, mark.Errorf(mark.Forbidden, "Another site's page may not use Mark AI."))
			return
		}
		if r.URL.Path == "/" && r.Method == http.MethodGet && r.URL.Query().Get("token") != "" {
			s.enter(w, r)
			return
		}
		if !s.known(r) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="markai"`)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, `{"error":{"code":"forbidden","message":"Open the address that 'markai serve' printed, or send its token."}}`+"\n")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// enter trades the token in the address for a cookie, so that the token stays
// out of the history's visible entry and of Referer headers.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) {
	if !s.same(r.URL.Query().Get("token")) {
		writeError(r.Context(), w, mark.Errorf(mark.Forbidden, "The token in this address is not valid. Use the address that 'markai serve' printed last."))
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName(r.Host), Value: s.c.Token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	// A client-side step, since a Strict cookie is not sent along a redirect
	// that another program started.
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write([]byte(`<!doctype html><meta charset="utf-8"><title>Mark AI</title><meta http-equiv="refresh" content="0;url=/"><p><a href="/">Open Mark AI</a></p>`))
}

func (s *Server) known(r *http.Request) bool {
	if t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.same(t)
	}
	c, err := r.Cookie(cookieName(r.Host))
	return err == nil && s.same(c.Value)
}

// same compares digests, so that neither content nor length leaks by timing.
func (s *Server) same(token string) bool {
	a, b := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.c.Token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func (s *Server) ownHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || slices.Contains(s.c.Hosts, host)
}

func (s *Server) ownOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host == host
}
