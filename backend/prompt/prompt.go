// Package prompt packs what was found into what a chat model is asked. It is a
// pure function of its arguments, so that golden files show every word that a
// model ever sees.
package prompt

import (
	"fmt"
	"strings"

	mark "markai/backend"
)

// Passage is a numbered piece of a document for the model to cite.
type Passage struct {
	Document string // file name
	Page     int
	Text     string
}

// Request is what a prompt is made of.
type Request struct {
	Question string
	Task     string         // what is wanted of this kind of question, beside the rules; may be empty
	Before   []mark.Message // earlier turns, oldest first, as much of each as the model is told; the last six are shown
	Passages []Passage      // best first
	Budget   int            // tokens for the passages; 0 means 1,500
	Count    func(text string) int
}

// NothingFound is what the model is told to write where the passages do not
// answer.
const NothingFound = "NOT IN THE PASSAGES"

const (
	defaultBudget = 1500
	answerTokens  = 320
	shownTurns    = 6
	mostOfTurn    = 1600 // bytes
)

const system = `You answer a lawyer's question from numbered passages of the file, and from nothing else.
Write at most four short sentences. End every sentence with the number of the passage that says it, like this: [1].
Keep names, numbers, dates and words such as "not", "shall" and "may" exactly as the passage has them.
If the passages do not answer the question, write only: ` + NothingFound

// Pack builds the prompt for a request and says how many passages fitted, from
// the first on. A passage that does not fit whole is left out, except the first,
// which is cut at a word. Without Count a token is taken as four bytes.
//
// The passages stand before the conversation: what a model has computed of them
// serves the next question over the same passages too.
func Pack(r Request) (mark.Prompt, int) {
	count := r.Count
	if count == nil {
		count = func(s string) int { return (len(s) + 3) / 4 }
	}
	budget := r.Budget
	if budget <= 0 {
		budget = defaultBudget
	}
	var b strings.Builder
	used := 0
	for i, p := range r.Passages {
		block := entry(i+1, p)
		n := count(block)
		if n > budget && i == 0 {
			p.Text = cut(p.Text, len(p.Text)*budget/n)
			block, n = entry(1, p), budget
		}
		if n > budget {
			break
		}
		budget -= n
		b.WriteString(block)
		used++
	}
	rules := system
	if r.Task != "" {
		rules += "\n" + oneLine(r.Task)
	}
	if used > 0 {
		rules += "\n\nThe passages:\n\n" + strings.TrimSuffix(b.String(), "\n\n")
	}
	return mark.Prompt{
		System:    rules,
		User:      "Question: " + oneLine(r.Question),
		History:   lastTurns(r.Before),
		MaxTokens: answerTokens,
	}, used
}

func entry(n int, p Passage) string {
	return fmt.Sprintf("[%d] %s, page %d:\n%s\n\n", n, oneLine(p.Document), p.Page, oneLine(p.Text))
}

// cut shortens s to at most n bytes, at a blank where there is one.
func cut(s string, n int) string {
	if n >= len(s) {
		return s
	}
	s = strings.ToValidUTF8(s[:max(n, 0)], "")
	if i := strings.LastIndexByte(s, ' '); i > 0 {
		s = s[:i]
	}
	return s + " …"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// lastTurns keeps the text of the last turns, without their answers' parts.
func lastTurns(ms []mark.Message) []mark.Message {
	ms = ms[max(0, len(ms)-2*shownTurns):]
	var out []mark.Message
	for _, m := range ms {
		out = append(out, mark.Message{Role: m.Role, Text: cut(oneLine(m.Text), mostOfTurn)})
	}
	return out
}
