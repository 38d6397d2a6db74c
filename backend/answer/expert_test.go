package answer

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/route"
)

// fixed takes every question for the same kind.
type fixed struct {
	experts []route.Expert
	kind    route.Kind
}

func (f fixed) Route(_ context.Context, q mark.Question) (route.Decision, error) {
	return route.Choose(f.experts, route.Asked{Judgement: route.Judgement{Kind: f.kind, Confidence: 0.9}, Named: q.Expert})
}

// models writes as scripted by the model that is asked, and keeps what it was asked.
type models struct {
	says  map[string]scripted
	asked []mark.Prompt
}

func (m *models) Generate(ctx context.Context, p mark.Prompt) iter.Seq2[mark.Delta, error] {
	m.asked = append(m.asked, p)
	return m.says[p.Model].Generate(ctx, p)
}

func (m *models) CountTokens(context.Context, string) (int, error) { return 1, nil }

func TestExpertsOfTheChainAnswerOneAfterTheOther(t *testing.T) {
	m := file(t)
	ours := append([]route.Expert{{
		ID: "leases", Name: "Leases", Kinds: []route.Kind{route.Fact}, Model: "large", Adapter: "leases", Prompt: "Speak of leases.", Mode: route.Passages,
		Sampling: route.Sampling{Temperature: 0.5, MaxTokens: 99},
	}}, route.Defaults("middle", "large")...)
	words := scripted{text: "The agreement is governed by the laws of the State of New York [1]."}
	broken := scripted{err: mark.Errorf(mark.Crashed, "The model stopped.")}
	tests := []struct {
		name   string
		says   map[string]scripted
		expert string // that the person chose
		want   string
		model  string // that wrote
		asked  []string
		step   mark.StepState // of the first in the chain
	}{
		{"the first", map[string]scripted{"large": words, "middle": words}, "", "leases", "large", []string{"large"}, mark.StepAnswers},
		{"the next where it fails", map[string]scripted{"large": broken, "middle": words}, "", "facts", "middle", []string{"large", "middle"}, mark.StepFailed},
		{"quotations where all fail", map[string]scripted{"large": broken, "middle": broken}, "", "quotations", "", []string{"large", "middle", "middle"}, mark.StepFailed},
		{"whom the person chose", map[string]scripted{"large": words, "middle": words}, "clauses", "clauses", "middle", []string{"middle"}, mark.StepAnswers},
		{"quotations by choice", map[string]scripted{"large": words, "middle": words}, "quotations", "quotations", "", nil, mark.StepAnswers},
		{"one without an answer of its own", map[string]scripted{"large": {text: "NOT IN THE PASSAGES"}}, "", "leases", "", []string{"large"}, mark.StepAnswers},
	}
	for _, tt := range tests {
		g := &models{says: tt.says}
		s := New(Config{Searcher: wordsOnly{}, Generator: g, Router: fixed{ours, route.Fact},
			Models: func(id string) Model { return Model{Name: id, Parameters: 2e9} }})
		var final *mark.Answer
		for e, err := range s.Answer(t.Context(), m, mark.Question{Text: "Which law governs the supply agreement between Acme and Bolt?", Expert: tt.expert}) {
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			final = e.Final
		}
		var asked []string
		for _, p := range g.asked {
			asked = append(asked, p.Model)
		}
		if final == nil || final.Routed == nil {
			t.Fatalf("%s: nothing is said of who answered", tt.name)
		}
		r := final.Routed
		if r.Expert != tt.want || r.Model != tt.model || !slices.Equal(asked, tt.asked) || r.Steps[0].State != tt.step || r.Chosen != (tt.expert != "") {
			t.Errorf("%s: asked %v, %+v", tt.name, asked, r)
		}
		answering := 0
		for _, step := range r.Steps {
			if step.State == mark.StepAnswers {
				answering++
			}
		}
		if answering != 1 || len(final.Citations) == 0 {
			t.Errorf("%s: %d in the chain answer, with %d citations: %+v", tt.name, answering, len(final.Citations), r.Steps)
		}
	}
	g := &models{says: map[string]scripted{"large": words}}
	s := New(Config{Searcher: wordsOnly{}, Generator: g, Router: fixed{ours, route.Fact},
		Models: func(string) Model { return Model{Name: "large", Parameters: 2e9} }})
	for _, err := range s.Answer(t.Context(), m, mark.Question{Text: "Which law governs the supply agreement between Acme and Bolt?"}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if p := g.asked[0]; p.Adapter != "leases" || p.Temp != 0.5 || p.MaxTokens != 99 || !strings.Contains(p.System, "Speak of leases.") {
		t.Errorf("the expert does not shape the prompt: %+v", p)
	}
}

func TestSmallModelsLeaveTheAnswerToQuotations(t *testing.T) {
	m := file(t)
	g := &models{}
	s := New(Config{Searcher: wordsOnly{}, Generator: g, Router: fixed{route.Defaults("tiny", "tiny"), route.Fact},
		Models: func(id string) Model { return Model{Name: id, Parameters: 135e6} }})
	var final *mark.Answer
	for e, err := range s.Answer(t.Context(), m, mark.Question{Text: "Which law governs the supply agreement between Acme and Bolt?"}) {
		if err != nil {
			t.Fatal(err)
		}
		final = e.Final
	}
	if r := final.Routed; len(g.asked) > 0 || r.Expert != "facts" || r.Model != "" || !strings.Contains(strings.Join(r.Why, " "), "not trusted to write") {
		t.Errorf("asked %d times, %+v", len(g.asked), r)
	}
}

func TestPersonsChoiceDecidesWhetherEveryDocumentIsAsked(t *testing.T) {
	m := file(t)
	s := New(Config{Searcher: wordsOnly{}, Router: fixed{route.Defaults("", ""), route.Fact}})
	for _, tt := range []struct {
		question, expert, want string
		survey                 bool
	}{
		{"Which contracts have a governing law clause?", "", "survey", true}, // whatever it was taken for
		{"Which contracts have a governing law clause?", "facts", "facts", false},
		{"governing law", "survey", "survey", true},
	} {
		var final *mark.Answer
		for e, err := range s.Answer(t.Context(), m, mark.Question{Text: tt.question, Expert: tt.expert}) {
			if err != nil {
				t.Fatal(err)
			}
			final = e.Final
		}
		if final.Routed.Expert != tt.want || (final.Survey != nil) != tt.survey {
			t.Errorf("%q by %q: %s, survey %v", tt.question, tt.expert, final.Routed.Expert, final.Survey != nil)
		}
	}
	for _, err := range s.Answer(t.Context(), m, mark.Question{Text: "governing law", Expert: "nobody"}) {
		if mark.CodeOf(err) != mark.NotFound {
			t.Errorf("an expert that is not there: %v", err)
		}
	}
}
