package app

import (
	"slices"
	"testing"

	mark "markai/backend"
	"markai/backend/wire"
)

// tried puts a question to a model and returns the kinds of steps, and the last.
func tried(t *testing.T, p modelsPort, id string) (kinds []string, last wire.TryEvent, err error) {
	t.Helper()
	err = p.Try(t.Context(), id, "Name a colour.", func(e wire.TryEvent) error {
		if len(kinds) == 0 || kinds[len(kinds)-1] != e.Kind {
			kinds = append(kinds, e.Kind)
		}
		last = e
		return nil
	})
	return kinds, last, err
}

func TestModelInUseAndAnotherAreTried(t *testing.T) {
	h, l := twoModels(t)
	p := modelsPort{&App{engines: &engines{library: l, chat: h}}}
	for _, id := range []string{h.model.ID, "small"} {
		kinds, last, err := tried(t, p, id)
		if err != nil || !slices.Equal(kinds, []string{"loading", "text", "done"}) {
			t.Fatalf("%s: steps %v, %v", id, kinds, err)
		}
		if r := last.Done; r.Tokens < 1 || r.LoadMS <= 0 || r.FirstMS <= 0 || r.TotalMS < r.FirstMS {
			t.Errorf("%s: it cost %+v", id, *r)
		}
	}
	if got := loadedOf(h); !slices.Equal(got, []string{h.model.ID}) {
		t.Errorf("loaded afterwards: %v", got)
	}
	if _, _, err := tried(t, p, "none"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("a model that is not there: %v", err)
	}
}
