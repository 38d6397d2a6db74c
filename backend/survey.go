package mark

import "context"

// Survey is the answer to a question about every document: what each of them
// says, and which could not be asked.
type Survey struct {
	Topic   string // what was asked of each document
	Without bool   // the documents that are silent are those asked for
	Rows    []SurveyRow
	Values  []Facet // dates, terms, places or amounts read off the rows, most frequent first
}

// SurveyState is what became of one document in a survey.
type SurveyState string

// The states of a document in a survey.
const (
	SurveyFound  SurveyState = "found"  // a passage bears on the question
	SurveyOther  SurveyState = "other"  // a passage bears on the question, and does not have the value that was asked for
	SurveySilent SurveyState = "silent" // all of it was read, and nothing bears on the question
	SurveyPartly SurveyState = "partly" // nothing bears on the question in what could be read of it
	SurveyUnread SurveyState = "unread" // nothing of it could be read
)

// SurveyRow is one document in a survey.
type SurveyRow struct {
	Document DocumentID
	Name     string
	State    SurveyState
	Value    string // the date, term, place or amount asked for, as it stands in the quotation
	Citation int    // index into Answer.Citations, or -1
}

// Progress is how far long work has come.
type Progress struct{ Done, Total int }

// SurveyStore keeps what documents said in surveys, so that asking again costs
// only the documents that are new.
type SurveyStore interface {
	// PutSurveyRow keeps what a document said under a key; data is the caller's.
	PutSurveyRow(ctx context.Context, key string, id DocumentID, data []byte) error
	// SurveyRows returns what is kept under a key.
	SurveyRows(ctx context.Context, key string) (map[DocumentID][]byte, error)
}
