package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	mark "markai/backend"
)

// origin is what is known of a user's own model beyond its file. It lies beside
// it.
type origin struct {
	Entry      string    `json:"entry,omitempty"` // of the catalogue
	Publisher  string    `json:"publisher,omitempty"`
	Repository string    `json:"repository,omitempty"`
	Licence    string    `json:"licence,omitempty"`
	Stated     string    `json:"stated,omitempty"` // SHA-256, as the publisher states it
	At         time.Time `json:"at"`
}

func originPath(path string) string { return path + ".origin.json" }

// originOf reads what is known of the model at path; what cannot be read is not
// known.
func originOf(path string) origin {
	var o origin
	if raw, err := readSmall(originPath(path)); err == nil && json.Unmarshal(raw, &o) != nil {
		return origin{}
	}
	return o
}

// remember fills in where a user's own model is from. What a file states of its
// licence holds where nothing else is known.
func (m *Model) remember(o origin) {
	m.Source, m.Stated, m.Licence = "your own file", o.Stated, o.Licence
	if o.Repository != "" {
		m.Source = o.Publisher + ", " + o.Repository
	}
	if m.Licence == "" {
		if info, err := inspect(m.Path); err == nil {
			m.Licence = info.licence
		}
	}
}

// Import copies a user's GGUF model into their models folder and returns it.
// Errors: those of Check, Exists when a model of that name is there.
func (l *Library) Import(ctx context.Context, path string) (Model, error) {
	name := filepath.Base(path)
	info, err := inspect(path) // before gigabytes are copied
	if err != nil {
		return Model{}, err
	}
	if err := suits(name, info, ""); err != nil {
		return Model{}, err
	}
	src, err := os.Open(path)
	if err != nil {
		return Model{}, fmt.Errorf("open %s: %w", name, err)
	}
	defer src.Close() //nolint:errcheck // read only
	return l.receive(ctx, name, src, info.size)
}

// Receive is Import of a file that arrives in pieces.
func (l *Library) Receive(ctx context.Context, name string, r io.Reader) (Model, error) {
	return l.receive(ctx, name, r, -1)
}

// receive takes a model in. size is how long it has to be; -1: whatever comes.
func (l *Library) receive(ctx context.Context, name string, r io.Reader, size int64) (Model, error) {
	to, err := l.place(name)
	if err != nil {
		return Model{}, err
	}
	err = installChecked(ctx, to, func(w io.Writer) error {
		n, err := io.Copy(w, r)
		if err == nil && size >= 0 && n != size {
			err = mark.Errorf(mark.Damaged, "The model %s changed while it was copied. Try again.", name)
		}
		return err
	}, func(path string) error { return sound(path, filepath.Base(to)) })
	if err != nil {
		return Model{}, err
	}
	return l.Find("", idOf(to))
}

// place is where a user's own model of that name belongs. Errors: Invalid,
// Exists.
func (l *Library) place(name string) (string, error) {
	if name != filepath.Base(name) || strings.HasPrefix(name, ".") || strings.ContainsAny(name, `/\:`) || len(name) > 200 {
		return "", mark.Errorf(mark.Invalid, "A model cannot be named %q. Rename the file.", name)
	}
	if strings.ToLower(filepath.Ext(name)) != ".gguf" {
		name += ".gguf"
	}
	name = name[:len(name)-len(".gguf")] + ".gguf"
	entries, err := shipped()
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if strings.EqualFold(e.Result, name) {
			return "", mark.Errorf(mark.Exists, "%s is the name of %s, which came with the program. Rename the file.", name, e.Name)
		}
	}
	if err := os.MkdirAll(l.own, 0o700); err != nil {
		return "", fmt.Errorf("make the models folder: %w", err)
	}
	to := filepath.Join(l.own, name)
	if _, err := os.Stat(to); err == nil {
		return "", mark.Errorf(mark.Exists, "A model named %s is installed already. Remove it first, or rename the file.", name)
	}
	return to, nil
}

// sound reports what is wrong with the model file at path, that is to be called
// name.
func sound(path, name string) error {
	info, err := inspect(path)
	if err == nil {
		return suits(name, info, "")
	}
	var known *mark.Error
	if errors.As(err, &known) { // it speaks of the name that the file has for the moment
		return mark.Errorf(known.Code, "%s", strings.ReplaceAll(known.Message, filepath.Base(path), name)).Because(err)
	}
	return err
}

// idOf is the ID of the user's own model at path.
func idOf(path string) string { return strings.TrimSuffix(filepath.Base(path), ".gguf") }

// Remove deletes one of the user's own models, with what was kept of it. Errors:
// NotFound, Forbidden for a model that came with the program.
func (l *Library) Remove(id string) error {
	m, err := l.Find("", id)
	if err != nil {
		return err
	}
	if filepath.Dir(m.Path) != filepath.Clean(l.own) {
		return mark.Errorf(mark.Forbidden, "%s came with the program and stays. Choose another model in Settings instead.", m.Name)
	}
	if err := os.Remove(m.Path); err != nil {
		return fmt.Errorf("remove %s: %w", id, err)
	}
	return errors.Join(removeFile(sidecar(m.Path)), removeFile(originPath(m.Path)), removeFile(l.settingsPath(m.ID)))
}

// abandoned is how old what is being taken in has to be to count as left behind
// by a program that ended.
const abandoned = 24 * time.Hour

// Tidy removes what an import that was cut off left in the user's folder.
func (l *Library) Tidy() error {
	left, err := os.ReadDir(l.own)
	if errors.Is(err, fs.ErrNotExist) || l.own == "" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("tidy the models folder: %w", err)
	}
	for _, e := range left {
		if !strings.HasPrefix(e.Name(), incoming) {
			continue
		}
		if st, err := e.Info(); err == nil && time.Since(st.ModTime()) > abandoned {
			if err := os.RemoveAll(filepath.Join(l.own, e.Name())); err != nil {
				return fmt.Errorf("tidy the models folder: %w", err)
			}
		}
	}
	return nil
}

// Verified is what reading a model's whole file showed.
type Verified struct {
	SHA256 string    `json:"sha256"` // as it is now
	Before string    `json:"before"` // as it was when it was installed; empty: not known
	Stated string    `json:"stated"` // as its publisher states it; empty: not known
	Sound  bool      `json:"sound"`
	Report string    `json:"report"` // a sentence
	At     time.Time `json:"at"`
}

// Verify reads the model's whole file, and remembers the checksum of a user's
// own where none was kept. Errors: NotFound, Unavailable for one that is not
// installed; a file that is not sound is no error.
func (l *Library) Verify(ctx context.Context, id string) (Verified, error) {
	m, err := l.Find("", id)
	if err != nil {
		return Verified{}, err
	}
	v := Verified{Before: m.SHA256, Stated: m.Stated, At: time.Now().UTC()}
	if v.SHA256, err = sum(ctx, m.Path); err != nil {
		return Verified{}, err
	}
	fault := sound(m.Path, filepath.Base(m.Path))
	switch {
	case fault != nil:
		v.Report = mark.MessageOf(fault)
	case v.Stated != "" && v.Stated != v.SHA256:
		v.Report = fmt.Sprintf("%s is not the file that its publisher states. Remove it and get it again.", m.Name)
	case v.Before != "" && v.Before != v.SHA256:
		v.Report = fmt.Sprintf("%s has changed since it was installed. Remove it and get it again.", m.Name)
	case v.Stated != "":
		v.Sound, v.Report = true, fmt.Sprintf("%s is the file that its publisher states.", m.Name)
	case v.Before != "":
		v.Sound, v.Report = true, fmt.Sprintf("%s is as it was when it was installed.", m.Name)
	default:
		v.Sound, v.Report = true, fmt.Sprintf("%s can be read. Its checksum was not known; it is remembered from now on.", m.Name)
		if filepath.Dir(m.Path) == filepath.Clean(l.own) {
			if err := os.WriteFile(sidecar(m.Path), []byte(v.SHA256+"\n"), 0o644); err != nil {
				return v, fmt.Errorf("write the checksum of %s: %w", id, err)
			}
		}
	}
	return v, nil
}
