package llama

import (
	"slices"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
	forms "markai/backend/grammar"
)

// tools takes the calls that a model asks for out of its text. The nil tools
// leaves it as it is.
type tools struct {
	format forms.ToolFormat
	parser *forms.ToolParser
}

// newTools returns what reads the calls of a model with this chat template; nil
// where there is nothing to call.
func newTools(template string, all []mark.Tool) (*tools, error) {
	if len(all) == 0 {
		return nil, nil
	}
	format := forms.ToolFormatOf(template)
	parser, err := forms.NewToolParser(format)
	if err != nil {
		return nil, err
	}
	return &tools{format, parser}, nil
}

// told returns the turns with a system message that also tells of tools.
func told(turns []turn, template string, all []mark.Tool) ([]turn, error) {
	if len(all) == 0 {
		return turns, nil
	}
	text, err := forms.Tell(forms.ToolFormatOf(template), all)
	if err != nil {
		return nil, err
	}
	if len(turns) > 0 && turns[0].Role == "system" {
		turns = slices.Clone(turns)
		turns[0].Text += "\n\n" + text
		return turns, nil
	}
	return append([]turn{{"system", text}}, turns...), nil
}

// piece returns the bytes of a token as they are read. Of special tokens those
// alone have some that mark a call.
func (t *tools) piece(v native.Vocab, tok native.Token) []byte {
	b := pieceOf(v, tok)
	if t == nil || len(b) > 0 {
		return b
	}
	if s := specialPieceOf(v, tok); t.format.Marks(string(s)) {
		return s
	}
	return nil
}

// take separates text from calls; the last piece of a text ends what is held back.
func (t *tools) take(text string, last bool) (string, []mark.ToolCall) {
	if t == nil {
		return text, nil
	}
	text, calls := t.parser.Add(text)
	if last {
		rest, more := t.parser.End()
		text, calls = text+rest, append(calls, more...)
	}
	return text, calls
}
