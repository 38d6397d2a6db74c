package llama

import (
	"fmt"
	"sync/atomic"

	"markai/backend/worker"
)

// Config says which model to run, where, and how much of the machine it gets.
type Config struct {
	Runtime string // folder of the llama.cpp libraries, with plain names (libllama.so)
	Model   string // path of the GGUF file, checked before (models.Check)
	Name    string // names model and version; vectors of different names do not mix
	Context int    // tokens of one request; 0 means 4096 for chat, 256 for embedding
	Cells   int    // of a chat model: tokens of all requests together; 0 means Context
	Running int    // of a chat model: requests computed at once; 0 means 8
	Queue   int    // of a chat model: requests that wait beside; 0 means 64
	Dim     int    // of an embedding model: the length of its vectors (models.Model.Width)
	Cache   string // of a chat model: numbers of its key-value cache, "f16", "q8_0" or "q4_0"; empty means f16
	// Template is llama.cpp's name of the chat template that stands in where a chat
	// model's own is missing or not known to it; empty: none.
	Template string
	// Layout is what of a chat model lies on graphics processors.
	Layout Layout
	// Draft is the path of a smaller model of the same family, checked before, that
	// guesses what this one writes next where that is likely to be quicker; empty:
	// guesses come from the text alone. With Eager, for measurements, it guesses
	// whether that pays or not.
	Draft string
	Eager bool
	// Adapter finds the LoRA adapter that a prompt names. Errors: NotFound and
	// others that are for people. Nil: prompts name none.
	Adapter func(id string) (path string, err error)
	Graphic bool // of an embedding model: on a graphics processor, where the runtime finds one
	Worker  worker.Spec
}

// keeper keeps the worker that runs a model, and says how many threads it has.
type keeper struct {
	*worker.Keeper
	threads atomic.Pointer[threads]
}

func newKeeper(kind string, cfg Config) (*keeper, error) {
	env, err := setup{
		Runtime: cfg.Runtime, Model: cfg.Model, Context: cfg.Context, Cells: cfg.Cells, Running: cfg.Running, Queue: cfg.Queue,
		Graphic: cfg.Graphic, Template: cfg.Template, Cache: cfg.Cache, Draft: cfg.Draft, Eager: cfg.Eager, Layout: cfg.Layout,
	}.env()
	if err != nil {
		return nil, fmt.Errorf("set up the %s worker: %w", kind, err)
	}
	spec := cfg.Worker
	spec.Kind = kind
	// Without GGML_NO_BACKTRACE an abort starts a debugger on itself.
	spec.Env = append(append([]string{}, spec.Env...), env, "GGML_NO_BACKTRACE=1")
	k := &keeper{Keeper: worker.NewKeeper(spec)}
	k.threads.Store(&threads{Decode: 1, Batch: 1})
	return k, nil
}

// SetThreads changes, from the next request on, how many threads compute one
// token after the other (decode) and prompts or passages (batch).
func (k *keeper) SetThreads(decode, batch int) {
	k.threads.Store(&threads{Decode: max(decode, 1), Batch: max(batch, 1)})
}
