package answer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/cite"
)

const (
	mostDocuments = 3    // read closely for one question
	mostPages     = 300  // read of one document; of a longer one, around what was found
	around        = 2    // pages before and after what was found in a long document
	named         = 0.60 // share of a question's names from which a document is the one meant
	barely        = 0.30 // share of one name below which it is not there
	sameName      = 0.02 // documents this close are named equally
)

// choice is the documents to read closely, best first.
type choice struct {
	readings []*reading
	absent   string // the name in the question that stands in no document; else empty
}

// choose reads the first of the documents ids and decides which of them the
// question is about. hits are what search found, best first.
func choose(ctx context.Context, m mark.MatterStore, q inquiry, ids []mark.DocumentID, hits []mark.Hit, scope []mark.DocumentID) (choice, error) {
	var c choice
	var scores []float64
	best := 0.0
	parties := partiesOf(q)
	if len(parties) == 0 {
		var err error
		if ids, err = holders(ctx, m, q, ids, scope); err != nil {
			return choice{}, err
		}
	}
	most := mostDocuments
	if len(parties) > 0 {
		most *= 2 // the one that is named may not be among the first
	}
	for _, id := range ids[:min(len(ids), most)] {
		r, err := load(ctx, m, id, hits)
		if err != nil {
			return choice{}, err
		}
		share := r.naming(q.names)
		c.readings, scores = append(c.readings, r), append(scores, share)
		best = max(best, share)
	}
	if len(parties) > 0 && len(c.readings) > 0 {
		if best < named && len(scope) == 0 {
			c.absent = parties[0].text
			for _, n := range parties {
				if !slices.ContainsFunc(c.readings, func(r *reading) bool { return r.holds(n) >= named }) {
					c.absent = n.text
					break
				}
			}
		}
		var kept []*reading
		for i, r := range c.readings {
			if scores[i] >= best-sameName {
				kept = append(kept, r)
			}
		}
		c.readings = kept
		if n, ok := lacking(parties, kept); ok && c.absent == "" && len(scope) == 0 {
			c.absent = n.text
		}
	} else if n, token, ok := stranger(q, c.readings); ok {
		absent, err := nowhere(ctx, m, token)
		if err != nil {
			return choice{}, err
		}
		if absent {
			c.absent = n.text
		}
	}
	c.readings = bind(q, c.readings)
	c.readings = c.readings[:min(len(c.readings), mostDocuments)]
	return c, nil
}

// lacking returns the party that none of the documents has, though they have the
// others: what one party agreed with somebody else is another document.
func lacking(parties []name, readings []*reading) (name, bool) {
	for _, n := range parties {
		first, _ := utf8.DecodeRuneInString(n.text)
		if unicode.IsUpper(first) && !slices.ContainsFunc(readings, func(r *reading) bool { return r.holds(n) >= barely }) {
			return n, true
		}
	}
	return name{}, false
}

// namedDocuments puts documents in which a party's name stands word for word
// before those that search found, which may know the name only by its parts.
func namedDocuments(ctx context.Context, m mark.MatterStore, q inquiry, found, scope []mark.DocumentID) ([]mark.DocumentID, error) {
	var out []mark.DocumentID
	for _, n := range partiesOf(q) {
		phrase := `"` + strings.Join(n.tokens, " ") + `"`
		passages, err := m.MatchWords(ctx, phrase, [2]float64{1, 1}, scope, 4*mostDocuments)
		if err != nil {
			return nil, fmt.Errorf("look for a name: %w", err)
		}
		for _, p := range passages {
			if !slices.Contains(out, p.Document) && len(out) < mostDocuments {
				out = append(out, p.Document)
			}
		}
	}
	// What search and the names agree on comes first.
	slices.SortStableFunc(out, func(a, b mark.DocumentID) int { return indexOf(found, a) - indexOf(found, b) })
	for _, id := range found {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

func indexOf(ids []mark.DocumentID, id mark.DocumentID) int {
	if i := slices.Index(ids, id); i >= 0 {
		return i
	}
	return len(ids)
}

// documentsOf returns the documents of hits in the order of their best hit.
func documentsOf(hits []mark.Hit) []mark.DocumentID {
	var out []mark.DocumentID
	for _, h := range hits {
		if !slices.Contains(out, h.Chunk.Document) {
			out = append(out, h.Chunk.Document)
		}
	}
	return out
}

// load reads a document whole, or a long one around what was found.
func load(ctx context.Context, m mark.MatterStore, id mark.DocumentID, hits []mark.Hit) (*reading, error) {
	doc, err := m.Document(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read the document found: %w", err)
	}
	first, last := window(max(doc.Pages, doc.PagesRead), id, hits)
	pages, err := m.PagesFrom(ctx, id, first, last-first+1)
	if err != nil {
		return nil, fmt.Errorf("read the pages found: %w", err)
	}
	edges, err := edgesOf(ctx, m, id)
	if err != nil {
		return nil, err
	}
	return read(doc, pages, edges...), nil
}

// edgesOf returns the running heads and feet of a document.
func edgesOf(ctx context.Context, m mark.MatterStore, id mark.DocumentID) ([]mark.Feature, error) {
	edges, err := m.Features(ctx, id, mark.FeatureHeader, mark.FeatureFooter)
	if err != nil {
		return nil, fmt.Errorf("look up running heads: %w", err)
	}
	return edges, nil
}

// window returns the pages of a document to read, at most mostPages: all, or
// those around the best hits that lie close enough together.
func window(pages int, id mark.DocumentID, hits []mark.Hit) (first, last int) {
	if pages <= mostPages {
		return 1, max(pages, 1)
	}
	for _, h := range hits {
		if h.Chunk.Document != id {
			continue
		}
		a, b := max(1, h.Chunk.From.Page-around), min(pages, h.Chunk.To.Page+around)
		if first == 0 {
			first, last = a, b
		} else if a, b = min(a, first), max(b, last); b-a < mostPages {
			first, last = a, b
		}
	}
	if first == 0 {
		return 1, mostPages
	}
	return first, min(last, first+mostPages-1)
}

// partiesOf returns the names that say for certain where to look.
func partiesOf(q inquiry) []name {
	var out []name
	for _, n := range q.names {
		if n.sure && !n.title {
			out = append(out, n)
		}
	}
	return out
}

const titleWeight = 0.3 // of a document's kind, beside the names of its parties

// naming says how much of the names in a question this document has, 0 to 1.
func (r *reading) naming(names []name) float64 {
	got, total := 0.0, 0.0
	for _, n := range names {
		w := 1.0
		if n.title {
			w = titleWeight
		} else if !n.sure {
			continue
		}
		total += w
		got += w * r.holds(n)
	}
	if total == 0 {
		return 0
	}
	return got / total
}

// How much it tells that a word of a name stands somewhere.
const (
	inHead  = 1.0 // in the document's own name, title or parties
	inText  = 0.9 // with a capital
	inSmall = 0.2 // as an ordinary word
)

// holds says how much of one name the document has, 0 to 1: its words, and its
// words next to each other.
func (r *reading) holds(n name) float64 {
	if len(n.tokens) == 0 {
		return 0
	}
	sum, pairs := 0.0, 0
	for i, t := range n.tokens {
		sum += r.has(t)
		if i > 0 && r.pairs[n.tokens[i-1]+" "+t] {
			pairs++
		}
	}
	share := sum / float64(len(n.tokens))
	if len(n.tokens) == 1 || share == inHead {
		return share
	}
	return (share + float64(pairs)/float64(len(n.tokens)-1)) / 2
}

// has says how well a word of a name stands in the document, perhaps misspelt
// by a letter.
func (r *reading) has(token string) float64 {
	switch {
	case r.head[token], len(token) >= 4 && strings.Contains(r.squash, token):
		return inHead
	case r.large[token]:
		return inText
	case r.vocab[token]:
		return inSmall
	case len(token) < 4:
		return 0
	}
	for w := range r.large {
		if w[0] == token[0] && (len(token) >= 6 && len(w) >= 5 && near(w, token) || len(w) == len(token) && swapped(w, token)) {
			return inText
		}
	}
	return 0
}

// swapped reports whether two words of one length differ by two letters that
// changed places.
func swapped(a, b string) bool {
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// near reports whether two words differ by one letter, or by two letters that
// changed places.
func near(a, b string) bool {
	if d := len(a) - len(b); d > 1 || d < -1 {
		return false
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	x, y := a[i:], b[i:]
	switch {
	case len(x) == len(y):
		return len(x) == 0 || x[1:] == y[1:] || swapped(a, b)
	case len(x) > len(y):
		return x[1:] == y
	}
	return x == y[1:]
}

// stranger returns a name in the question with a word that no document read so
// far has and that is no ordinary word, and that word.
func stranger(q inquiry, readings []*reading) (n name, token string, ok bool) {
	for _, n := range q.names {
		if n.title {
			continue
		}
		for _, t := range n.tokens {
			if len(t) >= 3 && !topics().known[cite.Stem(t)] && !slices.ContainsFunc(readings, func(r *reading) bool { return r.has(t) > 0 }) {
				return n, t, true
			}
		}
	}
	return name{}, "", false
}

// nowhere reports whether a word stands in no passage of the matter.
func nowhere(ctx context.Context, m mark.MatterStore, token string) (bool, error) {
	found, err := m.MatchWords(ctx, `"`+strings.ReplaceAll(token, `"`, `""`)+`"`, [2]float64{1, 1}, nil, 1)
	if err != nil {
		return false, fmt.Errorf("look for a name: %w", err)
	}
	return len(found) == 0, nil
}
