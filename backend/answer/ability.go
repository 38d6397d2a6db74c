package answer

import (
	"context"
	"fmt"
	"strings"

	mark "markai/backend"
	"markai/backend/prompt"
)

// Ability is what a model was measured to do with a handful of tasks like those
// that it gets here. The tasks are few: it tells models that cannot be trusted to
// write from those that can, and no more.
type Ability struct {
	Grammar bool    // it wrote in the form that it was held to
	Cites   float64 // share of sentences that name a passage which carries them
	Keeps   float64 // share of sentences that their passages carry at all
	Answers float64 // share of tasks with the fact that was asked for
	Stays   float64 // share of tasks without an answer in which it said so
}

// What a model must reach to write answers. Sentences that nothing carries are
// shown struck through: more than one in four would be worse than quotations.
const (
	enoughCites   = 0.75
	enoughKeeps   = 0.75
	enoughAnswers = 0.6
	enoughStays   = 0.5
)

// Writes reports whether a model that can do this is trusted to write answers.
func (a Ability) Writes() bool {
	return a.Cites >= enoughCites && a.Keeps >= enoughKeeps && a.Answers >= enoughAnswers && a.Stays >= enoughStays
}

// String says for people what was measured.
func (a Ability) String() string {
	how := "quotations lead, because it does not"
	if a.Writes() {
		how = "it writes answers, because it does"
	}
	return fmt.Sprintf("%s keep to the passages (answers %.0f %%, kept to them %.0f %%, cited %.0f %%, said so where they do not answer %.0f %%; grammar: %s)",
		how, 100*a.Answers, 100*a.Keeps, 100*a.Cites, 100*a.Stays, map[bool]string{true: "followed", false: "not followed"}[a.Grammar])
}

// task is a question over passages; fact is what a right answer holds, empty
// where the passages do not answer.
type task struct {
	question string
	fact     string
}

// calibrationPassages are the passages of all tasks.
var calibrationPassages = []prompt.Passage{
	{Document: "Lease.pdf", Page: 2, Text: "The term of this Lease begins on March 1, 2021 and ends on February 28, 2026, unless it is terminated earlier under Section 9."},
	{Document: "Lease.pdf", Page: 3, Text: "The Tenant shall pay a monthly rent of $4,250 on the first day of each month. The Tenant shall not sublet the premises without the Landlord's prior written consent."},
	{Document: "Lease.pdf", Page: 7, Text: "This Lease is governed by the laws of the State of Oregon. Notices under this Lease must be given in writing at least ninety (90) days in advance."},
}

var calibrationTasks = []task{
	{"When does the lease end?", "February 28, 2026"},
	{"How much is the monthly rent?", "4,250"},
	{"Which law governs the lease?", "Oregon"},
	{"How long before must notice be given?", "90"},
	{"May the tenant sublet without consent?", "consent"},
	{"Who insures the building against fire?", ""},
	{"What interest does late rent bear?", ""},
	{"How many parking spaces come with the premises?", ""},
}

const calibrationTokens = 96

// Measure lets a model do the tasks and judges what it writes as answers are
// judged. It takes a minute of a slow machine; nobody who waits is kept waiting.
// Errors: those of the model.
func Measure(ctx context.Context, g mark.Generator, model string) (Ability, error) {
	var a Ability
	form, err := written(ctx, g, mark.Prompt{Model: model, User: "Is a lease a contract? Answer yes or no.", Grammar: `root ::= "yes" | "no"`, MaxTokens: 4, Background: true})
	switch {
	case mark.CodeOf(err) == mark.Unsupported && err != nil:
	case err != nil:
		return a, err
	default:
		a.Grammar = form == "yes" || form == "no"
	}
	answered, silent, sentences := 0, 0, 0
	for _, t := range calibrationTasks {
		p, _ := prompt.Pack(prompt.Request{Question: t.question, Passages: calibrationPassages})
		p.Model, p.MaxTokens, p.Background = model, calibrationTokens, true
		text, err := written(ctx, g, p)
		if err != nil {
			return a, err
		}
		nothing := strings.Contains(text, prompt.NothingFound)
		if t.fact == "" {
			silent++
			if nothing {
				a.Stays++
			}
			continue
		}
		answered++
		if nothing {
			continue
		}
		if strings.Contains(text, t.fact) {
			a.Answers++
		}
		w := &work{}
		for _, c := range calibrationPassages {
			w.answer.Citations = append(w.answer.Citations, mark.Citation{Name: c.Document, Quote: c.Text})
		}
		for _, part := range sentencesWithMarks(text) {
			named := len(w.citedBy(part)) > 0
			for _, s := range w.judge(part) {
				sentences++
				if s.Verdict == mark.VerdictVerbatim || s.Verdict == mark.VerdictSupported {
					a.Keeps++
					if named {
						a.Cites++
					}
				}
			}
		}
	}
	a.Answers /= float64(max(1, answered))
	a.Stays /= float64(max(1, silent))
	a.Keeps /= float64(max(1, sentences))
	a.Cites /= float64(max(1, sentences))
	return a, nil
}

// written is all that a model writes.
func written(ctx context.Context, g mark.Generator, p mark.Prompt) (string, error) {
	var b strings.Builder
	for d, err := range g.Generate(ctx, p) {
		if err != nil {
			return "", fmt.Errorf("measure what a model can do: %w", err)
		}
		b.WriteString(d.Text)
	}
	return strings.TrimSpace(b.String()), nil
}
