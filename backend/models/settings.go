package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	mark "markai/backend"
)

// Settings are what a person chose for one model. What is left out is for the
// program to decide.
type Settings struct {
	Context     int     `json:"context,omitempty"`     // tokens that it holds at once
	Threads     int     `json:"threads,omitempty"`     // processor threads for writing
	Cache       string  `json:"cache,omitempty"`       // numbers of the key-value cache: "f16", "q8_0" or "q4_0"
	GPULayers   *int    `json:"gpuLayers,omitempty"`   // layers on a graphics processor; 0: none
	Draft       string  `json:"draft,omitempty"`       // the model that guesses ahead for it
	Temperature float32 `json:"temperature,omitempty"` // 0: the likeliest token each time
}

// Limits of what a person may choose.
const (
	maxContext     = 1 << 21
	maxThreads     = 1 << 10
	maxTemperature = 2
)

// caches are the kinds of numbers that a key-value cache may hold.
var caches = []string{"f16", "q8_0", "q4_0"}

// check reports what of s makes no sense for m.
func (s Settings) check(m Model) error {
	t := float64(s.Temperature)
	switch {
	case s.Context < 0 || s.Context > maxContext:
		return mark.Errorf(mark.Invalid, "A context of %d tokens is not possible. Choose one from 512 to what the model was trained on, or 0 for the program's choice.", s.Context)
	case s.Context > 0 && m.Trained > 0 && s.Context > m.Trained:
		return mark.Errorf(mark.Invalid, "%s was trained on %d tokens and does not follow %d. Choose %d or fewer.", m.Name, m.Trained, s.Context, m.Trained)
	case s.Threads < 0 || s.Threads > maxThreads:
		return mark.Errorf(mark.Invalid, "%d threads are not possible. Choose as many as the machine has cores, or 0 for the program's choice.", s.Threads)
	case s.Cache != "" && !slices.Contains(caches, s.Cache):
		return mark.Errorf(mark.Invalid, "The cache holds f16, q8_0 or q4_0, not %q.", s.Cache)
	case s.GPULayers != nil && *s.GPULayers < 0:
		return mark.Errorf(mark.Invalid, "%d layers cannot be on a graphics processor. Choose 0 for none, or leave it to the program.", *s.GPULayers)
	case s.Draft != "" && s.Draft == m.ID:
		return mark.Errorf(mark.Invalid, "%s cannot guess ahead for itself. Choose a smaller model of the same family.", m.Name)
	case math.IsNaN(t) || t < 0 || t > maxTemperature:
		return mark.Errorf(mark.Invalid, "A temperature is a number from 0, the likeliest words, to %d, the most varied.", maxTemperature)
	}
	return nil
}

// settingsPath names the file of the model's settings: beside the user's own
// models, where those of shipped models lie too.
func (l *Library) settingsPath(id string) string { return filepath.Join(l.own, id+".settings.json") }

// Settings returns what a person chose for the model. A model for which nothing
// was chosen has none. Errors: Damaged for a file that cannot be read.
func (l *Library) Settings(id string) (Settings, error) {
	var s Settings
	if l.own == "" {
		return s, nil
	}
	raw, err := readSmall(l.settingsPath(id))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil {
		return Settings{}, mark.Errorf(mark.Damaged, "The settings of the model %s cannot be read. Choose them again.", id).Because(err)
	}
	return s, nil
}

// SetSettings keeps what a person chose for the model; it holds from the next
// loading on. Errors: NotFound for the model or for its draft model, Invalid.
func (l *Library) SetSettings(id string, s Settings) error {
	m, err := l.Find("", id)
	if err != nil {
		return err
	}
	if err := s.check(m); err != nil {
		return err
	}
	if s.Draft != "" {
		if _, err := l.Find(Chat, s.Draft); err != nil {
			return err
		}
	}
	if s == (Settings{}) {
		return removeFile(l.settingsPath(m.ID))
	}
	if err := os.MkdirAll(l.own, 0o700); err != nil {
		return fmt.Errorf("make the models folder: %w", err)
	}
	return writeJSON(l.settingsPath(m.ID), s)
}

// writeJSON writes v as the file at path, whole or not at all.
func writeJSON(path string, v any) (err error) {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), incoming+"*")
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	_, err = f.Write(append(raw, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// removeFile removes the file at path if it is there.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", filepath.Base(path), err)
	}
	return nil
}
