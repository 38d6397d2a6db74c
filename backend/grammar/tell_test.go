package grammar_test

import (
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/grammar"
)

// What a model is told of tools names each, and what it is told to write is read
// as a call.
func TestModelIsToldOfToolsInTheWayItsCallsAreRead(t *testing.T) {
	tools := []mark.Tool{
		{Name: "search", Description: "Finds \"passages\".", Parameters: []byte(`{"type": "object", "properties": {"q": {"type": "string"}}}`)},
		{Name: "today"},
	}
	for format, call := range map[grammar.ToolFormat]string{
		grammar.HermesTools:      "<tool_call>\n{\"name\": \"search\", \"arguments\": {}}\n</tool_call>",
		grammar.LlamaTools:       `{"name": "search", "parameters": {}}`,
		grammar.MistralTools:     `[TOOL_CALLS][{"name": "search", "arguments": {}}]`,
		grammar.FunctionaryTools: `<function=search>{}</function>`,
		grammar.PlainTools:       `{"name": "search", "arguments": {}}`,
	} {
		told, err := grammar.Tell(format, tools)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"name":"search"`, `"name":"today"`, `Finds \"passages\".`, `"q"`} {
			if !strings.Contains(told, want) {
				t.Errorf("%s: %s is missing in %q", format, want, told)
			}
		}
		if text, calls := parsed(t, format, call); text != "" || calls != "search({})" {
			t.Errorf("%s: got text %q, calls %q", format, text, calls)
		}
	}
	if _, err := grammar.Tell("xml", tools); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("an unknown format: %v", err)
	}
}

func TestToolThatNoModelCanBeToldOfIsRefused(t *testing.T) {
	for _, tools := range [][]mark.Tool{
		{{Name: ""}}, {{Name: "a b"}}, {{Name: "<x>"}}, {{Name: strings.Repeat("x", 200)}}, {{Name: "a"}, {Name: "a"}},
		{{Name: "a", Parameters: []byte(`[]`)}}, {{Name: "a", Parameters: []byte(`{"type"`)}},
	} {
		if _, err := grammar.Tell(grammar.HermesTools, tools); mark.CodeOf(err) != mark.Invalid {
			t.Errorf("%v: %v", tools, err)
		}
	}
}

func TestMarkersAreKnownByTheirFormat(t *testing.T) {
	for _, c := range []struct {
		format grammar.ToolFormat
		text   string
		want   bool
	}{
		{grammar.HermesTools, "<tool_call>", true}, {grammar.HermesTools, "</tool_call>", true}, {grammar.HermesTools, "<|im_start|>", false},
		{grammar.LlamaTools, "<|python_tag|>", true}, {grammar.LlamaTools, "", false}, {grammar.PlainTools, "", false},
	} {
		if got := c.format.Marks(c.text); got != c.want {
			t.Errorf("%s, %q: %v", c.format, c.text, got)
		}
	}
}
