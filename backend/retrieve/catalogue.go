package retrieve

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/legal"
)

// catalogue is documents and how each can be named. It is shared by searches and
// never changed.
type catalogue struct {
	docs  []mark.Document
	known map[mark.DocumentID]int // in docs
	words map[string][]int32      // in whose names a word stands, ascending
	stems map[string][]int32
	long  []longName // words that may hold a name glued to others, in order
	pages int        // that were read
}

type longName struct {
	word string
	doc  int32
}

// catalogueOf returns the documents of a matter that a search may find, or those
// of scope.
func catalogueOf(ctx context.Context, m mark.MatterStore, scope []mark.DocumentID) (*catalogue, error) {
	v, err := m.Derived(ctx, "catalogue", func(docs []mark.Document) any {
		// A newer reading takes the place of what it replaces.
		return newCatalogue(slices.DeleteFunc(docs, func(d mark.Document) bool { return d.Replaced != "" }))
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	all := v.(*catalogue)
	if len(scope) == 0 {
		return all, nil
	}
	var docs []mark.Document
	missing := false
	for _, id := range scope {
		if i, ok := all.known[id]; ok {
			docs = append(docs, all.docs[i])
			continue
		}
		missing = true
	}
	if missing { // replaced, but asked for by name; or gone
		every, err := m.Documents(ctx)
		if err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		docs = slices.DeleteFunc(every, func(d mark.Document) bool { return !slices.Contains(scope, d.ID) })
		return newCatalogue(docs), nil
	}
	slices.SortFunc(docs, func(a, b mark.Document) int { return cmp.Compare(all.known[a.ID], all.known[b.ID]) })
	return newCatalogue(slices.CompactFunc(docs, func(a, b mark.Document) bool { return a.ID == b.ID })), nil
}

func newCatalogue(docs []mark.Document) *catalogue {
	c := &catalogue{docs: docs, known: make(map[mark.DocumentID]int, len(docs)), words: map[string][]int32{}, stems: map[string][]int32{}}
	add := func(to map[string][]int32, w string, doc int32) bool {
		if n := len(to[w]); n > 0 && to[w][n-1] == doc {
			return false
		}
		to[w] = append(to[w], doc)
		return true
	}
	for i, d := range docs {
		c.known[d.ID] = i
		c.pages += max(d.PagesRead, 1)
		doc := int32(i)
		for _, s := range append([]string{d.Name, legal.ReadableName(d.Name), d.Title}, d.Parties...) {
			for _, w := range legal.Words(s) {
				if add(c.words, w.Text, doc) {
					add(c.stems, legal.Stem(w.Text), doc)
					if len(w.Text) >= longLeast {
						c.long = append(c.long, longName{w.Text, doc})
					}
				}
			}
		}
	}
	slices.SortFunc(c.long, func(a, b longName) int { return cmp.Or(cmp.Compare(a.word, b.word), cmp.Compare(a.doc, b.doc)) })
	return c
}

const longLeast = 9 // letters of a word that may hold several: ACMEHOLDINGSINC

// only returns the catalogue of those documents that keep keeps.
func (c *catalogue) only(keep func(mark.DocumentID) bool) *catalogue {
	var docs []mark.Document
	for _, d := range c.docs {
		if keep(d.ID) {
			docs = append(docs, d)
		}
	}
	return newCatalogue(docs)
}

// document returns a document, if it is one of these.
func (c *catalogue) document(id mark.DocumentID) (mark.Document, bool) {
	i, ok := c.known[id]
	if !ok {
		return mark.Document{}, false
	}
	return c.docs[i], true
}

// holding returns which documents a word names and how well: 1 as it is, less
// as the beginning of a longer one or in another form.
func (c *catalogue) holding(w string) map[int32]float64 {
	out := map[int32]float64{}
	for _, d := range c.stems[legal.Stem(w)] {
		out[d] = 0.5
	}
	if len(w) >= 5 {
		i, _ := slices.BinarySearchFunc(c.long, w, func(l longName, w string) int { return cmp.Compare(l.word, w) })
		for ; i < len(c.long) && strings.HasPrefix(c.long[i].word, w); i++ {
			out[c.long[i].doc] = 0.8
		}
	}
	for _, d := range c.words[w] {
		out[d] = 1
	}
	return out
}
