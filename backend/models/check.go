package models

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	mark "markai/backend"
	"markai/backend/gguf"
)

// inspected is what a look at a model file's header told.
type inspected struct {
	size int64
	arch gguf.Architecture
	can  gguf.Abilities

	licence  string // as the file states it
	template string // that stands in for its own
}

// role is what the model is for; "" for a projector of pictures, which is part
// of one.
func (i inspected) role() Role {
	switch {
	case i.can.Vision:
		return ""
	case i.can.Rerank:
		return Rerank
	case i.can.Embedding:
		return Embedding
	}
	return Chat
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
	info := inspected{size: st.Size(), can: head.Abilities(), licence: head.Text("general.license"), template: head.TemplateName()}
	if info.role() != "" { // a projector has no shape of its own
		if info.arch, err = head.Architecture(); err != nil {
			return inspected{}, explain(name, err)
		}
	}
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

// Load is how a model is to be loaded.
type Load struct {
	Role    Role
	Context int    // tokens
	Cache   string // as in Settings; empty: f16
	Free    int64  // bytes of memory; 0: not known
}

// Check reports why the model at path must not be loaded in this way, or nil. It
// reads the header, and the whole file once where a checksum lies beside it, until
// ctx ends. Errors: NotFound, Damaged, Unsupported, TooBig, each with what to do
// next.
func Check(ctx context.Context, path string, l Load) error {
	info, err := inspect(path)
	if err != nil {
		return err
	}
	if err := suits(filepath.Base(path), info, l.Role); err != nil {
		return err
	}
	if err := info.fits(l); err != nil {
		return err
	}
	return verify(ctx, path)
}

// cacheTypes are the types of numbers that a cache may hold, by Settings' names.
var cacheTypes = map[string]gguf.Type{"": gguf.F16, "f16": gguf.F16, "q8_0": gguf.Q8_0, "q4_0": gguf.Q4_0}

// fits says what to do where the model needs more memory than is free.
func (i inspected) fits(l Load) error {
	memory := func(context int) int64 { return int64(i.arch.MemoryIn(context, cacheTypes[l.Cache])) }
	need := memory(l.Context)
	if l.Free <= 0 || need <= l.Free {
		return nil
	}
	for _, n := range slices.Backward(contexts) {
		if n < l.Context && memory(n) <= l.Free {
			return mark.Errorf(mark.TooBig, "The model needs %s with a context of %d tokens and %s are free: choose a context of %d tokens, which needs %s, or a smaller model in Settings.",
				amount(need), l.Context, amount(l.Free), n, amount(memory(n)))
		}
	}
	return mark.Errorf(mark.TooBig, "The model needs %s and %s are free. Choose a smaller one in Settings, or close other programs.", amount(need), amount(l.Free))
}

// suits reports whether a model can do what role asks; "" asks for any use.
func suits(name string, i inspected, role Role) error {
	is := i.role()
	switch {
	case is == "":
		return mark.Errorf(mark.Unsupported, "%s turns pictures into what another model reads and is no model of its own. Choose the model's main file.", name)
	case i.arch.Vocabulary == 0:
		return mark.Errorf(mark.Unsupported, "The model %s has no vocabulary of its own. Get a complete GGUF file.", name)
	case role == "" || role == is:
		return nil
	case role == Embedding && is == Chat:
		return mark.Errorf(mark.Unsupported, "The model %s writes text and cannot be used for search. Choose an embedding model in Settings.", name)
	case role == Chat && is == Embedding:
		return mark.Errorf(mark.Unsupported, "The model %s is for search and cannot write answers. Choose a chat model in Settings.", name)
	}
	return mark.Errorf(mark.Unsupported, "The model %s is for %s and not for %s. Choose another in Settings.", name, is, role)
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
