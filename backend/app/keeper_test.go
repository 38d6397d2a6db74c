package app

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/wire"
)

// trail returns what the audit trail holds of connections.
func trail(t *testing.T, a *App) []string {
	t.Helper()
	r, err := a.vault.Registry()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := r.AuditTrail(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if strings.HasPrefix(e.Action, "network.") {
			out = append(out, e.Action+" "+e.Object)
		}
	}
	return out
}

// ended waits until the only download is over.
func ended(t *testing.T, a *App) wire.Download {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if list, err := a.Desk.Downloads(t.Context()); err == nil && len(list) == 1 && list[0].State == "failed" {
			return list[0]
		}
	}
	t.Fatal("the download goes on and on")
	return wire.Download{}
}

func TestEveryConnectionIsOnRecordAndNoneIsMadeUnlessAllowed(t *testing.T) {
	a := start(t, filepath.Join(t.TempDir(), "vault"))
	ask := wire.DownloadRequest{Entry: "qwen3-0.6b", File: "Qwen3-0.6B-Q8_0.gguf"}
	if _, err := a.Desk.DownloadModel(t.Context(), ask); mark.CodeOf(err) != mark.Forbidden {
		t.Fatalf("without an address: %v", err)
	}
	if got := trail(t, a); len(got) != 0 {
		t.Errorf("recorded %v", got)
	}
	if err := a.Desk.PutSetting(t.Context(), "models.source", "https://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Desk.DownloadModel(t.Context(), ask); err != nil {
		t.Fatal(err)
	}
	if d := ended(t, a); !strings.Contains(d.Problem, "network.hosts") {
		t.Errorf("got %+v", d)
	}
	if err := a.Desk.PutSetting(t.Context(), "network.hosts", "hub.example, 127.0.0.1:2"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Desk.DownloadAction(t.Context(), "qwen3-0.6b.q8_0", "resume"); err != nil {
		t.Fatal(err)
	}
	ended(t, a)
	if got := strings.Join(trail(t, a), ", "); got != "network.refuse 127.0.0.1:1, network.refuse 127.0.0.1:1" {
		t.Errorf("recorded %v", got)
	}
}

func TestCatalogueKnowsWhatIsHereAndWhatFits(t *testing.T) {
	home := filepath.Join(t.TempDir(), "vault")
	a := start(t, home)
	c, err := a.Desk.Catalogue(t.Context())
	if err != nil || len(c.Entries) < 20 || c.Source != "" || c.DiskBytes <= 0 {
		t.Fatalf("got %d entries, source %q, %d free, %v", len(c.Entries), c.Source, c.DiskBytes, err)
	}
	for _, e := range c.Entries {
		for _, f := range e.Files {
			if f.Installed != "" || len(f.Needs) == 0 || f.Estimate <= 0 || f.Advice == "" {
				t.Errorf("%s: %+v", e.ID, f)
			}
		}
	}
	if r, err := a.Desk.ModelReport(t.Context()); err != nil || len(r.Rows) != 0 || r.Choice != -1 {
		t.Errorf("got %+v, %v", r, err)
	}
}
