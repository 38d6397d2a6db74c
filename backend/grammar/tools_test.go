package grammar_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
	"markai/backend/grammar"
)

// parsed gives pieces to a parser and writes down what came of them.
func parsed(t interface{ Fatal(...any) }, format grammar.ToolFormat, pieces ...string) (text, calls string) {
	p, err := grammar.NewToolParser(format)
	if err != nil {
		t.Fatal(err)
	}
	note := func(s string, c []mark.ToolCall) {
		text += s
		for _, c := range c {
			calls += fmt.Sprintf("%s(%s)", c.Name, c.Arguments)
		}
	}
	for _, s := range pieces {
		note(p.Add(s))
	}
	note(p.End())
	return text, calls
}

var toolTexts = []struct {
	name       string
	format     grammar.ToolFormat
	in         string
	text, call string
}{
	{"hermes", grammar.HermesTools, "Let me look.\n<tool_call>\n{\"name\": \"search\", \"arguments\": {\"q\": \"notice\"}}\n</tool_call>", "Let me look.\n", `search({"q": "notice"})`},
	{"hermes, two calls and text", grammar.HermesTools, `<tool_call>{"name":"a","arguments":{}}</tool_call><tool_call>{"name":"b"}</tool_call> Done.`, " Done.", `a({})b({})`},
	{"hermes, a brace in a string", grammar.HermesTools, `<tool_call>{"name":"a","arguments":{"q":"}</tool_call>\"{"}}</tool_call>`, "", `a({"q":"}</tool_call>\"{"})`},
	{"hermes, cut off", grammar.HermesTools, `See <tool_call>{"name":"a","arg`, `See <tool_call>{"name":"a","arg`, ""},
	{"hermes, not closed", grammar.HermesTools, `<tool_call>{"name":"a"}`, "", `a({})`},
	{"hermes, no JSON", grammar.HermesTools, `A <tool_call> is a tag. <tool_call>{"name":"a"}</tool_call>`, "A <tool_call> is a tag. ", `a({})`},
	{"hermes, nearly a tag", grammar.HermesTools, "1 <tool and 2 <", "1 <tool and 2 <", ""},
	{"llama", grammar.LlamaTools, `{"name": "search", "parameters": {"q": "x"}}`, "", `search({"q": "x"})`},
	{"llama, tagged", grammar.LlamaTools, `<|python_tag|>{"name": "search", "parameters": {}}`, "", `search({})`},
	{"llama, two", grammar.LlamaTools, `{"name": "a", "parameters": {}}; {"name": "b", "parameters": {}}`, "", `a({})b({})`},
	{"llama, text", grammar.LlamaTools, `The form is {"name": "a", "parameters": {}}.`, `The form is {"name": "a", "parameters": {}}.`, ""},
	{"mistral", grammar.MistralTools, `[TOOL_CALLS][{"name": "a", "arguments": {"n": 1}}, {"name": "b", "arguments": {}}]`, "", `a({"n": 1})b({})`},
	{"mistral, text with brackets", grammar.MistralTools, `See [1] and [TOOL].`, `See [1] and [TOOL].`, ""},
	{"functionary", grammar.FunctionaryTools, `<function=search>{"q": "x"}</function><function=b>{}</function>`, "", `search({"q": "x"})b({})`},
	{"functionary, no name", grammar.FunctionaryTools, `<function=>{}</function>`, `<function=>{}</function>`, ""},
	{"plain, one", grammar.PlainTools, ` {"name": "a", "arguments": "{\"q\": 1}"}`, "", `a({"q": 1})`},
	{"plain, a list", grammar.PlainTools, `[{"name": "a"}, {"name": "b"}]`, "", `a({})b({})`},
	{"plain, JSON that is no call", grammar.PlainTools, `{"answer": "yes"}`, `{"answer": "yes"}`, ""},
	{"plain, text", grammar.PlainTools, `The lease ends.`, `The lease ends.`, ""},
}

func TestToolCallsAreTakenOutOfTheText(t *testing.T) {
	for _, tt := range toolTexts {
		text, calls := parsed(t, tt.format, tt.in)
		if text != tt.text || calls != tt.call {
			t.Errorf("%s: got text %q, calls %q; want %q, %q", tt.name, text, calls, tt.text, tt.call)
		}
	}
	if _, err := grammar.NewToolParser("xml"); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("an unknown format: %v", err)
	}
}

func TestTextIsNotHeldBackWithoutNeed(t *testing.T) {
	p, err := grammar.NewToolParser(grammar.HermesTools)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := p.Add("The tenant pays <"); text != "The tenant pays " {
		t.Errorf("got %q", text)
	}
	if text, _ := p.Add("b>"); text != "<b>" {
		t.Errorf("got %q", text)
	}
}

func TestCallWithoutAnEndBecomesText(t *testing.T) {
	in := `<tool_call>{"name": "` + strings.Repeat("x", grammar.MaxToolCall+10)
	p, err := grammar.NewToolParser(grammar.HermesTools)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := p.Add(in)
	if rest, _ := p.End(); text+rest != in || len(text) < grammar.MaxToolCall {
		t.Errorf("got %d bytes of %d at once", len(text), len(in))
	}
}

func TestToolFormatIsKnownByTheTemplate(t *testing.T) {
	for template, want := range map[string]grammar.ToolFormat{
		"{{ '<tool_call>' }}":                                grammar.HermesTools,
		"<|start_header_id|>{{ role }} <|python_tag|>":       grammar.LlamaTools,
		"[AVAILABLE_TOOLS]…[TOOL_CALLS]":                     grammar.MistralTools,
		"<|start_header_id|> <function=example_name>{}":      grammar.FunctionaryTools,
		"<|im_start|>{{ message.role }}":                     grammar.PlainTools,
		"<|start_header_id|>{{ role }}<|end_header_id|>\n\n": grammar.LlamaTools,
	} {
		if got := grammar.ToolFormatOf(template); got != want {
			t.Errorf("%q: got %s, want %s", template, got, want)
		}
	}
}

var toolFormats = []grammar.ToolFormat{grammar.HermesTools, grammar.LlamaTools, grammar.MistralTools, grammar.FunctionaryTools, grammar.PlainTools}

// checkPieces holds a text that comes in pieces against the same in one.
func checkPieces(t interface{ Fatal(...any) }, format grammar.ToolFormat, in string, cuts []int) {
	text, calls := parsed(t, format, in)
	var pieces []string
	rest := in
	for i := 0; rest != ""; i++ {
		n := 1
		if len(cuts) > 0 {
			n = min(max(cuts[i%len(cuts)], 1), len(rest))
		}
		pieces, rest = append(pieces, rest[:n]), rest[n:]
	}
	if text2, calls2 := parsed(t, format, pieces...); text2 != text || calls2 != calls {
		t.Fatal(fmt.Sprintf("%s %q: in one %q %q, in pieces %q %q", format, in, text, calls, text2, calls2))
	}
}

// However a text is cut into pieces, the same comes of it.
func TestPiecesDoNotMatter(t *testing.T) {
	for _, tt := range toolTexts {
		checkPieces(t, tt.format, tt.in, nil)
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			"<tool_call>", "</tool_call>", "[TOOL_CALLS]", "<function=a>", "<function=", "</function>", "<|python_tag|>", `{"name":"a"}`, `{"name":`,
			`"b","arguments":{"x":"}"}}`, "[", "]", "{", "}", `"`, `\`, ";", " ", "\n", "text", "<", "é",
		}), 0, 10).Draw(t, "parts")
		cuts := rapid.SliceOfN(rapid.IntRange(1, 6), 1, 5).Draw(t, "cuts")
		checkPieces(t, rapid.SampledFrom(toolFormats).Draw(t, "format"), strings.Join(parts, ""), cuts)
	})
}

func FuzzToolParser(f *testing.F) {
	for _, tt := range toolTexts {
		f.Add(tt.in, byte(3))
	}
	f.Fuzz(func(t *testing.T, in string, cut byte) {
		for _, format := range toolFormats {
			checkPieces(t, format, in, []int{int(cut%7) + 1})
		}
	})
}
