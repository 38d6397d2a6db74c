package bert

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	mark "markai/backend"
	"markai/backend/gguf"
	"markai/kernels"
	"markai/kernels/encoder"
	"markai/kernels/wordpiece"
)

// numerics is raised whenever the same text would get other numbers than
// before: vectors of different numerics do not mix.
const numerics = "int8-1"

// Engine says in a few words what computes on this machine.
func Engine() string { return "8-bit encoder, " + kernels.Best().String() }

// Fast reports whether there are loops for this kind of processor: without
// them, others compute faster.
func Fast() bool { return kernels.Best() > kernels.Portable }

// Supports reports why the model at path cannot be computed here, or nil. It
// reads the header only. Errors: NotFound, Unsupported.
func Supports(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return mark.Errorf(mark.NotFound, "The model %s cannot be opened. Choose another in Settings.", filepath.Base(path)).Because(err)
	}
	defer f.Close() //nolint:errcheck // read only
	head, err := readHead(f)
	if err == nil {
		_, err = shape(head)
	}
	if err != nil {
		return unsupported(path, err)
	}
	return nil
}

func unsupported(path string, cause error) error {
	return mark.Errorf(mark.Unsupported, "The model %s is not one that the built-in encoder computes. Set embedding.engine to llama, or choose another model in Settings.", filepath.Base(path)).Because(cause)
}

func readHead(f *os.File) (*gguf.File, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return gguf.Read(f, st.Size())
}

// errModel is why a sound file is not taken.
var errModel = errors.New("not a model of the BERT family")

// The ways in which GGUF says that a passage's vector is made.
const (
	poolMean = 1
	poolCLS  = 2
)

// shape reads the shape of the network out of the header, and checks that all
// its tensors are there in types that can be read.
func shape(head *gguf.File) (encoder.Config, error) {
	var c encoder.Config
	if arch := head.Text("general.architecture"); arch != "bert" {
		return c, fmt.Errorf("architecture %q: %w", arch, errModel)
	}
	for _, n := range []struct {
		key string
		to  *int
	}{
		{"block_count", &c.Layers}, {"embedding_length", &c.Width}, {"attention.head_count", &c.Heads}, {"feed_forward_length", &c.Feed},
	} {
		v, ok := head.Uint("bert." + n.key)
		if !ok || v > 1<<24 {
			return c, fmt.Errorf("%s is %d: %w", n.key, v, errModel)
		}
		*n.to = int(v)
	}
	var ok bool
	if c.Epsilon, ok = head.Value("bert.attention.layer_norm_epsilon").(float32); !ok {
		return c, fmt.Errorf("no layer_norm_epsilon: %w", errModel)
	}
	switch pool, _ := head.Uint("bert.pooling_type"); pool {
	case poolMean:
	case poolCLS:
		c.CLS = true
	default:
		return c, fmt.Errorf("pooling of type %d: %w", pool, errModel)
	}
	if model := head.Text("tokenizer.ggml.model"); model != "bert" {
		return c, fmt.Errorf("tokenizer %q: %w", model, errModel)
	}
	word, okWord := head.Tensor("token_embd.weight")
	position, okPosition := head.Tensor("position_embd.weight")
	if !okWord || !okPosition || len(word.Dims) != 2 || len(position.Dims) != 2 || word.Dims[1] > 1<<24 || position.Dims[1] > 1<<24 {
		return c, fmt.Errorf("no embeddings: %w", errModel)
	}
	c.Words, c.Positions = int(word.Dims[1]), int(position.Dims[1])
	if vocab, _ := head.Value("tokenizer.ggml.tokens").([]string); len(vocab) == 0 || len(vocab) > c.Words {
		return c, fmt.Errorf("%d tokens and %d embeddings: %w", len(vocab), c.Words, errModel)
	}
	// Models that are like BERT but not BERT have other tensors besides, or lack
	// some; a layer without biases is read as one of these.
	if err := c.Check(); err != nil {
		return c, err
	}
	known := map[string]bool{"token_types.weight": true, "cls.weight": true, "cls.bias": true}
	need := tensorsOf(c.Layers)
	for _, name := range need {
		t, ok := head.Tensor(name)
		if !ok || !t.Type.Convertible() {
			return c, fmt.Errorf("tensor %q is missing or %v: %w", name, t.Type, errModel)
		}
		known[name] = true
	}
	for _, t := range head.Tensors {
		if !known[t.Name] {
			return c, fmt.Errorf("tensor %q is in no BERT: %w", t.Name, errModel)
		}
	}
	return c, nil
}

// tensorsOf lists the tensors that a model of so many layers must have.
func tensorsOf(layers int) []string {
	names := []string{"token_embd.weight", "position_embd.weight", "token_embd_norm.weight", "token_embd_norm.bias"}
	for i := range layers {
		for _, part := range []string{"attn_q", "attn_k", "attn_v", "attn_output", "attn_output_norm", "ffn_up", "ffn_down", "layer_output_norm"} {
			for _, kind := range []string{"weight", "bias"} {
				names = append(names, fmt.Sprintf("blk.%d.%s.%s", i, part, kind))
			}
		}
	}
	return names
}

// model is a model that is ready to compute.
type model struct {
	tokens *wordpiece.Tokenizer
	enc    *encoder.Encoder
	limit  int // tokens of a text, with the two that frame it
}

// open reads and packs the model at path, which has been checked before.
func open(path string, context int) (*model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, mark.Errorf(mark.Unsupported, "The model %s cannot be opened. Choose another in Settings.", filepath.Base(path)).Because(err)
	}
	defer f.Close() //nolint:errcheck // read only
	head, err := readHead(f)
	if err != nil {
		return nil, unsupported(path, err)
	}
	c, err := shape(head)
	if err != nil {
		return nil, unsupported(path, err)
	}
	w, err := weights(head, f, c)
	if err != nil {
		return nil, unsupported(path, err)
	}
	m := &model{limit: min(context, c.Positions)}
	if m.enc, err = encoder.Load(w, kernels.Auto); err != nil {
		return nil, unsupported(path, err)
	}
	vocab, cased := vocabulary(head)
	if m.tokens, err = wordpiece.New(vocab, wordpiece.Options{Cased: cased, Accents: cased}); err != nil {
		return nil, unsupported(path, err)
	}
	debug.FreeOSMemory() // the weights in float32 took several times what is left
	return m, nil
}

// weights reads the embeddings now, and a layer whenever it is asked for.
func weights(head *gguf.File, r io.ReaderAt, c encoder.Config) (encoder.Weights, error) {
	var failed error
	read := func(name string) []float32 {
		t, ok := head.Tensor(name)
		if !ok || failed != nil {
			return nil
		}
		x, err := head.Floats(r, t)
		if err != nil {
			failed = err
		}
		return x
	}
	norm := func(name string) encoder.Norm {
		return encoder.Norm{Gain: read(name + ".weight"), Bias: read(name + ".bias")}
	}
	linear := func(name string) encoder.Linear {
		return encoder.Linear{Weight: read(name + ".weight"), Bias: read(name + ".bias")}
	}
	w := encoder.Weights{Config: c, Word: read("token_embd.weight"), Position: read("position_embd.weight"), Norm: norm("token_embd_norm")}
	if types := read("token_types.weight"); len(types) >= c.Width {
		w.Type = types[:c.Width]
	}
	w.Layer = func(n int) (encoder.Layer, error) {
		p := fmt.Sprintf("blk.%d.", n)
		l := encoder.Layer{
			Query: linear(p + "attn_q"), Key: linear(p + "attn_k"), Value: linear(p + "attn_v"), Output: linear(p + "attn_output"),
			AttentionNorm: norm(p + "attn_output_norm"), Up: linear(p + "ffn_up"), Down: linear(p + "ffn_down"), FeedNorm: norm(p + "layer_output_norm"),
		}
		return l, failed
	}
	return w, failed
}

// vocabulary returns the tokens as WordPiece writes them, and whether they know
// capitals. GGUF marks what begins a word; WordPiece what continues one.
func vocabulary(head *gguf.File) (vocab []string, cased bool) {
	tokens, _ := head.Value("tokenizer.ggml.tokens").([]string)
	for _, t := range tokens {
		begins := false
		switch {
		case strings.HasPrefix(t, "\u2581"):
			t, begins = t[len("\u2581"):], true
		case strings.HasPrefix(t, "[") && strings.HasSuffix(t, "]") && len(t) > 2:
		default:
			t = "##" + t
		}
		cased = cased || begins && len(t) > 1 && t[0] >= 'A' && t[0] <= 'Z'
		vocab = append(vocab, t)
	}
	return vocab, cased
}
