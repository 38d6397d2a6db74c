package wire

// Trace says how an answer came about.
type Trace struct {
	Query     string          `json:"query"` // what was searched for
	Topics    []string        `json:"topics"`
	Names     []string        `json:"names"`            // looked for word for word
	Wanted    string          `json:"wanted,omitempty"` // "a date", …
	Searches  []TraceSearch   `json:"searches"`
	Documents []TraceDocument `json:"documents"` // best first
	Passages  []TracePassage  `json:"passages"`  // best first
	Checks    []string        `json:"checks"`    // what each sentence was held against
	Failures  []QualityStage  `json:"failures"`  // steps that broke down and were made up for
	Repairs   int             `json:"repairs"`   // what code put right in what a model wrote
}

// TraceSearch is one search that was made for an answer.
type TraceSearch struct {
	Text      string `json:"text"`
	Documents int    `json:"documents"` // that it was limited to; 0: the whole matter
	Found     int    `json:"found"`
	Why       string `json:"why"`
}

// TraceDocument is a document as the question ranked it.
type TraceDocument struct {
	Document string `json:"document"`
	Name     string `json:"name"`
	Passages int    `json:"passages"` // of it that search found
	Named    bool   `json:"named"`
	Read     bool   `json:"read"`
}

// TracePassage is a passage that search found, and what became of it.
type TracePassage struct {
	Document string   `json:"document"`
	Name     string   `json:"name"`
	Page     int      `json:"page"`
	Text     string   `json:"text"`
	Why      []string `json:"why"`
	Cited    bool     `json:"cited"`
	Aside    string   `json:"aside,omitempty"` // why no sentence of it was quoted
}
