package wire

// Engine is how the models run now. It holds numbers alone.
type Engine struct {
	Time        string         `json:"time"`        // RFC 3339
	MemoryBytes int64          `json:"memoryBytes"` // of the machine; 0: not known
	FreeBytes   int64          `json:"freeBytes"`
	BudgetBytes int64          `json:"budgetBytes"` // that models may take together; 0: no limit but the machine's
	Devices     []EngineDevice `json:"devices"`     // that models can be computed on
	Models      []EngineModel  `json:"models"`
}

// EngineDevice is a processor.
type EngineDevice struct {
	Name        string `json:"name"`
	Kind        string `json:"kind"` // "cpu", "gpu"
	MemoryBytes int64  `json:"memoryBytes"`
	FreeBytes   int64  `json:"freeBytes"`
}

// EngineModel is one model's figures since the program started.
type EngineModel struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Role        string `json:"role"`   // "chat", "embedding" or "rerank"
	Status      string `json:"status"` // "off", "missing", "resting", "loading", "ready", "failed"
	Device      string `json:"device,omitempty"`
	MemoryBytes int64  `json:"memoryBytes"` // that its process holds; 0: not loaded, or not known

	Requests  int `json:"requests"`
	Failed    int `json:"failed"`
	Cancelled int `json:"cancelled"`
	Refused   int `json:"refused"` // too busy
	Running   int `json:"running"` // now
	Waiting   int `json:"waiting"` // now

	Tokens    int64  `json:"tokens"` // written
	Prompt    int64  `json:"prompt"` // tokens of prompts
	Cached    int64  `json:"cached"` // of those, tokens that need not be computed
	Guessed   int64  `json:"guessed"`
	Held      int64  `json:"held"`                // of the guessed, how many stand in the text
	Unguessed string `json:"unguessed,omitempty"` // why nothing was guessed ahead last

	FirstToken Histogram `json:"firstToken"` // seconds until the first token
	Between    Histogram `json:"between"`    // milliseconds from a token to the next
	Decode     Histogram `json:"decode"`     // tokens a second, written
	Reading    Histogram `json:"reading"`    // tokens a second, of prompts
	Batch      Histogram `json:"batch"`      // requests in one step

	Samples []EngineSample `json:"samples"` // the last 60, a second apart, oldest first
}

// Histogram is a distribution: Counts[i] values lie below Bounds[i], the last
// of Counts above all bounds. Without values all is zero.
type Histogram struct {
	N      int       `json:"n"`
	Mean   float64   `json:"mean"`
	P50    float64   `json:"p50"` // upper end of the bucket that holds it
	P95    float64   `json:"p95"`
	Bounds []float64 `json:"bounds"`
	Counts []int     `json:"counts"`
}

// EngineSample is one second.
type EngineSample struct {
	Tokens      float64 `json:"tokens"` // written a second
	Prompt      float64 `json:"prompt"` // read a second
	Running     int     `json:"running"`
	Waiting     int     `json:"waiting"`
	MemoryBytes int64   `json:"memoryBytes"`
}

// Expert is a way of answering: a model, what it is told, and how passages are
// found for it.
type Expert struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	About     string   `json:"about"` // a sentence
	Kinds     []string `json:"kinds"` // of questions that go to it first
	Model     string   `json:"model"` // an ID; empty: quotations alone, no model
	Adapter   string   `json:"adapter,omitempty"`
	Prompt    string   `json:"prompt,omitempty"` // what it is told beside the passages
	Retrieval string   `json:"retrieval"`        // "passages", "whole", "survey", "chronology", "calculation", "none"
	Sampling  Sampling `json:"sampling"`
	Ready     bool     `json:"ready"` // it can answer now
	Problem   string   `json:"problem,omitempty"`
	Ledger    Ledger   `json:"ledger"`
}

// Sampling is how tokens are drawn.
type Sampling struct {
	Temperature float64 `json:"temperature"` // 0: always the likeliest
	TopP        float64 `json:"topP"`        // 0: all
	TopK        int     `json:"topK"`        // 0: all
	MaxTokens   int     `json:"maxTokens"`   // 0: as the settings say
}

// Ledger is how an expert has done so far. It holds no text.
type Ledger struct {
	Uses       int     `json:"uses"`
	Refused    int     `json:"refused"`
	Failed     int     `json:"failed"`
	P50MS      float64 `json:"p50Ms"` // until the answer was whole
	P95MS      float64 `json:"p95Ms"`
	Right      int     `json:"right"` // readers' words
	WrongQuote int     `json:"wrongQuote"`
	Missed     int     `json:"missed"`
	Weight     float64 `json:"weight"` // that all this gives it in the choice; 1: none
}

// RouteRequest asks who would answer a question.
type RouteRequest struct {
	Question string `json:"question"`
	Expert   string `json:"expert,omitempty"` // the person's own choice
}

// Route says which expert answers a question, and why.
type Route struct {
	Kind       string      `json:"kind"`       // of question
	Confidence float64     `json:"confidence"` // 0 to 1
	Expert     string      `json:"expert"`     // ID
	Name       string      `json:"name"`       // of the expert
	Model      string      `json:"model"`      // an ID; empty: quotations alone
	Chosen     bool        `json:"chosen"`     // by the person
	Why        []string    `json:"why"`        // sentences
	Steps      []RouteStep `json:"steps"`      // the chain, in its order, the one that answers included
	Scores     []Score     `json:"scores"`     // kinds, likeliest first
}

// RouteStep is an expert in the chain.
type RouteStep struct {
	Expert  string `json:"expert"`
	Name    string `json:"name"`
	State   string `json:"state"`             // "answers", "skipped", "failed", "behind" (would be next)
	Problem string `json:"problem,omitempty"` // why it was skipped or failed
}

// Score is how likely a kind is.
type Score struct {
	Kind  string  `json:"kind"`
	Share float64 `json:"share"`
}
