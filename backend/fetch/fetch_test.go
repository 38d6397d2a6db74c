package fetch_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	mark "markai/backend"
	"markai/backend/dial"
	"markai/backend/fetch"
)

// hub serves one file and misbehaves as it is told.
type hub struct {
	*httptest.Server
	mu     sync.Mutex // guards what follows
	file   []byte
	etag   string
	cuts   []int // after so many bytes each answer in turn is cut off; -1: not
	status []int // each answer in turn has this status; 0: as usual
	asked  []string
	extra  func(w http.ResponseWriter, r *http.Request) bool // answered
}

func newHub(t testing.TB, file []byte) *hub {
	t.Helper()
	h := &hub{file: file, etag: `"one"`}
	h.Server = httptest.NewUnstartedServer(http.HandlerFunc(h.serve))
	h.Config.ErrorLog = log.New(io.Discard, "", 0)
	h.StartTLS()
	t.Cleanup(h.Close)
	return h
}

func next(list *[]int, otherwise int) int {
	if len(*list) == 0 {
		return otherwise
	}
	n := (*list)[0]
	*list = (*list)[1:]
	return n
}

func (h *hub) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked = append(h.asked, r.Header.Get("Range"))
	cut, status, etag, file := next(&h.cuts, -1), next(&h.status, 0), h.etag, h.file
	h.mu.Unlock()
	if h.extra != nil && h.extra(w, r) {
		return
	}
	if status != 0 {
		w.WriteHeader(status)
		return
	}
	if etag != "" {
		w.Header().Set("ETag", etag)
	}
	from := 0
	if rest, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok && r.Header.Get("If-Range") == etag {
		from, _ = strconv.Atoi(strings.TrimSuffix(rest, "-"))
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(file)-1, len(file)))
		w.Header().Set("Content-Length", strconv.Itoa(len(file)-from))
		w.WriteHeader(http.StatusPartialContent)
	} else {
		w.Header().Set("Content-Length", strconv.Itoa(len(file)))
	}
	body := file[from:]
	if cut >= 0 && cut < len(body) {
		w.Write(body[:cut])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	w.Write(body)
}

func hostOf(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// fetcher may connect to these hubs.
func fetcher(t testing.TB, hubs ...*hub) *fetch.Fetcher {
	t.Helper()
	pool, hosts := x509.NewCertPool(), []string{}
	for _, h := range hubs {
		pool.AddCert(h.Certificate())
		hosts = append(hosts, hostOf(t, h.URL))
	}
	f := fetch.New(dial.New(dial.Policy{
		Hosts: func() []string { return hosts }, Record: func(context.Context, dial.Attempt) error { return nil }, Roots: pool,
	}))
	f.Pause, f.Quiet = time.Millisecond, 5*time.Second
	return f
}

func random(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(b)
	return b
}

func sumOf(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// nothingLeft fails when a file lies in the folder of path.
func nothingLeft(t *testing.T, path string) {
	t.Helper()
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFileArrivesWhole(t *testing.T) {
	h := newHub(t, random(1<<20))
	to := filepath.Join(t.TempDir(), "model.gguf")
	var last, total int64
	asked := int64(0)
	got, err := fetcher(t, h).Fetch(t.Context(), fetch.Want{
		Address: h.URL + "/model.gguf", To: to,
		Room:     func(n int64) error { asked = n; return nil },
		Progress: func(d, of int64) { last, total = d, of },
	})
	if err != nil || got.SHA256 != sumOf(h.file) || got.Bytes != 1<<20 || got.Stated != "" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if b, err := os.ReadFile(to); err != nil || !bytes.Equal(b, h.file) {
		t.Errorf("another file: %v", err)
	}
	if last != 1<<20 || total != 1<<20 || asked != 1<<20 {
		t.Errorf("progress %d of %d, room for %d", last, total, asked)
	}
	if left, _ := os.ReadDir(filepath.Dir(to)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestBrokenTransferGoesOnWhereItStopped(t *testing.T) {
	h := newHub(t, random(1<<20))
	h.cuts, h.status = []int{300_000, 100_000, 0, 0}, []int{0, 0, 503}
	to := filepath.Join(t.TempDir(), "model.gguf")
	got, err := fetcher(t, h).Fetch(t.Context(), fetch.Want{Address: h.URL, To: to})
	if err != nil || got.SHA256 != sumOf(h.file) {
		t.Fatalf("got %+v, %v", got, err)
	}
	if h.asked[0] != "" || h.asked[1] == "" || h.asked[1] == h.asked[2] || len(h.asked) != 5 {
		t.Errorf("asked for %q", h.asked)
	}
}

func TestNextRunGoesOnWhereThisOneEnded(t *testing.T) {
	h := newHub(t, random(1<<20))
	to := filepath.Join(t.TempDir(), "model.gguf")
	ctx, cancel := context.WithCancel(t.Context())
	h.cuts = []int{500_000}
	_, err := fetcher(t, h).Fetch(ctx, fetch.Want{Address: h.URL, To: to, Progress: func(d, _ int64) {
		if d >= 200_000 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Stat(to); err == nil {
		t.Fatal("half a file is in place")
	}
	h.cuts, h.asked = nil, nil
	got, err := fetcher(t, h).Fetch(t.Context(), fetch.Want{Address: h.URL, To: to})
	if err != nil || got.SHA256 != sumOf(h.file) {
		t.Fatalf("got %+v, %v", got, err)
	}
	if len(h.asked) != 1 || h.asked[0] == "" || h.asked[0] == "bytes=0-" {
		t.Errorf("asked for %q", h.asked)
	}
}

func TestFileThatChangedMeanwhileIsBegunAnew(t *testing.T) {
	for name, change := range map[string]func(h *hub){
		"another tag":    func(h *hub) { h.etag, h.file = `"two"`, random(90_000) },
		"no tag":         func(h *hub) { h.etag, h.file = "", random(90_000) },
		"a weak tag":     func(h *hub) { h.etag, h.file = `W/"one"`, random(90_000) },
		"another length": func(h *hub) { h.file = random(90_000) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, random(100_000))
			h.cuts = []int{40_000}
			h.status = []int{0, 404}
			to := filepath.Join(t.TempDir(), "model.gguf")
			if _, err := fetcher(t, h).Fetch(t.Context(), fetch.Want{Address: h.URL, To: to}); mark.CodeOf(err) != mark.NotFound {
				t.Fatalf("got %v", err)
			}
			change(h)
			got, err := fetcher(t, h).Fetch(t.Context(), fetch.Want{Address: h.URL, To: to})
			if err != nil || got.SHA256 != sumOf(h.file) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestPublishersChecksumIsKept(t *testing.T) {
	file := random(50_000)
	digest := sha256.Sum256(file)
	other := sumOf([]byte("another file"))
	for _, tt := range []struct {
		name, header, value string
		want                string
		code                mark.Code
	}{
		{"linked tag", "X-Linked-ETag", `"` + sumOf(file) + `"`, sumOf(file), ""},
		{"digest", "Repr-Digest", "sha-256=:" + base64.StdEncoding.EncodeToString(digest[:]) + ":", sumOf(file), ""},
		{"a linked tag that is no checksum", "X-Linked-ETag", `"abc"`, "", ""},
		{"wrong", "X-Linked-ETag", `"` + other + `"`, "", mark.Damaged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHub(t, file)
			h.extra = func(w http.ResponseWriter, _ *http.Request) bool { w.Header().Set(tt.header, tt.value); return false }
			to := filepath.Join(t.TempDir(), "model.gguf")
			got, err := fetcher(t, h).Fetch(t.Context(), fetch.Want{Address: h.URL, To: to})
			if tt.code != "" {
				if mark.CodeOf(err) != tt.code {
					t.Errorf("got %v", err)
				}
				nothingLeft(t, to)
				return
			}
			if err != nil || got.Stated != tt.want {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestChecksumAndLengthComeFromTheHubThatLeadsOn(t *testing.T) {
	file := random(50_000)
	store := newHub(t, file)
	h := newHub(t, nil)
	size := len(file)
	h.extra = func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("X-Linked-Etag", `"`+sumOf(file)+`"`)
		w.Header().Set("X-Linked-Size", strconv.Itoa(size))
		http.Redirect(w, r, store.URL, http.StatusFound)
		return true
	}
	to := filepath.Join(t.TempDir(), "model.gguf")
	got, err := fetcher(t, h, store).Fetch(t.Context(), fetch.Want{Address: h.URL, To: to})
	if err != nil || got.Stated != sumOf(file) {
		t.Fatalf("got %+v, %v", got, err)
	}
	size++
	to = filepath.Join(t.TempDir(), "model.gguf")
	if _, err := fetcher(t, h, store).Fetch(t.Context(), fetch.Want{Address: h.URL, To: to}); mark.CodeOf(err) != mark.Damaged {
		t.Errorf("a length that differs: %v", err)
	}
	nothingLeft(t, to)
	if _, err := fetcher(t, h).Fetch(t.Context(), fetch.Want{Address: h.URL, To: to}); mark.CodeOf(err) != mark.Forbidden {
		t.Errorf("a store that is not allowed: %v", err)
	}
}

func TestFetchSaysWhatIsWrong(t *testing.T) {
	full := mark.Errorf(mark.DiskFull, "There is no room.")
	for _, tt := range []struct {
		name   string
		change func(h *hub, w *fetch.Want)
		code   mark.Code
	}{
		{"not there", func(h *hub, _ *fetch.Want) { h.status = []int{404} }, mark.NotFound},
		{"sign in first", func(h *hub, _ *fetch.Want) { h.status = []int{401} }, mark.Forbidden},
		{"a teapot", func(h *hub, _ *fetch.Want) { h.status = []int{418} }, mark.Unavailable},
		{"broken for good", func(h *hub, _ *fetch.Want) { h.status = []int{500, 500, 500, 500, 500, 500} }, mark.Unavailable},
		{"another length than known", func(_ *hub, w *fetch.Want) { w.Bytes = 7 }, mark.Damaged},
		{"another checksum than known", func(_ *hub, w *fetch.Want) { w.SHA256 = sumOf([]byte("other")) }, mark.Damaged},
		{"no room", func(_ *hub, w *fetch.Want) { w.Room = func(int64) error { return full } }, mark.DiskFull},
		{"no length", func(h *hub, _ *fetch.Want) {
			h.extra = func(w http.ResponseWriter, _ *http.Request) bool {
				w.(http.Flusher).Flush()
				io.WriteString(w, "some")
				return true
			}
		}, mark.Unavailable},
		{"a range that is not the rest", func(h *hub, _ *fetch.Want) {
			h.extra = func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Content-Range", "bytes 5-9/100")
				w.WriteHeader(http.StatusPartialContent)
				return true
			}
		}, mark.Unavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHub(t, random(10_000))
			w := fetch.Want{Address: h.URL, To: filepath.Join(t.TempDir(), "model.gguf")}
			tt.change(h, &w)
			if _, err := fetcher(t, h).Fetch(t.Context(), w); mark.CodeOf(err) != tt.code {
				t.Errorf("got %s: %v", mark.CodeOf(err), err)
			}
			if _, err := os.Stat(w.To); err == nil {
				t.Error("a file is in place")
			}
		})
	}
}

func TestHostThatFallsSilentIsHungUpOn(t *testing.T) {
	h := newHub(t, random(10_000))
	h.extra = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Range") != "" {
			return false
		}
		w.Header().Set("ETag", h.etag)
		w.Header().Set("Content-Length", "10000")
		w.Write(h.file[:6000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	f := fetcher(t, h)
	f.Quiet = 200 * time.Millisecond
	got, err := f.Fetch(t.Context(), fetch.Want{Address: h.URL, To: filepath.Join(t.TempDir(), "model.gguf")})
	if err != nil || got.SHA256 != sumOf(h.file) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestHostThatChangesTheFileForEverIsGivenUp(t *testing.T) {
	h := newHub(t, random(10_000))
	n := 0
	h.extra = func(w http.ResponseWriter, _ *http.Request) bool {
		h.mu.Lock()
		n++
		h.etag = fmt.Sprintf(`"%d"`, n)
		h.mu.Unlock()
		w.Header().Set("ETag", h.etag)
		w.Header().Set("Content-Length", "10000")
		w.Write(h.file[:1])
		panic(http.ErrAbortHandler)
	}
	if _, err := fetcher(t, h).Fetch(t.Context(), fetch.Want{Address: h.URL, To: filepath.Join(t.TempDir(), "m.gguf")}); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("got %v", err)
	}
	if n > 20 {
		t.Errorf("asked %d times", n)
	}
}

func TestWhateverIsCutTheFileIsTheSame(t *testing.T) {
	file := random(20_000)
	rapid.Check(t, func(rt *rapid.T) {
		h := newHub(t, file)
		defer h.Close()
		h.cuts = rapid.SliceOfN(rapid.IntRange(1, 9000), 0, 6).Draw(rt, "cuts")
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		got, err := fetcher(t, h).Fetch(t.Context(), fetch.Want{Address: h.URL, To: filepath.Join(dir, "m")})
		if err != nil || got.SHA256 != sumOf(file) {
			rt.Fatalf("got %+v, %v", got, err)
		}
	})
}
