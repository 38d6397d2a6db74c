package llama

import (
	"encoding/json"
	"os"

	mark "markai/backend"
	forms "markai/backend/grammar"
)

// The kinds of worker that Handlers serves.
const (
	KindChat  = "chat"
	KindEmbed = "embed"
)

// The methods of the workers.
const (
	methodGenerate = "generate" // body: prompt; sends delta
	methodSave     = "save"     // header: saving, body: prompt; replies, body: snapshot
	methodRestore  = "restore"  // body: snapshot; replies
	methodCount    = "count"    // body: JSON string; replies counted
	methodEmbed    = "embed"    // body: JSON []string; replies embedded, body: float32, little-endian
)

// envSetup carries the setup to the child.
const envSetup = "MARKAI_LLAMA"

// setup is what a worker loads when the first request comes.
type setup struct {
	Runtime string `json:"runtime"` // folder of the llama.cpp libraries
	Model   string `json:"model"`   // path of the GGUF file
	Context int    `json:"context"` // tokens of one request
	Cells   int    `json:"cells"`   // tokens of all together; 0: Context
	Running int    `json:"running"` // requests computed at once; 0: 8
	Queue   int    `json:"queue"`   // requests that wait; 0: 64
	Graphic bool   `json:"graphic"` // compute on a graphics processor

	Layout   Layout `json:"layout,omitzero"`    // what lies on graphics processors
	Template string `json:"template,omitempty"` // that stands in for the model's own
	Draft    string `json:"draft,omitempty"`    // path of the model that guesses ahead; empty: none
	Eager    bool   `json:"eager,omitempty"`    // it guesses whether that pays or not
	Cache    string `json:"cache,omitempty"`    // numbers of the key-value cache; empty: f16
}

func (s setup) env() (string, error) {
	b, err := json.Marshal(s)
	return envSetup + "=" + string(b), err
}

func setupFromEnv() (setup, error) {
	var s setup
	if err := json.Unmarshal([]byte(os.Getenv(envSetup)), &s); err != nil {
		return s, mark.Errorf(mark.Internal, "The model worker was started without a model.").Because(err)
	}
	return s, nil
}

// threads is the share of the machine that a request may take; it comes with
// every request, so that a change takes effect at the next one.
type threads struct {
	Decode int `json:"decode"` // for one token after the other
	Batch  int `json:"batch"`  // for prompts and passages
}

// turn is one message of a prompt.
type turn struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

// prompt is the body of a generate request: never in a header, never logged.
type prompt struct {
	Turns     []turn   `json:"turns"`
	Prefix    string   `json:"prefix,omitempty"`
	Stop      []string `json:"stop,omitempty"`
	Grammar   string   `json:"grammar,omitempty"`
	MaxTokens int      `json:"max_tokens,omitempty"`
	Temp      float32  `json:"temp,omitempty"`
	Seed      uint32   `json:"seed,omitempty"`
	OneByOne  bool     `json:"one_by_one,omitempty"`
	Scores    int      `json:"scores,omitempty"`

	Adapter string `json:"adapter,omitempty"` // path of a LoRA adapter; empty: none

	Sampling mark.Sampling `json:"sampling,omitzero"`
	Tools    []mark.Tool   `json:"tools,omitempty"`

	Client     string `json:"client,omitempty"`
	Background bool   `json:"background,omitempty"`
	WaitMS     int64  `json:"wait_ms,omitempty"`
}

// delta is one message of a generation.
type delta struct {
	Text   string `json:"text,omitempty"`
	Tokens int    `json:"tokens,omitempty"`
	Stop   string `json:"stop,omitempty"`
	Prompt int    `json:"prompt,omitempty"`
	Cached int    `json:"cached,omitempty"`
	Beside int    `json:"beside,omitempty"`

	Waiting int `json:"waiting,omitempty"`

	Guessed int `json:"guessed,omitempty"`
	Held    int `json:"held,omitempty"`

	Unguessed string `json:"unguessed,omitempty"`

	Scores []scored        `json:"scores,omitempty"`
	Calls  []mark.ToolCall `json:"calls,omitempty"`
}

// saving is the header of a save request.
type saving struct {
	Most int `json:"most"` // bytes
}

type counted struct {
	Tokens int `json:"tokens"`
}

// promptOf lays a domain prompt out as turns. Errors: Invalid where the form that
// it asks for cannot be had.
func promptOf(p mark.Prompt) (prompt, error) {
	if p.Scores < 0 || p.Scores > mark.MaxScores {
		return prompt{}, mark.Errorf(mark.Invalid, "The odds of %d tokens cannot be told. Ask for up to %d.", p.Scores, mark.MaxScores)
	}
	if err := forms.CheckTools(p.Tools); err != nil {
		return prompt{}, err
	}
	form, err := formOf(p)
	if err != nil {
		return prompt{}, err
	}
	out := prompt{Prefix: p.Prefix, Stop: p.Stop, Grammar: form, MaxTokens: p.MaxTokens, Temp: p.Temp, Seed: p.Seed, OneByOne: p.Deterministic,
		Scores: p.Scores, Sampling: p.Sampling, Tools: p.Tools, Client: p.Client, Background: p.Background, WaitMS: p.Wait.Milliseconds()}
	if p.System != "" {
		out.Turns = append(out.Turns, turn{"system", p.System})
	}
	for _, m := range p.History {
		out.Turns = append(out.Turns, turn{m.Role, m.Text})
	}
	out.Turns = append(out.Turns, turn{"user", p.User})
	return out, nil
}

// formOf returns the grammar of what p's text must look like; empty where it is
// free.
func formOf(p mark.Prompt) (text string, err error) {
	text = p.Grammar
	asked := 0
	for _, form := range []struct {
		set  bool
		make func() (string, error)
	}{
		{p.Grammar != "", func() (string, error) { return p.Grammar, nil }},
		{len(p.Form.Schema) > 0, func() (string, error) { return forms.Schema(p.Form.Schema, forms.Options{}) }},
		{p.Form.Pattern != "", func() (string, error) { return forms.Regex(p.Form.Pattern, forms.Options{}) }},
		{len(p.Form.Choice) > 0, func() (string, error) { return forms.Choice(p.Form.Choice) }},
	} {
		if !form.set {
			continue
		}
		if asked++; asked > 1 {
			return "", mark.Errorf(mark.Invalid, "An answer can take one form. Ask for a schema, a pattern, a choice or a grammar.")
		}
		if text, err = form.make(); err != nil {
			return "", err
		}
	}
	return text, nil
}
