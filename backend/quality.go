package mark

import (
	"context"
	"time"
)

// Outcome records how an answer turned out, in numbers: the text stays with its
// conversation.
type Outcome struct {
	ID           string
	Conversation ConversationID
	Time         time.Time // of the answer: with Conversation it finds the turn; of the question where Ended
	// Scope are the documents that the question was limited to, so that it can be
	// put again; Limited is how many they were, of which Scope has all or none.
	Scope       []DocumentID
	Limited     int
	Model       string // which wrote it; empty for quotations alone
	Expert      string // which expert answered; empty where none was chosen
	Refused     bool
	Survey      bool
	Empty       bool // search found no passage at all
	Verbatim    int  // sentences, by verdict
	Supported   int
	Altered     int
	Unsupported int
	// Repairs counts what code put right in what a model wrote: a sentence that
	// got the citation it lacked, quotations in the place of sentences that
	// nothing carried.
	Repairs  int
	Unread   int       // pages or documents in scope that had not been read
	Failures []Failure // steps that broke down; where the last one ended the question, Ended is set
	Ended    bool      // there is no answer: a step broke down that nothing makes up for
	Search   time.Duration
	Total    time.Duration
	Feedback Feedback // what the reader said of it
}

// Feedback is what a reader says of an answer.
type Feedback string

// The things a reader can say of an answer.
const (
	FeedbackNone       Feedback = ""
	FeedbackRight      Feedback = "right"
	FeedbackWrongQuote Feedback = "wrong_quote" // the quotation does not bear on the question
	FeedbackMissed     Feedback = "missed"      // the file says more, or says it elsewhere
)

// OutcomeOf counts what a judged answer holds.
func OutcomeOf(a Answer) Outcome {
	o := Outcome{
		ID: NewID(), Model: a.Model, Refused: a.Refused, Survey: a.Survey != nil,
		Empty:  a.Refused && len(a.Nearest) == 0,
		Unread: a.Searched.Unread, Search: a.Timings.Search, Total: a.Timings.Total,
	}
	if a.Routed != nil {
		o.Expert = a.Routed.Expert
	}
	if t := a.Trace; t != nil {
		o.Repairs, o.Failures = t.Repairs, t.Failures
	}
	for _, s := range a.Sentences {
		switch s.Verdict {
		case VerdictVerbatim:
			o.Verbatim++
		case VerdictSupported:
			o.Supported++
		case VerdictAltered:
			o.Altered++
		case VerdictUnsupported:
			o.Unsupported++
		}
	}
	return o
}

// EndedBy is the outcome of a question that got no answer.
func EndedBy(err error, took time.Duration) Outcome {
	return Outcome{ID: NewID(), Ended: true, Failures: []Failure{{StageOf(err), CodeOf(err)}}, Total: took}
}

// mostScope is how many documents of a question's scope an outcome keeps.
const mostScope = 1000

// Of notes which documents the question was limited to.
func (o *Outcome) Of(docs []DocumentID) {
	if o.Limited = len(docs); o.Limited <= mostScope {
		o.Scope = docs
	}
}

// QualityStore keeps how answers turned out.
type QualityStore interface {
	PutOutcome(ctx context.Context, o Outcome) error
	// Outcomes returns those since a time, newest first, at most limit.
	Outcomes(ctx context.Context, since time.Time, limit int) ([]Outcome, error)
	// Outcome returns one, or NotFound.
	Outcome(ctx context.Context, id string) (Outcome, error)
	// SetFeedback records what a reader says of the answer of a conversation
	// that was given at this time, or NotFound.
	SetFeedback(ctx context.Context, c ConversationID, at time.Time, f Feedback) error
}
