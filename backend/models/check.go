package models

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	mark "markai/backend"
	"markai/backend/gguf"
)

// inspected is what a look at a model file's header told.
type inspected struct {
	size int64
	arch gguf.Architecture
}

// looked remembers the headers that this process has read: a vocabulary takes
// some milliseconds, and lists of models are asked for often.
var looked sync.Map // seen → inspected

// inspect reads the header of the model at path. Errors: NotFound, Damaged,
// Unsupported, TooBig, each with a sentence about this very file.
func inspect(path string) (inspected, error) {
	name := filepath.Base(path)
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return inspected{}, mark.Errorf(mark.NotFound, "The model %s is not there any more. Choose another in Settings.", name).Because(err)
		}
		return inspected{}, mark.Errorf(mark.Unavailable, "The model %s cannot be opened. Check that you may read the file.", name).Because(err)
	}
	defer f.Close() //nolint:errcheck // read only
	st, err := f.Stat()
	if err != nil {
		return inspected{}, fmt.Errorf("look at %s: %w", name, err)
	}
	key := seen{path: path, size: st.Size(), modified: st.ModTime()}
	if known, ok := looked.Load(key); ok {
		return known.(inspected), nil
	}
	head, err := gguf.Read(f, st.Size())
	if err != nil {
		return inspected{}, explain(name, err)
	}
	arch, err := head.Architecture()
	if err != nil {
		return inspected{}, explain(name, err)
	}
	info := inspected{st.Size(), arch}
	looked.Store(key, info)
	return info, nil
}

// explain turns a reader's error into a sentence for people.
func explain(name string, err error) error {
	say := func(code mark.Code, sentence string) error {
		return mark.Errorf(code, "%s", fmt.Sprintf(sentence, name)).Because(err)
	}
	switch {
	case errors.Is(err, gguf.ErrNotGGUF):
		return say(mark.Unsupported, "%s is not a GGUF model. Choose a file that ends in .gguf.")
	case errors.Is(err, gguf.ErrEndian):
		return say(mark.Unsupported, "The model %s was written for another kind of processor. Get the usual, little-endian file.")
	case errors.Is(err, gguf.ErrVersion):
		return say(mark.Unsupported, "The model %s is in a version of GGUF that Mark AI does not read. Get a newer file of the same model.")
	case errors.Is(err, gguf.ErrTruncated), errors.Is(err, gguf.ErrBounds):
		return say(mark.Damaged, "The model %s is cut off. Copy or download it again.")
	case errors.Is(err, gguf.ErrType):
		return say(mark.Unsupported, "The model %s stores its weights in a form that Mark AI does not know. Get a Q4_K_M or Q8_0 file of the same model.")
	case errors.Is(err, gguf.ErrTooLarge):
		return say(mark.TooBig, "The model %s claims sizes that no real model has. Copy or download it again.")
	}
	return say(mark.Damaged, "The model %s is damaged. Copy or download it again.")
}

// Check reports why the model at path must not be loaded for role with a
// context of so many tokens on a machine with free bytes of memory (0 when
// unknown), or nil. It reads the header, and the whole file once where a
// checksum lies beside it. Errors: NotFound, Damaged, Unsupported, TooBig, each
// with what to do next.
func Check(path string, role Role, context int, free int64) error {
	info, err := inspect(path)
	if err != nil {
		return err
	}
	if err := suits(filepath.Base(path), info.arch, role); err != nil {
		return err
	}
	if need := int64(info.arch.Memory(context)); free > 0 && need > free {
		return mark.Errorf(mark.TooBig, "The model needs %s and %s are free. Choose a smaller one in Settings, or close other programs.", amount(need), amount(free))
	}
	return verify(path)
}

// suits reports whether a model of this shape can do what role asks.
func suits(name string, a gguf.Architecture, role Role) error {
	switch {
	case role == Embedding && !a.Embedding:
		return mark.Errorf(mark.Unsupported, "The model %s writes text and cannot be used for search. Choose an embedding model in Settings.", name)
	case role == Chat && a.Embedding:
		return mark.Errorf(mark.Unsupported, "The model %s is for search and cannot write answers. Choose a chat model in Settings.", name)
	case a.Vocabulary == 0:
		return mark.Errorf(mark.Unsupported, "The model %s has no vocabulary of its own. Get a complete GGUF file.", name)
	}
	return nil
}

// amount gives bytes as people count memory.
func amount(n int64) string {
	if n >= 1<<30 {
		g := float64(n) / (1 << 30)
		if g >= 10 {
			return fmt.Sprintf("%.0f GB", g)
		}
		return fmt.Sprintf("%.1f GB", g)
	}
	return fmt.Sprintf("%d MB", (n+1<<20-1)>>20)
}
