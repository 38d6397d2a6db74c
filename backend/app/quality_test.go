package app

import (
	"strings"
	"testing"
	"testing/fstest"

	mark "markai/backend"
	"markai/backend/config"
)

func TestQuestionsComeWithThePassagesThatAnswerThem(t *testing.T) {
	c, err := config.Load(nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	set := fstest.MapFS{
		"documents/lease.txt": {Data: []byte(lease)},
		"queries.jsonl": {Data: []byte(`{"query":"What is the rent?","doc":"lease.txt","quotes":["tenant pays   $4,200 each month"]}
{"query":"Who is the guarantor?","doc":"lease.txt","quotes":["the guarantor is Jane Roe"]}
{"query":"Which law governs?","doc":"lease.txt","quotes":["laws of the State of Maine"]}
`)},
	}
	got, err := PassageQuestions(t.Context(), r, set, 10)
	if err != nil || len(got) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	for i, want := range []string{"$4,200", "State of Maine"} {
		if !strings.Contains(got[i].Passage, want) {
			t.Errorf("%q: passage %q", got[i].Question.Question, got[i].Passage)
		}
	}
	if got, err := PassageQuestions(t.Context(), r, set, 1); err != nil || len(got) != 1 {
		t.Errorf("at most one: %+v, %v", got, err)
	}
	if _, err := PassageQuestions(t.Context(), r, fstest.MapFS{}, 1); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("no questions: %v", err)
	}
}
