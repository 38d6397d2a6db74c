package sqlite_test

import (
	"bytes"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/marktest"
)

func TestModelStatesAreBoundedAndBelongToTheirModel(t *testing.T) {
	m := marktest.OpenMatter(t)
	put := func(id mark.ConversationID, n int) {
		t.Helper()
		if err := m.PutModelState(t.Context(), id, "model", bytes.Repeat([]byte{byte(n)}, n), 1000); err != nil {
			t.Fatal(err)
		}
	}
	has := func(id mark.ConversationID, model string) int {
		t.Helper()
		b, err := m.ModelState(t.Context(), id, model)
		if err != nil && mark.CodeOf(err) != mark.NotFound {
			t.Fatal(err)
		}
		return len(b)
	}
	if err := m.PutModelState(t.Context(), "a", "model", []byte{1}, 1000); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("without its conversation: %v", err)
	}
	for _, id := range []mark.ConversationID{"a", "b", "c"} {
		if err := m.PutConversation(t.Context(), mark.Conversation{ID: id, Created: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	put("a", 400)
	put("b", 400)
	if n := has("a", "another"); n != 0 {
		t.Errorf("another model got %d bytes", n)
	}
	if n := has("a", "model"); n != 400 { // used now: b is the one used longest ago
		t.Errorf("got %d bytes", n)
	}
	put("c", 500)
	if a, b, c := has("a", "model"), has("b", "model"), has("c", "model"); a != 400 || b != 0 || c != 500 {
		t.Errorf("kept %d, %d and %d bytes", a, b, c)
	}
	put("c", 1001)
	if n := has("c", "model"); n != 0 {
		t.Errorf("kept %d bytes of what is too large", n)
	}
	if err := m.DeleteConversation(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if n := has("a", "model"); n != 0 {
		t.Errorf("kept %d bytes of a conversation that is gone", n)
	}
}
