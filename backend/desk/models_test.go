package desk_test

import (
	"context"
	"slices"
	"testing"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/wire"
)

// shelf holds models without files.
type shelf struct {
	desk.Models
	list    []wire.Model
	removed []string
}

func (s *shelf) List(context.Context) ([]wire.Model, error) { return s.list, nil }

func (s *shelf) States() (chat, embedding wire.ModelState, ocr wire.ModuleState) { return }

func (s *shelf) Remove(_ context.Context, id string) error {
	s.removed = append(s.removed, id)
	return nil
}

func (s *shelf) Try(_ context.Context, id, _ string, emit func(wire.TryEvent) error) error {
	return emit(wire.TryEvent{Kind: "text", Text: id})
}

// written are settings that remember what was put.
type written struct {
	desk.Settings
	puts [][2]string
}

func (w *written) List() []wire.Setting {
	return []wire.Setting{{Key: "chat.model", Value: "f"}, {Key: "chat.threads", Value: "b"}}
}

func (w *written) Put(key, value string) error {
	w.puts = append(w.puts, [2]string{key, value})
	return nil
}

func modelDesk() (*desk.Desk, *shelf, *written) {
	s := &shelf{list: []wire.Model{
		{ID: "a", Name: "A", Role: "chat", Installed: true, Active: true},
		{ID: "b", Name: "B", Role: "chat", Installed: true},
		{ID: "c", Name: "C", Role: "embedding", Installed: true},
		{ID: "d", Name: "D", Role: "chat", Problem: "D is not installed."},
		{ID: "e", Name: "E", Role: "rerank", Installed: true},
		{ID: "f", Name: "F", Role: "chat", Installed: true},
	}}
	w := &written{}
	return desk.New(desk.Deps{Vault: &vault{state: "locked"}, Models: s, Settings: w, Machine: func() wire.Machine { return wire.Machine{MemoryBytes: 8} }}), s, w
}

func TestModelIsUsedForItsRole(t *testing.T) {
	for _, tt := range []struct {
		id, key string
		code    mark.Code
	}{
		{"b", "chat.model", ""}, {"c", "embedding.model", ""},
		{"d", "", mark.Unavailable}, {"e", "", mark.Unsupported}, {"z", "", mark.NotFound},
	} {
		d, _, w := modelDesk()
		err := d.UseModel(t.Context(), tt.id)
		if tt.code == "" {
			if want := [][2]string{{tt.key, tt.id}}; err != nil || !slices.Equal(w.puts, want) {
				t.Errorf("%s: put %v, want %v, %v", tt.id, w.puts, want, err)
			}
		} else if mark.CodeOf(err) != tt.code || len(w.puts) > 0 {
			t.Errorf("%s: put %v, %v; want code %s", tt.id, w.puts, err, tt.code)
		}
	}
}

func TestModelInUseOrToBeSoIsNotRemoved(t *testing.T) {
	d, s, _ := modelDesk()
	if err := d.RemoveModel(t.Context(), "a"); mark.CodeOf(err) != mark.Forbidden {
		t.Errorf("the model in use: %v", err)
	}
	if err := d.RemoveModel(t.Context(), "f"); mark.CodeOf(err) != mark.Forbidden {
		t.Errorf("the model of the next start: %v", err)
	}
	if err := d.RemoveModel(t.Context(), "b"); err != nil {
		t.Error(err)
	}
	if !slices.Equal(s.removed, []string{"b"}) {
		t.Errorf("removed %v", s.removed)
	}
}

func TestOnlyAChatModelThatIsHereIsTried(t *testing.T) {
	for _, tt := range []struct {
		id, question string
		code         mark.Code
	}{
		{"b", "Who are you?", ""}, {"b", " ", mark.Invalid}, {"c", "Who?", mark.Unsupported}, {"d", "Who?", mark.Unavailable}, {"z", "Who?", mark.NotFound},
	} {
		d, _, _ := modelDesk()
		text := ""
		err := d.TryModel(t.Context(), tt.id, tt.question, func(e wire.TryEvent) error { text += e.Text; return nil })
		if tt.code == "" && (err != nil || text != tt.id) || tt.code != "" && mark.CodeOf(err) != tt.code {
			t.Errorf("%s, %q: %q, %v", tt.id, tt.question, text, err)
		}
	}
}

func TestWithoutACatalogueModelsAreImportedAlone(t *testing.T) {
	d, _, _ := modelDesk()
	if c, err := d.Catalogue(t.Context()); err != nil || c.Entries == nil || c.Source != "" || c.MemoryBytes != 8 {
		t.Errorf("catalogue %+v, %v", c, err)
	}
	if r, err := d.ModelReport(t.Context()); err != nil || r.Rows == nil || r.Choice != -1 {
		t.Errorf("report %+v, %v", r, err)
	}
	if _, err := d.DownloadModel(t.Context(), wire.DownloadRequest{}); mark.CodeOf(err) != mark.Unsupported {
		t.Errorf("download: %v", err)
	}
	if _, err := d.VerifyModel(t.Context(), "b"); mark.CodeOf(err) != mark.Unsupported {
		t.Errorf("verify: %v", err)
	}
}

func TestWatchersHearOfModelsAndDownloads(t *testing.T) {
	d, _, _ := modelDesk()
	events, stop := d.Watch()
	defer stop()
	d.DownloadChanged(wire.Download{ID: "1"})
	d.ModelsChanged()
	if e := <-events; e.Kind != "download" || e.Download == nil || e.Download.ID != "1" {
		t.Errorf("event %+v", e)
	}
	if e := <-events; e.Kind != "models" {
		t.Errorf("event %+v", e)
	}
}
