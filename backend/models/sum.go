package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	mark "markai/backend"
)

// incoming begins the names of files that are not whole yet.
const incoming = ".incoming-"

// sidecar names the file that holds the checksum of the model at path.
func sidecar(path string) string { return path + ".sha256" }

// recorded is the checksum beside the model at path, "" where there is none.
func recorded(path string) string {
	raw, err := os.ReadFile(sidecar(path))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(raw))
}

// verified remembers which files this process has read and found whole, so
// that a large model is not read twice for its checksum.
var verified sync.Map // seen → struct{}

type seen struct {
	path, sum string
	size      int64
	modified  time.Time
}

// verify compares the model at path with the checksum beside it. A file
// without one passes.
func verify(ctx context.Context, path string) error {
	want, err := os.ReadFile(sidecar(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the checksum of %s: %w", filepath.Base(path), err)
	}
	st, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("look at %s: %w", filepath.Base(path), err)
	}
	key := seen{path, strings.TrimSpace(string(want)), st.Size(), st.ModTime()}
	if _, ok := verified.Load(key); ok {
		return nil
	}
	got, err := sum(ctx, path)
	if err != nil {
		return err
	}
	if got != key.sum {
		return mark.Errorf(mark.Damaged, "The model %s has changed since it was installed. Install it again.", filepath.Base(path))
	}
	verified.Store(key, struct{}{})
	return nil
}

// sum returns the SHA-256 of the file at path, hexadecimal.
func sum(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", filepath.Base(path), err)
	}
	defer f.Close() //nolint:errcheck // read only
	h := sha256.New()
	if _, err := io.Copy(writer{ctx, h}, f); err != nil {
		return "", fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// writer stops when its context does.
type writer struct {
	ctx context.Context
	w   io.Writer
}

func (w writer) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}

// install writes a model file and its checksum under a temporary name and
// renames both into place, so that a crash leaves no half model.
func install(ctx context.Context, path string, write func(io.Writer) error) error {
	return installChecked(ctx, path, write, func(string) error { return nil })
}

// installChecked is install of a file that check has to find right before it is
// put in place.
func installChecked(ctx context.Context, path string, write func(io.Writer) error, check func(path string) error) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), incoming+"*")
	if err != nil {
		return fmt.Errorf("install %s: %w", filepath.Base(path), err)
	}
	defer func() {
		if err != nil {
			tmp.Close()           //nolint:errcheck // it goes away
			os.Remove(tmp.Name()) //nolint:errcheck // best effort
		}
	}()
	h := sha256.New()
	if err := write(writer{ctx, io.MultiWriter(tmp, h)}); err != nil {
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		return fmt.Errorf("install %s: %w", filepath.Base(path), err)
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("install %s: %w", filepath.Base(path), err)
	}
	if err := check(tmp.Name()); err != nil {
		return err
	}
	return settle(tmp.Name(), path, hex.EncodeToString(h.Sum(nil)))
}

// settle puts the model that lies whole at from in place, with its checksum.
func settle(from, path, sum string) error {
	// The model goes first: a crash in between leaves an old checksum beside a
	// new model, which is noticed and repaired by preparing again.
	if err := os.Rename(from, path); err != nil {
		return fmt.Errorf("install %s: %w", filepath.Base(path), err)
	}
	if err := os.WriteFile(sidecar(path), []byte(sum+"\n"), 0o644); err != nil {
		return fmt.Errorf("write the checksum of %s: %w", filepath.Base(path), err)
	}
	return nil
}
