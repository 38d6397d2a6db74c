package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"markai/backend/gguf"
)

// tinyModel is a GGUF file of a model that nobody would want.
func tinyModel(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	meta := []gguf.KV{
		{Key: "general.architecture", Value: "llama"}, {Key: "llama.block_count", Value: uint32(1)}, {Key: "llama.embedding_length", Value: uint32(64)},
		{Key: "llama.context_length", Value: uint32(2048)}, {Key: "tokenizer.ggml.tokens", Value: []string{"a", "b"}},
	}
	err := gguf.Write(&b, meta, []gguf.Tensor{{Name: "w", Dims: []uint64{64, 256}, Type: gguf.F32}}, func(_ int, w io.Writer) error {
		_, err := w.Write(make([]byte, 4*64*256))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hub serves a model at every address, states its checksum, and hangs up in the
// middle of its first answer.
func hub(t *testing.T, model []byte) *httptest.Server {
	t.Helper()
	sum := sha256.Sum256(model)
	var asked atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("X-Linked-ETag", `"`+hex.EncodeToString(sum[:])+`"`)
		if asked.Add(1) > 1 {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(model))
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(model)))
		w.Write(model[:len(model)/2])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// The whole way: the settings name the host, the vault keeps that it was
// connected to, the transfer breaks off and goes on, and the model is there.
func TestModelIsDownloadedFromAHostThatThePersonNamed(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only on Linux can a test say which authorities a program trusts")
	}
	s := hub(t, tinyModel(t))
	at, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files: []string{filepath.Join("testdata", "download", "download.txt")},
		Setup: func(e *testscript.Env) error {
			e.Setenv("MARKAI_HOME", filepath.Join(e.WorkDir, "vault"))
			e.Setenv("MARKAI_SET_MODELS_SOURCE", s.URL)
			e.Setenv("HUB", at.Host)
			e.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(e.WorkDir, "no-bus"))
			cert := filepath.Join(e.WorkDir, "authority.pem")
			e.Setenv("SSL_CERT_FILE", cert)
			return os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600)
		},
	})
}
