package mark

import (
	"log/slog"
	"time"
)

// Query is a search in one matter.
type Query struct {
	Text      string
	Documents []DocumentID // empty: the whole matter
	Limit     int          // hits; 0 means 10
	Sentence  bool         // the first hit is the very sentence that bears on Text, where one does
	Question  bool         // Text is a question: its AND, and what looks like a field, are words
}

// LogValue logs the size of a query, never what it says.
func (q Query) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("bytes", len(q.Text)), slog.Int("documents", len(q.Documents)), slog.Int("limit", q.Limit))
}

// Reading is how the text of a search was understood.
type Reading struct {
	// Operators is the query with every operator and bracket written out; empty
	// where it uses none and is ranked by what it is about.
	Operators   string
	Problems    []string // whole sentences: what was not understood, and how it was read
	Suggestions []Suggestion
}

// Suggestion is another spelling for a word that the matter does not hold.
type Suggestion struct {
	Word    string // as it was typed
	Instead string // a word that the matter holds
}

// Hit is a passage that was found, best first, and why.
type Hit struct {
	Chunk    Chunk
	Document Document
	Score    float64 // larger is better; comparable within one result only
	Why      []Reason
	Spans    []Span // the chunk, page by page
	Matches  []Span // the words that matched, for highlighting
}

// Reason is one part of the explanation of a hit's rank.
type Reason struct {
	Signal string  // "words", "meaning", "phrase", "document", …
	Rank   int     // in that signal's own list, from 1; 0 where it has none
	Score  float64 // what it added
	Detail string  // for people: `"12(b)(6)" stands in the text`
}

// Question is what a person asks of a matter.
type Question struct {
	Text         string
	Documents    []DocumentID   // empty: the whole matter
	Conversation ConversationID // empty: a new one
	History      []Message      // earlier turns, oldest first
	Expert       string         // which is to answer; empty: who suits the question
}

// LogValue logs the size of a question, never what it says.
func (q Question) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("bytes", len(q.Text)), slog.Int("documents", len(q.Documents)), slog.Int("turns", len(q.History)))
}

// Verdict is what our code, not the model, says of a sentence.
type Verdict string

// The verdicts.
const (
	VerdictVerbatim    Verdict = "verbatim"    // the sentence is a quotation that stands in the file
	VerdictSupported   Verdict = "supported"   // its numbers, dates, names and content stand in its quotations
	VerdictAltered     Verdict = "altered"     // it quotes, and differs from what stands in the file
	VerdictUnsupported Verdict = "unsupported" // nothing that it cites carries it
)

// Citation is a quotation found by code in the stored text.
type Citation struct {
	Document DocumentID
	Name     string // of the document
	Quote    string // the stored bytes of Spans, joined
	Spans    []Span // in reading order; one per page
	Boxes    []PageBoxes
}

// PageBoxes are the boxes of a citation on one page.
type PageBoxes struct {
	Page  int
	Boxes []Rect
}

// Sentence is one sentence of an answer with its verdict.
type Sentence struct {
	Text      string
	Verdict   Verdict
	Heading   string // of a summary: the part that begins with this sentence; else empty
	Citations []int  // indices into Answer.Citations
	Note      string // for people: what was altered or is missing
}

// Answer is what a question got. Refused is a full answer too: it says what
// was searched and that nothing bears on the question.
type Answer struct {
	Text      string // the sentences joined, with [n] marks
	Refused   bool
	Sentences []Sentence
	Citations []Citation
	Survey    *Survey // of a question about every document; else nil

	Contradictions []Contradiction // between the documents that the answer rests on
	Choices        *Choices        // the question was asked back: Refused is false and nothing is cited; else nil
	Computation    *Computation    // of a question that code worked out; else nil
	Chronology     []ChronologyRow // of a question for the course of events, earliest first

	Nearest  []Hit // of a refusal: the passages that came closest
	Searched Coverage
	Model    string  // which model wrote it; empty for passages alone
	Routed   *Routed // which expert answered and why; nil where none was chosen
	Timings  Timings
	Trace    *Trace // how it came about; nil of answers older than that
}

// Coverage says what a question was put to.
type Coverage struct {
	Documents int // searchable documents in scope
	Pages     int // pages read
	Unread    int // pages or documents that could not be read
}

// Timings splits the time of an answer by stage.
type Timings struct {
	Search, FirstToken, Write, Judge, Total time.Duration
	Tokens                                  int
}

// AnswerEvent is a step of an answer while it is made. Exactly one field is set.
type AnswerEvent struct {
	Passages []Hit     // first: what was found
	Progress *Progress // documents read, of a question about every document
	Draft    string    // more text, not yet judged
	Sentence *Sentence // one sentence, judged; its citations index Final's
	Final    *Answer   // last
}

// Message is one turn of a conversation.
type Message struct {
	Role    string // "user" or "assistant"
	Text    string
	Answer  *Answer // of an assistant's turn
	Created time.Time
}

// Conversation is a thread of questions and answers in a matter.
type Conversation struct {
	ID      ConversationID
	Title   string
	Created time.Time
	Updated time.Time
}

// AuditEntry records that something was done. It carries ids, never text.
type AuditEntry struct {
	Seq    int64
	Time   time.Time
	User   UserID
	Action string // "matter.create", "document.add", "document.open", "ask", …
	Matter MatterID
	Object string // the id acted on
	Hash   string // hexadecimal SHA-256 over the previous hash and this entry
}
