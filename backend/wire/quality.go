package wire

// Feedback is what a reader says of an answer.
type Feedback struct {
	Conversation string `json:"conversation"`
	Created      string `json:"created"` // of the answer's message
	Says         string `json:"says"`    // "right", "wrong_quote", "missed", "" (takes it back)
}

// Quality says how the answers of a matter turned out.
type Quality struct {
	Days    []QualityDay     `json:"days"`    // oldest first; days without an answer are left out
	Entries []QualityOutcome `json:"entries"` // answers worth a look, newest first
	Stages  []QualityStage   `json:"stages"`  // steps that broke down, most frequent first
	Experts []QualityExpert  `json:"experts"` // by the expert that answered, most used first
}

// QualityStage counts how often a step of answering broke down in one way.
type QualityStage struct {
	Stage string `json:"stage"` // a mark.Stage; empty where it is not known
	Code  string `json:"code"`  // a mark.Code
	Count int    `json:"count"`
}

// QualityExpert counts the answers of one expert.
type QualityExpert struct {
	Expert  string `json:"expert"` // its id; "" where none was chosen
	Answers int    `json:"answers"`
	Refused int    `json:"refused"`
	Wrong   int    `json:"wrong"` // with an altered or unsupported sentence, or called wrong by a reader
	Right   int    `json:"right"` // called right by a reader
}

// QualityDay counts a day's answers, by the model that wrote them.
type QualityDay struct {
	Day         string  `json:"day"` // 2026-01-31, where the program runs
	Model       string  `json:"model"`
	Answers     int     `json:"answers"`
	Refused     int     `json:"refused"`
	Empty       int     `json:"empty"` // refused because search found nothing at all
	Sentences   int     `json:"sentences"`
	Altered     int     `json:"altered"`     // sentences
	Unsupported int     `json:"unsupported"` // sentences
	Right       int     `json:"right"`       // readers' words, of answers
	WrongQuote  int     `json:"wrongQuote"`
	Missed      int     `json:"missed"`
	Repairs     int     `json:"repairs"`  // what code put right in what a model wrote
	Unread      int     `json:"unread"`   // answers given while something in scope had not been read
	Failed      int     `json:"failed"`   // answers of which a step broke down
	Ended       int     `json:"ended"`    // questions that got no answer
	MedianMS    float64 `json:"medianMs"` // of the time of an answer
}

// QualityOutcome is an answer that went wrong, or of which a reader said so.
type QualityOutcome struct {
	ID           string         `json:"id"` // for 'markai eval replay'
	Conversation string         `json:"conversation"`
	Question     string         `json:"question"`
	Created      string         `json:"created"`
	Model        string         `json:"model,omitempty"`
	Refused      bool           `json:"refused"`
	Altered      int            `json:"altered"`
	Unsupported  int            `json:"unsupported"`
	Says         string         `json:"says,omitempty"`
	TotalMS      float64        `json:"totalMs"`
	Expert       string         `json:"expert,omitempty"`
	Empty        bool           `json:"empty"`
	Repairs      int            `json:"repairs"`
	Unread       int            `json:"unread"`
	Stages       []QualityStage `json:"stages"` // that broke down
	Ended        bool           `json:"ended"`  // it got no answer
}

// Replay is a question put again as it was put before, over the matter as it is
// now, and how the two answers differ.
type Replay struct {
	Question    string       `json:"question"`
	Asked       string       `json:"asked"`            // RFC 3339
	Before      *Answer      `json:"before,omitempty"` // missing where it got none
	After       Answer       `json:"after"`
	Same        bool         `json:"same"`
	Differences []Difference `json:"differences"`
}

// Difference is one way in which two answers differ.
type Difference struct {
	Part   string `json:"part"` // "answer", "evidence", "verdict", "searched", "model", "expert"
	Text   string `json:"text"` // a whole sentence
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// SelfCheck is what asking the bundled questions about the sample matter gave on
// this machine.
type SelfCheck struct {
	Taken     string        `json:"taken"`   // RFC 3339
	Version   string        `json:"version"` // of the program
	Processor string        `json:"processor"`
	Model     string        `json:"model,omitempty"`     // that wrote; missing for quotations alone
	Embedding string        `json:"embedding,omitempty"` // model; missing where search went by words alone
	Questions int           `json:"questions"`
	Rates     []Rate        `json:"rates"`
	MedianMS  float64       `json:"medianMs"` // of an answer
	SlowMS    float64       `json:"slowMs"`   // that 95 of 100 answers stay below
	Failed    []SelfFailure `json:"failed"`   // questions that went wrong
}

// Rate is a share with the interval that holds the true one in 95 of 100 cases.
type Rate struct {
	Name  string  `json:"name"` // "found", "precision", "answered", "refused", "verbatim"
	Right int     `json:"right"`
	Of    int     `json:"of"`
	Least float64 `json:"least"` // 0 to 1, by Wilson
	Most  float64 `json:"most"`
}

// SelfFailure is a question that went wrong in a self-check.
type SelfFailure struct {
	Question string `json:"question"`
	Problem  string `json:"problem"` // a whole sentence
}

// SelfChecks are the checks of this installation.
type SelfChecks struct {
	Running  bool        `json:"running"`
	Progress Progress    `json:"progress"`
	Problem  string      `json:"problem,omitempty"` // why the last one broke off
	Checks   []SelfCheck `json:"checks"`            // newest first
}
