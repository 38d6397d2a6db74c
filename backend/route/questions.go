package route

import (
	_ "embed"
	"strings"
	"sync"
)

// Kind is what a question wants.
type Kind string

// The kinds of question.
const (
	Clause      Kind = "clause"      // a provision, shown as it stands
	Fact        Kind = "fact"        // one fact: who, when, how much
	Summary     Kind = "summary"     // what a text says, in short
	Comparison  Kind = "comparison"  // how texts differ
	Calculation Kind = "calculation" // a number or date to be worked out
	Drafting    Kind = "drafting"    // a new text
	Chronology  Kind = "chronology"  // events in order
	Whole       Kind = "whole"       // something of every document
	Chat        Kind = "chat"        // to the program, about no document
	Outside     Kind = "outside"     // what no case file answers
)

// Kinds are all kinds, in the order of the classifier's scores.
var Kinds = []Kind{Clause, Fact, Summary, Comparison, Calculation, Drafting, Chronology, Whole, Chat, Outside}

// Example is a question whose kind is known.
type Example struct {
	Kind Kind
	Text string
}

//go:embed questions.tsv
var questions string

// Examples returns the questions that train the classifier and those that test
// it. None is in both.
func Examples() (train, test []Example) {
	return examples()
}

var examples = sync.OnceValues(func() (train, test []Example) {
	for line := range strings.Lines(questions) {
		parts := strings.Split(strings.TrimSpace(line), "\t")
		if len(parts) != 3 || strings.HasPrefix(line, "#") {
			continue
		}
		e := Example{Kind(parts[0]), parts[2]}
		if parts[1] == "train" {
			train = append(train, e)
		} else {
			test = append(test, e)
		}
	}
	return train, test
})
