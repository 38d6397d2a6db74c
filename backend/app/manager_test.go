package app

import (
	"slices"
	"testing"

	mark "markai/backend"
	"markai/backend/answer"
	"markai/backend/models"
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

func TestListShowsWhatAModelCanDoAndMeasuresNone(t *testing.T) {
	if !ModelsInstalled() {
		t.Skip("the models are not installed")
	}
	l := Models(t.TempDir())
	m, err := l.Find(models.Chat, "")
	if err != nil {
		t.Fatal(err)
	}
	can := readAbilities(t.TempDir())
	p := modelsPort{&App{engines: &engines{library: l, chat: &chat{model: m, can: can}}}}
	ability := func() *wire.ModelAbility {
		t.Helper()
		list, err := p.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(list, func(x wire.Model) bool { return x.ID == m.ID })
		return list[i].Ability
	}
	if got := ability(); got != nil || len(can.wanted) > 0 {
		t.Errorf("not measured: %+v, %d to be measured", got, len(can.wanted))
	}
	can.known[abilityKey(m)] = answer.Ability{Grammar: true, Cites: 0.9, Keeps: 0.8, Answers: 0.4, Stays: 1}
	if got := ability(); got == nil || got.Writes || !got.Grammar || got.Answers != 0.4 || got.Stays != 1 {
		t.Errorf("measured: %+v", got)
	}
}
