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
		if _, err := os.Stat(sidecar(path)); err == nil && Check(path, e.Role, e.Context, 0) == nil {
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
			return convert(w, e, filepath.Dir(first), src, st.Size())
		}
		head, err := gguf.Read(src, st.Size())
		if err != nil {
			return explain(e.Files[0].Path, err)
		}
		return gguf.Requantize(w, head, src)
	})
}

// convert writes the BERT model in dir as GGUF.
func convert(w io.Writer, e entry, dir string, weights io.ReaderAt, size int64) error {
	config, err := os.Open(filepath.Join(dir, "config.json"))
	if err != nil {
		return err
	}
	defer config.Close() //nolint:errcheck // read only
	vocab, err := os.Open(filepath.Join(dir, "vocab.txt"))
	if err != nil {
		return err
	}
	defer vocab.Close() //nolint:errcheck // read only
	return gguf.WriteBERT(w, gguf.BERT{Name: e.Name, Weights: weights, Size: size, Config: config, Vocab: vocab}, gguf.Q8_0)
}
