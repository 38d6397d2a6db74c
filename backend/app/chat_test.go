package app

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/config"
	"markai/backend/infer"
	"markai/backend/models"
)

// twoModels returns the chat models of a home with the shipped one and a copy of
// it in four bits, named "small".
func twoModels(t *testing.T, settings ...string) (*chat, *models.Library) {
	t.Helper()
	if !ModelsInstalled() {
		t.Skip("the models are not installed")
	}
	home := t.TempDir()
	l := Models(home)
	m, err := l.Find(models.Chat, "")
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "small.gguf")
	if _, err := Quantize(t.Context(), m.Path, copied, "q4_0", true, func(string, int, int) {}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Import(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(nil, nil, append(settings, "chat.context=512"))
	if err != nil {
		t.Fatal(err)
	}
	h := newChat(t.TempDir(), l, c, func() {})
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h, l
}

func loadedOf(h *chat) []string {
	var out []string
	for _, m := range h.Stats() {
		if m.Status.State == infer.Ready {
			out = append(out, m.Model)
		}
	}
	slices.Sort(out)
	return out
}

func write40(t *testing.T, h *chat, model string) string {
	t.Helper()
	var text strings.Builder
	for d, err := range h.Generate(t.Context(), mark.Prompt{Model: model, User: "Who pays the rent of a lease?", MaxTokens: 40}) {
		if err != nil {
			t.Fatalf("%q: %v", model, err)
		}
		text.WriteString(d.Text)
	}
	return text.String()
}

func TestTwoModelsAnswerSideBySideWhereThereIsMemory(t *testing.T) {
	h, _ := twoModels(t)
	usual := h.model.ID
	if a, b := write40(t, h, ""), write40(t, h, "small"); a == "" || b == "" {
		t.Errorf("the models say %q and %q", a, b)
	}
	if got := loadedOf(h); !slices.Equal(got, []string{"small", usual}) {
		t.Errorf("loaded are %v", got)
	}
	for _, m := range h.Stats() {
		if m.Stats.Tokens == 0 || m.Stats.FirstToken.N != 1 || m.Memory < 64<<20 {
			t.Errorf("%s: %d tokens, %d first ones, %d bytes", m.Model, m.Stats.Tokens, m.Stats.FirstToken.N, m.Memory)
		}
	}
	if m := h.writer("small"); m.Name != "small" || m.Parameters < 100e6 {
		t.Errorf("the copy is %q with %d parameters", m.Name, m.Parameters)
	}
}

func TestModelGivesWayUnderABudget(t *testing.T) {
	h, l := twoModels(t)
	m, err := l.Find(models.Chat, "")
	if err != nil {
		t.Fatal(err)
	}
	// Enough for the larger one, not for both.
	h.Close()
	c, err := config.Load(nil, nil, []string{"chat.context=512"})
	if err != nil {
		t.Fatal(err)
	}
	c.Chat.MemoryMB = int(m.NeedsBytes>>20) + 8
	h = newChat(t.TempDir(), l, c, func() {})
	defer h.Close()
	for _, model := range []string{"", "small", ""} {
		write40(t, h, model)
		want := model
		if want == "" {
			want = m.ID
		}
		if got := loadedOf(h); !slices.Equal(got, []string{want}) {
			t.Errorf("after %q there are %v", model, got)
		}
	}
	if why := h.problem("small"); why != "" {
		t.Errorf("the one that rests could not answer: %s", why)
	}
	if why := h.problem("nobody"); why == "" {
		t.Error("a model that is not there has no problem")
	}
	if err := h.borrowable(t.Context()); err != nil {
		t.Error(err)
	}
}

// borrowable tries the copy as the window does.
func (c *chat) borrowable(ctx context.Context) error {
	e := &engines{library: c.library, chat: c}
	_, done, err := e.borrow(ctx, "small")
	if err == nil {
		done()
	}
	return err
}
