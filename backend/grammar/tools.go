package grammar

import (
	"encoding/json"
	"strings"

	mark "markai/backend"
)

// ToolFormat is how a family of models writes that a tool is to be called.
type ToolFormat string

// The formats.
const (
	// HermesTools: <tool_call>{"name": …, "arguments": {…}}</tool_call>; Hermes,
	// Qwen 2.5 and 3, and most that learned from them.
	HermesTools ToolFormat = "hermes"
	// LlamaTools: {"name": …, "parameters": {…}} as the whole answer, after
	// <|python_tag|> or not, several with a semicolon between; Llama 3.1 to 3.3.
	LlamaTools ToolFormat = "llama"
	// MistralTools: [TOOL_CALLS][{"name": …, "arguments": {…}}].
	MistralTools ToolFormat = "mistral"
	// FunctionaryTools: <function=name>{…}</function>; Functionary 3.1.
	FunctionaryTools ToolFormat = "functionary"
	// PlainTools: the whole answer is JSON, one call or a list of them.
	PlainTools ToolFormat = "json"
)

// ToolFormatOf recognises the format by a model's chat template.
func ToolFormatOf(template string) ToolFormat {
	for _, f := range []struct {
		sign   string
		format ToolFormat
	}{
		{"[TOOL_CALLS]", MistralTools}, {"<function=", FunctionaryTools}, {"<tool_call>", HermesTools},
		{"<|python_tag|>", LlamaTools}, {"<|start_header_id|>", LlamaTools},
	} {
		if strings.Contains(template, f.sign) {
			return f.format
		}
	}
	return PlainTools
}

// ToolParser separates text from tool calls while they are generated, however
// the generation is cut into pieces. It holds back only what may belong to a
// call. What begins like a call and is none stays text: no word is lost. The zero value is not
// usable.
type ToolParser struct {
	format  ToolFormat
	markers toolMarkers
	held    string // not yet decided
	seen    bool   // something other than white space has come as text
	in      bool   // after an opening marker
	scan    scanner
}

// toolMarkers are what frames calls. Without an opening one a call can only be
// the whole answer.
type toolMarkers struct {
	open, shut string
}

var markersOf = map[ToolFormat]toolMarkers{
	HermesTools:      {"<tool_call>", "</tool_call>"},
	LlamaTools:       {"<|python_tag|>", ""},
	MistralTools:     {"[TOOL_CALLS]", ""},
	FunctionaryTools: {"<function=", "</function>"},
}

// MaxToolCall is how many bytes a call may have. What is longer stays text.
const MaxToolCall = 1 << 18

const maxToolName = 128 // bytes of a name in a marker

// NewToolParser returns a parser of a format. Errors: Invalid for one that is not known.
func NewToolParser(format ToolFormat) (*ToolParser, error) {
	m, ok := markersOf[format]
	if !ok && format != PlainTools {
		return nil, errFormat(format)
	}
	return &ToolParser{format: format, markers: m}, nil
}

func errFormat(format ToolFormat) error {
	return mark.Errorf(mark.Invalid, "There is no tool format %q. Choose hermes, llama, mistral, functionary or json.", format)
}

// Add takes the next piece of what was generated, and returns what of it is text, and
// the calls that are complete.
func (p *ToolParser) Add(piece string) (text string, calls []mark.ToolCall) {
	p.held += piece
	return p.advance(false)
}

// End returns what is left when the generation has ended.
func (p *ToolParser) End() (text string, calls []mark.ToolCall) { return p.advance(true) }

func (p *ToolParser) advance(last bool) (string, []mark.ToolCall) {
	var text strings.Builder
	var calls []mark.ToolCall
	for {
		out, call, more := p.step(last)
		if out != "" {
			text.WriteString(out)
			p.seen = p.seen || strings.TrimSpace(out) != ""
		}
		calls = append(calls, call...)
		if !more {
			return text.String(), calls
		}
	}
}

// step decides about the beginning of what is held; more says that something was
// decided and there may be more to decide.
func (p *ToolParser) step(last bool) (text string, calls []mark.ToolCall, more bool) {
	if !p.in {
		return p.outside(last)
	}
	return p.inside(last)
}

// outside looks for the beginning of a call.
func (p *ToolParser) outside(last bool) (text string, calls []mark.ToolCall, more bool) {
	if p.held == "" {
		return "", nil, false
	}
	if p.bare() {
		trimmed := strings.TrimLeft(p.held, " \t\r\n;")
		if trimmed == "" && !last {
			return "", nil, false
		}
		if strings.HasPrefix(trimmed, "{") || p.format == PlainTools && strings.HasPrefix(trimmed, "[") {
			p.in, p.scan = true, scanner{at: len(p.held) - len(trimmed)}
			return "", nil, true
		}
	}
	open := p.markers.open
	if open == "" {
		return p.take(len(p.held)), nil, false
	}
	if at := strings.Index(p.held, open); at >= 0 {
		text = p.take(at)
		p.in, p.scan = true, scanner{at: len(open)}
		return text, nil, true
	}
	keep := 0
	if !last {
		keep = overlap(p.held, open)
		if p.bare() && strings.TrimSpace(p.held[:len(p.held)-keep]) == "" {
			return "", nil, false // white space before a call is none of the text
		}
	}
	return p.take(len(p.held) - keep), nil, false
}

// bare reports whether a call may stand here without a marker before it.
func (p *ToolParser) bare() bool {
	return (p.format == LlamaTools || p.format == PlainTools) && !p.seen
}

// inside reads a call to its end.
func (p *ToolParser) inside(last bool) (text string, calls []mark.ToolCall, more bool) {
	name, from, ok := p.name()
	if ok == undecided && !last {
		return "", nil, false
	}
	if ok != yes {
		return p.giveUp()
	}
	p.scan.at = max(p.scan.at, from)
	end := p.scan.value(p.held)
	if end == undecided && !last {
		return "", nil, false
	}
	if end != yes {
		return p.giveUp()
	}
	calls = readCalls(p.held[from:p.scan.at], name)
	if calls == nil {
		return p.giveUp()
	}
	rest := p.held[p.scan.at:]
	closing := strings.TrimLeft(rest, " \t\r\n")
	switch shut := p.markers.shut; {
	case shut == "":
	case strings.HasPrefix(closing, shut):
		rest = closing[len(shut):]
	case !last && strings.HasPrefix(shut, closing):
		return "", nil, false
	default: // the closing marker is missing: the call is complete all the same
	}
	p.held, p.in = rest, false
	return "", calls, true
}

// name returns the name that stands in the opening marker, where the format has it
// there, and where the JSON begins.
func (p *ToolParser) name() (name string, from int, ok verdict) {
	if p.format != FunctionaryTools {
		return "", p.begin(), yes
	}
	rest := p.held[len(p.markers.open):]
	at := strings.IndexByte(rest, '>')
	switch {
	case at < 0 && len(rest) <= maxToolName:
		return "", 0, undecided
	case at < 1 || at > maxToolName || strings.ContainsAny(rest[:at], " \n{\""):
		return "", 0, no
	}
	return rest[:at], len(p.markers.open) + at + 1, yes
}

// begin is where the JSON of a call begins.
func (p *ToolParser) begin() int {
	if open := p.markers.open; open != "" && strings.HasPrefix(p.held, open) {
		return len(open)
	}
	return 0
}

// giveUp lets what began like a call be text.
func (p *ToolParser) giveUp() (text string, calls []mark.ToolCall, more bool) {
	p.in = false
	text = p.take(min(max(p.begin(), 1), len(p.held)))
	return text, nil, p.held != ""
}

func (p *ToolParser) take(n int) string {
	out := p.held[:n]
	p.held = p.held[n:]
	return out
}

// overlap returns how many bytes at the end of s could begin marker.
func overlap(s, marker string) int {
	for n := min(len(marker)-1, len(s)); n > 0; n-- {
		if strings.HasSuffix(s, marker[:n]) {
			return n
		}
	}
	return 0
}

type verdict int

const (
	undecided verdict = iota
	yes
	no
)

// scanner finds the end of a JSON object or array, going on where it stopped.
type scanner struct {
	at      int // bytes looked at
	depth   int
	began   bool
	str     bool // within a string
	escaped bool
}

// value looks on for the end of the value in s; at is just after it then.
func (c *scanner) value(s string) verdict {
	if c.began && c.depth == 0 {
		return yes
	}
	for ; c.at < len(s); c.at++ {
		if c.at > MaxToolCall {
			return no
		}
		b := s[c.at]
		switch {
		case c.str && c.escaped:
			c.escaped = false
		case c.str && b == '\\':
			c.escaped = true
		case b == '"' && c.began:
			c.str = !c.str
		case c.str:
		case b == '{' || b == '[':
			c.began = true
			c.depth++
		case b == '}' || b == ']':
			if c.depth--; c.depth == 0 {
				c.at++
				return yes
			}
			if c.depth < 0 {
				return no
			}
		case !c.began && !strings.ContainsRune(" \t\r\n", rune(b)):
			return no
		}
	}
	return undecided
}

// readCalls reads one call or a list of them; nil where it is neither. With a name
// the text is the arguments alone.
func readCalls(text, name string) []mark.ToolCall {
	text = strings.Trim(text, " \t\r\n;")
	if name != "" {
		if !isObject([]byte(text)) {
			return nil
		}
		return []mark.ToolCall{{Name: name, Arguments: []byte(text)}}
	}
	type call struct {
		Name       string          `json:"name"`
		Arguments  json.RawMessage `json:"arguments"`
		Parameters json.RawMessage `json:"parameters"`
	}
	var list []call
	if strings.HasPrefix(text, "[") {
		if json.Unmarshal([]byte(text), &list) != nil {
			return nil
		}
	} else {
		var one call
		if json.Unmarshal([]byte(text), &one) != nil {
			return nil
		}
		list = []call{one}
	}
	var out []mark.ToolCall
	for _, c := range list {
		args := c.Arguments
		if args == nil {
			args = c.Parameters
		}
		var quoted string // some write the arguments as text that holds JSON
		if json.Unmarshal(args, &quoted) == nil && quoted != "" {
			args = json.RawMessage(quoted)
		}
		if args == nil {
			args = json.RawMessage("{}")
		}
		if c.Name == "" || !isObject(args) {
			return nil
		}
		out = append(out, mark.ToolCall{Name: c.Name, Arguments: args})
	}
	return out
}

func isObject(b []byte) bool {
	var m map[string]json.RawMessage
	return json.Unmarshal(b, &m) == nil && m != nil
}
