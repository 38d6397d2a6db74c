package llama_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	mark "markai/backend"
)

func TestOddsOfEveryTokenAreTold(t *testing.T) {
	g := newGenerator(t, 1024)
	var text bytes.Buffer
	shown, tokens := "", 0
	for d, err := range g.Generate(t.Context(), mark.Prompt{User: "Count to twenty.", MaxTokens: 24, Scores: 3}) {
		if err != nil {
			t.Fatal(err)
		}
		shown += d.Text
		tokens += d.Tokens
		if len(d.Scores) != d.Tokens {
			t.Errorf("%d scores for %d tokens", len(d.Scores), d.Tokens)
		}
		for _, s := range d.Scores {
			text.Write(s.Piece)
			if len(s.Top) != 3 || !bytes.Equal(s.Top[0].Piece, s.Piece) || s.Top[0].Logprob != s.Logprob {
				t.Errorf("without chance the likeliest is written: got %+v", s)
			}
			sum := 0.0
			for i, o := range s.Top {
				sum += math.Exp(o.Logprob)
				if i > 0 && o.Logprob > s.Top[i-1].Logprob {
					t.Errorf("out of order: %+v", s.Top)
				}
			}
			if sum <= 0 || sum > 1+1e-9 {
				t.Errorf("three tokens have %v of the probability", sum)
			}
		}
	}
	if tokens == 0 || !strings.HasPrefix(text.String(), shown) {
		t.Errorf("%d tokens: the pieces are %q, the text %q", tokens, text.String(), shown)
	}
	for _, err := range g.Generate(t.Context(), mark.Prompt{User: "x", Scores: mark.MaxScores + 1}) {
		if mark.CodeOf(err) != mark.Invalid {
			t.Errorf("too many: %v", err)
		}
	}
}

// A penalty that nothing outweighs lets no token come twice within its window.
func TestPenaltyKeepsTheModelFromRepeating(t *testing.T) {
	g := newGenerator(t, 1024)
	seen := map[string]bool{}
	p := mark.Prompt{User: "Say yes, yes, yes and so on.", MaxTokens: 40, Scores: 1, Sampling: mark.Sampling{Repeat: 10}}
	for d, err := range g.Generate(t.Context(), p) {
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range d.Scores {
			if seen[string(s.Piece)] {
				t.Errorf("%q came twice", s.Piece)
			}
			seen[string(s.Piece)] = true
		}
	}
}

func TestFormsAreAskedForByNameAndOneAtATime(t *testing.T) {
	g := newGenerator(t, 1024)
	for name, c := range map[string]struct {
		form mark.Form
		want string
	}{
		"choice":  {mark.Form{Choice: []string{"landlord"}}, "landlord"},
		"pattern": {mark.Form{Pattern: "(yes){2}"}, "yesyes"},
		"schema":  {mark.Form{Schema: []byte(`{"const": {"a": 1}}`)}, `{"a":1}`},
	} {
		got, _, _, err := collect(t.Context(), g, mark.Prompt{User: "Tell a story.", Form: c.form, MaxTokens: 40})
		if err != nil || strings.ReplaceAll(got, " ", "") != c.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name, p := range map[string]mark.Prompt{
		"two":        {Form: mark.Form{Pattern: "a", Choice: []string{"b"}}},
		"a grammar":  {Form: mark.Form{Pattern: "a"}, Grammar: `root ::= "a"`},
		"no pattern": {Form: mark.Form{Pattern: "("}},
	} {
		if _, _, _, err := collect(t.Context(), g, p); mark.CodeOf(err) != mark.Invalid && mark.CodeOf(err) != mark.Unsupported {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCallsAreTakenOutOfTheText(t *testing.T) {
	g := newGenerator(t, 1024)
	p := mark.Prompt{
		System: "You help.", User: "Find the notice.", MaxTokens: 60,
		Tools:   []mark.Tool{{Name: "search", Description: "Finds passages.", Parameters: []byte(`{"type": "object"}`)}},
		Grammar: `root ::= "{\"name\": \"search\", \"arguments\": {\"q\": \"" [a-z]{1,8} "\"}}"`,
	}
	text := ""
	var calls []mark.ToolCall
	for d, err := range g.Generate(t.Context(), p) {
		if err != nil {
			t.Fatal(err)
		}
		text += d.Text
		calls = append(calls, d.Calls...)
	}
	if text != "" || len(calls) != 1 || calls[0].Name != "search" || !strings.HasPrefix(string(calls[0].Arguments), `{"q": "`) {
		t.Errorf("got text %q, calls %v", text, calls)
	}
	p.Grammar = `root ::= "No call is needed."`
	if text, _, _, err := collect(t.Context(), g, p); err != nil || text != "No call is needed." {
		t.Errorf("got %q, %v", text, err)
	}
	// The model was told of the tool: what it reads is longer.
	_, with, _, _, err := gather(t.Context(), g, p)
	p.Tools = nil
	_, without, _, _, err2 := gather(t.Context(), g, p)
	if err != nil || err2 != nil || with < without+40 {
		t.Errorf("it read %d tokens with the tool, %d without, %v, %v", with, without, err, err2)
	}
	p.Tools = []mark.Tool{{Name: "no name"}}
	if _, _, _, err := collect(t.Context(), g, p); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("got %v", err)
	}
}
