// Package yzma loads llama.cpp's libraries through yzma, once in a process. It is
// for child processes: what runs a model and what rewrites one.
package yzma

import (
	"os"
	"sync"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
)

var (
	mu     sync.Mutex // guards loaded, and loading itself
	loaded bool
)

// Load loads the libraries in the folder dir, with plain names (libllama.so); a
// process that has them already keeps those. Errors: Unavailable, Unsupported.
func Load(dir string) error {
	mu.Lock()
	defer mu.Unlock()
	if loaded {
		return nil
	}
	if _, err := os.Stat(dir); err != nil {
		return mark.Errorf(mark.Unavailable, "The engine that runs language models is not installed. Run the set-up again.").Because(err)
	}
	if err := native.Load(dir); err != nil {
		return mark.Errorf(mark.Unavailable, "The engine that runs language models does not start on this machine. Run the set-up again.").Because(err)
	}
	native.LogSet(native.LogSilent())
	native.Init()
	if native.GGMLBackendDeviceCount() == 0 {
		return mark.Errorf(mark.Unsupported, "The engine that runs language models has no back end for this processor. Run the set-up again.")
	}
	loaded = true
	return nil
}
