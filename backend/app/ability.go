package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	mark "markai/backend"
	"markai/backend/answer"
	"markai/backend/models"
)

// abilities are what the chat models of this machine were measured to do, once
// for each. They are kept beside the vault and hold nothing of a matter.
type abilities struct {
	path   string
	wanted chan string // models that are used and were not measured

	mu    sync.Mutex // guards known, asked and the file
	known map[string]answer.Ability
	asked map[string]bool // in this run of the program
}

func abilitiesPath(home string) string { return filepath.Join(home, "abilities.json") }

// readAbilities returns what is kept in home. A file that cannot be read keeps
// nothing.
func readAbilities(home string) *abilities {
	a := &abilities{path: abilitiesPath(home), wanted: make(chan string, 16), known: map[string]answer.Ability{}, asked: map[string]bool{}}
	raw, err := os.ReadFile(a.path)
	if err != nil || json.Unmarshal(raw, &a.known) != nil {
		a.known = map[string]answer.Ability{}
	}
	return a
}

// abilityKey names a model and its bytes: another file of the same name is
// measured anew.
func abilityKey(m models.Model) string {
	if m.Path == "" {
		return ""
	}
	return m.ID + " " + m.SHA256
}

// of returns what is known of a model; nil where nothing is. Then it is measured
// when there is time, so that the next answers know.
func (a *abilities) of(key string) *answer.Ability {
	if k := a.peek(key); k != nil {
		return k
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if key != "" && !a.asked[key] {
		a.asked[key] = true
		select {
		case a.wanted <- key:
		default: // so many at once wait for the next start
		}
	}
	return nil
}

// peek is of, without the wish to have it measured: a list that shows a model
// does not use it.
func (a *abilities) peek(key string) *answer.Ability {
	a.mu.Lock()
	defer a.mu.Unlock()
	if k, ok := a.known[key]; ok {
		return &k
	}
	return nil
}

// run measures what is wanted until ctx ends. One that fails is tried again in
// the next run of the program.
func (a *abilities) run(ctx context.Context, g mark.Generator) {
	for {
		select {
		case <-ctx.Done():
			return
		case key := <-a.wanted:
			if _, err := a.measure(ctx, g, key); err != nil && ctx.Err() == nil {
				slog.WarnContext(ctx, "what a model can do was not measured", "error", mark.CodeOf(err))
			}
		}
	}
}

// measure measures a model now and keeps the result.
func (a *abilities) measure(ctx context.Context, g mark.Generator, key string) (answer.Ability, error) {
	model, _, _ := strings.Cut(key, " ")
	got, err := answer.Measure(ctx, g, model)
	if err != nil {
		return got, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.known[key] = got
	raw, err := json.MarshalIndent(a.known, "", "  ")
	if err != nil {
		return got, err
	}
	return got, keepFile(a.path, raw)
}

// keepFile replaces a file beside the vault. Where there is no vault yet nothing
// is kept.
func keepFile(path string, raw []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("keep what was measured: %w", err)
	}
	_, err = f.Write(raw)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("keep what was measured: %w", err)
	}
	return nil
}
