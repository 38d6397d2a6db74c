package wire

// Contradiction is the same thing asked of several passages that say different
// things.
type Contradiction struct {
	Topic string `json:"topic"` // "security deposit"
	Sides []Side `json:"sides"` // two or more
}

// Side is what one document says in a contradiction.
type Side struct {
	Value    string `json:"value"`          // as it stands in the quotation
	Citation int    `json:"citation"`       // index into citations
	Date     string `json:"date,omitempty"` // of the document, ISO 8601 or less of it
}

// Choices is a question asked back, where the one asked can mean several
// documents.
type Choices struct {
	Question string   `json:"question"` // "Which agreement do you mean?"
	Options  []Option `json:"options"`
}

// Option is one answer to a question asked back: ask Question of Documents.
type Option struct {
	Label     string   `json:"label"`
	Detail    string   `json:"detail,omitempty"` // what tells it from the others
	Question  string   `json:"question"`
	Documents []string `json:"documents"`
}

// Computation is a result that code worked out from what documents say.
type Computation struct {
	Text     string    `json:"text"` // "June 30, 2023 − 60 days = May 1, 2023"
	Result   string    `json:"result"`
	Operands []Operand `json:"operands"`
}

// Operand is a number or date in a computation.
type Operand struct {
	Value    string `json:"value"`
	Citation int    `json:"citation"` // index into citations, or -1: it stands in the question
}

// ChronologyRow is something that happened, or falls due, on a date.
type ChronologyRow struct {
	Date     string `json:"date"` // ISO 8601, or less of it
	Text     string `json:"text"`
	Citation int    `json:"citation"` // index into citations
}
