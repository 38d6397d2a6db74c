package mark

import (
	"context"
	"time"
)

// Routed says which expert dealt with a question, and why.
type Routed struct {
	Kind       string  // of question that it was taken for
	Confidence float64 // in that, 0 to 1
	Expert     string  // who answered, by id
	Name       string  // of the expert, for people
	Model      string  // by id, which it writes with; empty: quotations alone
	Chosen     bool    // the person had chosen the expert
	Why        []string
	Steps      []RouteStep // the chain of experts in its order, the one that answers included
}

// RouteStep is an expert in the chain of those that can answer a question.
type RouteStep struct {
	Expert  string
	Name    string
	State   StepState
	Problem string // a sentence: why it was skipped or failed
}

// StepState is what became of an expert in the chain.
type StepState string

// The states of an expert in the chain.
const (
	StepAnswers StepState = "answers"
	StepSkipped StepState = "skipped" // it cannot answer now and was not asked
	StepFailed  StepState = "failed"  // it was asked and could not
	StepBehind  StepState = "behind"  // it would be next
)

// ExpertUse is one question that an expert dealt with, in numbers: the text
// stays with its conversation.
type ExpertUse struct {
	Matter       MatterID
	Conversation ConversationID
	Time         time.Time // of the answer: with Conversation it finds the turn
	Expert       string
	Kind         string // of question
	Model        string // which wrote; empty for quotations alone
	Refused      bool
	Failed       bool          // another expert had to answer
	First        time.Duration // until the first token; 0 where none was written
	Total        time.Duration
	Feedback     Feedback // what the reader said of the answer
}

// ExpertLedger keeps what became of the questions that experts dealt with.
type ExpertLedger interface {
	// PutExpertUse keeps a use. Of very many the oldest are forgotten.
	PutExpertUse(ctx context.Context, u ExpertUse) error
	// ExpertUses returns the uses since a time, newest first, at most limit.
	ExpertUses(ctx context.Context, since time.Time, limit int) ([]ExpertUse, error)
	// SetExpertFeedback records what a reader says of the answer of a
	// conversation that was given at this time. Who failed at it is not blamed
	// again. It is no error where no use of it is kept.
	SetExpertFeedback(ctx context.Context, c ConversationID, at time.Time, f Feedback) error
}
