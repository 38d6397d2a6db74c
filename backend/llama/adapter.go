package llama

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
)

// mostAdapters is how many LoRA adapters one process holds.
const mostAdapters = 32

// adapters are the LoRA adapters of a model, loaded when they are first asked
// for. Requests with the same adapter are of the same space of the scheduler,
// those without are of space 0. The loop's goroutine alone uses it, or who holds
// its mutex between two steps.
type adapters struct {
	model  native.Model
	spaces map[string]int       // by file, its size and time
	loaded []native.AdapterLora // of space i+1
	set    int                  // the space that llama.cpp computes for now
}

// space returns the space of the adapter at path, which it loads if need be.
// Errors: NotFound, Unsupported where it does not fit the model.
func (a *adapters) space(path string) (int, error) {
	name := strings.TrimSuffix(filepath.Base(path), ".gguf")
	info, err := os.Stat(path)
	if err != nil {
		return 0, mark.Errorf(mark.NotFound, "The adapter %s is not there any more. Choose another expert.", name).Because(err)
	}
	key := fmt.Sprintf("%s\x00%d\x00%d", path, info.Size(), info.ModTime().UnixNano())
	if n, ok := a.spaces[key]; ok {
		return n, nil
	}
	if len(a.loaded) >= mostAdapters {
		return 0, mark.Errorf(mark.Unsupported, "A model writes with up to %d adapters until the program is started again.", mostAdapters)
	}
	one, err := native.AdapterLoraInit(a.model, path)
	if err != nil || one == 0 {
		return 0, mark.Errorf(mark.Unsupported, "The adapter %s does not fit this model. Choose one that was made for it.", name).Because(err)
	}
	a.loaded = append(a.loaded, one)
	if a.spaces == nil {
		a.spaces = map[string]int{}
	}
	a.spaces[key] = len(a.loaded)
	return len(a.loaded), nil
}

// use lets ctx compute for a space from now on.
func (a *adapters) use(ctx native.Context, space int) error {
	if space == a.set {
		return nil
	}
	// An adapter that counts for nothing stands for none: llama.cpp's Go side
	// takes no empty list.
	one, scale := a.loaded[0], float32(0)
	if space > 0 {
		one, scale = a.loaded[space-1], 1
	}
	if rc := native.SetAdaptersLora(ctx, []native.AdapterLora{one}, []float32{scale}); rc != 0 {
		return fmt.Errorf("change the adapter: llama.cpp answered %d", rc)
	}
	a.set = space
	return nil
}

// space returns the space of requests with the adapter at path; without one it
// is 0.
func (l *loop) space(ctx context.Context, path string) (space int, err error) {
	if path == "" {
		return 0, nil
	}
	if left := l.do(ctx, func() { space, err = l.lora.space(path) }); left != nil {
		return 0, left
	}
	return space, err
}
