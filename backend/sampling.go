package mark

// Sampling says from which tokens chance chooses, and how it is bent. The zero
// value is what is usual.
type Sampling struct {
	TopK int     // among the likeliest so many, at most MaxTopK; 0 means 64
	TopP float32 // among the likeliest that have this much of the probability; 0 means 0.95, 1 all
	MinP float32 // none less likely than this share of the likeliest; 0 means 0.05, below 0 none is too unlikely
	// Repeat makes tokens among the last 64 written less likely: a logit above
	// zero is divided by it, one below multiplied (Keskar et al., 2019); 0 and 1 do
	// nothing. It counts at Temp 0 too.
	Repeat float32
}

// Limits of what can be asked for.
const (
	MaxTopK   = 1024
	MaxScores = 20
)

// Form is what a text must look like. At most one of its fields is set, and none
// beside Prompt.Grammar.
type Form struct {
	Schema  []byte   // JSON that fits this JSON Schema
	Pattern string   // text that matches this regular expression as a whole
	Choice  []string // one of these
}

// TokenScore is a token and the logarithm of the probability that the model gave
// it, before any sampling, form or penalty.
type TokenScore struct {
	Piece   []byte // its text, which may be part of a character
	Logprob float64
}

// TokenScores are the score of a token that was written, and of the likeliest
// that might have stood there, likeliest first.
type TokenScores struct {
	TokenScore
	Top []TokenScore
}

// Tool is something that a model may ask to be called.
type Tool struct {
	Name        string // letters, digits and _ . - alone
	Description string // what it is for, for the model
	Parameters  []byte // a JSON Schema of the object that it takes; empty: it takes nothing
}

// ToolCall is a call that a model asks for. Nothing says that there is such a
// tool, nor that the arguments fit it.
type ToolCall struct {
	Name      string
	Arguments []byte // a JSON object
}
