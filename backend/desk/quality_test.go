package desk_test

import (
	"context"
	"iter"
	"slices"
	"testing"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/marktest"
	"markai/backend/wire"
)

// told answers every question alike, or fails.
type told struct {
	answer mark.Answer
	err    error
	seen   *mark.Question
}

func (a *told) Answer(_ context.Context, _ mark.MatterStore, q mark.Question) iter.Seq2[mark.AnswerEvent, error] {
	a.seen = &q
	return func(yield func(mark.AnswerEvent, error) bool) {
		if a.err != nil {
			yield(mark.AnswerEvent{}, a.err)
			return
		}
		yield(mark.AnswerEvent{Final: &a.answer}, nil)
	}
}

// deskOn returns a desk over a matter called "m" that is answered by a.
func deskOn(t *testing.T, a *told) *desk.Desk {
	t.Helper()
	return desk.New(desk.Deps{Vault: &vault{state: "open", store: marktest.OpenMatter(t)}, Ingest: late{}, Models: noModels{},
		Machine: func() wire.Machine { return wire.Machine{} }, Answerer: a})
}

func putQuestion(t *testing.T, d *desk.Desk, r wire.AskRequest) (conversation string, err error) {
	t.Helper()
	err = d.Ask(t.Context(), "m", r, func(e wire.AskEvent) error {
		if e.Conversation != "" {
			conversation = e.Conversation
		}
		return nil
	})
	return conversation, err
}

func TestWhatWentWrongIsCountedWithoutText(t *testing.T) {
	d := deskOn(t, &told{answer: mark.Answer{Text: "…", Model: "small", Sentences: []mark.Sentence{
		{Verdict: mark.VerdictVerbatim}, {Verdict: mark.VerdictUnsupported},
	}}})
	conversation, err := putQuestion(t, d, wire.AskRequest{Question: "Who pays?"})
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
	day.Day, day.MedianMS = "", 0
	if want := (wire.QualityDay{Model: "small", Answers: 1, Sentences: 2, Unsupported: 1, Missed: 1}); day != want {
		t.Errorf("the day counts %+v, want %+v", day, want)
	}
	if e := q.Entries[0]; e.Conversation != conversation || e.Created != turns[1].Created || e.Says != "missed" || e.Question != "Who pays?" || e.ID == "" {
		t.Errorf("the entry is %+v", e)
	}
}

func TestAQuestionThatGotNoAnswerIsCountedByStageAndCanBePutAgain(t *testing.T) {
	a := &told{err: mark.AtStage(mark.StageSearch, mark.Errorf(mark.DiskFull, "No space is left."))}
	d := deskOn(t, a)
	if _, err := putQuestion(t, d, wire.AskRequest{Question: "Who pays?", Documents: []string{"d1"}}); mark.CodeOf(err) != mark.DiskFull {
		t.Fatalf("it ended with %v", err)
	}
	q, err := d.Quality(t.Context(), "m")
	if err != nil || len(q.Entries) != 1 || len(q.Stages) != 1 {
		t.Fatalf("%+v, %v", q, err)
	}
	if want := (wire.QualityStage{Stage: "search", Code: "disk_full", Count: 1}); q.Stages[0] != want || !q.Entries[0].Ended || q.Days[0].Ended != 1 || q.Days[0].Answers != 0 {
		t.Errorf("stages %v, entry %+v, day %+v", q.Stages, q.Entries[0], q.Days[0])
	}
	a.err, a.answer = nil, mark.Answer{Text: "Dunmore pays."}
	r, err := d.Replay(t.Context(), "m", q.Entries[0].ID)
	if err != nil || r.Before != nil || r.Same || r.Question != "Who pays?" || len(r.Differences) != 1 {
		t.Errorf("put again: %+v, %v", r, err)
	}
	if len(a.seen.Documents) != 1 || a.seen.Documents[0] != "d1" {
		t.Errorf("put again to %v", a.seen.Documents)
	}
}

func TestAReplaySaysWhatDiffersAndKeepsNothing(t *testing.T) {
	first := mark.Answer{
		Text: "It is due in advance.", Model: "small", Searched: mark.Coverage{Documents: 2, Pages: 9},
		Sentences: []mark.Sentence{{Text: "It is due in advance.", Verdict: mark.VerdictSupported, Citations: []int{0}}},
		Citations: []mark.Citation{{Document: "d1", Name: "Lease.pdf", Quote: "in advance", Spans: []mark.Span{{Document: "d1", Page: 2, Start: 1, End: 11}}}},
	}
	a := &told{answer: first}
	d := deskOn(t, a)
	for _, text := range []string{"What is the rent?", "And when is it due?"} {
		if _, err := putQuestion(t, d, wire.AskRequest{Question: text, Conversation: "c"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.SayOfAnswer(t.Context(), "m", wire.Feedback{Conversation: "c", Created: lastTurn(t, d).Created, Says: "missed"}); err != nil {
		t.Fatal(err)
	}
	q, err := d.Quality(t.Context(), "m")
	if err != nil || len(q.Entries) != 1 {
		t.Fatalf("%+v, %v", q, err)
	}
	same, err := d.Replay(t.Context(), "m", q.Entries[0].ID)
	if err != nil || !same.Same || same.Question != "And when is it due?" {
		t.Fatalf("%+v, %v", same, err)
	}
	if len(a.seen.History) != 2 || a.seen.Conversation != "" {
		t.Errorf("it was put after %d turns, in conversation %q", len(a.seen.History), a.seen.Conversation)
	}
	second := first
	second.Model, second.Searched.Pages = "", 10
	second.Sentences = []mark.Sentence{{Text: "It is due in advance.", Verdict: mark.VerdictVerbatim, Citations: []int{0}}}
	second.Citations = []mark.Citation{{Document: "d1", Name: "Lease.pdf", Quote: "on the first", Spans: []mark.Span{{Document: "d1", Page: 3, Start: 0, End: 12}}}}
	a.answer = second
	r, err := d.Replay(t.Context(), "m", q.Entries[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, x := range r.Differences {
		parts = append(parts, x.Part)
	}
	if want := []string{"searched", "model", "evidence", "evidence", "verdict"}; r.Same || !slices.Equal(parts, want) {
		t.Errorf("differences in %v, want %v", parts, want)
	}
	if turns, err := d.Messages(t.Context(), "m", "c"); err != nil || len(turns) != 4 {
		t.Errorf("%d turns are kept, want 4: %v", len(turns), err)
	}
	if _, err := d.Replay(t.Context(), "m", "nothing"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("of no answer: %v", err)
	}
}

func lastTurn(t *testing.T, d *desk.Desk) wire.Message {
	t.Helper()
	turns, err := d.Messages(t.Context(), "m", "c")
	if err != nil || len(turns) == 0 {
		t.Fatalf("%d turns, %v", len(turns), err)
	}
	return turns[len(turns)-1]
}
