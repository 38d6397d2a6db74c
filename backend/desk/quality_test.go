package desk_test

import (
	"context"
	"iter"
	"testing"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/marktest"
	"markai/backend/wire"
)

// told answers every question alike.
type told struct{ answer mark.Answer }

func (a told) Answer(context.Context, mark.MatterStore, mark.Question) iter.Seq2[mark.AnswerEvent, error] {
	return func(yield func(mark.AnswerEvent, error) bool) { yield(mark.AnswerEvent{Final: &a.answer}, nil) }
}

func TestWhatWentWrongIsCountedWithoutText(t *testing.T) {
	m := marktest.OpenMatter(t)
	v := &vault{state: "open", store: m}
	d := desk.New(desk.Deps{Vault: v, Ingest: late{}, Models: noModels{}, Machine: func() wire.Machine { return wire.Machine{} },
		Answerer: told{mark.Answer{Text: "…", Model: "small", Sentences: []mark.Sentence{
			{Verdict: mark.VerdictVerbatim}, {Verdict: mark.VerdictUnsupported},
		}}}})
	conversation := ""
	err := d.Ask(t.Context(), "m", wire.AskRequest{Question: "Who pays?"}, func(e wire.AskEvent) error {
		if e.Conversation != "" {
			conversation = e.Conversation
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	turns, err := d.Messages(t.Context(), "m", conversation)
	if err != nil || len(turns) != 2 {
		t.Fatalf("%d turns, %v", len(turns), err)
	}
	say := func(created, what string) error {
		return d.SayOfAnswer(t.Context(), "m", wire.Feedback{Conversation: conversation, Created: created, Says: what})
	}
	if err := say(turns[1].Created, "missed"); err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][2]string{{turns[1].Created, "terrible"}, {"yesterday", "right"}, {"2001-01-01T00:00:00Z", "right"}} {
		if err := say(bad[0], bad[1]); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
	q, err := d.Quality(t.Context(), "m")
	if err != nil || len(q.Days) != 1 || len(q.Entries) != 1 {
		t.Fatalf("%+v, %v", q, err)
	}
	day := q.Days[0]
	day.Day = ""
	if want := (wire.QualityDay{Model: "small", Answers: 1, Sentences: 2, Unsupported: 1, Missed: 1}); day != want {
		t.Errorf("the day counts %+v, want %+v", day, want)
	}
	if e := q.Entries[0]; e.Conversation != conversation || e.Created != turns[1].Created || e.Says != "missed" {
		t.Errorf("the entry is %+v", e)
	}
}
