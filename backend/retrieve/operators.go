package retrieve

import (
	"context"
	"fmt"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/legal"
	"markai/backend/query"
	"markai/backend/rank"
)

// most is how many passages one word of a query with operators may have: with
// more, it says nothing.
const most = 200_000

// documents is a set of documents.
type documents map[mark.DocumentID]bool

// matching evaluates a query with operators. Its unit is the document, as in
// every tool for litigation: "notice AND waiver" matches a document that holds
// both, wherever. The passages found for its words are kept for ranking.
type matching struct {
	s     *Searcher
	m     mark.MatterStore
	scope []mark.DocumentID // empty: all
	all   []mark.DocumentID // that there are, in scope
	lists []rank.List
}

// eval returns the documents that a node matches. aside is set under a NOT,
// whose words speak for no passage.
func (e *matching) eval(ctx context.Context, n query.Node, aside bool) (documents, error) {
	switch n := n.(type) {
	case query.And:
		var out documents
		for i, part := range n {
			d, err := e.eval(ctx, part, aside)
			if err != nil {
				return nil, err
			}
			if i == 0 {
				out = d
				continue
			}
			for id := range out {
				if !d[id] {
					delete(out, id)
				}
			}
		}
		return out, nil
	case query.Or:
		out := documents{}
		for _, part := range n {
			d, err := e.eval(ctx, part, aside)
			if err != nil {
				return nil, err
			}
			for id := range d {
				out[id] = true
			}
		}
		return out, nil
	case query.Not:
		d, err := e.eval(ctx, n.Node, true)
		if err != nil {
			return nil, err
		}
		out := documents{}
		for _, id := range e.all {
			if !d[id] {
				out[id] = true
			}
		}
		return out, nil
	case query.Field:
		return e.field(ctx, n)
	}
	found, err := e.leaf(ctx, n)
	if err != nil {
		return nil, err
	}
	if !aside {
		e.lists = append(e.lists, rank.List{Signal: signalOf(n), Weight: 1, Items: found})
	}
	out := documents{}
	for _, f := range found {
		out[f.Document] = true
	}
	edges, err := e.inEdges(ctx, n)
	for _, c := range edges {
		out[c.Document] = true
	}
	return out, err
}

func signalOf(n query.Node) string {
	switch n.(type) {
	case query.Phrase:
		return "phrase"
	case query.Near:
		return "near"
	}
	return "words"
}

func (e *matching) field(ctx context.Context, f query.Field) (documents, error) {
	q, _ := query.Select(f) // what was not understood is said by Read
	list, err := e.m.QueryDocuments(ctx, q)
	if err != nil {
		return nil, err
	}
	in := documents{}
	for _, id := range e.scope {
		in[id] = true
	}
	out := documents{}
	for _, d := range list.Documents {
		if len(e.scope) == 0 || in[d.ID] {
			out[d.ID] = true
		}
	}
	return out, nil
}

// leaf returns the passages that a word, a phrase or a nearness matches in the
// text itself. The index knows words by their stems and no order, so phrases
// and ordered distances are checked against the text.
func (e *matching) leaf(ctx context.Context, n query.Node) ([]mark.ScoredChunk, error) {
	found, err := e.m.MatchWords(ctx, "body : ("+query.FTS(n)+")", [2]float64{0, 1}, e.scope, most)
	if err != nil {
		return nil, fmt.Errorf("search with operators: %w", err)
	}
	if holds := holder(n); holds != nil {
		if found, err = holding(ctx, e.m, found, holds); err != nil {
			return nil, err
		}
	}
	over, err := straddling(ctx, e.m, n, e.scope)
	return append(found, over...), err
}

// holding returns those of the passages found whose text holds something.
func holding(ctx context.Context, m mark.MatterStore, found []mark.ScoredChunk, holds func(text string) bool) ([]mark.ScoredChunk, error) {
	var out []mark.ScoredChunk
	for part := range slices.Chunk(found, 256) { // bounded memory, whatever was found
		ids := make([]mark.ChunkID, len(part))
		for i, f := range part {
			ids[i] = f.Chunk
		}
		chunks, err := m.Chunks(ctx, ids)
		if err != nil {
			return nil, fmt.Errorf("read passages: %w", err)
		}
		text := make(map[mark.ChunkID]string, len(chunks))
		for _, c := range chunks {
			text[c.ID] = c.Text
		}
		for _, f := range part {
			if holds(text[f.Chunk]) {
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// holder returns how a text is checked for n, or nil where the index suffices.
func holder(n query.Node) func(text string) bool {
	switch n := n.(type) {
	case query.Word:
		if n.Prefix {
			return func(text string) bool {
				return eitherWay(text, func(text string) bool { return len(standing(legal.Words(text), n)) > 0 })
			}
		}
	case query.Phrase:
		return wholeWords(n.Text)
	case query.Near:
		if n.Ordered || loose(n.A) || loose(n.B) {
			return func(text string) bool {
				return eitherWay(text, func(text string) bool { return within(text, n) })
			}
		}
	}
	return nil
}

// loose reports whether the index cannot tell exactly where a side of a nearness
// stands: a phrase, or the beginning of a word.
func loose(n query.Node) bool {
	switch n := n.(type) {
	case query.Word:
		return n.Prefix
	case query.Phrase:
		return true
	case query.Or:
		return slices.ContainsFunc(n, loose)
	}
	return false
}

// within reports whether B stands within n.Words words of A in text, behind it
// where the order counts.
func within(text string, n query.Near) bool {
	words := legal.Words(text)
	as, bs := standing(words, n.A), standing(words, n.B)
	for _, a := range as {
		for _, b := range bs {
			if gap := b[0] - a[1]; gap >= 0 && gap < n.Words {
				return true
			}
			if gap := a[0] - b[1]; !n.Ordered && gap >= 0 && gap < n.Words {
				return true
			}
		}
	}
	return false
}

// standing returns where a side of a nearness stands among words: the first
// and the number after the last of each place.
func standing(words []legal.Word, n query.Node) [][2]int {
	switch n := n.(type) {
	case query.Or:
		var out [][2]int
		for _, m := range n {
			out = append(out, standing(words, m)...)
		}
		return out
	case query.Word:
		return runs(words, n.Text, func(word, want string, last bool) bool { return same(word, want, n.Prefix && last) })
	case query.Phrase:
		return runs(words, n.Text, func(word, want string, _ bool) bool { return word == want })
	}
	return nil
}

// runs returns where the words of text stand one after the other, as equal tells.
func runs(words []legal.Word, text string, equal func(word, want string, last bool) bool) [][2]int {
	want := legal.Words(text)
	if len(want) == 0 {
		return nil
	}
	var out [][2]int
	for i := 0; i+len(want) <= len(words); i++ {
		j := 0
		for j < len(want) && equal(words[i+j].Text, want[j].Text, j == len(want)-1) {
			j++
		}
		if j == len(want) {
			out = append(out, [2]int{i, i + j})
		}
	}
	return out
}

func same(word, want string, prefix bool) bool {
	return word == want || prefix && strings.HasPrefix(word, want) || !prefix && legal.Stem(word) == legal.Stem(want)
}

// operated ranks the passages that a query with operators finds.
func (s *Searcher) operated(ctx context.Context, m mark.MatterStore, tree query.Node, docs []mark.Document, scope []mark.DocumentID, limit int) ([]rank.Fused, error) {
	e := matching{s: s, m: m, scope: scope}
	for _, d := range docs {
		e.all = append(e.all, d.ID)
	}
	matched, err := e.eval(ctx, tree, false)
	if err != nil {
		return nil, err
	}
	for i := range e.lists {
		e.lists[i].Items = slices.DeleteFunc(e.lists[i].Items, func(c mark.ScoredChunk) bool { return !matched[c.Document] })
	}
	ranked := rank.Fuse(s.w.K, e.lists...)
	for _, f := range ranked {
		delete(matched, f.Document) // what remains matches by what it is, or by the edges of its pages
	}
	if len(ranked) >= limit {
		return ranked, nil
	}
	others, err := beginnings(ctx, m, docs, matched, limit-len(ranked))
	return append(ranked, others...), err
}

// narrow keeps the documents that all fields select.
func (s *Searcher) narrow(ctx context.Context, m mark.MatterStore, fields []query.Field, c *catalogue) (*catalogue, []mark.DocumentID, error) {
	e := matching{s: s, m: m}
	for _, f := range fields {
		selected, err := e.field(ctx, f)
		if err != nil {
			return nil, nil, err
		}
		c = c.only(func(id mark.DocumentID) bool { return selected[id] })
	}
	scope := make([]mark.DocumentID, len(c.docs))
	for i, d := range c.docs {
		scope[i] = d.ID
	}
	return c, scope, nil
}

// beginnings stands for documents that match by what they are: the first
// passage of each, in the order of docs.
func beginnings(ctx context.Context, m mark.MatterStore, docs []mark.Document, matched documents, limit int) ([]rank.Fused, error) {
	var out []rank.Fused
	for _, d := range docs {
		if !matched[d.ID] {
			continue
		}
		if len(out) == limit {
			break
		}
		chunks, err := m.ChunksOf(ctx, d.ID)
		if err != nil {
			return nil, fmt.Errorf("read passages: %w", err)
		}
		if len(chunks) > 0 {
			out = append(out, rank.Fused{
				Chunk: chunks[0].ID, Document: d.ID, Score: 1 / float64(len(out)+1), Why: []mark.Reason{{Signal: "field"}},
			})
		}
	}
	return out, nil
}

// treeTopic is what a query with operators looks for, to be shown in hits.
func treeTopic(n query.Node) topic {
	var t topic
	for _, leaf := range query.Leaves(n) {
		t.leaf(leaf)
	}
	return t
}

func (t *topic) leaf(n query.Node) {
	switch n := n.(type) {
	case query.Word:
		if n.Prefix {
			t.prefixes = append(t.prefixes, strings.ToLower(n.Text))
			return
		}
		for _, w := range legal.Words(n.Text) {
			t.add(w.Text)
		}
		t.numbers = append(t.numbers, numbered.FindAllString(n.Text, -1)...)
	case query.Phrase:
		t.phrases = append(t.phrases, n.Text)
		for _, w := range legal.Words(n.Text) {
			t.add(w.Text)
		}
	case query.Or:
		for _, m := range n {
			t.leaf(m)
		}
	case query.Near:
		t.leaf(n.A)
		t.leaf(n.B)
	}
}
