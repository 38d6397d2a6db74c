package answer

import (
	"context"
	"iter"
	"strings"
	"testing"

	mark "markai/backend"
)

// reader answers the tasks as a model would that reads the passages, or that
// does not.
type reader struct {
	answers  map[string]string // by question
	nothing  string
	grammars bool
}

func (r reader) Generate(_ context.Context, p mark.Prompt) iter.Seq2[mark.Delta, error] {
	return func(yield func(mark.Delta, error) bool) {
		if p.Grammar != "" {
			text := "yes"
			if !r.grammars {
				text = "perhaps"
			}
			yield(mark.Delta{Text: text}, nil)
			return
		}
		text, ok := r.answers[strings.TrimPrefix(p.User, "Question: ")]
		if !ok {
			text = r.nothing
		}
		yield(mark.Delta{Text: text}, nil)
	}
}

func (reader) CountTokens(context.Context, string) (int, error) { return 1, nil }

func TestModelIsTrustedByWhatItDoes(t *testing.T) {
	right := map[string]string{
		"When does the lease end?":               "The lease ends on February 28, 2026 [1].",
		"How much is the monthly rent?":          "The monthly rent is $4,250 [2].",
		"Which law governs the lease?":           "This Lease is governed by the laws of the State of Oregon [3].",
		"How long before must notice be given?":  "Notices must be given at least ninety (90) days in advance [3].",
		"May the tenant sublet without consent?": "The Tenant shall not sublet the premises without the Landlord's prior written consent [2].",
	}
	invented := map[string]string{}
	for q := range right {
		invented[q] = "The lease ends on April 3, 2031 and costs $900 [1]."
	}
	tests := []struct {
		name string
		r    reader
		want bool
	}{
		{"one that keeps to the passages", reader{right, "NOT IN THE PASSAGES", true}, true},
		{"one that always answers", reader{right, "The landlord insures it for $10,000 [1].", true}, false},
		{"one that invents", reader{invented, "NOT IN THE PASSAGES", true}, false},
		{"one that never answers", reader{nil, "NOT IN THE PASSAGES", true}, false},
	}
	for _, tt := range tests {
		a, err := Measure(t.Context(), tt.r, "m")
		if err != nil {
			t.Fatal(err)
		}
		if a.Writes() != tt.want || !a.Grammar {
			t.Errorf("%s: %+v", tt.name, a)
		}
	}
	a, err := Measure(t.Context(), reader{right, "NOT IN THE PASSAGES", false}, "m")
	if err != nil || a.Grammar || !strings.Contains(a.String(), "grammar: not followed") {
		t.Errorf("%v, %v", a, err)
	}
	if _, err := Measure(t.Context(), scripted{err: mark.Errorf(mark.Crashed, "It stopped.")}, "m"); mark.CodeOf(err) != mark.Crashed {
		t.Errorf("got %v", err)
	}
}

func TestWhatWasMeasuredComesBeforeTheSize(t *testing.T) {
	good, bad := Ability{Cites: 1, Keeps: 1, Answers: 1, Stays: 1}, Ability{}
	for _, tt := range []struct {
		m    Model
		want bool
	}{
		{Model{Parameters: 2e9}, true},
		{Model{Parameters: 2e8}, false},
		{Model{Parameters: 2e8, Ability: &good}, true},
		{Model{Parameters: 2e9, Ability: &bad}, false},
	} {
		if got := tt.m.Writes(0); got != tt.want {
			t.Errorf("%+v writes: %v", tt.m, got)
		}
	}
}
