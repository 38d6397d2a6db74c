package ingest_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	mark "markai/backend"
	"markai/backend/ingest"
)

// keyring keeps passwords in memory.
type keyring struct {
	mu   sync.Mutex // guards list
	list []string
}

func (k *keyring) Passwords(context.Context, mark.MatterID) ([]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.list), nil
}

func (k *keyring) Remember(_ context.Context, _ mark.MatterID, p string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list = append([]string{p}, k.list...)
	return nil
}

func TestAPasswordIsAskedForOnceAndTriedOnOthers(t *testing.T) {
	keys := &keyring{list: []string{"other"}}
	b := start(t, nil, ingest.Config{Parsers: []mark.Parser{&book{}}, Passwords: keys})
	status := func(name, content string) (mark.Job, mark.Document) {
		dir := put(t, map[string]string{name: content})
		a, err := b.s.Add(t.Context(), matterID, b.store, []string{dir})
		if err != nil || len(a.Jobs) != 1 {
			t.Fatal(a, err)
		}
		b.idle()
		d, err := b.store.Document(t.Context(), a.Jobs[0].Document)
		if err != nil {
			t.Fatal(err)
		}
		return a.Jobs[0], d
	}
	job, d := status("a.book", "locked:open sesame\fThe first page.")
	if d.Code != mark.NeedsPassword {
		t.Fatalf("%+v", d)
	}
	if err := b.s.Retry(t.Context(), matterID, job.ID, "open sesame"); err != nil {
		t.Fatal(err)
	}
	b.idle()
	if !slices.Equal(keys.list, []string{"open sesame", "other"}) {
		t.Errorf("remembers %q", keys.list)
	}
	if _, d := status("b.book", "locked:open sesame\fAnother page."); d.Status != mark.DocumentReady {
		t.Errorf("%+v", d)
	}
	if _, d := status("c.book", "locked:unknown\fA third page."); d.Code != mark.NeedsPassword {
		t.Errorf("%+v", d)
	}
}
