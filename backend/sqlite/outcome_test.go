package sqlite_test

import (
	"reflect"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/marktest"
)

func TestOutcomesLiveAsLongAsTheirConversation(t *testing.T) {
	m := marktest.OpenMatter(t)
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	o := mark.OutcomeOf(mark.Answer{
		Model: "m", Sentences: []mark.Sentence{{Verdict: mark.VerdictVerbatim}, {Verdict: mark.VerdictAltered}, {Verdict: mark.VerdictVerbatim}},
		Timings: mark.Timings{Search: time.Second, Total: 2 * time.Second}, Searched: mark.Coverage{Unread: 3},
		Trace: &mark.Trace{Repairs: 2, Failures: []mark.Failure{{Stage: mark.StageWrite, Code: mark.Crashed}}},
	})
	o.Conversation, o.Time, o.Expert = "c", at, "leases"
	o.Of([]mark.DocumentID{"d1", "d2"})
	if err := m.PutOutcome(t.Context(), o); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("without its conversation: %v, want %s", err, mark.NotFound)
	}
	if err := m.PutConversation(t.Context(), mark.Conversation{ID: "c", Created: at}); err != nil {
		t.Fatal(err)
	}
	if err := m.PutOutcome(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if err := m.SetFeedback(t.Context(), "c", at, mark.FeedbackMissed); err != nil {
		t.Fatal(err)
	}
	if err := m.SetFeedback(t.Context(), "c", at.Add(1), mark.FeedbackMissed); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("of no answer: %v, want %s", err, mark.NotFound)
	}
	o.Feedback = mark.FeedbackMissed
	got, err := m.Outcomes(t.Context(), at, 10)
	if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], o) || o.Verbatim != 2 || o.Altered != 1 || o.Repairs != 2 || o.Unread != 3 {
		t.Errorf("got %+v, %v, want %+v", got, err, o)
	}
	if got, err := m.Outcome(t.Context(), o.ID); err != nil || !reflect.DeepEqual(got, o) || o.Limited != 2 {
		t.Errorf("by its id: %+v, %v", got, err)
	}
	if _, err := m.Outcome(t.Context(), "another"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("by another id: %v", err)
	}
	if got, err := m.Outcomes(t.Context(), at.Add(time.Second), 10); err != nil || len(got) != 0 {
		t.Errorf("since later: %v, %v", got, err)
	}
	if err := m.DeleteConversation(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	if got, err := m.Outcomes(t.Context(), time.Time{}, 10); err != nil || len(got) != 0 {
		t.Errorf("after the conversation is gone: %v, %v", got, err)
	}
}
