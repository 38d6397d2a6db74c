package models

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	mark "markai/backend"
	converter "markai/backend/convert"
	"markai/backend/gguf"
)

// Prepare makes the shipped models in dir ready to use from the published
// files that lie there: the chat model requantised to Q8_0, which processors
// read twice as fast, and the embedding model converted to GGUF. What is ready
// and whole is left alone; what is neither ready nor there to be prepared is
// skipped. It returns the paths that are ready. Errors: Damaged when a
// published file is not the one that is pinned.
func Prepare(ctx context.Context, dir string) ([]string, error) {
	entries, err := shipped()
	if err != nil {
		return nil, err
	}
	var ready []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Result)
		if _, err := os.Stat(sidecar(path)); err == nil && Check(ctx, path, Load{Role: e.Role, Context: e.Context}) == nil {
			ready = append(ready, path)
			continue
		}
		switch err := e.prepare(ctx, dir); {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return ready, fmt.Errorf("prepare %s: %w", e.ID, err)
		}
		ready = append(ready, path)
	}
	return ready, nil
}

// prepare makes e's model out of its published files.
func (e entry) prepare(ctx context.Context, dir string) error {
	for _, f := range e.Files {
		got, err := sum(ctx, filepath.Join(dir, f.Path))
		if err != nil {
			return err
		}
		if got != f.SHA256 {
			return mark.Errorf(mark.Damaged, "The model file %s is not the one that belongs here. Delete it and run the set-up again.", f.Path)
		}
	}
	first := filepath.Join(dir, e.Files[0].Path)
	src, err := os.Open(first)
	if err != nil {
		return err
	}
	defer src.Close() //nolint:errcheck // read only
	st, err := src.Stat()
	if err != nil {
		return err
	}
	return install(ctx, filepath.Join(dir, e.Result), func(w io.Writer) error {
		if e.Role == Embedding {
			return encoder(w, e.Name, filepath.Dir(first), src, st.Size())
		}
		head, err := gguf.Read(src, st.Size())
		if err != nil {
			return explain(e.Files[0].Path, err)
		}
		return gguf.Requantize(w, head, src)
	})
}

// encoder writes the BERT model in dir, which takes the mean of all tokens, as
// GGUF.
func encoder(w io.Writer, name, dir string, weights io.ReaderAt, size int64) error {
	p := converter.Parts{Name: name, Pooling: converter.Mean}
	var err error
	if p.Config, err = readSmall(filepath.Join(dir, "config.json")); err != nil {
		return err
	}
	if p.Vocab, err = readSmall(filepath.Join(dir, "vocab.txt")); err != nil {
		return err
	}
	if p.Tensors, err = gguf.ReadSafetensors(weights, size); err != nil {
		return err
	}
	return converter.Write(w, p, gguf.Q8_0)
}
