package wire

// Model is a model of this machine in the manager: one that came with the
// program, installed or not, or one that a person brought.
type Model struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Role       string `json:"role"` // "chat", "embedding" or "rerank"
	Bytes      int64  `json:"bytes"`
	NeedsBytes int64  `json:"needsBytes"` // of memory, estimated, with the context that its settings name
	Licence    string `json:"licence"`    // as its publisher or the file states it; empty: neither does
	Installed  bool   `json:"installed"`
	Active     bool   `json:"active"`
	Problem    string `json:"problem,omitempty"`

	Own          bool          `json:"own"`  // a person brought it: it can be removed
	File         string        `json:"file"` // its name, without the folder
	Source       string        `json:"source"`
	Architecture string        `json:"architecture"`
	Type         string        `json:"type"` // of its weights: "q8_0"
	Parameters   int64         `json:"parameters"`
	Context      int           `json:"context"`            // tokens it was trained on
	Template     string        `json:"template,omitempty"` // of its conversations: "own", or the name of the one that stands in
	Capabilities []string      `json:"capabilities"`       // of "chat", "tools", "embedding", "rerank", "vision"
	SHA256       string        `json:"sha256,omitempty"`   // as this program computed it
	Needs        []MemoryNeed  `json:"needs"`
	Advice       string        `json:"advice"` // whether it runs here: a sentence
	Settings     ModelSettings `json:"settings"`
	Ability      *ModelAbility `json:"ability,omitempty"` // of a chat model; left out: not measured yet
}

// ModelAbility is what a chat model was measured to do with a handful of tasks
// like those that it gets. The shares are of 1.
type ModelAbility struct {
	Writes  bool    `json:"writes"`  // good enough to write answers; else quotations lead
	Grammar bool    `json:"grammar"` // it wrote in the form that it was held to
	Answers float64 `json:"answers"` // tasks with the fact that was asked for
	Keeps   float64 `json:"keeps"`   // sentences that their passages carry
	Cites   float64 `json:"cites"`   // sentences that name a passage which carries them
	Stays   float64 `json:"stays"`   // tasks without an answer in which it said so
}

// MemoryNeed is the memory that a model takes with a context of so many tokens.
type MemoryNeed struct {
	Context int   `json:"context"`
	Bytes   int64 `json:"bytes"`
	Fits    bool  `json:"fits"`
}

// ModelSettings are how one model is run. What is left out or zero the program
// decides.
type ModelSettings struct {
	Context     int      `json:"context"`               // tokens
	Threads     int      `json:"threads"`               // of the processor
	KVType      string   `json:"kvType"`                // of what it keeps of a conversation: "", "f16", "q8_0" or "q4_0"
	GPULayers   *int     `json:"gpuLayers,omitempty"`   // layers on a graphics processor
	Draft       string   `json:"draft"`                 // ID of the smaller model that guesses ahead
	Temperature *float64 `json:"temperature,omitempty"` // 0: always the likeliest token
}

// Verified is what the reading of a model's whole file showed.
type Verified struct {
	SHA256 string `json:"sha256"`         // as it is now
	Before string `json:"before"`         // as it was when it was installed; empty: not known
	Stated string `json:"stated"`         // as its publisher states it; empty: not known
	Sound  bool   `json:"sound"`          // equal to what is known of it, and a model
	Report string `json:"report"`         // a sentence
	Time   string `json:"time,omitempty"` // RFC 3339
}

// Catalogue is what can be had: well-known open models.
type Catalogue struct {
	Entries []CatalogueEntry `json:"entries"`
	// Source is the address that models may be downloaded from. Where it is empty,
	// nothing is downloaded, and models come as files.
	Source      string `json:"source"`
	MemoryBytes int64  `json:"memoryBytes"` // of the machine; 0: not known
	FreeBytes   int64  `json:"freeBytes"`   // of memory
	DiskBytes   int64  `json:"diskBytes"`   // free where models are kept; 0: not known
}

// CatalogueEntry is one model, in the types that it is published in.
type CatalogueEntry struct {
	ID           string          `json:"id"`
	Family       string          `json:"family"`
	Name         string          `json:"name"`
	Publisher    string          `json:"publisher"`
	Repository   string          `json:"repository"` // its path at the source
	Role         string          `json:"role"`       // "chat", "embedding" or "rerank"
	Licence      Licence         `json:"licence"`
	Parameters   int64           `json:"parameters"`
	Context      int             `json:"context"` // tokens it was trained on
	Capabilities []string        `json:"capabilities"`
	About        string          `json:"about"` // what it is for: a sentence
	Files        []CatalogueFile `json:"files"`
}

// Licence is what a publisher allows.
type Licence struct {
	Name     string `json:"name"`
	Text     string `json:"text,omitempty"`
	Address  string `json:"address,omitempty"` // where it stands in full; shown, never followed
	Accept   bool   `json:"accept"`            // it must be accepted before the model is installed
	Accepted bool   `json:"accepted"`
}

// CatalogueFile is one type of a model's weights.
type CatalogueFile struct {
	File      string       `json:"file"`
	Type      string       `json:"type"`
	Bytes     int64        `json:"bytes"`               // 0: not known before it is there
	Estimate  int64        `json:"estimate,omitempty"`  // Bytes, or what they are estimated to be
	Installed string       `json:"installed,omitempty"` // ID of the model that it is here
	Needs     []MemoryNeed `json:"needs"`
	Fits      bool         `json:"fits"`
	Advice    string       `json:"advice"` // "It needs 9 GB, 6 GB are free: choose …"
	Suggested bool         `json:"suggested"`
}

// DownloadRequest asks for a file of the catalogue.
type DownloadRequest struct {
	Entry   string `json:"entry"`
	File    string `json:"file"`
	Accepts bool   `json:"accepts"` // the licence
}

// Download is a file of the catalogue on its way.
type Download struct {
	ID         string  `json:"id"`
	Entry      string  `json:"entry"`
	Name       string  `json:"name"`
	File       string  `json:"file"`
	State      string  `json:"state"` // "waiting", "running", "paused", "checking", "done", "failed", "canceled"
	Bytes      int64   `json:"bytes"`
	Total      int64   `json:"total"` // 0: not known
	PerSecond  float64 `json:"perSecond"`
	ETASeconds float64 `json:"etaSeconds"` // 0 while unknown
	Problem    string  `json:"problem,omitempty"`
	Model      string  `json:"model,omitempty"` // ID of what was installed
}

// TryEvent is a step of the one question that tries a model. Kind says which
// other field is set.
type TryEvent struct {
	Kind  string     `json:"kind"` // "loading", "text", "done" or "error"
	Text  string     `json:"text,omitempty"`
	Done  *TryResult `json:"done,omitempty"`
	Error *Error     `json:"error,omitempty"`
}

// TryResult is what the question cost.
type TryResult struct {
	LoadMS          float64 `json:"loadMs"`
	FirstMS         float64 `json:"firstMs"` // from the loaded model to the first token
	TotalMS         float64 `json:"totalMs"`
	Tokens          int     `json:"tokens"`
	TokensPerSecond float64 `json:"tokensPerSecond"`
}

// ModelReport lays types of one model side by side, as they were measured last.
type ModelReport struct {
	Rows    []ModelReportRow `json:"rows"`    // the first is the original; none: never measured
	Choice  int              `json:"choice"`  // index of the row recommended, or -1
	Why     string           `json:"why"`     // a sentence
	Machine string           `json:"machine"` // on which it was measured
	Time    string           `json:"time"`    // RFC 3339
}

// ModelReportRow is one type.
type ModelReportRow struct {
	Name            string  `json:"name"`
	Type            string  `json:"type"`
	Bytes           int64   `json:"bytes"`
	PeakBytes       int64   `json:"peakBytes"` // of memory; 0: not found
	PromptPerSecond float64 `json:"promptPerSecond"`
	DecodePerSecond float64 `json:"decodePerSecond"`
	Perplexity      float64 `json:"perplexity"`
	Divergence      float64 `json:"divergence"` // nats a token from the first row
	SameFirst       float64 `json:"sameFirst"`  // share of tokens whose likeliest is the first row's
	Tokens          int     `json:"tokens"`     // judged
	Quality         float64 `json:"quality"`    // share of questions answered rightly
	Questions       int     `json:"questions"`  // 0: none were asked
}
