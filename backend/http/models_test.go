package http

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/wire"
)

// shelf has one chat model and remembers what was brought to it.
type shelf struct {
	desk.Models
	name, text, path string
}

func (*shelf) List(context.Context) ([]wire.Model, error) {
	return []wire.Model{{ID: "a b", Name: "A", Role: "chat", Installed: true}}, nil
}

func (s *shelf) Import(_ context.Context, path string) (wire.Model, error) {
	s.path = path
	return wire.Model{ID: "p"}, nil
}

func (s *shelf) ImportReader(_ context.Context, name string, r io.Reader) (wire.Model, error) {
	b, err := io.ReadAll(r)
	s.name, s.text = name, string(b)
	return wire.Model{ID: "u"}, err
}

func (s *shelf) Try(_ context.Context, _, question string, emit func(wire.TryEvent) error) error {
	if question == "broken" {
		if err := emit(wire.TryEvent{Kind: "text", Text: "half"}); err != nil {
			return err
		}
		return mark.Errorf(mark.Crashed, "The model stopped. Ask again.")
	}
	return emit(wire.TryEvent{Kind: "text", Text: "Echo: " + question})
}

type lockedVault struct{ desk.Vault }

func (lockedVault) State(context.Context) string { return "locked" }

func withModels(paths bool) (*Server, *shelf) {
	s := &shelf{}
	return New(Config{Desk: desk.New(desk.Deps{Vault: lockedVault{}, Models: s, Machine: func() wire.Machine { return wire.Machine{} }}), Token: "secret", Paths: paths}), s
}

func send(t *testing.T, s *Server, method, path, contentType, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "localhost"
	r.Header.Set("Authorization", "Bearer secret")
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

func TestModelIsUploadedOrImportedByPathWhereThatIsAllowed(t *testing.T) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("model", "folder/small.gguf")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(part, "GGUF…")
	form.Close()
	s, shelf := withModels(false)
	if w := send(t, s, "POST", "/api/models", form.FormDataContentType(), body.String()); w.Code != http.StatusOK || shelf.name != "small.gguf" || shelf.text != "GGUF…" {
		t.Errorf("uploaded %q as %q: %d %s", shelf.text, shelf.name, w.Code, w.Body)
	}
	if w := send(t, s, "POST", "/api/models/import", "application/json", `{"path":"/srv/x.gguf"}`); w.Code != http.StatusForbidden || shelf.path != "" {
		t.Errorf("by path, which is not allowed: %d %s", w.Code, w.Body)
	}
	s, shelf = withModels(true)
	if w := send(t, s, "POST", "/api/models/import", "application/json", `{"path":"/srv/x.gguf"}`); w.Code != http.StatusOK || shelf.path != "/srv/x.gguf" {
		t.Errorf("by path: %d %s", w.Code, w.Body)
	}
}

func TestUploadWithoutAFileIsRefused(t *testing.T) {
	s, _ := withModels(false)
	for _, tt := range []struct{ contentType, body string }{
		{"application/json", "{}"},
		{"multipart/form-data; boundary=x", "--x--\r\n"},
		{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"model\"; filename=\"a.gguf\"\r\n\r\nGG"},
	} {
		if w := send(t, s, "POST", "/api/models", tt.contentType, tt.body); w.Code < 400 || !strings.Contains(w.Body.String(), `"message"`) {
			t.Errorf("%q: %d %s", tt.body, w.Code, w.Body)
		}
	}
}

func TestTriedModelIsStreamedToItsEndOrItsFailure(t *testing.T) {
	s, _ := withModels(false)
	for _, tt := range []struct{ path, body, want, contentType string }{
		{"/api/models/a%20b/try", `{"question":"Who?"}`, "event: try\ndata: {\"kind\":\"text\",\"text\":\"Echo: Who?\"}\n\n", "text/event-stream"},
		{"/api/models/a%20b/try", `{"question":"broken"}`, "The model stopped. Ask again.", "text/event-stream"},
		{"/api/models/zzz/try", `{"question":"Who?"}`, `"code":"not_found"`, "application/json"},
		{"/api/models/a%20b/try", `{"question":" "}`, `"code":"invalid"`, "application/json"},
	} {
		w := send(t, s, "POST", tt.path, "application/json", tt.body)
		if !strings.Contains(w.Body.String(), tt.want) || !strings.HasPrefix(w.Header().Get("Content-Type"), tt.contentType) {
			t.Errorf("%s %s: %s %q", tt.path, tt.body, w.Header().Get("Content-Type"), w.Body)
		}
	}
}
