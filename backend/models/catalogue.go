package models

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	mark "markai/backend"
	"markai/backend/gguf"
	"markai/backend/recipe"
)

// catalogued are well-known open models; catalogue/SOURCES.md says where the
// figures come from.
//
//go:embed catalogue/models.json
var catalogued []byte

// Entry is a well-known open model that a person may bring.
type Entry struct {
	ID         string      `json:"id"`
	Family     string      `json:"family"`
	Name       string      `json:"name"`
	Publisher  string      `json:"publisher"`
	Repository string      `json:"repository"` // its path at a hub
	Role       Role        `json:"role"`
	Licence    string      `json:"licence"` // the name of one of the catalogue's
	Parameters uint64      `json:"parameters"`
	Context    int         `json:"context"` // tokens it was trained on
	Abilities  []string    `json:"abilities"`
	About      string      `json:"about"` // what it is for
	Experts    int         `json:"experts,omitempty"`
	Causal     bool        `json:"causal,omitempty"` // reads as chat models do, with a cache, though it is for something else
	Files      []EntryFile `json:"files"`

	Layers     int `json:"layers"`
	KVHeads    int `json:"kvHeads"`
	HeadDim    int `json:"headDim"`
	Width      int `json:"width"`
	Vocabulary int `json:"vocabulary"`
}

// EntryFile is one type that an entry's weights are published in.
type EntryFile struct {
	File  string `json:"file"`
	Type  string `json:"type"`
	Bytes int64  `json:"bytes,omitempty"` // 0: not known before it is here
}

// Licence is what a publisher allows, in a sentence or two of ours.
type Licence struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Accept bool   `json:"accept"` // a person must accept it before the model is installed
}

// Catalogue is what can be had.
type Catalogue struct {
	Licences []Licence `json:"licences"`
	Models   []Entry   `json:"models"`
}

// ReadCatalogue returns the catalogue that came with the program.
var ReadCatalogue = sync.OnceValues(func() (Catalogue, error) {
	var c Catalogue
	if err := json.Unmarshal(catalogued, &c); err != nil {
		return c, fmt.Errorf("read the catalogue of models: %w", err)
	}
	return c, nil
})

// Licence finds a licence by name.
func (c Catalogue) Licence(name string) Licence {
	i := slices.IndexFunc(c.Licences, func(l Licence) bool { return l.Name == name })
	if i < 0 {
		return Licence{Name: name, Accept: true}
	}
	return c.Licences[i]
}

// Find returns a file of the catalogue: of the entry with this ID, the file of
// this name or type; an empty one means the only or the smallest. Errors: NotFound.
func (c Catalogue) Find(id, file string) (Entry, EntryFile, error) {
	for _, e := range c.Models {
		if e.ID != id {
			continue
		}
		if file == "" {
			return e, slices.MinFunc(e.Files, func(a, b EntryFile) int { return int(e.Bytes(a) - e.Bytes(b)) }), nil
		}
		for _, f := range e.Files {
			if f.File == file || f.Type == strings.ToLower(file) {
				return e, f, nil
			}
		}
		return e, EntryFile{}, mark.Errorf(mark.NotFound, "%s is not offered as %q. 'markai models catalogue' lists what there is.", e.Name, file)
	}
	return Entry{}, EntryFile{}, mark.Errorf(mark.NotFound, "There is no %q in the catalogue. 'markai models catalogue' lists what there is.", id)
}

// Bytes is the size of a file of the entry, estimated where it is not known.
func (e Entry) Bytes(f EntryFile) int64 {
	if f.Bytes > 0 {
		return f.Bytes
	}
	return int64(float64(e.Parameters) * recipe.Bits(f.Type) / 8)
}

// Needs are the memory that a file of the entry takes, with contexts that it was
// trained on, on a machine with free bytes (0: not known).
func (e Entry) Needs(f EntryFile, free int64) []MemoryNeed {
	shape := gguf.Shape{
		Layers: e.Layers, KVHeads: e.KVHeads, HeadDim: e.HeadDim, Width: e.Width, Vocabulary: e.Vocabulary,
		Weights: uint64(e.Bytes(f)), Encoder: e.Role != Chat && !e.Causal,
	}
	return needs(e.Context, free, shape.Memory)
}

// needs lists the memory at each of contexts that a model was trained on; an
// encoder's is the same at each.
func needs(trained int, free int64, memory func(context int) uint64) []MemoryNeed {
	var out []MemoryNeed
	for _, n := range contexts {
		if trained > 0 && n > trained && len(out) > 0 {
			break
		}
		if trained > 0 {
			n = min(n, trained)
		}
		need := int64(memory(n))
		out = append(out, MemoryNeed{n, need, free <= 0 || need <= free})
	}
	return out
}

// Suggested is the file of the entry that suits this machine: the one nearest to
// the original that leaves some of the free memory to others, "" where none fits
// or nothing is known.
func (e Entry) Suggested(free int64) string {
	best := ""
	for _, f := range slices.SortedFunc(slices.Values(e.Files), func(a, b EntryFile) int { return int(e.Bytes(a) - e.Bytes(b)) }) {
		if free > 0 && float64(e.Needs(f, free)[0].Bytes) <= recipe.Headroom*float64(free) {
			best = f.File
		}
	}
	return best
}
