// Package wire holds the JSON forms that the window and the browser see: twins
// of the domain's types, so that those carry no wire format. The TypeScript
// types in frontend/src/api/types.gen.ts are generated from this package.
package wire

//go:generate go run ./gen ../../frontend/src/api/types.gen.ts

// State is what the window needs to know before anything else.
type State struct {
	Vault     string      `json:"vault"` // "none", "locked" or "open"
	Keyring   bool        `json:"keyring"`
	Version   string      `json:"version"`
	Offline   bool        `json:"offline"` // no setting allows a connection
	Desktop   bool        `json:"desktop"` // native file dialogs and drops
	Home      string      `json:"home"`
	Chat      ModelState  `json:"chat"`
	Embedding ModelState  `json:"embedding"`
	OCR       ModuleState `json:"ocr"`
	Machine   Machine     `json:"machine"`
	// RecoveryKey is set from the making of the vault until it is acknowledged.
	RecoveryKey string `json:"recoveryKey,omitempty"`
}

// ModelState is how a model stands.
type ModelState struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Status   string  `json:"status"` // "off", "missing", "loading", "ready", "failed"
	Problem  string  `json:"problem,omitempty"`
	TokensPS float64 `json:"tokensPerSecond"` // of the last answer
}

// ModuleState is whether a module can be used.
type ModuleState struct {
	On      bool   `json:"on"`
	Problem string `json:"problem,omitempty"`
}

// Machine is what the program found.
type Machine struct {
	Cores       int   `json:"cores"`
	MemoryBytes int64 `json:"memoryBytes"`
	FreeBytes   int64 `json:"freeBytes"`
}

// CreateVault asks for a new vault. Without a passphrase the keyring holds the key.
type CreateVault struct {
	Passphrase string `json:"passphrase,omitempty"`
}

// CreatedVault carries the recovery key, shown once.
type CreatedVault struct {
	RecoveryKey string `json:"recoveryKey"`
}

// Unlock opens the vault: one of the two, or neither for the keyring.
type Unlock struct {
	Passphrase  string `json:"passphrase,omitempty"`
	RecoveryKey string `json:"recoveryKey,omitempty"`
}

// ChangePassphrase asks for another passphrase of the open vault.
type ChangePassphrase struct {
	Current string `json:"current"` // empty where it has none, or was opened with the recovery key
	Next    string `json:"next"`
	Keyring bool   `json:"keyring"` // the system's keyring shall open it instead
}

// Matter is a matter in a list.
type Matter struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Created   string `json:"created"` // RFC 3339
	Documents int    `json:"documents"`
	Pages     int    `json:"pages"`
	OCRPages  int    `json:"ocrPages"`
	NeedYou   int    `json:"needYou"`
	Chunks    int    `json:"chunks"`
	Embedded  int    `json:"embedded"`
	Bytes     int64  `json:"bytes"`
}

// Document is a document in a list.
type Document struct {
	ID        string   `json:"id"`
	Parent    string   `json:"parent,omitempty"`
	Name      string   `json:"name"`
	Source    string   `json:"source,omitempty"`
	Kind      string   `json:"kind"` // "pdf", "image", "word", "mail", "text"
	Bytes     int64    `json:"bytes"`
	Pages     int      `json:"pages"`
	PagesRead int      `json:"pagesRead"`
	OCRPages  int      `json:"ocrPages"`
	Title     string   `json:"title,omitempty"`
	Parties   []string `json:"parties"`
	Status    string   `json:"status"` // "queued", "reading", "searchable", "ready", "needs_you"
	Problem   string   `json:"problem,omitempty"`
	Code      string   `json:"code,omitempty"`
	Notes     []string `json:"notes"`
	Losses    []string `json:"losses,omitempty"` // those of Notes that say that something was not read
	Added     string   `json:"added"`

	Type       string    `json:"type,omitempty"` // a mark.DocumentType
	Date       string    `json:"date,omitempty"` // ISO 8601, of the document
	Language   string    `json:"language,omitempty"`
	Author     string    `json:"author,omitempty"`
	Custodian  string    `json:"custodian,omitempty"`
	BatesFirst string    `json:"batesFirst,omitempty"`
	BatesLast  string    `json:"batesLast,omitempty"`
	Mail       *MailHead `json:"mail,omitempty"`
	Fields     []Field   `json:"fields,omitempty"`    // of a production's load file, by name
	Thread     string    `json:"thread,omitempty"`    // the conversation a message belongs to
	Duplicate  string    `json:"duplicate,omitempty"` // the document that says the same
	Similar    string    `json:"similar,omitempty"`   // the first of its versions
	Rereads    string    `json:"rereads,omitempty"`   // the document whose pages this reads anew, from their pictures
	Replaced   string    `json:"replaced,omitempty"`  // that newer reading, which searches find in its place
}

// Field is a field of a load file.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// MailHead is the head of a message.
type MailHead struct {
	From    string   `json:"from"`
	To      []string `json:"to"`
	CC      []string `json:"cc"`
	Subject string   `json:"subject"`
	Sent    string   `json:"sent"` // RFC 3339
}

// DocumentQuery selects documents; empty fields select all.
type DocumentQuery struct {
	Text       string   `json:"text,omitempty"`
	Kinds      []string `json:"kinds,omitempty"`
	Types      []string `json:"types,omitempty"`
	Statuses   []string `json:"statuses,omitempty"`
	Languages  []string `json:"languages,omitempty"`
	Custodians []string `json:"custodians,omitempty"`
	From       string   `json:"from,omitempty"` // ISO 8601, inclusive
	To         string   `json:"to,omitempty"`
	Bates      string   `json:"bates,omitempty"`
	Sender     string   `json:"sender,omitempty"` // in a message's sender, or the author
	Thread     string   `json:"thread,omitempty"`
	Family     string   `json:"family,omitempty"`
	Similar    string   `json:"similar,omitempty"`
	Outer      bool     `json:"outer,omitempty"`    // only documents that lie in no other
	Distinct   bool     `json:"distinct,omitempty"` // without duplicates
	Scanned    bool     `json:"scanned,omitempty"`  // with pages that were read by OCR
	Unread     bool     `json:"unread,omitempty"`   // of which something was not read
	Sort       string   `json:"sort,omitempty"`     // "" (name, families together), "date", "type", "added", "pages", "bates"
	Descending bool     `json:"descending,omitempty"`
	Offset     int      `json:"offset,omitempty"`
	Limit      int      `json:"limit,omitempty"` // 0: as many as one reply may hold
}

// DocumentList is a part of the documents that a query selects.
type DocumentList struct {
	Documents []Document `json:"documents"`
	Total     int        `json:"total"`
}

// Facet is a value that documents have, and how many.
type Facet struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Facets are the values to filter by, most frequent first.
type Facets struct {
	Kinds      []Facet `json:"kinds"`
	Types      []Facet `json:"types"`
	Statuses   []Facet `json:"statuses"`
	Languages  []Facet `json:"languages"`
	Custodians []Facet `json:"custodians"`
}

// Feature is something recognised in a document's text, at its place.
type Feature struct {
	Document string   `json:"document"`
	Kind     string   `json:"kind"` // a mark.FeatureKind
	Page     int      `json:"page"`
	Text     string   `json:"text"`
	Value    string   `json:"value,omitempty"` // normalised
	Level    int      `json:"level,omitempty"`
	Span     PageSpan `json:"span"`
}

// Box is [x0, y0, x1, y1] in points from the page's top left.
type Box [4]float64

// Word is one word: text by offsets in UTF-16 code units of the page's text,
// as JavaScript counts, and its box.
type Word struct {
	Start      int     `json:"s"`
	End        int     `json:"e"`
	Box        Box     `json:"b"`
	Confidence float32 `json:"c"`
}

// Page is one page with its words.
type Page struct {
	Number     int     `json:"number"`
	Label      string  `json:"label,omitempty"`
	Width      float64 `json:"width"`
	Height     float64 `json:"height"`
	Text       string  `json:"text"`
	Words      []Word  `json:"words"`
	OCR        bool    `json:"ocr"`
	Confidence float32 `json:"confidence"`
	Problem    string  `json:"problem,omitempty"`
}

// SearchRequest is a search in a matter.
type SearchRequest struct {
	Query     string   `json:"query"`
	Documents []string `json:"documents,omitempty"`
	Kinds     []string `json:"kinds,omitempty"`
	Limit     int      `json:"limit,omitempty"`
	// Filter limits the search to the documents that it selects, in the words of
	// the list of documents; its sorting and paging are not looked at.
	Filter *DocumentQuery `json:"filter,omitempty"`
}

// Reading is how the text of a search was understood.
type Reading struct {
	Operators   string       `json:"operators,omitempty"` // written out; empty where it is ranked by what it is about
	Parts       []Part       `json:"parts"`               // the query in words, in its order
	Problems    []string     `json:"problems"`            // whole sentences
	Suggestions []Suggestion `json:"suggestions"`
}

// Suggestion is another spelling for a word that the matter does not hold.
type Suggestion struct {
	Word    string `json:"word"`
	Instead string `json:"instead"`
}

// Part is a piece of a search, explained.
type Part struct {
	Text  string `json:"text"`  // as it is written in the query language
	Says  string `json:"says"`  // what it asks for, in words
	Depth int    `json:"depth"` // how deep it stands in brackets
	Bad   bool   `json:"bad,omitempty"`
}

// PageSpan is a piece of one page, with its boxes.
type PageSpan struct {
	Page  int   `json:"page"`
	Boxes []Box `json:"boxes"`
}

// Hit is a found passage.
type Hit struct {
	Document string     `json:"document"`
	Name     string     `json:"name"`
	Kind     string     `json:"kind"`
	Page     int        `json:"page"`
	Place    string     `json:"place,omitempty"` // as it is cited: "page 3", "ABC0001234", "47:12"
	Header   string     `json:"header"`
	Text     string     `json:"text"`
	Marks    [][2]int   `json:"marks"` // matched words in Text, UTF-16 offsets
	Score    float64    `json:"score"`
	Why      []string   `json:"why"`
	Type     string     `json:"type,omitempty"` // of the document: a mark.DocumentType
	Date     string     `json:"date,omitempty"` // of the document, ISO 8601
	Spans    []PageSpan `json:"spans"`          // the whole passage
	Matches  []PageSpan `json:"matches"`        // the matched words
}

// AskRequest is a question to a matter.
type AskRequest struct {
	Question     string   `json:"question"`
	Documents    []string `json:"documents,omitempty"`
	Conversation string   `json:"conversation,omitempty"`
	Expert       string   `json:"expert,omitempty"` // the person's own choice; empty: the router's
}

// Citation is a quotation found in the file.
type Citation struct {
	Document string     `json:"document"`
	Name     string     `json:"name"`
	Page     int        `json:"page"`
	Place    string     `json:"place,omitempty"` // as it is cited: "pages 3–4", "ABC0001234", "47:12–48:3"
	Quote    string     `json:"quote"`
	Spans    []PageSpan `json:"spans"`
}

// Sentence is one judged sentence.
type Sentence struct {
	Text      string `json:"text"`
	Verdict   string `json:"verdict"`           // "verbatim", "supported", "altered", "unsupported"
	Heading   string `json:"heading,omitempty"` // of a summary: the part that begins with this sentence
	Citations []int  `json:"citations"`
	Note      string `json:"note,omitempty"`
}

// Answer is a finished answer.
type Answer struct {
	Text      string     `json:"text"`
	Refused   bool       `json:"refused"`
	Sentences []Sentence `json:"sentences"`
	Citations []Citation `json:"citations"`
	Survey    *Survey    `json:"survey,omitempty"` // of a question about every document

	Contradictions []Contradiction `json:"contradictions,omitempty"` // between the documents that the answer rests on
	Choices        *Choices        `json:"choices,omitempty"`        // the question was asked back; nothing is cited
	Computation    *Computation    `json:"computation,omitempty"`    // of a question that code worked out
	Chronology     []ChronologyRow `json:"chronology,omitempty"`     // of a question for the course of events, earliest first
	Route          *Route          `json:"route,omitempty"`          // which expert answered, and why

	Nearest   []Hit   `json:"nearest"`
	Documents int     `json:"documents"` // searched
	Pages     int     `json:"pages"`     // searched
	Unread    int     `json:"unread"`
	Model     string  `json:"model,omitempty"`
	SearchMS  float64 `json:"searchMs"`
	FirstMS   float64 `json:"firstMs"`
	TotalMS   float64 `json:"totalMs"`
	TokensPS  float64 `json:"tokensPerSecond"`
	Trace     *Trace  `json:"trace,omitempty"` // how it came about
}

// Survey is what each document says on a question about every document.
type Survey struct {
	Topic   string      `json:"topic"`
	Without bool        `json:"without"` // the documents that are silent are meant
	Rows    []SurveyRow `json:"rows"`
	Values  []Facet     `json:"values"` // read off the rows, most frequent first
}

// SurveyRow is one document in a survey.
type SurveyRow struct {
	Document string `json:"document"`
	Name     string `json:"name"`
	State    string `json:"state"` // "found", "other", "silent", "partly", "unread": another value than was asked for; not read in full
	Value    string `json:"value,omitempty"`
	Citation int    `json:"citation"` // index into citations, or -1
}

// Progress is how far long work has come.
type Progress struct {
	Done  int `json:"done"`
	Total int `json:"total"`
}

// AskEvent is a step of an answer. Kind says which other field is set.
type AskEvent struct {
	Kind         string    `json:"kind"`                   // "started", "passages", "progress", "draft", "sentence", "final", "error"
	Conversation string    `json:"conversation,omitempty"` // started
	Passages     []Hit     `json:"passages,omitempty"`
	Progress     *Progress `json:"progress,omitempty"` // documents read, of a question about every document
	Draft        string    `json:"draft,omitempty"`
	Sentence     *Sentence `json:"sentence,omitempty"`
	Final        *Answer   `json:"final,omitempty"`
	Error        *Error    `json:"error,omitempty"`
}

// Conversation is a thread in a list.
type Conversation struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Updated string `json:"updated"`
}

// Message is one turn.
type Message struct {
	Role    string  `json:"role"` // "user" or "assistant"
	Text    string  `json:"text"`
	Answer  *Answer `json:"answer,omitempty"`
	Created string  `json:"created"` // RFC 3339, to the nanosecond: it names the turn
}

// Setting is one line of the settings, explained.
type Setting struct {
	Key     string   `json:"key"`
	Value   string   `json:"value"`
	Default string   `json:"default"`
	Origin  string   `json:"origin"` // "default", "file", "environment", "flag", "settings"
	Doc     string   `json:"doc"`
	Kind    string   `json:"kind"` // "bool", "int", "string", "choice"
	Choices []string `json:"choices,omitempty"`
	Restart bool     `json:"restart"` // takes effect at the next start
}

// Event is pushed to the window.
type Event struct {
	Kind     string    `json:"kind"` // "job", "document", "matter", "state", "folders", "download", "models", "selfcheck"
	Matter   string    `json:"matter,omitempty"`
	Job      *Job      `json:"job,omitempty"`
	Document *Document `json:"document,omitempty"`
	Counts   *Matter   `json:"counts,omitempty"`
	State    *State    `json:"state,omitempty"`
	Download *Download `json:"download,omitempty"`
}

// Error is what a person may read of an error.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}
