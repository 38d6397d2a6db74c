package mark

import "time"

// JobState is where a job stands.
type JobState string

// The states of a job.
const (
	JobQueued   JobState = "queued"
	JobRunning  JobState = "running"
	JobPaused   JobState = "paused"
	JobDone     JobState = "done"
	JobFailed   JobState = "failed" // quarantined, with a Problem and a next action
	JobCanceled JobState = "canceled"
)

// JobStep is what a running job is doing.
type JobStep string

// Reads reports whether a step reads a document for the first time: until it is
// done, not all of the document can be searched.
func (s JobStep) Reads() bool { return s != StepEmbed && s != StepRenew }

// The steps of a document's job, in their order.
const (
	StepStore JobStep = "store" // the original is sealed
	StepRead  JobStep = "read"  // pages: text, OCR where there is none
	StepEmbed JobStep = "embed" // vectors
	StepRenew JobStep = "renew" // passages and features anew, from stored pages, by newer rules
)

// Waiting is the work of a matter that waits.
type Waiting struct {
	Documents []WaitingKind // queued to be read
	Passages  int           // without a vector
}

// WaitingKind is the documents of one kind that wait to be read.
type WaitingKind struct {
	Kind      Kind
	Documents int
	Bytes     int64
}

// Job is the reading of one document. It resumes from the last finished page.
type Job struct {
	ID       JobID
	Document DocumentID
	Name     string // of the document, as the store knows it; PutJob ignores it
	State    JobState
	Step     JobStep
	Done     int // pages read, or passages embedded
	Total    int // 0 while unknown
	Attempts int // of the current step
	Problem  string
	Code     Code
	Priority int // larger comes first
	// NotBefore is when a queued job may be tried again; zero: at any time.
	NotBefore time.Time
	Created   time.Time
	Updated   time.Time
}
