package llama

import (
	"fmt"
	"strings"

	native "github.com/hybridgroup/yzma/pkg/llama"
)

// piece is a part of a prompt: the model's own template, where names of special
// tokens mean these tokens, or a message, where they are just text. So nothing
// that stands in a document can end the user's turn or begin another.
type piece struct {
	text    string
	special bool
}

// tokens lays turns out in the model's chat template and appends the beginning
// of the answer.
func (e *chatEngine) tokens(turns []turn, prefix string) []native.Token {
	var out []native.Token
	if native.VocabGetAddBOS(e.vocab) {
		out = append(out, native.VocabBOS(e.vocab))
	}
	for _, p := range layout(turns, e.apply) {
		out = append(out, tokenize(e.vocab, p.text, p.special)...)
	}
	return append(out, tokenize(e.vocab, prefix, false)...)
}

// layout applies a template to the turns. apply gets placeholders instead of
// the messages; a template that it does not know gives "", and the turns then
// follow each other as plain paragraphs.
func layout(turns []turn, apply func([]turn) string) []piece {
	marked := make([]turn, len(turns))
	for i, t := range turns {
		marked[i] = turn{t.Role, placeholder(i)}
	}
	rest := apply(marked)
	var out []piece
	for i, t := range turns {
		before, after, ok := strings.Cut(rest, placeholder(i))
		if !ok {
			return plain(turns)
		}
		out = append(out, piece{before, true}, piece{t.Text, false})
		rest = after
	}
	return append(out, piece{rest, true})
}

// placeholder stands for message i while the template is applied.
func placeholder(i int) string { return fmt.Sprintf("\x02%d\x03", i) }

// plain gives the turns as paragraphs, for models without a chat template.
func plain(turns []turn) []piece {
	var out []piece
	for _, t := range turns {
		out = append(out, piece{t.Text + "\n\n", false})
	}
	return out
}

// templates are those that may lay a model's conversations out, the best first:
// llama.cpp knows the usual ones by sight. A model that has one of its own, which
// is not known, was taught some layout, and ChatML is the commonest; one that has
// none and is of no family that does was taught none.
func templates(own, standIn string) []string {
	var out []string
	if own != "" {
		out = append(out, own)
	}
	if standIn != "" {
		out = append(out, standIn)
	} else if own != "" {
		out = append(out, "chatml")
	}
	return out
}

// apply runs llama.cpp's own rendering of the model's template.
func (e *chatEngine) apply(turns []turn) string {
	messages := make([]native.ChatMessage, len(turns))
	for i, t := range turns {
		messages[i] = native.NewChatMessage(t.Role, t.Text)
	}
	for _, template := range templates(e.template, e.standIn) {
		buf := make([]byte, 4096)
		n := native.ChatApplyTemplate(template, messages, true, buf)
		if int(n) > len(buf) {
			buf = make([]byte, n)
			n = native.ChatApplyTemplate(template, messages, true, buf)
		}
		if n > 0 {
			return string(buf[:n])
		}
	}
	return ""
}
