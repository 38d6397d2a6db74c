package app

import (
	"os"
	"path/filepath"
	"testing"

	"markai/backend/wire"
)

// archived is a locked archive of package archive's tests.
func archived(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "archive", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestThePasswordOfOneArchiveOpensTheNext(t *testing.T) {
	a := start(t, filepath.Join(t.TempDir(), "home"), "modules.embeddings=false", "modules.chat=false")
	m := add(t, a, write(t, map[string][]byte{"aes.zip": archived(t, "aes.zip")}))
	locked := documents(t, a, m.ID)["aes.zip"]
	if locked.Code != "needs_password" {
		t.Fatalf("%+v", locked)
	}
	jobs, err := a.Desk.Jobs(t.Context(), m.ID, nil, 0, 0)
	if err != nil || len(jobs.Jobs) != 1 {
		t.Fatal(jobs, err)
	}
	if err := a.Desk.JobAction(t.Context(), m.ID, jobs.Jobs[0].ID, wire.JobAction{Action: "retry", Password: "Sesame 12"}); err != nil {
		t.Fatal(err)
	}
	await(t, a, m.ID)
	if _, err := a.Desk.AddPaths(t.Context(), m.ID, []string{write(t, map[string][]byte{"locked-names.7z": archived(t, "locked-names.7z")})}); err != nil {
		t.Fatal(err)
	}
	await(t, a, m.ID)
	list, err := a.Desk.Documents(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	leases := 0
	for _, d := range list {
		if d.Status != "ready" {
			t.Errorf("%s is %s: %s", d.Name, d.Status, d.Problem)
		}
		if d.Name == "lease.txt" {
			leases++
		}
	}
	if leases != 2 {
		t.Errorf("%d files came out of two archives: %+v", leases, list)
	}
}
