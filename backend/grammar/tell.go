package grammar

import (
	"encoding/json"
	"fmt"
	"strings"

	mark "markai/backend"
)

// tellings say to a model how it is to ask for a call, for each family in the
// words that it was taught with, or near them.
var tellings = map[ToolFormat]struct{ before, after string }{
	HermesTools: {
		"# Tools\n\nYou may call one or more functions to assist with the user query.\n\nFunction signatures are provided within <tools></tools> XML tags:\n<tools>\n",
		"</tools>\n\nFor each function call, return a JSON object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>",
	},
	LlamaTools: {
		"You have access to the following functions:\n\n",
		"\nTo call a function, respond with JSON alone: {\"name\": function name, \"parameters\": dictionary of argument name and its value}. Do not use variables.",
	},
	MistralTools: {
		"You can call these functions:\n",
		"\nTo call functions, write [TOOL_CALLS] and then a JSON list: [{\"name\": function name, \"arguments\": {...}}]",
	},
	FunctionaryTools: {
		"You have access to the following functions:\n\n",
		"\nTo call a function, write its name and the JSON of its arguments, with nothing before: <function=name>{\"argument\": value}</function>",
	},
	PlainTools: {
		"You can call these functions:\n",
		"\nTo call one, answer with JSON alone: {\"name\": function name, \"arguments\": {...}}",
	},
}

// Tell returns what a model of a family is told in its system message, so that it
// may ask for calls of these tools. Errors: Invalid for a tool whose name or
// parameters make no sense, and for an unknown format.
func Tell(format ToolFormat, tools []mark.Tool) (string, error) {
	words, ok := tellings[format]
	if !ok {
		return "", errFormat(format)
	}
	if err := CheckTools(tools); err != nil {
		return "", err
	}
	type function struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Parameters  json.RawMessage `json:"parameters"`
	}
	var out strings.Builder
	out.WriteString(words.before)
	for _, t := range tools {
		f := function{t.Name, t.Description, t.Parameters}
		if len(t.Parameters) == 0 {
			f.Parameters = json.RawMessage(`{"type":"object","properties":{}}`)
		}
		line, err := json.Marshal(struct {
			Type     string   `json:"type"`
			Function function `json:"function"`
		}{"function", f})
		if err != nil {
			return "", fmt.Errorf("tell of tool %s: %w", t.Name, err)
		}
		out.Write(line)
		out.WriteByte('\n')
	}
	out.WriteString(words.after)
	return out.String(), nil
}

// CheckTools reports the first of some tools that no model can be told of.
// Errors: Invalid.
func CheckTools(tools []mark.Tool) error {
	seen := map[string]bool{}
	for _, t := range tools {
		odd := func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.-", r))
		}
		switch {
		case t.Name == "" || len(t.Name) > maxToolName || strings.ContainsFunc(t.Name, odd):
			return mark.Errorf(mark.Invalid, "A tool cannot be called %q. Use up to %d letters, digits, underscores, points and hyphens.", t.Name, maxToolName)
		case seen[t.Name]:
			return mark.Errorf(mark.Invalid, "There are two tools called %q.", t.Name)
		case len(t.Parameters) > 0 && !isObject(t.Parameters):
			return mark.Errorf(mark.Invalid, "The parameters of tool %q are no JSON Schema of an object.", t.Name)
		}
		seen[t.Name] = true
	}
	return nil
}

// Marks reports whether text is a marker of the format: models have tokens of
// their own for these, which are no text elsewhere.
func (f ToolFormat) Marks(text string) bool {
	m := markersOf[f]
	return text != "" && (text == m.open || text == m.shut)
}
