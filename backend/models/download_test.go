package models_test

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/dial"
	"markai/backend/fetch"
	"markai/backend/models"
)

// hub offers one file at every address, and remembers which were asked for.
type hub struct {
	*httptest.Server
	file  []byte
	sum   string        // that it states; empty: none
	hold  chan struct{} // where not nil, half a file is sent, then nothing until it is closed
	mu    sync.Mutex    // guards paths
	paths []string
}

func newHub(t *testing.T, file []byte) *hub {
	t.Helper()
	h := &hub{file: file}
	h.Server = httptest.NewUnstartedServer(h)
	h.Config.ErrorLog = log.New(io.Discard, "", 0)
	h.StartTLS()
	t.Cleanup(h.Close)
	return h
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.paths = append(h.paths, r.URL.Path)
	h.mu.Unlock()
	w.Header().Set("ETag", `"1"`)
	if h.sum != "" {
		w.Header().Set("X-Linked-ETag", `"`+h.sum+`"`)
	}
	from := 0
	if text := strings.TrimSuffix(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-"); text != "" {
		from, _ = strconv.Atoi(text)
		w.Header().Set("Content-Range", "bytes "+text+"-"+strconv.Itoa(len(h.file)-1)+"/"+strconv.Itoa(len(h.file)))
		w.Header().Set("Content-Length", strconv.Itoa(len(h.file)-from))
		w.WriteHeader(http.StatusPartialContent)
	} else {
		w.Header().Set("Content-Length", strconv.Itoa(len(h.file)))
	}
	if h.hold != nil && from == 0 {
		w.Write(h.file[:len(h.file)/2])
		w.(http.Flusher).Flush()
		select {
		case <-h.hold:
		case <-r.Context().Done():
			return
		}
		from = len(h.file) / 2
	}
	w.Write(h.file[from:])
}

// config connects to h alone.
func (h *hub) config(t *testing.T) models.DownloadConfig {
	t.Helper()
	u, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(h.Certificate())
	f := fetch.New(dial.New(dial.Policy{
		Hosts: func() []string { return []string{u.Host} }, Record: func(context.Context, dial.Attempt) error { return nil }, Roots: pool,
	}))
	f.Pause = time.Millisecond
	return models.DownloadConfig{
		Fetch: func(ctx context.Context, x models.Transfer) (models.Transferred, error) {
			got, err := f.Fetch(ctx, fetch.Want{Address: x.Address, To: x.To, Room: x.Room, Progress: x.Progress})
			return models.Transferred(got), err
		},
		Discard: fetch.Discard,
		Source:  func() string { return h.URL + "/models/" },
	}
}

func modelBytes(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m.gguf")
	model(t, path, false)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sumOf(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// run lets d work until the test ends.
func run(t *testing.T, d *models.Downloads) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// until waits for the only download to be in a state.
func until(t *testing.T, d *models.Downloads, want models.DownloadState) models.Download {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if list := d.List(); len(list) == 1 && list[0].State == want {
			return list[0]
		}
	}
	t.Fatalf("never %s: %+v", want, d.List())
	return models.Download{}
}

func TestDownloadedModelIsCheckedNamedAndReady(t *testing.T) {
	h := newHub(t, modelBytes(t))
	h.sum = sumOf(h.file)
	own := t.TempDir()
	l := models.New(own)
	var told atomic.Int32
	c := h.config(t)
	c.Changed = func(models.Download) { told.Add(1) }
	d := models.NewDownloads(l, c)
	run(t, d)
	if _, err := d.Start("qwen3-4b", "q8_0", false); err != nil {
		t.Fatal(err)
	}
	got := until(t, d, models.Done)
	if got.Model != "Qwen3-4B-Q8_0" || got.Bytes != int64(len(h.file)) || told.Load() < 3 {
		t.Errorf("got %+v, told %d times", got, told.Load())
	}
	if len(h.paths) != 1 || h.paths[0] != "/models/Qwen/Qwen3-4B-GGUF/resolve/main/Qwen3-4B-Q8_0.gguf" {
		t.Errorf("asked for %v", h.paths)
	}
	m, err := l.Find(models.Chat, got.Model)
	if err != nil || m.Licence != "Apache-2.0" || !strings.Contains(m.Source, "Qwen/Qwen3-4B-GGUF") || m.SHA256 != h.sum || m.Stated != h.sum {
		t.Errorf("got %+v, %v", m, err)
	}
	if v, err := l.Verify(t.Context(), got.Model); err != nil || !v.Sound || !strings.Contains(v.Report, "its publisher states") {
		t.Errorf("verified %+v, %v", v, err)
	}
	if _, err := d.Start("qwen3-4b", "q8_0", false); mark.CodeOf(err) != mark.Exists {
		t.Errorf("once more: %v", err)
	}
	if err := l.Remove(got.Model); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(own, "*.gguf*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestDownloadIsPausedResumedAndCancelled(t *testing.T) {
	h := newHub(t, modelBytes(t))
	h.hold = make(chan struct{})
	own := t.TempDir()
	d := models.NewDownloads(models.New(own), h.config(t))
	run(t, d)
	w, err := d.Start("qwen3-4b", "", false)
	if err != nil {
		t.Fatal(err)
	}
	for d.List()[0].Bytes < int64(len(h.file)/2) {
		time.Sleep(time.Millisecond)
	}
	act := func(action string) {
		t.Helper()
		if _, err := d.Act(w.ID, action); err != nil {
			t.Fatal(err)
		}
	}
	act("pause")
	until(t, d, models.Paused)
	if parts, _ := filepath.Glob(filepath.Join(own, ".incoming", "*.part")); len(parts) != 1 {
		t.Errorf("nothing is kept: %v", parts)
	}
	act("resume")
	until(t, d, models.Done)

	d = models.NewDownloads(models.New(t.TempDir()), h.config(t))
	run(t, d)
	if w, err = d.Start("qwen3-4b", "", false); err != nil {
		t.Fatal(err)
	}
	until(t, d, models.Running)
	act("cancel")
	until(t, d, models.Canceled)
	if _, err := d.Act(w.ID, "fly"); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("got %v", err)
	}
	if _, err := d.Act("nonesuch", "pause"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestDownloadOfAnEarlierRunIsThereToGoOn(t *testing.T) {
	h := newHub(t, modelBytes(t))
	h.hold = make(chan struct{})
	own := t.TempDir()
	l := models.New(own)
	ctx, cancel := context.WithCancel(t.Context())
	c := h.config(t)
	c.Changed = func(d models.Download) {
		if d.Bytes > 0 && d.State == models.Running {
			cancel() // the program ends
		}
	}
	if _, err := models.NewDownloads(l, c).Bring(ctx, "qwen3-4b", "", false); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	close(h.hold)
	d := models.NewDownloads(l, h.config(t))
	list := d.List()
	if len(list) != 1 || list[0].State != models.Paused || list[0].Bytes == 0 {
		t.Fatalf("got %+v", list)
	}
	m, err := d.Bring(t.Context(), "qwen3-4b", "", false)
	if err != nil || m.ID != "Qwen3-4B-Q4_K_M" {
		t.Errorf("got %+v, %v", m, err)
	}
	if left := models.NewDownloads(l, h.config(t)).List(); len(left) != 0 {
		t.Errorf("still there: %+v", left)
	}
}

func TestDownloadThatIsNoModelLeavesNothing(t *testing.T) {
	for _, tt := range []struct {
		name string
		file []byte
		sum  string
		says string
	}{
		{"a page of a sign-in", []byte("<html>Sign in</html>"), "", "not a GGUF model"},
		{"cut off at the publisher's", modelBytes(t)[:700], "", "cut off"},
		{"another than stated", modelBytes(t), strings.Repeat("0", 64), "checksums differ"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHub(t, tt.file)
			h.sum = tt.sum
			own := t.TempDir()
			_, err := models.NewDownloads(models.New(own), h.config(t)).Bring(t.Context(), "qwen3-4b", "", false)
			if !strings.Contains(mark.MessageOf(err), tt.says) {
				t.Errorf("got %v", err)
			}
			if left, _ := filepath.Glob(filepath.Join(own, "*.gguf*")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
			if left, _ := filepath.Glob(filepath.Join(own, ".incoming", "*.gguf*")); len(left) != 0 {
				t.Errorf("left on the way: %v", left)
			}
		})
	}
}

func TestNothingIsDownloadedUnlessAPersonAllowsIt(t *testing.T) {
	h := newHub(t, modelBytes(t))
	for _, tt := range []struct {
		name   string
		entry  string
		change func(c *models.DownloadConfig)
		says   string
	}{
		{"no address", "qwen3-4b", func(c *models.DownloadConfig) { c.Source = func() string { return "" } }, "models.source"},
		{"no TLS", "qwen3-4b", func(c *models.DownloadConfig) { c.Source = func() string { return "http://127.0.0.1/" } }, "https://"},
		{"a host that is not allowed", "qwen3-4b", func(c *models.DownloadConfig) { c.Source = func() string { return "https://127.0.0.1:1/" } }, "not allowed"},
		{"a licence that is not accepted", "llama-3.2-1b-instruct", nil, "Llama 3.2 Community License"},
		{"a disk without room", "qwen3-4b", func(c *models.DownloadConfig) {
			c.Space = func(string) (int64, bool) { return 1 << 29, true }
		}, "stay free"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := h.config(t)
			if tt.change != nil {
				tt.change(&c)
			}
			_, err := models.NewDownloads(models.New(t.TempDir()), c).Bring(t.Context(), tt.entry, "", false)
			if !strings.Contains(mark.MessageOf(err), tt.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestLicenceIsAcceptedOnce(t *testing.T) {
	h := newHub(t, modelBytes(t))
	l := models.New(t.TempDir())
	d := models.NewDownloads(l, h.config(t))
	if _, err := d.Bring(t.Context(), "llama-3.2-1b-instruct", "q4_k_m", true); err != nil {
		t.Fatal(err)
	}
	if _, ok := l.Accepted()["Llama 3.2 Community License"]; !ok {
		t.Errorf("accepted are %v", l.Accepted())
	}
	if _, err := d.Bring(t.Context(), "llama-3.2-3b-instruct", "q4_k_m", false); err != nil {
		t.Errorf("the same licence again: %v", err)
	}
}

func TestMirrorMayLayItsFilesOutOtherwise(t *testing.T) {
	h := newHub(t, modelBytes(t))
	c := h.config(t)
	c.Source = func() string { return h.URL + "/mirror/{file}?of={repository}" }
	if _, err := models.NewDownloads(models.New(t.TempDir()), c).Bring(t.Context(), "qwen3-4b", "", false); err != nil {
		t.Fatal(err)
	}
	if len(h.paths) != 1 || h.paths[0] != "/mirror/Qwen3-4B-Q4_K_M.gguf" {
		t.Errorf("asked for %v", h.paths)
	}
}
