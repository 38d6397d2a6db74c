package mark

// Contradiction is the same thing asked of several passages that say different
// things. Which of them holds is for the reader: sides are in the order of
// their documents' dates, and what one document says of another is not weighed.
type Contradiction struct {
	Topic string // what they speak of: "security deposit"
	Sides []Side // two or more, with different values
}

// Side is what one document says in a contradiction.
type Side struct {
	Value    string // the date, term, place or amount, as it stands in the quotation
	Citation int    // index into Answer.Citations
	Date     string // of the document, ISO 8601 or less of it; empty where unknown
}

// Choices is a question asked back, where one that was asked can mean several
// documents. It is asked once: a question that names one of them is answered,
// and so is the same question asked again.
type Choices struct {
	Question string // "Which agreement do you mean?"
	Options  []Option
}

// Option is one answer to a question asked back.
type Option struct {
	Label     string       // the document, as people name it
	Detail    string       // what tells it from the others: parties, date; may be empty
	Question  string       // what to ask when it is chosen
	Documents []DocumentID // what to ask it of
}

// Computation is a result that code worked out from what documents say.
type Computation struct {
	Text     string // how it was worked out: "June 30, 2023 − 60 days = May 1, 2023"
	Result   string // "May 1, 2023"
	Operands []Operand
}

// Operand is a number or date in a computation.
type Operand struct {
	Value    string // as it stands in its quotation or in the question
	Citation int    // index into Answer.Citations, or -1: it stands in the question
}

// ChronologyRow is something that happened, or falls due, on a date.
type ChronologyRow struct {
	Date     string // ISO 8601: "2019-03-01", or less of it where the text says less
	Text     string // what happened, in the document's own words
	Citation int    // index into Answer.Citations
}
