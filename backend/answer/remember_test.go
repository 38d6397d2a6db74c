package answer

import (
	"context"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/marktest"
)

// rememberer is a model that says which states it was given.
type rememberer struct {
	scripted
	given []string
}

func (r *rememberer) SaveState(_ context.Context, p mark.Prompt, _ int) ([]byte, error) {
	return []byte("state of " + p.User), nil
}

func (r *rememberer) RestoreState(_ context.Context, state []byte) error {
	r.given = append(r.given, string(state))
	return nil
}

func TestConversationThatTookLongToReadIsGivenBackOnceAfterARestart(t *testing.T) {
	m := marktest.OpenMatter(t)
	for _, id := range []mark.ConversationID{"long", "short"} {
		if err := m.PutConversation(t.Context(), mark.Conversation{ID: id, Created: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	large := Model{Name: "large", Parameters: LeastParameters}
	open := func(model Model) (*Service, *rememberer) {
		r := &rememberer{}
		return New(Config{Generator: r, Model: func() Model { return model }}), r
	}
	s, _ := open(large)
	for id, took := range map[mark.ConversationID]time.Duration{"long": 2 * worthKeeping, "short": worthKeeping / 2, "": time.Hour} {
		w := &work{s: s, m: m, q: mark.Question{Conversation: id}, asked: mark.Prompt{User: string(id)}, by: large, reading: took}
		w.keep(t.Context())
	}
	for _, c := range []struct {
		name  string
		model Model
		want  int
	}{{"the same model", large, 1}, {"another", Model{Name: "other"}, 0}} {
		s, r := open(c.model)
		for range 2 {
			for _, id := range []mark.ConversationID{"long", "short", ""} {
				w := &work{s: s, m: m, q: mark.Question{Conversation: id}}
				w.recall(t.Context(), c.model)
			}
		}
		if len(r.given) != c.want || c.want > 0 && r.given[0] != "state of long" {
			t.Errorf("%s was given %q", c.name, r.given)
		}
	}
}
