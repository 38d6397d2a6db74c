package models

import (
	"fmt"
	"path/filepath"
	"strings"

	"markai/backend/gguf"
)

// Card is what a model file says of itself, before anything loads it.
type Card struct {
	Name         string       `json:"name"`
	Title        string       `json:"title"`
	Architecture string       `json:"architecture"`
	Type         string       `json:"type"`
	Licence      string       `json:"licence"` // as the file states it; empty: it does not
	Parameters   uint64       `json:"parameters"`
	Context      int          `json:"context"` // tokens it was trained on
	Form         gguf.Form    `json:"form"`
	Abilities    []string     `json:"abilities"` // "chat", "tools", "embedding", "rerank", "vision"
	Template     string       `json:"template"`  // "own", the name of the one that stands in, or "": none
	Needs        []MemoryNeed `json:"needs"`
	Advice       string       `json:"advice"` // a sentence
}

// MemoryNeed is what a context of so many tokens takes.
type MemoryNeed struct {
	Context int   `json:"context"`
	Bytes   int64 `json:"bytes"`
	Fits    bool  `json:"fits"`
}

// contexts are those that a card tells the memory of.
var contexts = []int{2048, 4096, 8192, 16384, 32768, 131072}

// Inspect reads the card of the model at path for a machine with free bytes of
// memory (0: not known). Errors: NotFound, Damaged, Unsupported, TooBig.
func Inspect(path string, free int64) (Card, error) {
	info, err := inspect(path)
	if err != nil {
		return Card{}, err
	}
	if info.role() == "" {
		return Card{}, suits(filepath.Base(path), info, "")
	}
	a, can := info.arch, info.can
	c := Card{
		Name: strings.TrimSuffix(filepath.Base(path), ".gguf"), Title: a.Title, Architecture: a.Name, Type: a.Quantised.String(),
		Licence: info.licence, Parameters: a.Parameters, Context: a.Context, Form: can.Form, Abilities: []string{}, Template: "own",
	}
	for _, x := range []struct {
		has  bool
		name string
	}{{can.Chat, "chat"}, {can.Tools, "tools"}, {can.Embedding, "embedding"}, {can.Rerank, "rerank"}, {can.Vision, "vision"}} {
		if x.has {
			c.Abilities = append(c.Abilities, x.name)
		}
	}
	if !a.Chat {
		c.Template = info.template
	}
	c.Needs = needs(a.Context, free, a.Memory)
	c.Advice = Advise(c.Needs, free)
	return c, nil
}

// Advise says whether, and with how long a context, a model with these needs runs
// where free bytes of memory are (0: not known).
func Advise(needs []MemoryNeed, free int64) string {
	least, most := needs[0], needs[0]
	for _, n := range needs {
		if n.Fits {
			most = n
		}
	}
	switch {
	case free <= 0:
		return fmt.Sprintf("It needs %s with a context of %d tokens. How much memory is free could not be found.", amount(least.Bytes), least.Context)
	case !least.Fits:
		return fmt.Sprintf("The model needs %s and %s are free. Choose a smaller one, a smaller type of the same, or close other programs.", amount(least.Bytes), amount(free))
	}
	return fmt.Sprintf("It runs here with a context of up to %d tokens, which needs %s; %s are free.", most.Context, amount(most.Bytes), amount(free))
}
