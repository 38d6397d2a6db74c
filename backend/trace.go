package mark

import "errors"

// Trace says how an answer came about: how the question was read, what was
// searched, what was found, what of it was left aside and why, and what the
// verdicts looked at. It is kept with its answer in the encrypted store, and is
// bounded by the Most constants below.
type Trace struct {
	Query     string   // what was searched for: the question, with what a follow-up leans on
	Topics    []string // what it was taken to be about
	Names     []string // that were looked for word for word
	Wanted    string   // "a date", "a duration", …; empty where anything may answer
	Searches  []TraceSearch
	Documents []TraceDocument // best first
	Passages  []TracePassage  // best first
	Checks    []string        // whole sentences: what each sentence was held against its quotation for
	Failures  []Failure       // steps that broke down and were made up for
	Repairs   int             // what code put right in what a model wrote: see Outcome.Repairs
}

// The most that a trace holds: enough to judge an answer by, and little beside
// the answer itself.
const (
	MostTracedDocuments = 12
	MostTracedPassages  = 24
	MostTracedText      = 240 // bytes of a passage
)

// TraceSearch is one search that was made for an answer.
type TraceSearch struct {
	Text      string
	Documents int    // that it was limited to; 0: the whole matter
	Found     int    // passages
	Why       string // for people: "the question as it was asked"
}

// TraceDocument is a document as the question ranked it.
type TraceDocument struct {
	Document DocumentID
	Name     string
	Passages int  // of it that search found
	Named    bool // the question names it, or a party that stands in it
	Read     bool // its sentences were read for the answer
}

// TracePassage is a passage that search found.
type TracePassage struct {
	Document DocumentID
	Name     string
	Page     int
	Text     string // its beginning
	Why      []string
	Cited    bool   // a quotation of the answer stands in it
	Aside    string // for people: why no sentence of it was quoted; empty where Cited
}

// Stage is a step of making an answer.
type Stage string

// The stages.
const (
	StageSearch Stage = "search" // finding passages
	StageRead   Stage = "read"   // reading the sentences of documents
	StageWrite  Stage = "write"  // the model
	StageCount  Stage = "count"  // saying what was searched
)

// Failure is a step that broke down.
type Failure struct {
	Stage Stage
	Code  Code
}

// stageError is an error that says which stage it ended.
type stageError struct {
	error
	stage Stage
}

func (e stageError) Unwrap() error { return e.error }

// AtStage says at which stage an answer ended with err; nil stays nil.
func AtStage(s Stage, err error) error {
	if err == nil {
		return nil
	}
	return stageError{err, s}
}

// StageOf returns the stage that err ended, or "" where it says none.
func StageOf(err error) Stage {
	if e, ok := errors.AsType[stageError](err); ok {
		return e.stage
	}
	return ""
}

// Traced cuts a text for a trace.
func Traced(text string) string {
	if len(text) <= MostTracedText {
		return text
	}
	cut := MostTracedText
	for cut > 0 && text[cut]&0xC0 == 0x80 { // no code point is cut
		cut--
	}
	return text[:cut] + "…"
}
