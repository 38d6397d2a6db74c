package mark

import (
	"context"
	"io"
	"iter"
	"log/slog"
	"time"
)

// Prompt is what a model is asked to continue.
type Prompt struct {
	Model     string // empty: the default
	System    string
	User      string
	History   []Message // between System and User
	Prefix    string    // the answer's beginning, already written
	Stop      []string  // generation ends before any of these
	Grammar   string    // GBNF that the output must follow; empty: none
	Form      Form      // or what else it must look like
	Tools     []Tool    // what the model may ask to be called, in its family's way
	MaxTokens int       // 0 means the model's own default
	Temp      float32   // 0 is greedy
	Sampling  Sampling  // what a Temp above 0 chooses from
	Adapter   string    // a LoRA adapter that the model is to write with, by its id; empty: none
	Seed      uint32
	// Deterministic asks that tokens be computed one by one, not guessed ahead and
	// verified together: the same text comes whenever everything else is the same,
	// what else runs and what memory holds included, which change a logit's last bits.
	Deterministic bool
	// Scores asks, with every token, for the odds of so many of the likeliest
	// that might have stood there, at most MaxScores; 0: none.
	Scores int

	Client     string        // whose fair share of the model this takes; empty: nobody's in particular
	Background bool          // nobody waits for the text: those who wait come first
	Wait       time.Duration // the longest wait for a turn, then TooBusy; 0: as long as ctx allows
}

// LogValue logs what a prompt costs, never what it says.
func (p Prompt) LogValue() slog.Value {
	return slog.GroupValue(slog.String("model", p.Model),
		slog.Int("bytes", len(p.System)+len(p.User)), slog.Int("max_tokens", p.MaxTokens))
}

// Delta is a piece of generated text. It never splits a UTF-8 sequence.
type Delta struct {
	Text   string
	Tokens int    // tokens in this delta
	Stop   string // set on the last delta: "end", "length", "stop"

	Prompt int // on the first delta: tokens of the prompt
	Cached int // on the first delta: how many of them need not be computed
	Beside int // the most requests that were computed in one step with this one since the last delta, itself included

	Waiting int // the most requests that waited for the model then

	Guessed int // tokens that were guessed ahead and verified since the last delta
	Held    int // of those, how many stand in the text
	// Unguessed is why no token was guessed ahead: set on the last delta; empty
	// where some were.
	Unguessed string

	// Scores are those of the delta's tokens where Prompt.Scores asks for them. A
	// delta's text can lag behind: what may become a stop string is held back.
	Scores []TokenScores

	// Calls are those that were asked for, of Prompt.Tools or not. They are not in
	// the text.
	Calls []ToolCall
}

// Generator continues prompts. Breaking out of the loop cancels and frees the
// slot; a failure is the last value. Errors: Unavailable, TooBusy, TooBig
// (the prompt does not fit the context), Crashed.
type Generator interface {
	Generate(ctx context.Context, p Prompt) iter.Seq2[Delta, error]
	// CountTokens returns how many tokens text takes in the default model.
	CountTokens(ctx context.Context, text string) (int, error)
}

// Embedder turns texts into unit vectors, one per text, all of Dim numbers.
// Texts longer than the model's context are cut at its end.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([][]float32, error)
	// Model names the model and its version; vectors of different names do not mix.
	Model() string
	Dim() int
}

// File is an original to be read.
type File struct {
	Name     string
	Size     int64
	Data     io.ReaderAt
	Password string
}

// Source is an opened document, read page by page so that one bad page costs
// one page. It is used by one goroutine at a time.
type Source interface {
	Info() SourceInfo
	// Page reads page n (from 1). A page without text comes back with an empty
	// Text and the caller decides about OCR. Errors: Damaged, TooBig, Crashed.
	Page(ctx context.Context, n int) (Page, error)
	// Image renders page n for OCR at dots per inch. Errors: Unsupported where
	// there is nothing to render, Damaged, TooBig, Crashed.
	Image(ctx context.Context, n, dpi int) (Image, error)
	// Attachments yields the files inside this one.
	Attachments(ctx context.Context) iter.Seq2[Attachment, error]
	Close() error
}

// SourceInfo is what is known of a document when it has been opened.
type SourceInfo struct {
	Kind  Kind
	Pages int
	Title string   // from the file's properties; may be empty
	Notes []string // repaired, second opinion used, …
	Meta  Meta     // as the file itself tells it
	// Production says that what lies inside it may be a production: files that
	// load files among them describe.
	Production bool
	// Features are what only the file tells, not its text: form fields,
	// comments, hidden text. Their offsets fit the text of Page.
	Features []Feature
}

// Attachment is a file inside a file, small enough to hold.
type Attachment struct {
	Name   string
	Folder string // inside the file, with slashes; may be empty
	Data   []byte
}

// Image is an 8-bit grey picture, row by row, without padding.
type Image struct {
	Width, Height int
	DPI           int
	Pix           []byte
}

// Parser opens documents. Errors of Open: NeedsPassword, Damaged, Unsupported,
// TooBig, Crashed; each with a sentence about this very file.
type Parser interface {
	// Score says how well the parser knows this kind of file: 0 not at all,
	// 100 certainly. head is up to the first 4 KiB.
	Score(name string, head []byte) int
	Open(ctx context.Context, f File) (Source, error)
}

// Recogniser reads text from pictures. The page's boxes are in points at the
// image's DPI, from the top left.
type Recogniser interface {
	Recognise(ctx context.Context, img Image) (Page, error)
}

// Searcher finds passages, best first.
type Searcher interface {
	Search(ctx context.Context, m MatterStore, q Query) ([]Hit, error)
	// Read says how a search is understood, without searching.
	Read(ctx context.Context, m MatterStore, q Query) (Reading, error)
}

// Answerer answers questions; the last event is Final.
type Answerer interface {
	Answer(ctx context.Context, m MatterStore, q Question) iter.Seq2[AnswerEvent, error]
}

// KeyStore is the operating system's keyring. Errors: NotFound when there is
// no such secret, Unavailable when there is no keyring or it is locked (then
// ask for the passphrase; never make a new key).
type KeyStore interface {
	Get(ctx context.Context, name string) ([]byte, error)
	Set(ctx context.Context, name string, secret []byte) error
	Delete(ctx context.Context, name string) error
}
