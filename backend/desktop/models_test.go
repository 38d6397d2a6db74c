package desktop

import (
	"context"
	"testing"

	"markai/backend/desk"
	"markai/backend/wire"
)

// shelf has one chat model.
type shelf struct {
	desk.Models
	path string
}

func (*shelf) List(context.Context) ([]wire.Model, error) {
	return []wire.Model{{ID: "a", Name: "A", Role: "chat", Installed: true}}, nil
}

func (s *shelf) Import(_ context.Context, path string) (wire.Model, error) {
	s.path = path
	return wire.Model{ID: "a"}, nil
}

func (*shelf) Try(ctx context.Context, _, _ string, emit func(wire.TryEvent) error) error {
	if err := emit(wire.TryEvent{Kind: "text", Text: "I"}); err != nil {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

func bridgeOn(t *testing.T, m *shelf) (*Bridge, *host) {
	t.Helper()
	return bridge(t, desk.Deps{Vault: lockedVault{}, Models: m})
}

func TestModelIsPickedInTheDialogOrNot(t *testing.T) {
	m := &shelf{}
	b, h := bridgeOn(t, m)
	if got, err := b.PickModel(); got != nil || err != nil || m.path != "" {
		t.Errorf("a closed dialog: %v, %v, imported %q", got, err, m.path)
	}
	h.model = "/media/usb/a.gguf"
	if got, err := b.PickModel(); got == nil || err != nil || m.path != h.model {
		t.Errorf("picked %v, %v, imported %q", got, err, m.path)
	}
}

func TestTriedModelStopsWhenThePageHasEnough(t *testing.T) {
	b, h := bridgeOn(t, &shelf{})
	id := b.TryModel("a", "Who?")
	b.AskReady(id)
	<-h.got
	if e, ok := h.last.(wire.TryEvent); !ok || e.Text != "I" || h.events[0] != "try:"+id {
		t.Errorf("got %v %+v", h.events, h.last)
	}
	b.CancelAsk(id)
	b.wait() // hangs if it did not end
	if len(h.events) != 1 {
		t.Errorf("a page that left was told %v", h.events)
	}
}
