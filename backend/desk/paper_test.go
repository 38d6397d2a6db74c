package desk

import (
	"testing"

	mark "markai/backend"
)

func TestAnswersAreCountedWithoutTurnsThatHaveNone(t *testing.T) {
	messages := []mark.Message{
		{Role: "user", Text: "first?"}, {Role: "assistant", Text: "one", Answer: &mark.Answer{Text: "one"}},
		{Role: "user", Text: "lost?"},
		{Role: "user", Text: "second?"}, {Role: "assistant", Text: "two", Answer: &mark.Answer{Text: "two"}},
	}
	for n, want := range map[int][2]string{1: {"first?", "one"}, 2: {"second?", "two"}} {
		p, err := paperOf(messages, n)
		if err != nil || p.Question != want[0] || p.Answer.Text != want[1] {
			t.Errorf("answer %d is %q to %q (%v), want %q to %q", n, p.Answer.Text, p.Question, err, want[1], want[0])
		}
	}
	for _, n := range []int{-1, 0, 3} {
		if _, err := paperOf(messages, n); mark.CodeOf(err) != mark.NotFound {
			t.Errorf("answer %d: %v, want not found", n, err)
		}
	}
}

func TestQuestionBecomesANameThatEverySystemTakes(t *testing.T) {
	for question, want := range map[string]string{
		"When is rent due?":              "When is rent due",
		"Does 12(b)(6)/12(c) \"apply\"?": "Does 12(b)(6) 12(c)  apply",
		"...":                            "Answer",
	} {
		if got := fileName(question); got != want {
			t.Errorf("%q becomes %q, want %q", question, got, want)
		}
	}
}
