package desktop

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/wire"
)

// lockedVault answers that it is locked, whatever is asked.
type lockedVault struct{ desk.Vault }

func (lockedVault) State(context.Context) string { return "locked" }

func (lockedVault) Matter(context.Context, mark.MatterID) (mark.MatterStore, error) {
	return nil, mark.Errorf(mark.Locked, "The vault is locked. Unlock it first.")
}

type host struct {
	mu     sync.Mutex
	events []string
	last   any
	got    chan struct{}
	folder string // where files are saved; empty: the dialog is closed
	model  string // the model file that is picked; empty: the dialog is closed
}

func (h *host) Emit(event string, data any) {
	h.mu.Lock()
	h.events, h.last = append(h.events, event), data
	h.mu.Unlock()
	h.got <- struct{}{}
}

func (h *host) PickFiles() ([]string, error) { return nil, fs.ErrClosed }

func (h *host) PickFolder() (string, error) { return h.folder, nil }

func (h *host) PickModel() (string, error) { return h.model, nil }

func (h *host) SaveFile(name string) (string, error) {
	if h.folder == "" {
		return "", nil
	}
	return filepath.Join(h.folder, name), nil
}

func newBridge(t *testing.T) (*Bridge, *host) {
	t.Helper()
	return bridge(t, desk.Deps{Vault: lockedVault{}})
}

// bridge is one over a desk of these parts, which ends with the test.
func bridge(t *testing.T, parts desk.Deps) (*Bridge, *host) {
	t.Helper()
	h := &host{got: make(chan struct{}, 8)}
	ctx, cancel := context.WithCancel(t.Context())
	b := NewBridge(ctx, desk.New(parts), h)
	t.Cleanup(func() { cancel(); b.wait() })
	return b, h
}

func TestFailuresReachThePageAsCodeAndSentence(t *testing.T) {
	b, _ := newBridge(t)
	_, err := b.Documents("m")
	if want := `{"code":"locked","message":"The vault is locked. Unlock it first."}`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := b.PickFiles("m"); err == nil || strings.Contains(err.Error(), fs.ErrClosed.Error()) {
		t.Errorf("an inner error is not for the page: %v", err)
	}
}

func TestTextIsSavedWhereThePersonSays(t *testing.T) {
	b, h := newBridge(t)
	if name, err := b.SaveText("report.csv", "a,b"); name != "" || err != nil {
		t.Errorf("a closed dialog: %q, %v", name, err)
	}
	h.folder = t.TempDir()
	if name, err := b.SaveText("report.csv", "a,b"); name != "report.csv" || err != nil {
		t.Errorf("saved as %q, %v", name, err)
	}
	if got, err := os.ReadFile(filepath.Join(h.folder, "report.csv")); string(got) != "a,b" || err != nil {
		t.Errorf("wrote %q, %v", got, err)
	}
	h.folder = filepath.Join(h.folder, "missing")
	if _, err := b.SaveText("report.csv", "a,b"); err == nil || strings.Contains(err.Error(), h.folder) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestAnswersWaitUntilThePageListens(t *testing.T) {
	b, h := newBridge(t)
	id := b.Ask("m", wire.AskRequest{Question: "When?"})
	select {
	case <-h.got:
		t.Fatal("an event came before the page listened")
	case <-time.After(20 * time.Millisecond):
	}
	b.AskReady(id)
	<-h.got
	if e, ok := h.last.(wire.AskEvent); !ok || e.Kind != "error" || e.Error.Code != "locked" || h.events[0] != "ask:"+id {
		t.Errorf("got %v %+v", h.events, h.last)
	}
}

func TestAnAnswerNobodyListensToEndsWithTheWindow(t *testing.T) {
	b, _ := newBridge(t)
	b.Ask("m", wire.AskRequest{Question: "When?"})
	b.CancelAsk("unknown")
	b.AskReady("unknown")
} // the cleanup would hang if it did not end

// The page finds methods by name only, so a renamed one would fail in front of
// the lawyer.
func TestThePageCallsWhatIsBound(t *testing.T) {
	source, err := os.ReadFile("../../frontend/src/api/wails.ts")
	if err != nil {
		t.Fatal(err)
	}
	bound := reflect.TypeFor[*Bridge]()
	called := regexp.MustCompile(`(?:(?:call|list)(?:<[^(]*>)?\(|signal, )"(\w+)"((?:, \w+)*)\)`).FindAllStringSubmatch(string(source), -1)
	if len(called) < 20 {
		t.Fatalf("only %d calls found in wails.ts", len(called))
	}
	for _, c := range called {
		m, ok := bound.MethodByName(c[1])
		if !ok {
			t.Errorf("the page calls %s, which is not bound", c[1])
			continue
		}
		if got, want := strings.Count(c[2], ","), m.Type.NumIn()-1; got != want {
			t.Errorf("the page calls %s with %d arguments, it takes %d", c[1], got, want)
		}
	}
}

func TestOriginalOfALockedVaultIsNotSaved(t *testing.T) {
	b, h := newBridge(t)
	h.folder = t.TempDir()
	if _, err := b.SaveOriginal("m", "d"); err == nil || !strings.Contains(err.Error(), "locked") {
		t.Errorf("SaveOriginal = %v, want that the vault is locked", err)
	}
	if left, _ := os.ReadDir(h.folder); len(left) > 0 {
		t.Errorf("%d files were written", len(left))
	}
}
