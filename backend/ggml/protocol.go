package ggml

// Kind is the worker's kind.
const Kind = "quantize"

// The methods of the worker.
const (
	methodQuantize = "quantize" // request: Job, body: calibration text; sends Progress
	methodSpeed    = "speed"    // request: subject, body: text; replies Speed
	methodCompare  = "compare"  // request: pair, body: text; sends Progress, replies Likeness
	methodAnswer   = "answer"   // request: subject, body: JSON []Question; replies []string
	methodLogits   = "logits"   // request: subject, body: text; replies tokens, body: float32, little-endian
)

// Job is a model file to be written in another type.
type Job struct {
	Runtime  string `json:"runtime"` // folder of the llama.cpp libraries
	From     string `json:"from"`    // path of the GGUF file to read, checked before
	To       string `json:"to"`      // path of the file to write, which is replaced
	FileType int    `json:"file_type"`
	Threads  int    `json:"threads"`
	// MaxBuffer bounds the bytes of tensor rows kept in memory at once; 0 is 256 MiB.
	MaxBuffer uint64 `json:"max_buffer"`
}

// Progress says how far a job has come.
type Progress struct {
	Phase string `json:"phase"` // "calibrate", "quantize", "compare"
	Done  int    `json:"done"`
	Total int    `json:"total"` // 0: not known
}

// subject is a model that something is asked of.
type subject struct {
	Runtime string `json:"runtime"`
	Model   string `json:"model"`
	Threads int    `json:"threads"`
}

// pair is two models over one vocabulary, or one alone where Original is empty.
type pair struct {
	subject
	Original string `json:"original"`
}

// Speed is how fast a model ran and what it held.
type Speed struct {
	PromptPerSecond float64 `json:"prompt"` // tokens read a second
	DecodePerSecond float64 `json:"decode"` // tokens written a second
	LoadSeconds     float64 `json:"load"`
	PeakBytes       int64   `json:"peak"` // memory of the process at its largest; 0 where it cannot be found
}

// Likeness is how well a model foretells a text, and how near it stays to the
// model that it was made from.
type Likeness struct {
	Tokens     int     `json:"tokens"`     // predictions that were judged
	Perplexity float64 `json:"perplexity"` // exp of the mean negative log-likelihood
	Original   float64 `json:"original"`   // the original's perplexity; 0: none was compared
	// Divergence is the mean Kullback-Leibler divergence, in nats a token, of the
	// model's next-token distribution from the original's.
	Divergence float64 `json:"divergence"`
	SameFirst  float64 `json:"same_first"` // share of places where both hold the same token likeliest
}

// Question is asked over a passage.
type Question struct {
	Passage  string `json:"passage"`
	Question string `json:"question"`
}
