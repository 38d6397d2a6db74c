// Package dial opens the only connections that this program makes. Whoever asks
// gets none unless a person has named the host in the settings: everything else
// is refused before a name is looked up. Connections are over TLS, go to the host
// itself and to no proxy, and every attempt is recorded first, allowed or not;
// what cannot be recorded does not happen.
package dial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	mark "markai/backend"
)

// Attempt is one connection that was asked for. It says where to, never what for.
type Attempt struct {
	Host    string // name and port
	Allowed bool
}

// Policy says what may be connected to.
type Policy struct {
	// Hosts names the hosts that may be connected to now: a name, a name with a
	// port, or *.name for all below it. Without a port it is 443.
	Hosts func() []string
	// Record keeps an attempt before it is made. Where it fails, nothing is.
	Record func(ctx context.Context, a Attempt) error
	// Roots are the authorities that certificates are trusted from; nil: the system's.
	Roots *x509.CertPool
}

// Dialer makes requests under a policy. It is safe for concurrent use and keeps
// no connection open.
type Dialer struct {
	policy Policy
	client *http.Client
}

// Times that a host has to answer, and how often it may send us elsewhere.
const (
	connectTime  = 15 * time.Second
	answerTime   = 45 * time.Second
	maxRedirects = 5
	maxHeader    = 64 << 10 // bytes
)

// New returns a dialer under p, whose Hosts and Record are set.
func New(p Policy) *Dialer {
	d := &Dialer{policy: p}
	plain := &net.Dialer{Timeout: connectTime}
	d.client = &http.Client{
		// Redirects are followed by Get, each as an attempt of its own.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, // whatever the environment says
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if !allowed(p.Hosts(), address) { // Get has asked already; this holds whoever gets here
					return nil, refusal(address)
				}
				return plain.DialContext(ctx, network, address)
			},
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: p.Roots},
			TLSHandshakeTimeout:    connectTime,
			ResponseHeaderTimeout:  answerTime,
			MaxResponseHeaderBytes: maxHeader,
			DisableKeepAlives:      true, // a request is a connection, and each is on record
			DisableCompression:     true, // lengths and checksums are of what is sent
		},
	}
	return d
}

// Response is what a host answered.
type Response struct {
	Status  int
	Header  http.Header
	Length  int64         // of Body in bytes; -1: not stated
	Body    io.ReadCloser // the caller closes it
	Through []http.Header // of the answers that led elsewhere, in order
}

// Get asks for the file at address, an https URL, and follows where it leads, as
// far as that is allowed. Errors: Forbidden for a host that is not, or that is
// not asked over TLS; Unavailable for one that does not answer; what Record
// gives.
func (d *Dialer) Get(ctx context.Context, address string, header http.Header) (Response, error) {
	to, err := url.Parse(address)
	if err != nil || to.Hostname() == "" {
		return Response{}, mark.Errorf(mark.Invalid, "That is no address of a file on the network: it begins with https:// and names a host.")
	}
	var through []http.Header
	for range maxRedirects + 1 {
		if err := d.admit(ctx, to); err != nil {
			return Response{}, err
		}
		r, err := d.ask(ctx, to, header)
		if err != nil {
			return Response{}, err
		}
		if !redirects(r.StatusCode) {
			return Response{r.StatusCode, r.Header, r.ContentLength, r.Body, through}, nil
		}
		r.Body.Close() //nolint:errcheck // nothing of it is wanted
		next, err := to.Parse(r.Header.Get("Location"))
		if err != nil || r.Header.Get("Location") == "" {
			return Response{}, mark.Errorf(mark.Unavailable, "%s answered with an address that makes no sense. Check the address in Settings.", to.Hostname())
		}
		through, to = append(through, r.Header), next
	}
	return Response{}, mark.Errorf(mark.Unavailable, "%s leads from one address to the next without end. Check the address in Settings.", to.Hostname())
}

// admit records the attempt and refuses what is not allowed.
func (d *Dialer) admit(ctx context.Context, to *url.URL) error {
	host := hostOf(to)
	a := Attempt{Host: host, Allowed: to.Scheme == "https" && to.User == nil && allowed(d.policy.Hosts(), host)}
	if err := d.policy.Record(ctx, a); err != nil {
		return fmt.Errorf("record a connection: %w", err)
	}
	switch {
	case a.Allowed:
		return nil
	case to.Scheme != "https":
		return mark.Errorf(mark.Forbidden, "%s is only connected to over TLS. Give an address that begins with https://.", to.Hostname())
	case to.User != nil:
		return mark.Errorf(mark.Forbidden, "The address of %s carries a name or password. Take it out.", to.Hostname())
	}
	return refusal(host)
}

func refusal(host string) error {
	return mark.Errorf(mark.Forbidden, "Connections to %s are not allowed here. If your firm agrees, add it to network.hosts in Settings.", host)
}

// ask makes one request.
func (d *Dialer) ask(ctx context.Context, to *url.URL, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", to.Hostname(), err)
	}
	req.Header = header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("User-Agent", "markai")
	r, err := d.client.Do(req)
	if err == nil {
		return r, nil
	}
	var known *mark.Error
	var cert *tls.CertificateVerificationError
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("ask %s: %w", to.Hostname(), ctx.Err())
	case errors.As(err, &known):
		return nil, known
	case errors.As(err, &cert):
		return nil, mark.Errorf(mark.Forbidden, "The certificate of %s is not trusted on this machine, so nothing was asked of it. Ask your administrator.", to.Hostname()).Because(err)
	}
	return nil, mark.Errorf(mark.Unavailable, "%s does not answer. Check the connection, and the address in Settings.", to.Hostname()).Because(err)
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// Allowed reports whether the host of address may be connected to under a list
// of hosts, without an attempt.
func Allowed(hosts []string, address string) bool {
	to, err := url.Parse(address)
	return err == nil && to.Scheme == "https" && to.User == nil && to.Hostname() != "" && allowed(hosts, hostOf(to))
}

// hostOf gives the host and port of an address.
func hostOf(to *url.URL) string {
	port := to.Port()
	if port == "" {
		port = "443"
	}
	return net.JoinHostPort(plainName(to.Hostname()), port)
}

// plainName writes a host's name in the one way that is compared.
func plainName(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }

// allowed reports whether host, a name with a port, is in the list.
func allowed(hosts []string, host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil || name == "" {
		return false
	}
	name = plainName(name)
	for _, h := range hosts {
		want, at := strings.TrimSpace(h), "443"
		if n, p, err := net.SplitHostPort(want); err == nil {
			want, at = n, p
		}
		want = plainName(strings.Trim(want, "[]"))
		if at != port || want == "" {
			continue
		}
		if below, ok := strings.CutPrefix(want, "*."); ok {
			if rest, under := strings.CutSuffix(name, "."+below); below != "" && under && rest != "" {
				return true
			}
			continue
		}
		if want == name {
			return true
		}
	}
	return false
}
