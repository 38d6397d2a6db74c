// Package models knows the language models on this machine: which there are,
// where they lie, whether a file is sound and fits into memory, how the
// shipped ones are prepared and how a user's own joins them. Nothing reaches
// native code that this package has not looked at.
package models

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	mark "markai/backend"
	"markai/build/manifest"
)

// Role is what a model is for.
type Role string

// The roles.
const (
	Chat      Role = "chat"
	Embedding Role = "embedding"
	Rerank    Role = "rerank"
)

// entry is a model of the manifest.
type entry struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Role    Role   `json:"role"`
	Licence string `json:"licence"`
	Source  string `json:"source"`
	Context int    `json:"context"` // tokens it is run with
	Result  string `json:"result"`  // the prepared file
	Files   []struct {
		Path   string `json:"path"`
		SHA256 string `json:"sha256"`
	} `json:"files"` // what it is prepared from
}

// shipped returns the manifest's models.
func shipped() ([]entry, error) {
	var list []entry
	if err := json.Unmarshal(manifest.Models, &list); err != nil {
		return nil, fmt.Errorf("read the model manifest: %w", err)
	}
	return list, nil
}

// Model is one model that can be chosen.
type Model struct {
	ID         string
	Name       string
	Role       Role
	Licence    string // empty: the user's own file, they know
	Source     string
	Path       string // of the GGUF file; empty: not installed
	Bytes      int64
	Context    int    // tokens it is run with
	Trained    int    // tokens it was trained on; 0: not stated
	SHA256     string // computed when it was installed; empty: it was not
	Stated     string // checksum that its publisher states; empty: not known
	Parameters uint64 // numbers in its weights
	Layers     int    // blocks of the network
	Width      int    // of its hidden state: the length of an embedding model's vectors
	NeedsBytes int64  // memory to run it, estimated
	Template   string // llama.cpp's name of the chat template that stands in where its own does not serve; empty: none
	Problem    string // why it cannot be used, for people
	Default    bool   // used for its role where nothing else is chosen
}

// File is the name of the model's file, "" where it is not installed.
func (m Model) File() string {
	if m.Path == "" {
		return ""
	}
	return filepath.Base(m.Path)
}

// Library finds models. It is safe for concurrent use and keeps no file open.
type Library struct {
	own  string   // the user's folder
	dirs []string // all folders, in the order in which they are searched
}

// New returns a library over the user's own models folder, which need not
// exist yet, and the folders of models that came with the program.
func New(own string, shipped ...string) *Library {
	return &Library{own: own, dirs: append([]string{own}, shipped...)}
}

// Folder is the user's own models folder, or the nearest folder above it that is
// there.
func (l *Library) Folder() string {
	for dir := filepath.Clean(l.own); ; dir = filepath.Dir(dir) {
		if st, err := os.Stat(dir); err == nil && st.IsDir() || dir == filepath.Dir(dir) {
			return dir
		}
	}
}

// ShippedDirs returns the folders where models that came with the program may
// lie: beside the executable, then the build's cache, where they exist.
func ShippedDirs() []string { return beside("models") }

// RuntimeDirs returns, in the same order, the folders that may hold the
// llama.cpp libraries.
func RuntimeDirs() []string { return beside("runtime") }

func beside(name string) []string {
	var dirs []string
	add := func(dir string) {
		if st, err := os.Stat(dir); err == nil && st.IsDir() && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		add(filepath.Join(filepath.Dir(exe), name))
		add(filepath.Join(filepath.Dir(exe), "..", "Resources", name)) // a macOS bundle
		add(filepath.Join(filepath.Dir(exe), "..", "cache", name))     // build/bin beside build/cache
	}
	if cache := os.Getenv("MARKAI_CACHE"); cache != "" {
		add(filepath.Join(cache, name))
	}
	return dirs
}

// List returns all models: the shipped ones, installed or not, then the
// user's own by name. A broken file is listed with its Problem.
func (l *Library) List() ([]Model, error) {
	entries, err := shipped()
	if err != nil {
		return nil, err
	}
	var list []Model
	results := make(map[string]bool)
	for _, e := range entries {
		results[e.Result] = true
		m := Model{ID: e.ID, Name: e.Name, Role: e.Role, Licence: e.Licence, Source: e.Source, Context: e.Context, Default: true}
		if path := l.file(e.Result); path != "" {
			m.look(path)
			l.tune(&m)
		} else {
			m.Problem = fmt.Sprintf("%s is not installed. Run `markai models prepare`, or choose another model.", e.Name)
		}
		list = append(list, m)
	}
	for _, path := range l.ownFiles() {
		name := filepath.Base(path)
		if results[name] {
			continue
		}
		m := Model{ID: name[:len(name)-len(filepath.Ext(name))], Role: Chat, Context: defaultContext}
		m.Name = m.ID
		m.look(path)
		m.remember(originOf(path))
		l.tune(&m)
		list = append(list, m)
	}
	return list, nil
}

// defaultContext is how many tokens a user's own model is run with.
const defaultContext = 4096

// file returns the path of the named model file, or "".
func (l *Library) file(name string) string {
	for _, dir := range l.dirs {
		path := filepath.Join(dir, name)
		if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

// ownFiles returns the GGUF files in the user's folder, by name.
func (l *Library) ownFiles() []string {
	if l.own == "" {
		return nil
	}
	paths, _ := filepath.Glob(filepath.Join(escapeGlob(l.own), "*.gguf")) // only a bad pattern fails
	return paths
}

// escapeGlob makes every character of a folder's name stand for itself.
func escapeGlob(dir string) string {
	var out []rune
	for _, r := range dir {
		if r == '*' || r == '?' || r == '[' {
			out = append(out, '[', r, ']')
			continue
		}
		out = append(out, r)
	}
	return string(out)
}

// look fills in what the file says of itself.
func (m *Model) look(path string) {
	m.Path = path
	info, err := inspect(path)
	if err != nil {
		m.Problem = mark.MessageOf(err)
		return
	}
	m.SHA256 = recorded(path)
	m.Bytes, m.Parameters, m.Layers, m.Width = info.size, info.arch.Parameters, info.arch.Layers, info.arch.Width
	if m.Role = info.role(); m.Role == "" {
		m.Problem = mark.MessageOf(suits(filepath.Base(path), info, ""))
	}
	m.Trained, m.Template = info.arch.Context, info.template
	if info.arch.Context > 0 {
		m.Context = min(m.Context, info.arch.Context)
	}
	m.NeedsBytes = int64(info.arch.Memory(m.Context))
}

// tune applies what a person chose for the model. What cannot be read says so
// when the model is loaded.
func (l *Library) tune(m *Model) {
	s, err := l.Settings(m.ID)
	if err != nil || m.Problem != "" || s.Context == 0 && s.Cache == "" {
		return
	}
	info, err := inspect(m.Path)
	if err != nil {
		return
	}
	if s.Context > 0 {
		m.Context = s.Context
	}
	m.NeedsBytes = int64(info.arch.MemoryIn(m.Context, cacheTypes[s.Cache]))
}

// Find returns the model with this ID; an empty ID means the default of the
// role. Errors: NotFound, Unavailable when it is not installed.
func (l *Library) Find(role Role, id string) (Model, error) {
	list, err := l.List()
	if err != nil {
		return Model{}, err
	}
	for _, m := range list {
		if m.ID == id || id == "" && m.Default && m.Role == role {
			if m.Path == "" {
				return m, mark.Errorf(mark.Unavailable, "%s", m.Problem)
			}
			return m, nil
		}
	}
	return Model{}, mark.Errorf(mark.NotFound, "There is no model named %q. Choose one in Settings.", id)
}
